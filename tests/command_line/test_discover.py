"""`./multirepo discover`: what it prints, and that it needs nothing but the plan and the monorepo."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from command_line.commands.discover import discover
from command_line.stack import stack as stacks
from components.stack import locations as histories
from migration.plan import read_plan
from sandbox.sample_monorepo.making import make_sample_monorepo
from tests.conftest import PROJECT, Repository, new_repository

PLAN = """\
monorepo: {name: small}
repositories:
  - name: engine
    moves: [{from: engine, exclude: [build/]}]
  - name: site
    moves: [{from: site, to: web}]
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder of the test's own, for the stack that the command makes."""
    folder = tmp_path / "project"
    folder.mkdir()
    shutil.copy(PROJECT / "Pulumi.dev.yaml", folder)
    monkeypatch.setattr(stacks, "PROJECT", folder)
    for module in (stacks, histories):
        monkeypatch.setattr(module, "COPIES", folder / "copies")
    return folder


@pytest.fixture
def renamed(tmp_path: Path) -> Repository:
    """`engine/` was `motor/`; `site/` always was `site/`."""
    repository = new_repository(tmp_path / "renamed")
    repository.commit("Begin", motor__main="".join(f"{number}\n" for number in range(9)), motor__more="more\n" * 9)
    repository.commit("Begin the site", site__index="a\nb\n")
    repository.git("mv", "motor", "engine")
    repository.commit("Call the motor engine")
    repository.commit("More engine", engine__new="new\n" * 2)
    return repository


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    file = tmp_path / "plan.yaml"
    file.write_text(PLAN)
    return file


def findings(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    return {found["folder"]: found for found in json.loads(capsys.readouterr().out)["moves"]}


def test_the_yaml_to_paste_is_printed_with_its_evidence(
    renamed: Repository, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    discover(str(renamed.path), plan)
    printed = capsys.readouterr().out
    commit = renamed.git("log", "--format=%h", "--abbrev=10", "--grep=Call the motor engine")
    assert "✓ motor became engine" in printed
    assert f"{commit} 2020-09-13 Call the motor engine" in printed
    assert "2 files, 100% alike: 100% of the folder's files and 100% of the other's" in printed
    assert "10.0%" in printed  # 2 of 20 lines, with the plan as it is
    entry = {"from": "engine", "to": ".", "earlier": ["motor"], "exclude": ["build/"]}
    pasted = yaml.safe_load(printed[printed.index("repositories:") :])
    assert pasted == {"repositories": [{"name": "engine", "moves": [entry]}]}


def test_the_printed_moves_are_valid_in_the_plan_and_leave_nothing_to_find(
    renamed: Repository, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    discover(str(renamed.path), plan, as_json=True)
    document = yaml.safe_load(PLAN)
    document["repositories"][0]["moves"] = findings(capsys)["engine"]["moves"]
    plan.write_text(yaml.safe_dump(document))
    assert read_plan(plan).repositories[0].moves[0].names[1:] == ("motor",)
    discover(str(renamed.path), plan)
    printed = capsys.readouterr().out
    assert "motor became engine, as the plan says" in printed
    assert "Nothing to add to the plan." in printed


def test_a_folder_that_is_gone_by_now_has_no_lines(
    renamed: Repository, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    renamed.git("rm", "-r", "--quiet", "site")
    renamed.commit("Give the site up")
    discover(str(renamed.path), plan, as_json=True)
    assert findings(capsys).keys() == {"engine", "site"}


def test_json_tells_the_lines_with_and_without(
    renamed: Repository, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    discover(str(renamed.path), plan, as_json=True)
    found = findings(capsys)
    assert found["engine"]["lines"] | {"planned": 0, "proposed": 0} == {
        "files": 3, "lines": 20, "all_files": 3, "all_lines": 20, "planned": 0, "proposed": 0
    }  # fmt: skip
    assert found["engine"]["lines"]["planned"] == pytest.approx(0.1)
    assert found["engine"]["lines"]["proposed"] == 1
    assert found["site"]["changed"] is False
    assert found["site"]["moves"] == [{"from": "site", "to": "web"}]


def test_names_that_no_yaml_can_hold_are_told(tmp_path: Path, plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository = new_repository(tmp_path / "renamed")
    latin = os.fsdecode(b"caf\xe9")
    (repository.path / latin).mkdir()
    for name in "ab":
        (repository.path / latin / name).write_text(name * 9)
    repository.commit("Begin", site__index="a\n")
    repository.git("mv", latin, "engine")
    repository.commit("Rename")
    discover(str(repository.path), plan)
    printed = capsys.readouterr().out
    assert "caf? became engine; not proposed: its name is not UTF-8" in printed
    assert "Nothing to add to the plan." in printed
    discover(str(repository.path), plan, as_json=True)
    assert findings(capsys)["engine"]["origins"][0]["source"] == latin


def test_neither_plan_nor_monorepo_change(renamed: Repository, plan: Path) -> None:
    refs = renamed.git("for-each-ref")
    discover(str(renamed.path), plan)
    assert plan.read_text() == PLAN
    assert renamed.git("for-each-ref") == refs
    assert renamed.git("status", "--porcelain") == ""


def test_on_the_sample_it_finds_ml_and_nothing_false(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_sample_monorepo(tmp_path / "sample")
    document = yaml.safe_load((PROJECT / "migration.yaml").read_text())
    moves = [move for repository in document["repositories"] for move in repository.get("moves", [])]
    assert [move.pop("earlier", None) for move in moves].count(["ml"]) == 1
    (tmp_path / "plan.yaml").write_text(yaml.safe_dump(document))
    (tmp_path / "added_files").symlink_to(PROJECT / "added_files")
    discover(str(tmp_path / "sample"), tmp_path / "plan.yaml", as_json=True)
    found = findings(capsys)
    assert {folder for folder in found if found[folder]["changed"]} == {"synth"}
    assert [move.get("earlier") for move in found["synth"]["moves"]] == [["ml"]]
    assert found["synth"]["lines"]["planned"] < 0.5
    assert found["synth"]["lines"]["proposed"] == 1
