"""The tools that are compared: how each splits folders out of a clone, and where it leaves the result."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from measuring import Usage, git, measure


@dataclass(frozen=True)
class ToolResult:
    """heads: by prefix, the repository and the commit that the new history ends in.

    python_peak_rss: ours only: the largest that our Python process alone was, in bytes.
    """

    usage: Usage
    heads: Mapping[str, tuple[Path, str]]
    python_peak_rss: int | None = None


Split = Callable[[Path, Sequence[str], float], ToolResult]
"""Called with (folder with a bare clone `monorepo.git` in it, prefixes, seconds it may take)."""


@dataclass(frozen=True)
class Tool:
    """A tool of the comparison.

    program: what has to be installed, on PATH or among git's own programs.
    goes_on: whether a second run on the same clone uses what the first one left.
    prefixes: how many folders it is given at most. once: it is too slow for a second round.
    """

    name: str
    program: str
    split: Split
    goes_on: bool = False
    prefixes: int | None = None
    once: bool = False

    def installed(self) -> bool:
        """Whether it can be run here."""
        return shutil.which(self.program, path=os.pathsep.join([*os.get_exec_path(), git("--exec-path")])) is not None


REFERENCE = "git log --full-history"
"""The floor: git itself, walking the history and comparing the trees of all the folders, and printing ids only."""


def _full_history(place: Path, prefixes: Sequence[str], limit: float) -> ToolResult:
    command = ["git", "log", "--full-history", "--parents", "--format=%H", "HEAD", "--", *prefixes]
    return ToolResult(measure(command, place / "monorepo.git", limit), {})


def _graph(place: Path, prefixes: Sequence[str], limit: float) -> ToolResult:
    return ToolResult(measure(["git", "log", "--format=%H %T %P", "HEAD"], place / "monorepo.git", limit), {})


def _multirepo(place: Path, prefixes: Sequence[str], limit: float) -> ToolResult:
    command = [
        sys.executable,
        "-m",
        "benchmarks.ours",
        str(place / "monorepo.git"),
        str(place / "workspace"),
        *prefixes,
    ]
    usage = measure(command, place, limit)
    if not usage.finished:
        return ToolResult(usage, {})
    result = json.loads(usage.output)
    heads = {prefix: (Path(result["git_dir"]), head) for prefix, head in result["heads"].items()}
    return ToolResult(usage, heads, result["python_peak_rss"])


def _josh(place: Path, prefixes: Sequence[str], limit: float) -> ToolResult:
    """One run for each folder. They share a cache, which josh keeps in the clone."""

    def command(prefix: str, ref: str) -> list[str]:
        return ["josh-filter", f":/{prefix}", "HEAD", "--update", ref]

    return _one_by_one(place / "monorepo.git", prefixes, limit, command)


def _splitsh(place: Path, prefixes: Sequence[str], limit: float) -> ToolResult:
    """One run for each folder, each with a cache of its own in the clone."""
    clone = place / "monorepo.git"

    def command(prefix: str, ref: str) -> list[str]:
        return ["splitsh-lite", "--path", str(clone), "--origin", "HEAD", "--prefix", prefix, "--target", ref]

    return _one_by_one(clone, prefixes, limit, command)


def _subtree(place: Path, prefixes: Sequence[str], limit: float) -> ToolResult:
    """It wants a work tree, and the folder in it."""
    clone = place / "work-tree"
    git("clone", "--quiet", "--no-checkout", "monorepo.git", clone.name, directory=place)
    for prefix in prefixes:
        (clone / prefix).mkdir(parents=True, exist_ok=True)

    def command(prefix: str, ref: str) -> list[str]:
        return [
            "git",
            "subtree",
            "split",
            "-q",
            f"--prefix={prefix}",
            f"--branch={ref.rpartition('/')[2]}",
            "HEAD",
        ]

    return _one_by_one(clone, prefixes, limit, command)


def _one_by_one(
    clone: Path, prefixes: Sequence[str], limit: float, command: Callable[[str, str], list[str]]
) -> ToolResult:
    """One command for each folder, that leaves its result in a ref."""
    total, heads = Usage(0, 0, 0, ""), {}
    for number, prefix in enumerate(prefixes):
        ref = f"refs/heads/split-{number}"
        total += measure(command(prefix, ref), clone, limit - total.wall)
        if not total.finished:
            break
        heads[prefix] = (clone, git("rev-parse", ref, directory=clone))
    return ToolResult(total, heads)


def _filter_repo(place: Path, prefixes: Sequence[str], limit: float) -> ToolResult:
    """It rewrites the clone, so each folder has one of its own. Making them is not measured, its closing gc is."""
    total, heads = Usage(0, 0, 0, ""), {}
    for number, prefix in enumerate(prefixes):
        clone = place / f"filter-repo-{number}.git"
        git("clone", "--quiet", "--bare", "monorepo.git", clone.name, directory=place)
        command = ["git-filter-repo", "--force", "--quiet", "--subdirectory-filter", prefix]
        total += measure(command, clone, limit - total.wall)
        if not total.finished:
            break
        heads[prefix] = (clone, git("rev-parse", "HEAD", directory=clone))
    return ToolResult(total, heads)


REFERENCES = (Tool(REFERENCE, "git", _full_history), Tool("git log, graph only", "git", _graph))
OURS = Tool("multirepo", "git", _multirepo, goes_on=True)
PEERS = (
    Tool("josh-filter", "josh-filter", _josh, goes_on=True),
    Tool("git filter-repo", "git-filter-repo", _filter_repo),
    Tool("splitsh-lite", "splitsh-lite", _splitsh, goes_on=True),
    Tool("git subtree", "git-subtree", _subtree, prefixes=1, once=True),
)
