"""What the plan's transforms make of each repository's newest tree, computed once for the same input.

It is the tree at the tip of the vendor branch; see migration/code_move/tip.py.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from migration.errors import TransformError
from migration.git.command import run_git
from migration.git.pack import write_to_disk
from migration.git.tree_changes import Changes, Files, Transform, transformed_tree
from migration.packages.locks.lock_files import Locking
from migration.plan import Plan, Repository
from migration.split.splitting import Split
from migration.transforms.blame_ignore_revs import blame_ignore_revs
from migration.transforms.inherited_files import inherit, inherited_inputs

if TYPE_CHECKING:  # slow to import
    from migration.transforms.renaming import Doubt

_MADE = "multirepo-tips.json"
"""Beside the split: each repository, the key of the input, and the tree."""

SHOWN = 5
"""Lines in a message."""

_CODE = Path(__file__).parent.parent


@dataclass(frozen=True, kw_only=True)
class _Tip:
    """tree: "" stands for the head's own. releases: what a lock file was made for, "" where none was.

    messages: one sentence for each lock file that must be updated by hand.
    """

    tree: str
    releases: str = ""
    messages: tuple[str, ...] = ()


def tip_trees(
    plan: Plan,
    split: Split,
    index_url: str | None,
    locking: Locking | None = None,
    report: Callable[[str], object] = lambda sentence: None,
    address: str = "",
) -> dict[str, str]:
    """By repository: the tree at the vendor branch's tip, where it is not that of the split's head.

    index_url: the simple index (PEP 503) of the private registry, None where there is none. locking: what brings lock
    files up to date. report: gets a sentence for each lock file that must be updated by hand. address: of the monorepo.
    Raises TransformError with the faults of all repositories, CodeMoveError.
    """
    record = split.git_dir / _MADE
    known = _known(record, split.git_dir)
    lists = split.monorepo_head if plan.history.blame_ignore_revs else ""
    common = [plan.model_dump_json(), lists, index_url, _code()]
    moves = [move for repository in plan.repositories for move in repository.moves]
    inherited = inherited_inputs(split.git_dir, split.monorepo_head, moves) + address
    made, faults = {}, list[str]()
    for repository in plan.repositories:
        history = split.histories.get(repository.name)
        if history is None or history.head is None:
            continue
        key = hashlib.sha256(json.dumps([*common, history.head, inherited]).encode()).hexdigest()
        tip = known.get((repository.name, key))
        if tip is None or (tip.releases and locking and tip.releases != locking.fingerprint):
            try:
                tip = _make(plan, repository, split, index_url, locking, address)
            except TransformError as error:
                faults.append(str(error))
                continue
        made[repository.name, key] = tip
        for sentence in tip.messages:
            report(sentence)
    if faults:
        raise TransformError("\n".join(faults))
    if made != known:
        write_to_disk(record, json.dumps([[*of, asdict(tip)] for of, tip in made.items()]).encode())
    return {name: tip.tree for (name, _), tip in made.items() if tip.tree}


def _make(
    plan: Plan, repository: Repository, split: Split, index_url: str | None, locking: Locking | None, address: str
) -> _Tip:
    from migration.transforms.applying import Transformed, transform  # slow to import, and mostly not needed

    done: list[Transformed] = []

    def planned(files: Files) -> Changes:
        done.append(transform(files, plan, repository, index_url, locking))
        return done[-1].changes

    head = split.histories[repository.name].head
    transforms: list[Transform] = [inherit(split.git_dir, repository, split.monorepo_head, str(head), address), planned]
    if plan.history.blame_ignore_revs:
        transforms.append(blame_ignore_revs(split.git_dir, repository.name, split.monorepo_head))
    tree = transformed_tree(split.git_dir, str(head), transforms) or ""
    messages = tuple(
        f"{repository.name}: {each.path} names dependencies as they were: {each.why}. In a clone, run in its folder: "
        f"{each.command}"
        for each in done[0].stale_lock_files
    )
    if done[0].doubts:
        messages = (*messages, _about_names(repository.name, done[0].doubts))
    return _Tip(
        tree=tree, releases=locking.fingerprint if locking and done[0].has_lock_files else "", messages=messages
    )


def _about_names(name: str, doubts: "Sequence[Doubt]") -> str:
    """How many lines still have the old name of a module, and how the plan settles them."""
    examples = ", ".join(f"{doubt.path}:{doubt.line}" for doubt in doubts[:SHOWN])
    more = f" and {len(doubts) - SHOWN} more" if len(doubts) > SHOWN else ""
    return (
        f"{name}: {len(doubts)} lines may still name a renamed module: {examples}{more}. They stay as they are. "
        f"Run ./multirepo preview-transforms {name}, change them with `transforms.replace_text`, or list their files "
        "with a reason under `transforms.kept_names` of the plan."
    )


def _known(record: Path, git_dir: Path) -> dict[tuple[str, str], _Tip]:
    """By repository and key, those whose trees are still there."""
    try:
        listed = [
            (name, key, _Tip(**{**tip, "messages": tuple(tip["messages"])}))
            for name, key, tip in json.loads(record.read_text())
        ]
    except (OSError, ValueError, TypeError, KeyError):
        return {}
    trees = "".join(f"{tip.tree}\n" for _, _, tip in listed if tip.tree)
    answer = run_git("cat-file", "--batch-check=%(objectname)", directory=git_dir, standard_input=trees.encode())
    existing = {"", *answer.decode().splitlines()}
    return {(name, key): tip for name, key, tip in listed if tip.tree in existing}


def _code() -> str:
    """Of the code that transforms: its next version may make something else of the same input."""
    digest = hashlib.sha256()
    for stage in ("git", "split", "packages", "transforms", "delivery"):
        files = sorted((_CODE / stage).rglob("*.py"))
        if not files:
            raise FileNotFoundError(f"{_CODE / stage}: no Python modules. The cache key would miss code changes.")
        for file in files:
            digest.update(file.read_bytes())
    return digest.hexdigest()
