import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).parents[2] / ".github" / "preview_comment.py"
GITHUB_TAKES = 65_536


def step(op: str, name: str = "engine", old: dict[str, Any] | None = None, new: dict[str, Any] | None = None) -> Any:
    kind = "multirepo:github:ServiceRepository$github:index/repository:Repository"
    states = {"oldState": {"inputs": old or {}}, "newState": {"inputs": new or {}}}
    return {"op": op, "urn": f"urn:pulumi:dev::multirepo::{kind}::{name}", **states}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "preview.json"


def comment(file: Path, *steps: Any, **more: Any) -> str:
    file.write_text(json.dumps({"steps": steps, **more}))
    return written(file)


def written(file: Path) -> str:
    others = [file.with_name(name) for name in ("events.json", "whole-preview.md")]
    command: list[str | Path] = [sys.executable, PROGRAM, file, *others]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_short_part_comes_first_and_the_rest_in_a_fold(file: Path) -> None:
    changed = step("update", "engine", {"description": "old", "topics": ["a"]}, {"description": "new", "topics": ["a"]})
    counts = {"create": 1, "update": 1, "same": 40}
    assert comment(file, step("create", "hive"), changed, step("same", "docs"), changeSummary=counts) == (
        "<!-- preview -->\n\n"
        "**Preview:** 1 to create, 1 to update, 40 unchanged.\n\n"
        "<details><summary>All 2 changes</summary>\n\n"
        "```diff\n"
        "+ create hive (github:index/repository:Repository)\n"
        "~ update engine (github:index/repository:Repository)\n"
        '    description: "old" -> "new"\n'
        "```\n\n"
        "</details>\n"
    )


def test_nothing_to_change_needs_no_fold(file: Path) -> None:
    text = comment(file, step("same"), changeSummary={"same": 41})
    assert text == "<!-- preview -->\n\n**Preview:** nothing changes (41 unchanged).\n"


def test_what_does_not_fit_is_left_out_whole_and_counted(file: Path) -> None:
    steps = [step("update", f"repository-{n}", {"text": "a" * 190}, {"text": "b" * 190}) for n in range(500)]
    text = comment(file, *steps, changeSummary={"update": 500})
    assert len(text) < GITHUB_TAKES
    names, values = text.count("~ update repository-"), text.count('"' + "a" * 190 + '" -> "' + "b" * 190 + '"\n')
    assert names == values > 100
    assert f"{500 - names} more do not fit here" in text
    assert text.endswith("</details>\n")


def test_errors_warnings_and_changes_share_one_limit(file: Path) -> None:
    steps = [step("update", f"repository-{n}", {"text": "a" * 190}, {"text": "b" * 190}) for n in range(500)]
    diagnostics = [
        {"severity": severity, "message": f"{severity}: {number} {'w' * 100}\n"}
        for severity in ("error", "warning")
        for number in range(1000)
    ]
    text = comment(file, *steps, diagnostics=diagnostics, changeSummary={"update": 500})
    assert GITHUB_TAKES - 1500 < len(text) <= GITHUB_TAKES
    assert text.index("**The preview failed.**") < text.index("**Preview:**") < text.index("Warnings: 1000")
    assert text.count("more lines do not fit here. The artifact `whole-preview` of the run contains everything.") == 2
    assert "more do not fit here. The artifact `whole-preview`" in text
    whole = file.with_name("whole-preview.md").read_text()
    assert "do not fit" not in whole
    assert whole.count("~ update repository-") == 500
    assert whole.count("w" * 100) == 2000


def test_a_long_value_is_told_by_its_beginning_and_its_length(file: Path) -> None:
    text = comment(file, step("update", "ci", {"content": ""}, {"content": "x" * 5000}))
    assert "(5002 characters)" in text
    assert "x" * 300 not in text


def test_a_value_cannot_close_the_block_that_it_stands_in(file: Path) -> None:
    text = comment(file, step("update", "ci", {"content": ""}, {"content": "```` </details> @everybody"}))
    assert text.count("`````") == 2


def test_a_replacement_is_told_once(file: Path) -> None:
    parts = [step(op) for op in ("create-replacement", "replace", "delete-replaced")]
    assert comment(file, *parts).count("engine (") == 1


def test_what_an_adoption_changes_is_told_from_what_github_has(file: Path) -> None:
    adopted = step("update", "engine", {"etag": "x"}, {"hasWiki": False, "merge": {"title": "PR"}, "private": True})
    adopted["oldState"]["outputs"] = {"hasWiki": True, "merge": {"title": "X"}, "private": True}
    adopted["detailedDiff"] = {"hasWiki": {"kind": "update"}, "merge.title": {"kind": "update"}}
    text = comment(file, step("import", "engine"), adopted)
    assert '    hasWiki: true -> false\n    merge: {"title": "X"} -> {"title": "PR"}\n```' in text


def test_warnings_stand_in_a_fold_of_their_own(file: Path) -> None:
    warning = {"severity": "warning", "message": "warning: engine-team-core is on GitHub already\n"}
    text = comment(file, step("create"), diagnostics=[warning])
    fold = "<details><summary>Warnings: 1</summary>\n\n    engine-team-core is on GitHub already\n\n</details>"
    assert fold in text


def test_what_pulumi_keeps_for_itself_is_not_told(file: Path) -> None:
    assert "__" not in comment(file, step("update", "ci", {"__defaults": []}, {"__defaults": ["a"]}))


def test_a_preview_that_failed_says_why_and_promises_nothing(file: Path) -> None:
    errors = [
        {"severity": "error", "message": "error: migration.yaml:3:5: there is no such key"},
    ]
    text = comment(file, step("same"), diagnostics=errors, changeSummary={"same": 1})
    assert text == "<!-- preview -->\n\n**The preview failed.**\n\n    migration.yaml:3:5: there is no such key\n"


def test_a_violated_policy_is_told_with_its_remedy_and_advice_is_not(file: Path) -> None:
    violated = {"policyName": "actions-pinned", "message": "Every action.\nci.yml uses a@v1. Pin it.\n"}
    events = [
        {"policyEvent": violated | {"enforcementLevel": "mandatory"}},
        {"policyEvent": violated | {"enforcementLevel": "advisory", "message": "advice"}},
        {"cancelEvent": {}},
    ]
    file.with_name("events.json").write_text("\n".join(map(json.dumps, events)))
    text = comment(file, diagnostics=[{"severity": "error", "message": "error: preview failed"}])
    expected = "    actions-pinned: Every action.\n    ci.yml uses a@v1. Pin it.\n"
    assert text == f"<!-- preview -->\n\n**The preview failed.**\n\n{expected}"


def test_a_preview_without_a_result_is_no_success(file: Path) -> None:
    file.write_text("")
    assert "**The preview failed.**" in written(file)
