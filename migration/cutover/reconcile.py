"""The monorepo as the stack wants it: some folders frozen, others unfrozen with people's work, archived or not.

Everything is one atomic push that starts at the commit which was split. A push that comes in between wins: then nothing
happens, and the next run carries their commits first.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from packaging.version import VERSION_PATTERN

from migration.cutover.archiving import archive
from migration.cutover.bringing_back import BroughtBack
from migration.cutover.freezing import (
    FrozenFolders,
    freeze,
    other_pipelines,
    pipelines_to_restore,
    unfreeze,
    updates_to_restore,
)
from migration.cutover.frozen import DeliveredHistory, archive_tag, brought_back_in, frozen_in, frozen_tag
from migration.errors import CarryRefusedError
from migration.git.command import GitError, run_git
from migration.git.merge import merged
from migration.git.remote import Remote
from migration.git.tree_changes import TreeFiles, transformed_tree
from migration.git.tree_entries import entries, with_entries
from migration.plan import FROZEN_TAG, ROLLED_BACK_TAG

_IDENTITY = {
    f"GIT_{role}_{part}": text
    for role in ("AUTHOR", "COMMITTER")
    for part, text in (("NAME", "multirepo"), ("EMAIL", "multirepo@users.noreply.github.com"))
}
_VERSION = re.compile(VERSION_PATTERN, re.VERBOSE | re.IGNORECASE)
BROUGHT_BACK = "brought-back/"
"""Before a repository's name, the branch of the monorepo with work that people have to merge themselves."""

BringBack = Callable[[str, str, Mapping[str, str]], BroughtBack]
"""From a repository's name, the monorepo's commit for work that goes on from nothing of it, and what was brought back
before, to the monorepo's commit with the work that people did there."""


@dataclass(frozen=True, kw_only=True)
class MonorepoTarget:
    """The monorepo's desired state. head: the commit that was split, and synced.

    frozen: by repository, with what it got. unfrozen: those that were rolled back.
    links: name to web address of every repository, for the notice of an archived monorepo.
    """

    name: str
    branch: str
    head: str
    frozen: Mapping[str, tuple[FrozenFolders, DeliveredHistory]]
    unfrozen: Mapping[str, FrozenFolders]
    archived: bool
    links: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ReconcileResult:
    """The result. pipelines: of the monorepo that go on and name a frozen folder.

    listed: by repository, what a person must look at of the work that was brought back, or that came too late.
    waiting: repositories whose work waits in a branch for people to merge it.
    """

    pipelines: tuple[str, ...]
    listed: Mapping[str, tuple[str, ...]]
    waiting: tuple[str, ...]


def waiting_branches(monorepo: Path, default_branch: str) -> dict[str, str]:
    """By repository, the branch of the monorepo with work that nobody merged yet. Raises GitError."""
    unmerged = ("--no-merged", f"refs/heads/{default_branch}", "--format=%(refname:strip=2)")
    listing = run_git("for-each-ref", *unmerged, f"refs/heads/{BROUGHT_BACK}", directory=monorepo, user_config=True)
    branches = listing.decode(errors="surrogateescape").splitlines()
    return {branch.removeprefix(BROUGHT_BACK): branch for branch in branches}


