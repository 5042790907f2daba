"""Histories of other projects that were joined into a folder: git subtree, `merge -s subtree`, `read-tree --prefix`."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from migration.desired_state.code_selection import CodeSelection
from migration.errors import SplitError
from migration.git.command import run_git
from migration.split.graph.kept_commits import CommitGraph
from migration.split.graph.source_history import SourceHistory
from migration.split.graph.validity import Validity, brought_in, commits_after, unrelated_parents
from migration.split.objects.messages import CommitIds


@dataclass(frozen=True)
class Join:
    """A merge that put the files of an unrelated history into a folder. merge, parent: positions in the history."""

    merge: int
    parent: int
    folder: str


Folders = dict[str, str]
"""What is known of unrelated parents: "merge parent" as ids -> the folder that got its files; "" for none."""


def find_joins(git_dir: Path, graph: CommitGraph, source_ids: Sequence[bytes], known: Folders) -> list[Join]:
    """Every join in the history, the oldest first. source_ids: by position. known: is added to."""
    joins = []
    for merge, parent in unrelated_parents(graph):
        ids = source_ids[merge].hex(), source_ids[parent].hex()
        key = " ".join(ids)
        if key not in known:
            known[key] = _folder_with(git_dir, *ids)
        if known[key]:
            joins.append(Join(merge, parent, known[key]))
    return joins


def _folder_with(git_dir: Path, merge: str, parent: str) -> str:
    """The folder of the merge that has just the files of the parent; "" when there is none."""
    tree = run_git("rev-parse", f"{parent}^{{tree}}", directory=git_dir).decode().strip()
    listing = run_git("ls-tree", "-r", "-d", "-z", "--full-tree", merge, directory=git_dir)
    entries = (line.partition("\t") for line in os.fsdecode(listing).split("\0")[:-1])
    return next((path for facts, _, path in entries if facts.endswith(f" {tree}")), "")


def read_joins(git_dir: Path, head: str) -> list[tuple[str, str, str]]:
    """(merge, joined parent, folder) of every join behind a commit, as ids; the oldest first."""
    graph, positions = CommitGraph(), dict[bytes, int]()
    listing = run_git("rev-list", "--topo-order", "--reverse", "--parents", head, directory=git_dir)
    for line in listing.splitlines():
        commit, *parents = (bytes.fromhex(commit.decode()) for commit in line.split())
        positions[commit] = graph.append(*[positions[parent] for parent in parents])
    ids = [b"", b"", *positions]
    joins = find_joins(git_dir, graph, ids, {})
    return [(ids[join.merge].hex(), ids[join.parent].hex(), join.folder) for join in joins]


def foreign_commits(graph: CommitGraph, joins: Iterable[Join]) -> bytearray:
    """1 for each commit that belongs to a joined history, by position."""
    foreign = bytearray(len(graph) + 2)
    for join in joins:
        foreign = bytearray(map(max, foreign, brought_in(graph, join.merge, [join.parent])))
    return foreign


def validity_of(
    selections: Mapping[str, CodeSelection], history: SourceHistory, ids: CommitIds, joins: Sequence[Join]
) -> Validity | None:
    """In which commits each name counts; None when every name counts in all of them.

    Raises SplitError for a commit in the plan that the history does not have, or that joins nothing.
    """
    entries = [
        (repository, entry)
        for repository, selection in selections.items()
        for move in selection.all_moves
        for entry in move.entries
    ]
    if not joins and not any(entry.until or entry.joined_by for _, entry in entries):
        return None
    graph = history.graph
    foreign = foreign_commits(graph, joins)
    merges: dict[str, tuple[int, list[int]]] = {}
    after: dict[str, bytearray] = {}
    for repository, entry in entries:
        if entry.until and entry.until not in after:
            after[entry.until] = commits_after(graph, _position(repository, "until", entry.until, ids))
        if entry.joined_by and entry.joined_by not in merges:
            merge = _position(repository, "joined_by", entry.joined_by, ids)
            merges[entry.joined_by] = merge, _joined_parents(repository, entry.joined_by, merge, graph, joins)
    for merge, parents in merges.values():
        foreign = bytearray(map(max, foreign, brought_in(graph, merge, parents)))
    joined = {name: brought_in(graph, merge, parents, foreign) for name, (merge, parents) in merges.items()}
    return Validity(foreign, joined, after)


def _position(repository: str, key: str, commit: str, ids: CommitIds) -> int:
    found = ids.beginning_with(commit)
    if len(found) != 1:
        problem = "no commit of the history begins so" if not found else f"{len(found)} commits begin so"
        raise SplitError(f"{repository}: `{key}: {commit}` in `earlier`: {problem}. Name one commit by its id.")
    return found[0]


def _joined_parents(repository: str, commit: str, merge: int, graph: CommitGraph, joins: Sequence[Join]) -> list[int]:
    parents = list(dict.fromkeys(graph.parents_of(merge)))
    if len(parents) < 2:
        raise SplitError(
            f"{repository}: `joined_by: {commit}` in `earlier`: the commit is not a merge, so it joined no history. "
            "Name the merge that brought the other project in."
        )
    return [join.parent for join in joins if join.merge == merge] or parents[1:]
