"""Symbolic links of the head whose target is not in the new repository."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from migration.git.command import run_git
from migration.preflight.checks.findings import Finding, Severity
from migration.preflight.checks.history_objects import SYMLINK

_PROBLEMS = {
    b"symlink": "points out of the repository",
    b"dangling": "points to what is not in the repository",
    b"loop": "points to itself in the end",
    b"notdir": "points below a file as if it were a folder",
}


def lost_symlinks(
    repository: str, git_dir: Path, head: str, files: Mapping[str, tuple[bytes, str]]
) -> Iterator[Finding]:
    """Each link that does not end at a file or folder of the same commit. git itself follows them."""
    links = [path for path, (mode, _) in files.items() if mode == SYMLINK]
    if not links:
        return
    request = b"".join(b"%b:%b\0" % (head.encode(), os.fsencode(path)) for path in links)
    rest = run_git(
        "cat-file", "--batch-check=%(objecttype)", "--follow-symlinks", "-z", directory=git_dir, standard_input=request
    )
    for path in links:
        kind, _, rest = rest.partition(b"\n")
        word, _, size = kind.partition(b" ")
        if word not in _PROBLEMS:
            continue
        content, rest = rest[: int(size)], rest[int(size) + 1 :]  # the target for "symlink", else the request again
        target = f" ({os.fsdecode(content)})" if word == b"symlink" else ""
        yield Finding(
            severity=Severity.WARNING,
            check="symlink",
            repository=repository,
            path=path,
            problem=f"{_PROBLEMS[word]}{target}",
            remedy="Move its target as well (another entry of `moves`), or replace the link with a file.",
            commit=head,
        )
