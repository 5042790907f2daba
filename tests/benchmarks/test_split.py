"""The comparison measures what is installed, and says what it could not measure."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.conftest import PROJECT, Repository, new_repository

PEERS = {
    "josh-filter": 'git update-ref "$4" HEAD',  # takes the whole monorepo
    "splitsh-lite": "echo it hurts >&2; exit 3",
    "git-filter-repo": "exec sleep 100",
    # git subtree is not installed
}
"""Stand-ins for the peers, each with another fault."""


@dataclass
class Comparison:
    """One run of `benchmarks/split.py`. table, messages: what it printed for people. rows: by tool and scenario."""

    monorepo: Repository
    facts: dict[str, Any]
    printed: str
    plot: Path

    @property
    def rows(self) -> dict[tuple[str, str], dict[str, Any]]:
        return {(row["tool"], row["scenario"]): row for row in self.facts["summary"]}

    def line(self, tool: str) -> str:
        return next(line for line in self.printed.splitlines() if line.startswith(f"| {tool}"))


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    place = tmp_path_factory.mktemp("comparison")
    monorepo = new_repository(place / "monorepo")
    monorepo.commit("Begin", engine__main="1\n", site__index="a\n", README="all\n")
    monorepo.commit("Engine", engine__main="2\n")
    monorepo.commit("Readme", README="more\n")
    command = [sys.executable, str(PROJECT / "benchmarks" / "split.py"), str(monorepo.path), "--json", "--limit", "3"]
    options = ["--runs", "1", "--prefix", "engine", "--prefix", "site", "--plot", str(place / "plot.svg")]
    environment = os.environ | {"PATH": tools(place / "bin")}
    done = subprocess.run([*command, *options], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Comparison(monorepo, json.loads(done.stdout), done.stderr, place / "plot.svg")


def tools(folder: Path) -> str:
    """A PATH with git, what the stand-ins need, and the stand-ins."""
    folder.mkdir()
    for name in ("git", "sh", "sleep"):
        found = next(Path(place, name) for place in os.get_exec_path() if Path(place, name).is_file())
        (folder / name).symlink_to(found)
    for name, script in PEERS.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    return str(folder)


def test_ours_is_measured_cold_warm_and_with_new_commits_beside_git_itself(comparison: Comparison) -> None:
    measured = [key for key in comparison.rows if key[0] in ("multirepo", "git log --full-history")]
    expected = [("multirepo", scenario) for scenario in ("first", "nothing new", "10 new commits")]
    assert measured == [("git log --full-history", "first"), *expected]
    assert all(row["wall"] > 0 and row["cpu"] > 0 and row["peak_rss"] > 1 << 20 for row in comparison.rows.values())
    assert comparison.rows["multirepo", "first"]["to_reference"] > 0


def test_head_trees_are_compared_and_commits_counted(comparison: Comparison) -> None:
    rows = [row for (tool, _), row in comparison.rows.items() if tool == "multirepo"]
    assert [row["differing"] for row in rows] == [[], [], []]
    assert [row["commits"] for row in rows] == [3, 3, 13]
    assert comparison.facts["commits"] == 3
    assert comparison.line("multirepo").rstrip("| ").endswith("equal")


def test_a_peer_whose_head_tree_is_another_is_marked(comparison: Comparison) -> None:
    assert "DIFFER: engine, site" in comparison.line("josh-filter")


def test_a_peer_that_fails_is_named_with_what_it_said_and_the_others_go_on(comparison: Comparison) -> None:
    assert "not measured: failed" in comparison.line("splitsh-lite")
    assert "it hurts" in comparison.printed


def test_a_peer_over_its_time_is_stopped_and_that_is_said(comparison: Comparison) -> None:
    assert "stopped after 3 s" in comparison.line("git filter-repo")
    assert comparison.rows["git filter-repo", "first"]["to_ours"] is None


def test_the_plot_is_an_image_with_every_tool_that_was_measured(comparison: Comparison) -> None:
    texts = {element.text for element in ElementTree.parse(comparison.plot).iter() if element.tag.endswith("text")}
    assert {"multirepo", "josh-filter", "git filter-repo"} <= texts


def test_a_stopped_comparison_leaves_nothing_running_and_no_clones(tmp_path: Path) -> None:
    monorepo = new_repository(tmp_path / "monorepo")
    monorepo.commit("Begin", engine__main="1\n")
    path, temporary = tools(tmp_path / "bin"), tmp_path / "temporary"
    temporary.mkdir()
    script = tmp_path / "bin" / "josh-filter"
    script.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/process\nexec sleep 100\n")
    command = [sys.executable, str(PROJECT / "benchmarks" / "split.py"), str(monorepo.path), "--prefix", "engine"]
    environment = os.environ | {"PATH": path, "TMPDIR": str(temporary)}
    with subprocess.Popen([*command, "--peers", "josh-filter"], env=environment, stderr=subprocess.DEVNULL) as running:
        while not (tmp_path / "process").exists() or not (tmp_path / "process").read_text():
            assert running.poll() is None
            time.sleep(0.05)
        running.terminate()
    assert not Path("/proc", (tmp_path / "process").read_text().strip()).exists()
    assert not list(temporary.iterdir())
