"""Whether a monorepo has every object of its branches and tags: partial clones and lost files do not.

Git is asked in a repository of its own that borrows the objects, so that it fetches nothing and no setting matters.
"""

import json
import os
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

from migration.errors import SplitError
from migration.git.command import GitError, git_output, run_git

_PLACES = 3
"""How many of the missing objects are named with path and commit."""


def demand_complete(monorepo: Path, memory: Path | None = None) -> None:
    """Raise SplitError when objects are missing: their number, three with path and commit, the command that fetches.

    memory: a file that notes what was complete, so that only new history is read the next time.
    """
    tips = _tips(monorepo)
    known = _remembered(memory)
    if tips <= known:
        return
    with tempfile.TemporaryDirectory() as folder:
        git_dir = Path(folder, "borrowing.git")
        _borrow(monorepo, git_dir)
        try:
            missing = missing_objects(git_dir, tips, known)
        except GitError as error:
            raise SplitError(f"{monorepo}: Commits are missing ({error.message}). {_remedy(monorepo)}") from error
        if missing:
            listed = ", ".join(_places(git_dir, tips, missing)) or ", ".join(sorted(missing)[:_PLACES])
            raise SplitError(
                f"{monorepo}: {_count(len(missing))} missing in its branches and tags, such as {listed}. "
                f"The new repositories would lack them, too. {_remedy(monorepo)}"
            )
    if memory:
        memory.parent.mkdir(parents=True, exist_ok=True)
        aside = memory.with_name(f"{memory.name}.{os.getpid()}")
        aside.write_text(json.dumps(sorted(tips)))
        aside.replace(memory)


def missing_objects(git_dir: Path, tips: Collection[str], known: Collection[str] = ()) -> set[str]:
    """The ids of the trees and files behind the tips that do not exist; GitError for a commit that does not.

    known: tips behind which everything is known to exist.
    """
    request = "".join([*(f"{tip}\n" for tip in tips), *(f"^{tip}\n" for tip in known)]).encode()
    arguments = ("rev-list", "--objects", "--missing=print", "--ignore-missing", "--stdin")
    with git_output(*arguments, git_dir=git_dir, standard_input=request) as output:
        return {line[1:].decode().strip() for line in output if line.startswith(b"?")}


def _tips(monorepo: Path) -> set[str]:
    named = ("for-each-ref", "--format=%(objectname)", "refs/heads", "refs/tags")
    return set(run_git(*named, directory=monorepo, user_config=True).decode().split())


def _remembered(memory: Path | None) -> set[str]:
    try:
        return set(json.loads(memory.read_text())) if memory else set()
    except (OSError, ValueError):
        return set()


def _borrow(monorepo: Path, git_dir: Path) -> None:
    facts = ("rev-parse", "--path-format=absolute", "--show-object-format", "--git-path", "objects")
    answer = run_git(*facts, directory=monorepo, user_config=True)
    object_format, objects = os.fsdecode(answer).rstrip("\n").split("\n", 1)
    initial = ("init", "--quiet", "--bare", "--template=", f"--object-format={object_format}", str(git_dir))
    run_git(*initial, directory=git_dir.parent)
    (git_dir / "objects" / "info").mkdir(exist_ok=True)
    (git_dir / "objects" / "info" / "alternates").write_bytes(alternate_line(Path(objects)))


def alternate_line(path: Path) -> bytes:
    """A path as `objects/info/alternates` wants it: quoted as in C when a line could be read otherwise."""
    raw = os.fsencode(path)
    if not raw.startswith((b'"', b"#")) and b"\n" not in raw:
        return raw + b"\n"
    return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"\n'


def _places(git_dir: Path, tips: Collection[str], missing: Collection[str]) -> Iterator[str]:
    """`path (commit ...)` of a few missing objects, the youngest first; fewer when trees are missing as well."""
    arguments = (
        "log", "--raw", "-r", "-t", "-m", "--root", "--no-renames", "--no-abbrev", "--format=%x01%H", "-z", "--stdin",
    )  # fmt: skip
    left, commit = set(missing), ""
    try:
        with git_output(*arguments, git_dir=git_dir, standard_input="\n".join(tips).encode() + b"\n") as output:
            words = _words(iter(lambda: output.read(1 << 20), b""))
            for word in words:
                if word.startswith("\x01"):
                    commit = word[1:].strip()
                elif word.lstrip("\n").startswith(":") and (changed := word.split(" ")[3]) in left:
                    left.discard(changed)
                    yield f"{next(words)} (commit {commit[:12]})"
                    if len(missing) - len(left) == _PLACES:
                        return
    except GitError:
        return


def _words(chunks: Iterator[bytes]) -> Iterator[str]:
    """The NUL-terminated words of a stream."""
    rest = b""
    for chunk in chunks:
        *words, rest = (rest + chunk).split(b"\0")
        yield from map(os.fsdecode, words)


def _count(objects: int) -> str:
    return "1 object is" if objects == 1 else f"{objects:,} objects are"


def _remedy(monorepo: Path) -> str:
    remotes = run_git("remote", directory=monorepo, user_config=True).decode().split()
    if not remotes:
        return (
            "Fetch them from a complete clone: git -C "
            f"{monorepo} fetch --refetch CLONE '+refs/*:refs/complete/*'. Then run the same command again."
        )
    remote = "origin" if "origin" in remotes else remotes[0]
    return (
        f"Fetch them: git -C {monorepo} fetch --refetch --no-filter {remote}. Then run the same command again. "
        "Clone again where the remote lacks them, too."
    )
