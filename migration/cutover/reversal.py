"""The plan's transforms backwards: files of a new repository as the monorepo would have them.

What the transforms changed and people left is the original again, byte for byte: git merges the difference between
the transformed tree and the original into what people made of it. What people wrote since in the new words, such as an
import of a renamed module, is put into the old ones first. Where people changed the very lines that a transform had
changed, theirs stay, and the file is listed.
"""

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import NormalizedName, canonicalize_name

from migration.git.command import object_named, run_git
from migration.git.merge import merged_tree
from migration.git.tree_changes import Changes, Files, Transform, transformed_tree
from migration.packages.manifests.dependency_rules import dependency_rules
from migration.packages.manifests.path_restoration import with_paths
from migration.plan import Plan, Repository
from migration.transforms.consumed_modules import consumed_modules
from migration.transforms.renaming import rename_modules

_NOBODY = {
    f"GIT_{role}_{part}": text
    for role in ("AUTHOR", "COMMITTER")
    for part, text in (("NAME", "multirepo"), ("EMAIL", "multirepo@localhost"), ("DATE", "@0 +0000"))
}


@dataclass(frozen=True, kw_only=True)
class Reversal:
    """How one repository's trees go back. managed: files that the stack wrote, which stay in the new repository."""

    plan: Plan
    repository: Repository
    index_url: str | None
    managed: Mapping[str, str]

    def tree(self, git_dir: Path, worked_on: str, transformed: str, original: str) -> tuple[str, tuple[str, ...]]:
        """The tree that goes back, and the files in which a transform could not be undone.

        worked_on, transformed: trees, of people's commit and of the vendor branch's tip that it goes on from.
        original: the split's tree at that tip.
        """
        backwards = [self._backwards(git_dir, original)]
        changed = transformed_tree(git_dir, worked_on, [self._without_managed(git_dir, original), *backwards])
        base = transformed_tree(git_dir, transformed, backwards)
        return _merge(git_dir, base or transformed, original, changed or worked_on)

    def _without_managed(self, git_dir: Path, original: str) -> Transform:
        def transform(files: Files) -> Changes:
            unchanged = {path for path, text in self.managed.items() if path in files and files[path] == text.encode()}
            before = _contents(git_dir, original, unchanged)
            return Changes(contents={path: before.get(path) for path in unchanged})

        return transform

    def _backwards(self, git_dir: Path, original: str) -> Transform:
        def transform(files: Files) -> Changes:
            names = {new: old for old, new in self.repository.transforms.rename_modules.items()}
            consumed = {new: old for old, new in consumed_modules(self.plan, self.repository).items()}
            present_files = {path: files[path] for path in files}
            present = {new: old for new, old in names.items() if _is_there(new, present_files)}
            renaming = rename_modules(present_files, present, consumed)
            contents = dict(renaming.changes)
            now = {path: text for path, text in (present_files | contents).items() if text is not None}
            manifests = [path for path in now if path.endswith("pyproject.toml")]
            originals = dict.fromkeys(_paths(git_dir, original), b"") | _contents(git_dir, original, manifests)
            rules = dependency_rules(self.plan, self.repository, self.index_url)
            contents |= with_paths(now, originals, self._folders(), rules)
            return Changes(contents=contents, moves=renaming.moves)

        return transform

    def _folders(self) -> dict[NormalizedName, str]:
        """Where each private package lies, seen from the root of this repository's first move."""
        home_folder = self.repository.moves[0].source
        return {
            canonicalize_name(package.name): posixpath.relpath(
                posixpath.join(home.moves[0].source, package.path), home_folder
            )
            for home in self.plan.repositories
            if home.moves
            for package in home.packages
        }


def _is_there(module: str, files: Iterable[str]) -> bool:
    folder = module.replace(".", "/")
    return any(f"/{folder}/" in f"/{path}" or f"/{path}".endswith(f"/{folder}.py") for path in files)


def _paths(git_dir: Path, tree: str) -> list[str]:
    listed = run_git("ls-tree", "-r", "-z", "--name-only", tree, directory=git_dir)
    return listed.decode(errors="surrogateescape").split("\0")[:-1]


def _contents(git_dir: Path, tree: str, paths: Iterable[str]) -> dict[str, bytes]:
    """Those of the files that exist."""
    existing = set(_paths(git_dir, tree))
    return {
        path: run_git("cat-file", "blob", f"{tree}:{path}", directory=git_dir) for path in paths if path in existing
    }


def _merge(git_dir: Path, base: str, original: str, worked_on: str) -> tuple[str, tuple[str, ...]]:
    """The difference from `base` to `original`, brought into `worked_on`, which wins on the same lines."""
    if worked_on == base:
        return original, ()
    if original == base:
        return worked_on, ()
    start = _commit(git_dir, base)
    sides = [_commit(git_dir, worked_on, start), _commit(git_dir, original, start)]
    tree, *conflicting = merged_tree(git_dir, *sides)
    if not conflicting:
        return tree, ()
    contents = _contents(git_dir, worked_on, conflicting)
    restored = transformed_tree(
        git_dir, tree, [lambda _: Changes(contents={path: contents.get(path) for path in conflicting})]
    )
    return restored or tree, tuple(sorted(conflicting))


def _commit(git_dir: Path, tree: str, *parents: str) -> str:
    named = [argument for parent in parents for argument in ("-p", parent)]
    written = run_git("commit-tree", tree, *named, "-m", "For a merge", directory=git_dir, variables=_NOBODY)
    return written.decode().strip()


def tree_of(git_dir: Path, commit: str) -> str:
    """The id of a commit's tree."""
    return object_named(git_dir, f"{commit}^{{tree}}")
