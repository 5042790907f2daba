"""`./multirepo rehearse` for the second time and later, on one small monorepo."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine import Engine
from sandbox.daemon import process
from tests.conftest import Checkout, Repository, new_checkout, small_monorepo
from tests.end_to_end.test_rehearse import PLAN, own, rehearse, sandbox_root, sandbox_writes


@dataclass(frozen=True)
class Rehearsed:
    """A rehearsal of a small monorepo, its output, and the output of the next run, as JSON and as text."""

    checkout: Checkout
    monorepo: Repository
    first: dict[str, Any]
    second: dict[str, Any]
    output: str
    writes_of_the_second: int

    def again(self) -> dict[str, Any]:
        return dict(json.loads(rehearse(self.checkout, "--json", *own(self.monorepo))))


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Iterator[Rehearsed]:
    """One for several tests, each of which can go on where any other has left it."""
    folder = tmp_path_factory.mktemp("rehearsed")
    checkout, monorepo = new_checkout(folder / "checkout"), small_monorepo(folder / "monorepo")
    (checkout.path / "small.yaml").write_text(PLAN)
    first = json.loads(rehearse(checkout, "--json", *own(monorepo)))
    before = sandbox_writes(checkout)
    second = json.loads(rehearse(checkout, "--json", *own(monorepo)))
    output = rehearse(checkout, *own(monorepo))
    yield Rehearsed(checkout, monorepo, first, second, output, sandbox_writes(checkout) - before)
    process.stop(sandbox_root(checkout))


def test_a_second_rehearsal_changes_nothing(rehearsed: Rehearsed) -> None:
    assert rehearsed.first["changed"] is True
    assert rehearsed.second == rehearsed.first | {"changed": False}
    assert "Nothing changed." in rehearsed.output
    assert rehearsed.writes_of_the_second == 0


def test_the_monorepo_is_only_read(rehearsed: Rehearsed) -> None:
    (copy,) = (rehearsed.checkout.path / ".multirepo" / "monorepos").iterdir()
    assert "pre-migration-" in Repository(copy).git("tag")
    assert "pre-migration-" not in rehearsed.monorepo.git("tag")
    assert rehearsed.monorepo.git("status", "--porcelain") == ""


def test_the_summary_names_every_repository_with_its_figures_and_a_clone_command_that_works(
    rehearsed: Rehearsed, tmp_path: Path
) -> None:
    row = next(line.split() for line in rehearsed.output.splitlines() if line.startswith("engine"))
    assert row[:6] == ["engine", "4", "1", "1", "1", "2"]
    commands = [line.strip() for line in rehearsed.output.splitlines() if "git clone" in line]
    assert len(commands) == 2
    for command in commands:
        subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True, env={"PATH": os.environ["PATH"]})
    assert (tmp_path / "site" / "web" / "index").read_text() == "a\n"
    # And a person can push from such a clone, too.
    person = Repository(tmp_path / "engine", commits=50)
    person.commit("People's work", notes="n\n")
    person.git("push", "--quiet", "origin", "main")


def test_pulumi_works_by_hand_after_sourcing_the_printed_file(rehearsed: Rehearsed) -> None:
    source = next(line for line in rehearsed.output.splitlines() if "source " in line).split("&&")[0].strip()
    # A person's own settings for a real GitHub must not reach the sandbox stack.
    by_hand = f"{source} && pulumi preview --expect-no-changes"
    assert "17 unchanged" in rehearsed.checkout.run("bash", "-c", by_hand, GITHUB_OWNER="somebody").stdout


def test_the_status_tells_of_new_commits_and_the_next_rehearsal_carries_them(rehearsed: Rehearsed) -> None:
    before, writes = rehearsed.again(), sandbox_writes(rehearsed.checkout)
    rehearsed.monorepo.commit("Engine: another", engine__main="3\n")
    stack = next(rehearsed.checkout.path.glob("Pulumi.rehearsal-small-*.yaml")).name.split(".")[1]
    (wave,) = json.loads(rehearsed.checkout.run("./multirepo", "status", "--json", "--stack", stack).stdout)["waves"]
    assert (wave["stage"], wave["next_step"]) == (
        "moving",
        f"sync 1 commit: ./multirepo shell --stack {stack} pulumi up",
    )
    assert {repository["name"]: repository["behind"] for repository in wave["repositories"]} == {"engine": 1, "site": 0}
    assert sandbox_writes(rehearsed.checkout) == writes

    after = rehearsed.again()
    engine, site = after["repositories"]
    assert after["changed"] is True
    assert engine["commits"] == before["repositories"][0]["commits"] + 1
    assert site == before["repositories"][1]


def test_a_state_that_a_full_disk_cut_off_is_taken_back(rehearsed: Rehearsed) -> None:
    before = rehearsed.again()
    (state,) = (rehearsed.checkout.path / ".multirepo" / "state" / ".pulumi" / "stacks" / "multirepo").glob(
        "*-small-*.json"
    )
    state.write_bytes(state.read_bytes()[:16_384])
    assert rehearsed.again() == before | {"changed": False}


def test_after_a_reset_of_the_sandbox_everything_is_made_again(rehearsed: Rehearsed) -> None:
    before = rehearsed.again()
    rehearsed.checkout.run("./multirepo", "sandbox", "reset")
    again = rehearsed.again()
    assert again["changed"] is True
    moved = [(entry["name"], entry["moved_head"]) for entry in again["repositories"]]
    assert moved == [(entry["name"], entry["moved_head"]) for entry in before["repositories"]]