class MonorepoReconciler:
    """One look at a monorepo, and what it takes. git_dir: of the split, which borrows the monorepo's objects."""

    def __init__(self, target: MonorepoTarget, monorepo: Path, git_dir: Path, bring_back: BringBack) -> None:
        self._target, self._monorepo, self._git_dir, self._bring_back = target, monorepo, git_dir, bring_back
        self._head = self._named(f"refs/heads/{target.branch}")
        self._records = frozen_in(monorepo)
        self._now = f"{int(datetime.now(UTC).timestamp())} +0000"
        self._refs: dict[str, str | None] = {}
        self._listed: dict[str, tuple[str, ...]] = {}
        self._waiting: list[str] = []

    def keep(self, remote: Remote) -> ReconcileResult:
        """Bring it about. Raises CarryRefusedError when the monorepo moved on, RemoteError, GitError."""
        target, tip = self._target, self._head
        if not target.archived:
            tip = self._without_archive_notice(tip)
        for name, folders in target.unfrozen.items():
            origin = self._head
            if name in self._records:
                origin = f"{self._records[name].commit}^"
                tip = self._unfrozen(tip, name, folders)
            tip = self._with_work(tip, name, origin)
        new = [name for name in target.frozen if name not in self._records]
        if new and self._head != target.head:
            raise CarryRefusedError(
                f"Somebody pushed to the monorepo while this ran ({target.head[:12]} to {self._head[:12]}), so no "
                "folder was frozen yet. Run pulumi up again: it syncs those commits first."
            )
        if new:
            tip = self._frozen(tip, new)
        if target.archived:
            tip = self._archive(tip)
        self._push(remote, tip)
        with TreeFiles(self._git_dir, tip) as files:
            folders_now = [folder for folders, _ in target.frozen.values() for folder in folders.folders]
            pipelines = tuple(other_pipelines(files, folders_now)) if folders_now else ()
        return ReconcileResult(pipelines=pipelines, listed=self._listed, waiting=tuple(self._waiting))

    def _push(self, remote: Remote, tip: str) -> None:
        refs = ({} if tip == self._head else {f"refs/heads/{self._target.branch}": tip}) | self._refs
        if refs:
            remote.push(self._git_dir, refs)

    def _frozen(self, tip: str, new: list[str]) -> str:
        every = [folders for folders, _ in self._target.frozen.values()]
        names = ", ".join(new)
        emptied = tuple(f"{folder}/" for each in every if each.repository in new for folder in each.emptied)
        removed = [path for path in entries(self._git_dir, tip) if emptied and path.startswith(emptied)]
        tree = with_entries(self._git_dir, f"{tip}^{{tree}}", dict.fromkeys(removed))
        tree = transformed_tree(self._git_dir, tree, [lambda files: freeze(files, every, new)]) or tree
        urls = "".join(f"- {self._target.frozen[name][0].url}\n" for name in new)
        message = f"Freeze the folders of {names}\n\nWork goes on in:\n{urls}"
        commit = self._commit(tree, [tip], message)
        for name in new:
            tag = frozen_tag(self._git_dir, name, commit, self._target.frozen[name][1], self._now)
            self._refs[f"refs/tags/{FROZEN_TAG}{name}"] = tag
        return commit

    def _unfrozen(self, tip: str, name: str, folders: FrozenFolders) -> str:
        record = self._records[name]
        still = [frozen for other, (frozen, _) in self._target.frozen.items() if other in self._records]
        with ExitStack() as opened:
            before, after, now = (
                opened.enter_context(TreeFiles(self._git_dir, f"{commit}^{{tree}}"))
                for commit in (f"{record.commit}^", record.commit, tip)
            )
            updates, edited = updates_to_restore(before, after, now)
            restored = [*pipelines_to_restore(before, after, now, still), *updates]
        before_it, at_it, now_it = (
            entries(self._git_dir, commit) for commit in (f"{record.commit}^", record.commit, tip)
        )
        within = tuple(f"{folder}/" for folder in folders.emptied)
        emptied = {path: entry for path, entry in before_it.items() if within and path.startswith(within)}
        notices = {path: None for path, entry in at_it.items() if within and path.startswith(within)}
        late = [path for path in emptied if now_it.get(path) not in (None, at_it.get(path), emptied[path])]
        if late or edited:
            self._listed[name] = (*late, *edited)
        places = notices | emptied | {path: before_it[path] for path in restored}
        tree = with_entries(self._git_dir, f"{tip}^{{tree}}", places)
        tree = transformed_tree(self._git_dir, tree, [lambda files: unfreeze(files, [folders], still)]) or tree
        commit = self._commit(
            tree, [tip], f"Unfreeze the folders of {name}\n\nThe monorepo is the place to work again.\n"
        )
        self._refs[f"refs/tags/{FROZEN_TAG}{name}"] = None
        return commit

    def _with_work(self, tip: str, name: str, origin: str) -> str:
        """With what people did in the repository and is not in the monorepo yet."""
        brought = self._bring_back(name, origin, brought_back_in(self._monorepo).get(name, {}))
        if brought.listed:
            self._listed[name] = tuple(sorted({*self._listed.get(name, ()), *brought.listed}))
        if brought.commits:
            tag = f"{ROLLED_BACK_TAG}{name}/{brought.source[:12]}"
            self._refs[f"refs/tags/{tag}"] = self._annotated(tag, brought.head, f"Head: {brought.source}")
        return self._merge(tip, name, brought.head)

    def _merge(self, tip: str, name: str, work: str) -> str:
        """With people's work; where it and the monorepo changed the same lines, it waits in a branch."""
        result = merged(self._git_dir, tip, work, f"Bring back the work of {name}")
        if isinstance(result, str):
            return result
        if not self._has(f"refs/heads/{BROUGHT_BACK}{name}"):
            self._refs[f"refs/heads/{BROUGHT_BACK}{name}"] = work
        self._waiting.append(name)
        return tip

    def _archive(self, tip: str) -> str:
        if archive_tag(self._monorepo, self._git_dir, tip):
            return tip
        today = datetime.now(UTC)
        with TreeFiles(self._git_dir, tip) as files:
            changes = archive(files, self._target.name, self._target.links, f"{today:%Y-%m-%d}", self._last_version())
        tree = transformed_tree(self._git_dir, tip, [lambda _: changes]) or f"{tip}^{{tree}}"
        commit = self._commit(tree, [tip], "Archive repository - migrated to multi-repo structure\n")
        names = [f"archived-{today:%Y%m%d}", *(f"archived-{today:%Y%m%d}.{number}" for number in range(2, 100))]
        tag = next(name for name in names if not self._has(f"refs/tags/{name}"))
        self._refs[f"refs/tags/{tag}"] = self._annotated(tag, commit, "The monorepo is archived")
        return commit

    def _without_archive_notice(self, tip: str) -> str:
        tag = archive_tag(self._monorepo, self._git_dir, tip)
        if not tag:
            return tip
        back = {path: entry for path, entry in entries(self._git_dir, f"{tag}^{{commit}}^").items() if _is_readme(path)}
        readmes = [path for path in entries(self._git_dir, tip) if _is_readme(path)]
        tree = with_entries(self._git_dir, f"{tip}^{{tree}}", {**dict.fromkeys(readmes), **back})
        return self._commit(tree, [tip], "Take the repository out of the archive\n")

    def _last_version(self) -> str:
        """The youngest tag that is a version of the whole monorepo: one without "/", which packages' tags have."""
        order = ("--sort=-version:refname", "--sort=-creatordate")
        listing = run_git(
            "for-each-ref", "--format=%(refname:strip=2)", f"--merged={self._head}", *order, "refs/tags",
            directory=self._monorepo, user_config=True,
        )  # fmt: skip
        tags = listing.decode(errors="replace").splitlines()
        return next((tag for tag in tags if _VERSION.fullmatch(tag)), f"none (commit {self._head[:12]})")

    def _annotated(self, name: str, commit: str, message: str) -> str:
        content = (
            f"object {commit}\ntype commit\ntag {name}\n"
            f"tagger multirepo <multirepo@users.noreply.github.com> {self._now}\n\n{message}\n"
        )
        return run_git("mktag", directory=self._git_dir, standard_input=content.encode()).decode().strip()

    def _commit(self, tree: str, parents: list[str], message: str) -> str:
        named = [argument for parent in parents for argument in ("-p", parent)]
        dates = {f"GIT_{role}_DATE": self._now for role in ("AUTHOR", "COMMITTER")}
        written = run_git(
            "commit-tree", tree, *named, directory=self._git_dir, standard_input=message.encode(),
            variables=_IDENTITY | dates,
        )  # fmt: skip
        return written.decode().strip()

    def _named(self, ref: str) -> str:
        return run_git("rev-parse", "--verify", ref, directory=self._monorepo, user_config=True).decode().strip()

    def _has(self, ref: str) -> bool:
        try:
            self._named(ref)
        except GitError:
            return False
        return True


def _is_readme(path: str) -> bool:
    return "/" not in path and path.lower().startswith("readme")
