"""Names that reach into git's own folder, or out of the work tree, on some system.

git refuses to check them out, and GitHub to receive them (receive.fsckObjects; git-fsck: hasDot, hasDotdot, hasDotgit,
fullPathname, emptyName, gitmodulesSymlink). https://git-scm.com/docs/git-fsck#_fsck_messages
"""

import re
from collections.abc import Iterable, Iterator

from migration.preflight.checks.findings import Finding, Severity
from migration.preflight.checks.history_objects import SYMLINK, TreeEntry

# Code points that HFS+ ignores in names: ".g\u200cit" is ".git" to it.
_IGNORED_BY_HFS = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")


def hostile_paths(repository: str, entries: Iterable[TreeEntry]) -> Iterator[Finding]:
    """Each such name once, at the oldest commit that has it."""
    for entry in entries:
        if problem := danger(entry.name, entry.mode):
            yield Finding(
                severity=Severity.REFUSAL,
                check="hostile-path",
                repository=repository,
                path=entry.path,
                problem=problem,
                remedy="git cannot check this out, and GitHub rejects it. Exclude it with `exclude` in the "
                "move, and find out how it came into the monorepo.",
                commit=entry.tree.commit,
            )


def danger(name: bytes, mode: bytes = b"100644") -> str | None:
    """The problem of the name of a file or a folder in a tree, or None."""
    if name in (b"", b".", b"..") or b"/" in name:
        return "a name that leads out of its folder"
    text = _IGNORED_BY_HFS.sub("", name.decode(errors="replace")).lower()
    # NTFS separates by backslashes, cuts a stream's name off at ":", and drops dots and spaces at the end.
    parts = [part.partition(":")[0].rstrip(" .") for part in text.split("\\")]
    if any(part in (".git", "git~1") for part in parts) or ".." in text.split("\\"):
        return "a name that some system reads as git's own folder, or as a parent folder"
    if mode == SYMLINK and parts[0] in (".gitmodules", "gitmod~1"):
        return "settings of submodules that are a symbolic link"
    return None
