"""Which folders of the monorepo are frozen, what was synced and returned, its archive: read from its tags.

The tag `frozen/<repository>` names the commit that froze the folders. Its message holds what the repository had got by
then, so that later commits are not synced, whichever machine runs, and whatever state is lost.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from migration.cutover.archiving import README
from migration.git.command import run_git
from migration.git.tree_entries import entries
from migration.plan import FROZEN_TAG, ROLLED_BACK_TAG, is_own_tag
from migration.split.splitting import Split
from migration.split.workspace import SplitHistory, has_commit

_HEAD = re.compile(r"^Head: (\w+)$", re.MULTILINE)
_TREE = re.compile(r"^Tree: (\w+)$", re.MULTILINE)
_TAG = re.compile(r"^Tag: (\w+) (\S+)$", re.MULTILINE)
_FORMAT = "%(refname)%00%(objectname)%00%(*objectname)%00%(contents)%00"


@dataclass(frozen=True, kw_only=True)
class DeliveredHistory:
    """What a repository got from the monorepo. head: of the split. tree: of the vendor branch's tip, "" for head's own.

    tags: name to object id.
    """

    head: str
    tree: str
    tags: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Frozen:
    """Folders of one repository that are frozen. commit: the monorepo's that did it. tag: id of the tag object."""

    commit: str
    tag: str
    carried: DeliveredHistory


def frozen_in(monorepo: Path) -> dict[str, Frozen]:
    """Every repository whose folders are frozen, by name. Reads refs alone. Raises GitError."""
    prefix = f"refs/tags/{FROZEN_TAG}"
    answer = run_git("for-each-ref", f"--format={_FORMAT}", prefix, directory=monorepo, user_config=True)
    fields = answer.decode(errors="surrogateescape").split("\0")[:-1]
    found = {}
    for ref, tag, commit, message in zip(*(fields[number::4] for number in range(4)), strict=True):
        if head := _HEAD.search(message):
            tree = _TREE.search(message)
            tags = {name: object_id for object_id, name in _TAG.findall(message)}
            carried = DeliveredHistory(head=head[1], tree=tree[1] if tree else "", tags=tags)
            found[ref.strip().removeprefix(prefix)] = Frozen(commit=commit, tag=tag, carried=carried)
    return found


def brought_back_in(monorepo: Path) -> dict[str, dict[str, str]]:
    """By repository, each commit of it up to which a rollback brought people's work back, with the monorepo's commit.

    Reads refs alone. Raises GitError.
    """
    form = "--format=%(refname:strip=3) %(contents:subject) %(*objectname)"
    prefix = f"refs/tags/{ROLLED_BACK_TAG}"
    listing = run_git("for-each-ref", form, prefix, directory=monorepo, user_config=True)
    found: dict[str, dict[str, str]] = {}
    for line in listing.decode(errors="surrogateescape").splitlines():
        name, _, source, commit = line.split(" ")
        found.setdefault(name.partition("/")[0], {})[source] = commit
    return found


def frozen_tag(git_dir: Path, repository: str, commit: str, carried: DeliveredHistory, date: str) -> str:
    """Write the tag object; its id. date: in git's raw format."""
    record = [f"Head: {carried.head}", *([f"Tree: {carried.tree}"] if carried.tree else [])]
    record += [f"Tag: {object_id} {name}" for name, object_id in sorted(carried.tags.items())]
    content = (
        f"object {commit}\ntype commit\ntag {FROZEN_TAG}{repository}\n"
        f"tagger multirepo <multirepo@users.noreply.github.com> {date}\n\n"
        f"{repository} is its own repository\n\n" + "\n".join(record) + "\n"
    )
    return run_git("mktag", directory=git_dir, standard_input=content.encode()).decode().strip()


def archive_tag(monorepo: Path, git_dir: Path, tip: str) -> str | None:
    """The object of the tag `archived-…` whose notice is the README at `tip`; None when it is not archived.

    git_dir: where `tip` is.
    """
    refs = "refs/tags/archived-*"
    listing = run_git(
        "for-each-ref", "--format=%(objectname) %(refname:strip=2)", refs, directory=monorepo, user_config=True
    )
    readme = entries(git_dir, tip).get(README)
    for line in listing.decode(errors="surrogateescape").splitlines():
        object_id, _, name = line.partition(" ")
        if is_own_tag(name) and entries(git_dir, f"{object_id}^{{commit}}").get(README) == readme:
            return object_id
    return None


def pinned(split: Split, frozen: Mapping[str, Frozen]) -> Split:
    """The split in which frozen repositories end where they ended when their folders were frozen."""
    histories = {
        name: _pinned(split.git_dir, history, frozen[name].carried) if name in frozen else history
        for name, history in split.histories.items()
    }
    return replace(split, histories=histories)


def _pinned(git_dir: Path, history: SplitHistory, carried: DeliveredHistory) -> SplitHistory:
    """With the counts of what was delivered: later commits of the folders are in no repository."""
    if carried.head == history.head or not has_commit(git_dir, carried.head):
        return replace(history, head=carried.head, tags=carried.tags)
    tips = (carried.head, *carried.tags.values())
    log = run_git("log", "--format=%P%x00%an <%ae>", *tips, directory=git_dir).decode(errors="surrogateescape")
    commits = [line.split("\0") for line in log.splitlines()]
    return replace(
        history,
        head=carried.head,
        tags=carried.tags,
        commits=len(commits),
        merges=sum(" " in parents for parents, _ in commits),
        authors=len({author for _, author in commits}),
        files=len(entries(git_dir, carried.head)),
    )
