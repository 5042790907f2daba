"""All transforms that the plan gives one repository, applied to the files of its newest commit, one after the other."""

from collections.abc import Mapping
from dataclasses import dataclass

from migration.errors import ManifestError, TransformError
from migration.git.tree_changes import Changes, Files
from migration.packages.locks.lock_files import Locking, StaleLockFile, beside, relocked
from migration.packages.manifests.conversion import with_versions
from migration.packages.manifests.dependency_rules import dependency_rules
from migration.plan import Plan, Repository
from migration.transforms.consumed_modules import consumed_modules
from migration.transforms.renaming import Doubt, RenameError, rename_modules, unsettled


@dataclass(frozen=True, kw_only=True)
class Transformed:
    """What the transforms change. doubts: lines where a renamed module may be meant, and that the plan does not keep.

    outside_syntax: lines of comments and documents that a renaming changed.
    has_lock_files: beside manifests whose dependencies changed. stale_lock_files: those of them that could not be
    brought up to date.
    """

    changes: Changes
    doubts: tuple[Doubt, ...]
    outside_syntax: tuple[Doubt, ...]
    has_lock_files: bool
    stale_lock_files: tuple[StaleLockFile, ...]


def transform(
    files: Files, plan: Plan, repository: Repository, index_url: str | None, locking: Locking | None = None
) -> Transformed:
    """Apply the transforms of `repository`, in the order in which the plan's reference lists them.

    index_url: the simple index (PEP 503) of the private registry; None for what is built, which names no source.
    locking: what lock files are updated with; without it, they are reported as stale.
    Raises TransformError.
    """
    transforms = repository.transforms
    try:
        rules = dependency_rules(plan, repository, index_url)
        manifests = with_versions(files, rules)
        now = {**files, **manifests}
        renaming = rename_modules(now, transforms.rename_modules, consumed_modules(plan, repository))
    except (ManifestError, RenameError) as error:
        raise TransformError(f"{repository.name}: {error}") from error
    for path, content in renaming.changes.items():
        if content is None:
            del now[path]
        else:
            now[path] = content
    now |= {path: _replace(now, path, passages, repository.name) for path, passages in transforms.replace_text.items()}
    now |= {path: content.encode() for path, content in transforms.add_files.items()}
    locked, stale = relocked(now, manifests, rules, locking)
    now |= locked
    contents: dict[str, bytes | None] = {path: None for path in files if path not in now}
    contents |= {path: content for path, content in now.items() if path not in files or files[path] != content}
    return Transformed(
        changes=Changes(contents=contents, moves=renaming.moves),
        doubts=unsettled(renaming.doubts, now, transforms.kept_names),
        outside_syntax=renaming.outside_syntax,
        has_lock_files=bool(beside(now, manifests)),
        stale_lock_files=stale,
    )


def _replace(files: Mapping[str, bytes], path: str, passages: Mapping[str, str], repository: str) -> bytes:
    where = f"{repository}: `transforms.replace_text` names {path}"
    if path not in files:
        raise TransformError(f"{where}, which does not exist there. Correct the path in the plan.")
    content = files[path]
    for passage, text in passages.items():
        if passage.encode() not in content:
            raise TransformError(
                f"{where}, and the passage {passage!r} is not in it. The monorepo may have changed it: look at the "
                "file, and correct or remove the passage in the plan."
            )
        content = content.replace(passage.encode(), text.encode())
    return content
