"""Paths of the head that some systems cannot check out.

Windows: https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from migration.preflight.checks.findings import Finding, Severity

LONGEST_PATH = 200
"""In UTF-16 units. Windows takes 259 without core.longPaths, and the clone has a folder of its own."""

_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[1-9\u00b9\u00b2\u00b3])( *\..*)?", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]')


def colliding_paths(repository: str, head: str, paths: Iterable[str]) -> Iterator[Finding]:
    """Paths that are one and the same where case, or the Unicode form of an accent, makes no difference.

    Of folders that collide, the folders are reported and not their files.
    """
    same: dict[str, set[str]] = {}
    for path in paths:
        for each in (path, *map(str, PurePosixPath(path).parents[:-1])):
            same.setdefault(_fold(each), set()).add(each)
    for folded, written in same.items():
        parent = folded.rpartition("/")[0]
        if len(written) > 1 and len(same.get(parent, ())) <= 1:
            first, *others = sorted(written)
            yield Finding(
                severity=Severity.WARNING,
                check="colliding-paths",
                repository=repository,
                path=first,
                problem=f"the same as {', '.join(others)} on Windows and macOS, where only one of them is checked out",
                remedy="Rename one of them in the monorepo before the move.",
                commit=head,
            )


def _fold(path: str) -> str:
    return unicodedata.normalize("NFC", path).lower()


def invalid_on_windows(repository: str, head: str, paths: Iterable[str]) -> Iterator[Finding]:
    """Paths that a clone on Windows fails on, or that it writes under another name."""
    for path in paths:
        problem = next(filter(None, map(_problem, path.split("/"))), None)
        if problem is None and len(path.encode("utf-16-le", "surrogatepass")) // 2 > LONGEST_PATH:
            problem = f"longer than {LONGEST_PATH} characters, which leaves little room for the folder of the clone"
        if problem is not None:
            yield Finding(
                severity=Severity.WARNING,
                check="windows-path",
                repository=repository,
                path=path,
                problem=problem,
                remedy="Rename it in the monorepo before the move if anybody works on Windows.",
                commit=head,
            )


def _problem(name: str) -> str | None:
    if any("\udc80" <= character <= "\udcff" for character in name):
        return "not UTF-8, which Windows and macOS cannot write"
    if forbidden := _FORBIDDEN.search(name):
        return f"{forbidden[0]!r} cannot be in a name on Windows"
    if name.endswith((".", " ")):
        return "Windows drops a dot or space at the end of a name"
    return f"{name!r} is a device on Windows" if _DEVICE.fullmatch(name) else None
