"""The picture in docs/architecture.md: rooms and who imports whom, drawn from the imports.

python -m tests.architecture_picture    # writes it into the page
"""

from pathlib import Path

from tests.test_layout import PROJECT, ROOMS, all_modules, imported, room

PAGE = PROJECT / "docs" / "architecture.md"
START, END = "<!-- generated: rooms -->\n", "<!-- end -->"
DRAWN = ("migration", "components", "command_line")
"""Top folders whose rooms are drawn one by one; the others are one box each."""


def box(module: Path) -> str:
    """The node that a module belongs to: a room, or a whole top folder."""
    top = module.parts[0].removesuffix(".py")
    parts = room(module).split("/")
    return "/".join(parts[:2]) if top in DRAWN and len(parts) > 1 else top


def arrows() -> set[tuple[str, str]]:
    """Pairs of boxes, the importing one first. The ground of a top folder, like its errors, is left out."""
    found = set()
    for module in all_modules():
        for target, _ in imported(module):
            pair = (box(module), box(target))
            if pair[0] != pair[1] and pair[1] not in DRAWN:
                found.add(pair)
    return found


def reduced(pairs: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Without arrows that a longer way implies; the rooms have no cycles."""
    targets: dict[str, set[str]] = {}
    for source, target in pairs:
        targets.setdefault(source, set()).add(target)

    def reach(source: str) -> set[str]:
        found: set[str] = set()
        todo = list(targets.get(source, ()))
        while todo:
            if (node := todo.pop()) not in found:
                found.add(node)
                todo += targets.get(node, ())
        return found

    far = {source: set().union(*(reach(near) for near in near_by)) for source, near_by in targets.items()}
    return sorted((source, target) for source, target in pairs if target not in far[source])


def picture() -> str:
    """A Mermaid flowchart: https://mermaid.js.org/syntax/flowchart.html"""
    pairs = reduced(arrows())
    lines = ["```mermaid", "flowchart TB"]
    boxes = sorted({name for pair in pairs for name in pair})
    for top in DRAWN:
        order = list(dict.fromkeys("/".join(name.split("/")[:2]) for name in ROOMS[top]))
        inner = [name for name in order if name in boxes and name != top]
        lines += [
            f"  subgraph {top}",
            *(f'    {name.replace("/", "_")}["{name.split("/")[1]}"]' for name in inner),
            "  end",
        ]
    lines += [f"  {name}[{name}]" for name in boxes if name.split("/")[0] not in DRAWN]
    lines += [f"  {source.replace('/', '_')} --> {target.replace('/', '_')}" for source, target in pairs]
    return "\n".join([*lines, "```", ""])


def page_with(drawn: str) -> str:
    """The page with this picture between the two marks."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    return f"{before}{START}{drawn}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(page_with(picture()), encoding="utf-8")
