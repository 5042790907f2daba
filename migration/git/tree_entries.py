"""Entries of a commit's tree, with their modes: files, links and submodules alike."""

import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from migration.git.command import object_named, run_git


def entries(git_dir: Path, revision: str) -> dict[str, str]:
    """Path to "mode id" of everything below the root."""
    found = {}
    for line in run_git("ls-tree", "-r", "-z", revision, directory=git_dir).split(b"\0")[:-1]:
        details, _, name = line.partition(b"\t")
        mode, _, object_id = details.decode().split(" ")
        found[name.decode(errors="surrogateescape")] = f"{mode} {object_id}"
    return found


def kinds_at(directory: Path, commit: str, paths: Iterable[str], *, user_config: bool = False) -> dict[str, str]:
    """Path to "blob", "tree" or "commit", of those paths that the commit has. Raises GitError."""
    literal = [f":(literal){path}" for path in paths]
    if not literal:
        return {}
    asked = ("ls-tree", "-z", "--full-tree", commit, *literal)
    listed = os.fsdecode(run_git(*asked, directory=directory, user_config=user_config))
    found = (line.partition("\t") for line in listed.split("\0")[:-1])
    return {path: facts.split(" ")[1] for facts, _, path in found}


def with_entries(git_dir: Path, tree: str, places: Mapping[str, str | None]) -> str:
    """The id of the tree with these entries, written into `git_dir`: "mode id", None for one that goes."""
    removed = f"0 {'0' * len(object_named(git_dir, tree))}"
    lines = [f"{entry or removed}\t{path}\0" for path, entry in places.items()]
    with tempfile.TemporaryDirectory(dir=git_dir) as folder:
        index = {"GIT_INDEX_FILE": f"{folder}/index"}
        run_git("read-tree", tree, directory=git_dir, variables=index)
        request = "".join(lines).encode(errors="surrogateescape")
        run_git("update-index", "-z", "--index-info", directory=git_dir, standard_input=request, variables=index)
        return run_git("write-tree", directory=git_dir, variables=index).decode().strip()
