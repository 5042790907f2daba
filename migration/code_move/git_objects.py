"""Running git: the one place of this stage that starts it. Decides nothing about the split."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from migration.code_move.errors import SplitError
from migration.code_move.object_format import FORMATS, ObjectFormat


def git_environment(*, user_config: bool) -> dict[str, str]:
    """The environment for git: nothing of the caller's GIT_* variables, no replacement objects, plain English.

    user_config: keep the user's own settings. Only the look at the monorepo needs them, for `safe.directory`.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
    if not user_config:
        environment |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    return environment


class GitError(Exception):
    """git ended with an error: the command, and what git said."""

    def __init__(self, arguments: Sequence[str], message: str) -> None:
        super().__init__(f"git {' '.join(arguments)}: {message}")
        self.message = message


def run_git(*arguments: str, directory: Path, standard_input: bytes = b"", user_config: bool = False) -> bytes:
    """The standard output of `git -C directory ARGUMENTS`. Raises GitError, or SplitError without git."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=directory,
            input=standard_input,
            capture_output=True,
            env=git_environment(user_config=user_config),
            check=False,
        )
    except OSError as error:
        raise SplitError(f"Cannot run git in {directory}: {error.strerror}. Install git 2.38 or newer.") from error
    if done.returncode != 0:
        raise GitError(arguments, done.stderr.decode(errors="replace").strip())
    return done.stdout


@contextmanager
def git_output(*arguments: str, git_dir: Path, standard_input: bytes) -> Iterator[IO[bytes]]:
    """Read git's standard output while it runs. The input goes through a file: a pipe could fill up and stop both.

    Raises GitError at the end of the block when git failed.
    """
    with (
        tempfile.TemporaryFile(dir=git_dir) as request,
        tempfile.TemporaryFile(dir=git_dir) as complaints,
    ):
        request.write(standard_input)
        request.seek(0)
        with subprocess.Popen(
            ["git", *arguments],
            cwd=git_dir,
            stdin=request,
            stdout=subprocess.PIPE,
            stderr=complaints,
            bufsize=1 << 20,
            env=git_environment(user_config=False),
        ) as process:
            assert process.stdout is not None
            try:
                yield process.stdout
            except BaseException:
                process.kill()
                raise
        if process.returncode != 0:
            complaints.seek(0)
            raise GitError(arguments, complaints.read().decode(errors="replace").strip())


@dataclass(frozen=True)
class ObjectStore:
    """The objects of the monorepo, read through a bare repository of ours that borrows them.

    Its own settings are empty, so grafts, replacements, hooks and settings of the monorepo have no effect here.
    """

    git_dir: Path
    object_format: ObjectFormat

    def history(self, tips: Sequence[bytes]) -> Iterator[list[bytes]]:
        """[commit, tree, parent ...] as raw ids, of every commit that the tips reach, parents before children."""
        request = b"".join(b"%b\n" % tip.hex().encode() for tip in tips)
        arguments = ("log", "--topo-order", "--reverse", "--format=%H %T %P", "--stdin")
        with git_output(*arguments, git_dir=self.git_dir, standard_input=request) as output:
            for line in output:
                yield [bytes.fromhex(word) for word in line.decode().split()]

    def read(self, object_ids: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
        """(kind, content) of each object in the order asked for. Raises SplitError when one is missing."""
        if not object_ids:
            return
        request = b"".join(object_ids).hex("\n", self.object_format.size).encode() + b"\n"
        arguments = ("cat-file", "--batch=%(objecttype) %(objectsize)", "--buffer")
        with git_output(*arguments, git_dir=self.git_dir, standard_input=request) as output:
            for object_id in object_ids:
                kind, _, size = output.readline().partition(b" ")
                if not size[:1].isdigit():
                    raise SplitError(
                        f"The monorepo lacks the object {object_id.hex()}. Run `git fsck --connectivity-only` there "
                        "and repair it, for example by a fresh clone."
                    )
                content = output.read(int(size) + 1)
                yield kind, content[:-1]


def object_format_of(directory: Path) -> ObjectFormat:
    """The hash of the repository at `directory`."""
    return FORMATS[run_git("rev-parse", "--show-object-format", directory=directory, user_config=True).decode().strip()]
