"""The report of drift: for a terminal, as JSON, and for an issue on GitHub."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from components.drift.adoption import Adoption
from components.drift.drift import AREAS, Drift, put_back

Report = Sequence[tuple[Drift, Adoption]]
"""What differs, each with the edit that would adopt it."""

MARK = "<!-- drift -->"
"""By it the workflow finds its issue again."""

LIMIT = 60_000
"""GitHub takes 65,536 characters in an issue."""

LONGEST_VALUE = 60


def as_json(stack: str, report: Report) -> str:
    """One JSON object."""
    items = [
        {
            "area": drift.area,
            "repository": drift.repository or None,
            "thing": drift.thing,
            "gone": drift.is_gone,
            "differences": [vars(difference) for difference in drift.differences],
            "put_back": put_back([drift]),
            "adopt": vars(adoption),
        }
        for drift, adoption in report
    ]
    counts = {area: sum(drift.area == area for drift, _ in report) for area in AREAS}
    return json.dumps({"stack": stack, "clean": not report, "counts": counts, "drift": items}, indent=2)


def print_report(stack: str, report: Report) -> None:
    """A table of what differs, then both options."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[bold]{_summary(stack, report)}[/bold]")
    if not report:
        return
    table = Table("repository", "thing", "was", "is", box=None, pad_edge=False)
    for row in _rows(report):
        table.add_row(*(Text(_printable(cell)) for cell in row))
    console.print(table)
    console.print("\n[bold]To put it back[/bold]")
    for line in put_back(drift for drift, _ in report):
        console.print(f"  {line}", markup=False)
    console.print("\n[bold]Or to adopt it[/bold]")
    for drift, adoption in report:
        console.print(f"  {_name(drift)}: {adoption.reason or adoption.place}", markup=False)
        for line in adoption.edit.splitlines():
            console.print(f"      {line}", markup=False)


def as_markdown(stack: str, report: Report) -> str:
    """Short first, both options in folds; what does not fit is left out as a whole, and counted."""
    head = [MARK, f"**{_summary(stack, report)}**"]
    if not report:
        return "\n\n".join(head)
    rows = [f"| {' | '.join(map(_cell, row))} |" for row in _rows(report)]
    adoptions = [_adoption(drift, adoption) for drift, adoption in report]
    back = "\n".join(put_back(drift for drift, _ in report))
    parts = [
        "\n".join(["| repository | thing | was | is |", "|---|---|---|---|", *_fitting(rows, LIMIT // 3)]),
        "\n\n".join(
            ["<details><summary>To put it back</summary>", *_fitting([_fence("sh", back)], LIMIT // 3), "</details>"]
        ),
        "\n\n".join(["<details><summary>Or to adopt it</summary>", *_fitting(adoptions, LIMIT // 3), "</details>"]),
    ]
    return "\n\n".join([*head, *parts])


def _summary(stack: str, report: Report) -> str:
    if not report:
        return f"GitHub is as the last pulumi up of stack {stack} left it."
    things = "1 thing is" if len(report) == 1 else f"{len(report)} things are"
    return f"{things} not as the last pulumi up of stack {stack} left GitHub."


def _rows(report: Report) -> Iterable[tuple[str, str, str, str]]:
    for drift, _ in report:
        name = drift.repository or "(organization)"
        if drift.is_gone:
            yield name, drift.thing, "there", "gone"
        for difference in drift.differences:
            yield name, drift.thing, f"{difference.property}: {_short(difference.was)}", _short(difference.now)
        if not drift.is_gone and not drift.differences:
            yield name, drift.thing, "", "changed"


def _name(drift: Drift) -> str:
    return f"{drift.repository} {drift.thing}".strip()


def _short(value: Any) -> str:
    text = "nothing" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _adoption(drift: Drift, adoption: Adoption) -> str:
    line = f"{_code(_name(drift))}: {adoption.reason or adoption.place}"
    return f"{line}\n{_fence('yaml', adoption.edit.rstrip())}" if adoption.edit else line


def _fence(language: str, text: str) -> str:
    fence = "`" * (3 + text.count("```"))
    return f"{fence}{language}\n{text}\n{fence}"


def _code(text: str) -> str:
    return f"`{text.replace('`', '′')}`"


def _cell(text: str) -> str:
    """As code, in which nothing is markup, mention or the end of a cell."""
    return _code(_printable(text).replace("|", "\\|")) if text else ""


def _fitting(blocks: Sequence[str], room: int) -> list[str]:
    for number, block in enumerate(blocks):
        room -= len(block) + 2
        if room < 0:
            return [*blocks[:number], f"{len(blocks) - number} more do not fit here: run ./multirepo drift."]
    return list(blocks)


def _printable(text: str) -> str:
    """Control characters escaped: what somebody wrote on GitHub must not drive the terminal."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)
