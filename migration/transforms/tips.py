"""What the plan's transforms make of each repository's newest tree, computed once for the same input.

It is the tree at the tip of the vendor branch; see migration/code_move/tip.py.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from migration.code_move.git_objects import run_git
from migration.code_move.pack import write_to_disk
from migration.code_move.splitting import Split
from migration.code_move.tip import blame_ignore_revs
from migration.code_move.tree_changes import Changes, Files, Transform, transformed_tree
from migration.plan import Plan, Repository

_MADE = "multirepo-tips.json"
"""Beside the split: each repository, the key of the input, and the tree."""

_CODE = Path(__file__).parent.parent


def tip_trees(plan: Plan, split: Split, index_url: str | None) -> dict[str, str]:
    """By repository: the tree at the vendor branch's tip, where it is not that of the split's head.

    index_url: the simple index (PEP 503) of the private registry, None where there is none.
    Raises TransformError, CodeMoveError.
    """
    record = split.git_dir / _MADE
    known = _known(record, split.git_dir)
    lists = split.monorepo_head if plan.history.blame_ignore_revs else ""
    common = [plan.model_dump_json(), lists, index_url, _code()]
    made = {}
    for repository in plan.repositories:
        history = split.histories.get(repository.name)
        if history is None or history.head is None:
            continue
        key = hashlib.sha256(json.dumps([*common, history.head]).encode()).hexdigest()
        tree = known.get((repository.name, key))
        if tree is None:
            tree = transformed_tree(split.git_dir, history.head, _transforms(plan, repository, split, index_url)) or ""
        made[repository.name, key] = tree
    if made != known:
        write_to_disk(record, json.dumps([[*of, tree] for of, tree in made.items()]).encode())
    return {name: tree for (name, _), tree in made.items() if tree}


def _transforms(plan: Plan, repository: Repository, split: Split, index_url: str | None) -> Iterator[Transform]:
    from migration.transforms.applying import transform  # slow to import, and mostly not needed

    def planned(files: Files) -> Changes:
        return transform(files, plan, repository, index_url).changes

    yield planned
    if plan.history.blame_ignore_revs:
        yield blame_ignore_revs(split.git_dir, repository.name, split.monorepo_head)


def _known(record: Path, git_dir: Path) -> dict[tuple[str, str], str]:
    """(repository, key) to tree, of those that are still there; "" stands for the head's own tree."""
    try:
        known = {(name, key): tree for name, key, tree in json.loads(record.read_text())}
    except (OSError, ValueError):
        return {}
    trees = "".join(f"{tree}\n" for tree in known.values() if tree)
    answer = run_git("cat-file", "--batch-check=%(objectname)", directory=git_dir, standard_input=trees.encode())
    there = {"", *answer.decode().splitlines()}
    return {of: tree for of, tree in known.items() if tree in there}


def _code() -> str:
    """Of the code that transforms: its next version may make something else of the same input."""
    digest = hashlib.sha256()
    for stage in ("code_move", "packages", "transforms"):
        for file in sorted((_CODE / stage).rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()
