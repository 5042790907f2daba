"""The report of drift: what a person, a machine and an issue on GitHub get."""

import json
from typing import Any

import pytest

from command_line.reports.drift_report import LIMIT, Report, as_json, as_markdown, print_report
from components.drift.adoption import Adoption
from components.drift.drift import REPOSITORY, Difference, Drift, RefreshedResource

RESOURCE = RefreshedResource(
    urn=f"urn:pulumi:prod::multirepo::{REPOSITORY}::it", op="update", parent="", inputs={}, was={}, now={}
)
EDIT = Adoption(place="migration.yaml:12", edit="repositories:\n- name: engine\n  description: New\n")


def drift(**fields: Any) -> Drift:
    defaults = {"area": "settings", "repository": "engine", "thing": "repository", "resource": RESOURCE}
    return Drift(**{**defaults, **fields})


CHANGED = drift(differences=(Difference(property="description", was="Old", now="New"),))
GONE = drift(area="secrets", thing="secret TOKEN", is_gone=True)


def test_a_person_sees_what_differs_and_both_ways_out(capsys: pytest.CaptureFixture[str]) -> None:
    print_report("prod", [(CHANGED, EDIT), (GONE, Adoption(reason="Take it out of the plan."))])
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "2 things are not as the last pulumi up of stack prod left GitHub.",
        "repository  thing         was               is",
        "engine      repository    description: Old  New",
        "engine      secret TOKEN  there             gone",
        "",
        "To put it back",
        "  pulumi up --refresh",
        "",
        "Or to adopt it",
        "  engine repository: migration.yaml:12",
        "      repositories:",
        "      - name: engine",
        "        description: New",
        "  engine secret TOKEN: Take it out of the plan.",
    ]


def test_a_clean_stack_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_report("prod", [])
    assert capsys.readouterr().out == "GitHub is as the last pulumi up of stack prod left it.\n"


def test_one_up_puts_everything_back_after_what_people_must_do() -> None:
    by_hand = drift(before_up=("gh api --method DELETE x",))
    report: Report = [(item, EDIT) for item in (CHANGED, by_hand, drift(replace=True), by_hand)]
    block = as_markdown("prod", report).partition("```sh\n")[2].partition("\n```")[0]
    assert block == f"gh api --method DELETE x\npulumi up --refresh --replace '{RESOURCE.urn}'"


def test_a_machine_gets_every_item_with_both_ways_out() -> None:
    report = json.loads(as_json("prod", [(CHANGED, EDIT)]))
    assert (report["stack"], report["clean"]) == ("prod", False)
    assert report["counts"] == {"settings": 1, "files": 0, "history": 0, "secrets": 0, "registry": 0, "monorepo": 0}
    (item,) = report["drift"]
    assert item["differences"] == [{"property": "description", "was": "Old", "now": "New"}]
    assert item["put_back"] == ["pulumi up --refresh"]
    assert item["adopt"]["edit"] == EDIT.edit


def test_what_somebody_wrote_at_github_is_no_markup_in_the_issue() -> None:
    hostile = Difference(property="description", was="Old", now="`x` | @everybody </details>\n```")
    text = as_markdown("prod", [(drift(differences=(hostile,)), EDIT)])
    (row,) = [line for line in text.splitlines() if "@everybody" in line]
    assert row.count("|") - row.count("\\|") == 5
    assert row.endswith(" `′x′ \\| @everybody </details>\\n′′′` |")


def test_what_does_not_fit_into_an_issue_is_left_out_whole_and_counted() -> None:
    many: Report = [(drift(thing=f"label {number}", is_gone=True), EDIT) for number in range(3000)]
    text = as_markdown("prod", many)
    assert len(text) < LIMIT + 1000
    assert "more do not fit here: run ./multirepo drift." in text
    assert text.count("<details>") == text.count("</details>") == 2


def test_a_terminal_is_not_driven_by_what_somebody_wrote(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = Difference(property="description", was="Old", now="\x1b[2J[red]new[/red]")
    print_report("prod", [(drift(differences=(hostile,)), EDIT)])
    printed = capsys.readouterr().out
    assert "\x1b[2J" not in printed
    assert "\\x1b[2J[red]new[/red]" in printed
