"""The commit map as git notes, so that a repository itself says which commit of the monorepo each of its commits was.

The notes of a ref are a tree with a file for each annotated commit, named by its id: https://git-scm.com/docs/git-notes
"""

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from migration.git.command import object_named, run_git
from migration.split.commit_map import read_commit_map

NOTES_REF = "refs/notes/monorepo"
_WRITER = "multirepo <multirepo@users.noreply.github.com>"


def write_notes(git_dir: Path, repository: str, head: str, present: str | None) -> str:
    """The commit that has all notes of a repository, written into `git_dir`; `present` itself when it has them.

    head: the vendor branch's commit, which also dates the notes: the same input gives the same id. present: the notes
    that the repository on GitHub has now, in `git_dir` too, and which the new ones go on from. Raises GitError.
    """
    object_format = run_git("rev-parse", "--show-object-format", directory=git_dir).decode().strip()
    date = run_git("show", "--no-patch", "--format=%cd", "--date=raw", head, directory=git_dir).decode().strip()
    with tempfile.TemporaryDirectory(dir=git_dir / "objects") as folder:
        aside = Path(folder)
        run_git("init", "--quiet", "--bare", "--template=", f"--object-format={object_format}", directory=aside)
        (aside / "objects" / "info").mkdir(exist_ok=True)
        (aside / "objects" / "info" / "alternates").write_bytes(b"../..\n")
        stream = b"".join(_import_stream(read_commit_map(git_dir, repository, len(head) // 2), date, present))
        # No unpacking: what is imported stays one pack, which can be moved.
        command = ("-c", "fastimport.unpackLimit=0", "fast-import", "--quiet")
        run_git(*command, directory=aside, standard_input=stream)
        commit = object_named(aside, NOTES_REF)
        if present and object_named(aside, f"{present}^{{tree}}") == object_named(aside, f"{commit}^{{tree}}"):
            return present
        for suffix in (".pack", ".idx"):  # in this order: git looks for indexes
            for file in (aside / "objects" / "pack").glob(f"*{suffix}"):
                file.replace(git_dir / "objects" / "pack" / file.name)
    return commit


def _import_stream(commit_map: Iterable[tuple[str, str]], date: str, present: str | None) -> Iterator[bytes]:
    """https://git-scm.com/docs/git-fast-import"""
    yield f"commit {NOTES_REF}\nauthor {_WRITER} {date}\ncommitter {_WRITER} {date}\n".encode()
    yield _data(b"Notes: each commit's id in the monorepo\n")
    if present:
        yield f"from {present}\n".encode()
    yield b"deleteall\n"
    sources: dict[str, list[str]] = defaultdict(list)
    for source, new in commit_map:
        sources[new].append(source)
    for new, old in sources.items():  # several where they became one
        yield f"M 100644 inline {new[:2]}/{new[2:]}\n".encode()
        yield _data("".join(f"{commit}\n" for commit in old).encode())


def _data(content: bytes) -> bytes:
    return b"data %d\n%b\n" % (len(content), content)
