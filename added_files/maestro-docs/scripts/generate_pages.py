"""Write the pages that follow from repositories.yml and openapi.json."""

import html
import json
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 190, 44, 40, 70, 20


def main() -> None:
    """Every generated page, written over the one that is there."""
    data = yaml.safe_load((ROOT / "repositories.yml").read_text())
    (DOCS / "assets" / "dependencies.svg").write_text(picture(data["repositories"]))
    (DOCS / "repositories.md").write_text(repositories_page(data["repositories"]))
    (DOCS / "where-did-my-code-go.md").write_text(map_page(data))
    (DOCS / "api.md").write_text(api_page(json.loads((ROOT / "openapi.json").read_text())))


def picture(repositories: list[dict]) -> str:
    """Who needs whom: whatever is needed stands below whoever needs it."""
    needs = {one["name"]: one["needs"] for one in repositories}

    def level(name: str) -> int:
        return max((level(other) + 1 for other in needs[name]), default=0)

    rows: dict[int, list[str]] = {}
    for name in needs:
        rows.setdefault(level(name), []).append(name)
    highest, widest = max(rows), max(map(len, rows.values()))
    width = 2 * MARGIN + widest * (WIDTH + GAP_X) - GAP_X
    places = {}
    for row, names in rows.items():
        start = (width - len(names) * (WIDTH + GAP_X) + GAP_X) / 2
        for at, name in enumerate(names):
            places[name] = (start + at * (WIDTH + GAP_X), MARGIN + (highest - row) * (HEIGHT + GAP_Y))
    height = 2 * MARGIN + (highest + 1) * (HEIGHT + GAP_Y) - GAP_Y
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" font-size="14"'
        ' font-family="sans-serif">',
        f"<title>{html.escape('; '.join(f'{a} needs {b}' for a in needs for b in needs[a]))}</title>",
        f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>',
    ]
    for name, (x, y) in places.items():
        for other in needs[name]:
            to_x, to_y = places[other]
            lines.append(
                f'<path d="M{x + WIDTH / 2:g} {y + HEIGHT:g} L{to_x + WIDTH / 2:g} {to_y:g}" stroke="#555"'
                ' stroke-width="1.5" fill="none"/>'
            )
    for name, (x, y) in places.items():
        lines.append(
            f'<rect x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="#eef3fb" stroke="#2b5797"/>'
            f'<text x="{x + WIDTH / 2:g}" y="{y + HEIGHT / 2 + 5:g}" text-anchor="middle">{html.escape(name)}</text>'
        )
    return "\n".join([*lines, "</svg>"]) + "\n"


def repositories_page(repositories: list[dict]) -> str:
    """A section for each."""
    parts = ["# Repositories\n\nEach is released by itself: a tag `vX.Y.Z` in one touches no other.\n"]
    for one in repositories:
        needs = ", ".join(f"[{name}](#{name})" for name in one["needs"]) or "nothing of Maestro"
        parts.append(f"## {one['name']}\n\n{one['description']}.\n\n- Needs {needs}\n")
        if one.get("packages"):
            parts.append("| package | folder |\n|---|---|\n" + "".join(
                f"| `{name}` | `{folder}` |\n" for name, folder in one["packages"].items()
            ))
    return "\n".join(parts)


def map_page(data: dict) -> str:
    """Every old path, and where it is now."""
    rows = [
        f"| `{old}/` | `{one['name']}` | {'its root' if new == '.' else f'`{new}/`'} |"
        for one in data["repositories"]
        for old, new in one.get("from", {}).items()
    ]
    born = [f"- `{one['name']}`: {one['description']}" for one in data["repositories"] if not one.get("from")]
    return (
        "# Where did my code go\n\n"
        f"Everything below was a folder of `{data['monorepo']}`. Its history came along: `git log` and `git blame` in "
        "the new repository reach back to the first commit.\n\n"
        "| folder of the monorepo | repository | there |\n|---|---|---|\n" + "\n".join(rows) + "\n\n"
        "## A single commit\n\nEach new commit carries the id of its commit in the monorepo as a git note:\n\n"
        "    git fetch origin refs/notes/monorepo:refs/notes/monorepo\n    git log --notes=monorepo\n\n"
        "## Tags\n\n| in the monorepo | in the new repository |\n|---|---|\n"
        + "".join(
            f"| `{old}` | `{new}` of `{one['name']}` |\n"
            for one in data["repositories"]
            for old, new in one.get("tags", {}).items()
        )
        + "\n## Born with the migration\n\n" + "\n".join(born) + "\n\n"
        "## Stayed behind\n\nThe monorepo keeps what belonged to no part: its Makefile, its compose file, its own "
        "pages. It is archived and can still be read.\n"
    )


def api_page(contract: dict) -> str:
    """Each operation with what it takes and gives."""
    parts = [
        f"# {contract['info']['title']}\n\nVersion {contract['info']['version']}, from Maestro Engine's `openapi.json`. "
        "Updates come over the WebSocket `/ws`: see [Integration patterns](integration.md#the-websocket).\n"
    ]
    for path, operations in contract["paths"].items():
        for method, operation in operations.items():
            parts.append(f"## {method.upper()} {path}\n\n{operation.get('description', operation['summary'])}\n")
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            if body:
                parts.append(f"Takes {kind(body)}.\n")
            parts.append("| status | meaning | body |\n|---|---|---|\n" + "".join(
                f"| {status} | {answer['description']} | "
                f"{kind(answer.get('content', {}).get('application/json', {}).get('schema', {}))} |\n"
                for status, answer in operation["responses"].items()
            ))
    for name, schema in contract["components"]["schemas"].items():
        required = schema.get("required", [])
        parts.append(f"## {name}\n" + (f"\n{schema['description']}\n" if "description" in schema else ""))
        if "enum" in schema:
            parts.append("One of " + ", ".join(f"`{one}`" for one in schema["enum"]) + ".\n")
        if "properties" in schema:
            parts.append("| field | type | |\n|---|---|---|\n" + "".join(
                f"| `{field}` | {kind(of)} | {'required' if field in required else ''} |\n"
                for field, of in schema["properties"].items()
            ))
    return "\n".join(parts)


def kind(schema: dict) -> str:
    """A type in a few words, with a link where it has a section of its own."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if schema.get("type") == "array":
        return f"list of {kind(schema['items'])}"
    if "anyOf" in schema:
        return " or ".join(map(kind, schema["anyOf"]))
    return " ".join(filter(None, [schema.get("format"), schema.get("type")])) or "anything"


if __name__ == "__main__":
    main()
