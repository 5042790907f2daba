"""What changes in the monorepo's files when folders are frozen, and when they are unfrozen again. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from migration.cutover.update_bots import DEPENDABOT, RENOVATE, without_folders
from migration.cutover.workflows import is_workflow, lies_in, mentions
from migration.desired_state.managed_files import CODE_OWNERS_PATHS
from migration.git.tree_changes import Changes, Files

_BEGIN, _END = "# Frozen folders: begin (written by multirepo)", "# Frozen folders: end"


@dataclass(frozen=True, kw_only=True)
class FrozenFolders:
    """What one repository owns. owners: who are asked for a review of changes there, as CODEOWNERS writes them.

    in_place: the notice is in the folder and replaces its files; otherwise beside it.
    staying: paths whose files stay, so that the notice is beside them in any case: single files, and folders with files
        that other repositories take, too.
    targets: folder to its folder in the repository, where that is not the root.
    """

    repository: str
    url: str
    folders: tuple[str, ...]
    owners: tuple[str, ...] = ()
    in_place: bool = False
    staying: tuple[str, ...] = ()
    targets: Mapping[str, str] = field(default_factory=dict)

    @property
    def emptied(self) -> tuple[str, ...]:
        """The folders whose files the notice replaces."""
        return tuple(folder for folder in self.folders if self.in_place and folder not in self.staying)


def freeze(files: Files, frozen: Iterable[FrozenFolders], new: Iterable[str]) -> Changes:
    """Notices for the repositories named in `new`; code owners, pipelines, and updates for all that are frozen."""
    frozen = list(frozen)
    contents: dict[str, bytes | None] = {}
    for repository in frozen:
        if repository.repository in set(new):
            contents |= {notice_path(repository, folder): _notice(repository, folder) for folder in repository.folders}
    folders = [folder for repository in frozen for folder in repository.folders]
    contents |= {path: None for path in files if is_workflow(path) and lies_in(files[path], path, folders)}
    contents |= {path: content for path, content in _updates(files, folders) if content != files[path]}
    contents |= _owners(files, frozen)
    return Changes(contents=contents)


def _updates(files: Files, folders: list[str]) -> Iterator[tuple[str, bytes | None]]:
    for path in DEPENDABOT:
        if path in files:
            yield path, without_folders(files[path], folders)


def unfreeze(files: Files, unfrozen: Iterable[FrozenFolders], still: Iterable[FrozenFolders]) -> Changes:
    """Without the notices of some repositories, and without their code owners. still: those that stay frozen."""
    notices = [
        notice_path(folders, folder)
        for folders in unfrozen
        for folder in folders.folders
        if folder not in folders.emptied
    ]
    contents: dict[str, bytes | None] = {path: None for path in notices if path in files}
    return Changes(contents=contents | _owners(files, still))


def pipelines_to_restore(before: Files, after: Files, now: Files, still: Iterable[FrozenFolders]) -> list[str]:
    """Workflows that a freezing commit took away and that come back. before, after: the files around that commit."""
    still_frozen = [folder for repository in still for folder in repository.folders]
    return [
        path
        for path in before
        if is_workflow(path) and path not in after and path not in now and not lies_in(before[path], path, still_frozen)
    ]


def updates_to_restore(before: Files, after: Files, now: Files) -> tuple[list[str], list[str]]:
    """Dependabot's files that a freezing commit changed: those that come back, and those that people changed since."""
    changed = [path for path in DEPENDABOT if path in before and before[path] != after.get(path)]
    same = [path for path in changed if now.get(path) == after.get(path)]
    return same, [path for path in changed if path not in same]


def other_pipelines(files: Files, folders: Iterable[str]) -> list[str]:
    """Workflows and updates that go on and name one of the folders: people have to look at them."""
    folders, updates = list(folders), {*DEPENDABOT, *RENOVATE}
    return sorted(path for path in files if (is_workflow(path) or path in updates) and mentions(files[path], folders))


def notice_path(frozen: FrozenFolders, folder: str) -> str:
    """Where a folder's notice stands."""
    if not folder:
        return "MOVED.md"
    return f"{folder}/README.md" if folder in frozen.emptied else f"{folder}.moved.md"


def _notice(frozen: FrozenFolders, folder: str) -> bytes:
    return (
        f"# {folder or 'The rest of this repository'} has moved\n\n"
        f"Its code, with its whole history, is in {_place(frozen, folder)}. Work there: what is changed "
        f"here is not synced any more.\n\n```\ngit clone {frozen.url}.git\n```\n"
    ).encode()


def _place(frozen: FrozenFolders, folder: str) -> str:
    target = frozen.targets.get(folder)
    repository = f"[{frozen.repository}]({frozen.url})"
    return f"the folder `{target}` of {repository}" if target else repository


def _owners(files: Files, frozen: Iterable[FrozenFolders]) -> dict[str, bytes | None]:
    """CODEOWNERS with a block for these folders at its end: the last pattern that matches a file wins."""
    path = next((name for name in CODE_OWNERS_PATHS if name in files), CODE_OWNERS_PATHS[0])
    present = files[path].decode("utf-8", "surrogateescape") if path in files else ""
    before, begun, rest = present.partition(_BEGIN)
    after = rest.partition(_END)[2].lstrip("\n") if begun else ""
    owned = [(folder, " ".join(each.owners)) for each in frozen for folder in each.folders if each.owners]
    lines = [
        f"/{folder.replace(' ', chr(92) + ' ')}{'' if folder in files else '/'} {owners}" if folder else f"* {owners}"
        for folder, owners in sorted(owned, key=lambda each: each[0] != "")  # the rest first
    ]
    others = "".join(part for part in (before.rstrip("\n") + "\n" if before.strip() else "", after))
    block = "\n".join([_BEGIN, *lines, _END, ""]) if lines else ""
    content = (f"{others}\n{block}" if others else block) if block else others
    if content.strip() == present.strip():
        return {}
    return {path: content.encode("utf-8", "surrogateescape") if content else None}
