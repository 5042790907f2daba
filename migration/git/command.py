"""Running git: the one place of this stage that starts it. Decides nothing about the split."""

import logging
import os
import subprocess
import tempfile
import time
from binascii import unhexlify
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from migration.errors import SplitError
from migration.git.object_format import ObjectFormat

LOG = logging.getLogger("multirepo.git")
"""Each command with its duration; shown by `--verbose`. Arguments never hold secrets: see remote.py."""

NO_GRAFTS = f"{os.devnull}/grafts"
"""For GIT_GRAFT_FILE: cannot be there, so git says nothing of it. https://git-scm.com/docs/gitglossary#def_grafts"""


def git_environment(*, user_config: bool) -> dict[str, str]:
    """The environment for git: nothing of the caller's GIT_* variables, no replaced or grafted objects, plain English.

    user_config: keep the user's own settings. Only the look at the monorepo needs them, for `safe.directory`.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_GRAFT_FILE": NO_GRAFTS, "GIT_NO_LAZY_FETCH": "1"}
    environment["LC_ALL"] = "C"
    environment["GIT_FLUSH"] = "0"  # or `git log` writes each commit to its pipe alone, which doubles its time
    if not user_config:
        environment |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    return environment


class GitError(Exception):
    """git ended with an error: the command, what git said, its exit code, and what it had printed."""

    def __init__(self, arguments: Sequence[str], message: str, code: int = 128, printed: bytes = b"") -> None:
        super().__init__(f"git {' '.join(arguments)}: {message}")
        self.message, self.code, self.printed = message, code, printed


def run_git(
    *arguments: str,
    directory: Path,
    standard_input: bytes = b"",
    user_config: bool = False,
    variables: Mapping[str, str] | None = None,
) -> bytes:
    """The standard output of `git -C directory ARGUMENTS`. Raises GitError, or SplitError without git.

    variables: of git's environment, such as GIT_INDEX_FILE.
    """
    started = time.monotonic()
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=directory,
            input=standard_input,
            capture_output=True,
            env=git_environment(user_config=user_config) | dict(variables or {}),
            check=False,
        )
    except OSError as error:
        raise SplitError(f"Cannot run git in {directory}: {error.strerror}. Install git 2.38 or newer.") from error
    LOG.info("git %s in %s: %.3f s, status %s", arguments, directory, time.monotonic() - started, done.returncode)
    if done.returncode != 0:
        raise GitError(arguments, done.stderr.decode(errors="replace").strip(), done.returncode, done.stdout)
    return done.stdout


def object_named(git_dir: Path, name: str) -> str:
    """The id of what a ref or an expression such as "HEAD^{tree}" names. Raises GitError when there is none."""
    return run_git("rev-parse", "--verify", "--end-of-options", name, directory=git_dir).decode().strip()


@contextmanager
def _git_process(
    *arguments: str, git_dir: Path, standard_input: bytes, output: int = subprocess.PIPE, check: bool = True
) -> Iterator["subprocess.Popen[bytes]"]:
    """A git that works while we do. Its input comes from a file: a full pipe could stop both.

    check: raise GitError at the end of the block when git failed.
    """
    with tempfile.TemporaryFile(dir=git_dir) as request, tempfile.TemporaryFile(dir=git_dir) as complaints:
        request.write(standard_input)
        request.seek(0)
        with subprocess.Popen(
            ["git", *arguments],
            cwd=git_dir,
            stdin=request,
            stdout=output,
            stderr=complaints,
            bufsize=1 << 20,
            env=git_environment(user_config=False),
        ) as process:
            try:
                yield process
            except BaseException:
                process.kill()
                raise
        if check and process.returncode != 0:
            complaints.seek(0)
            raise GitError(arguments, complaints.read().decode(errors="replace").strip())


@contextmanager
def git_output(*arguments: str, git_dir: Path, standard_input: bytes) -> Iterator[IO[bytes]]:
    """Read git's standard output while it runs. Raises GitError at the end of the block when git failed."""
    with _git_process(*arguments, git_dir=git_dir, standard_input=standard_input) as process:
        assert process.stdout is not None
        yield process.stdout


@dataclass(frozen=True)
class ObjectStore:
    """The objects of the monorepo, read through a bare repository of ours that borrows them.

    Its own settings are empty, so grafts, replacements, hooks and settings of the monorepo have no effect here.
    """

    git_dir: Path
    object_format: ObjectFormat

    def history(self, tips: Sequence[bytes], known: Sequence[bytes] = ()) -> Iterator[bytes]:
        """Raw ids of commit, tree and parents, joined, of every commit that the tips reach, by date, youngest first.

        known: commits to leave out, with all behind them; by wrong clocks some of those can come all the same.
        Git knows that from the start; for parents strictly after children it would read the history to the end.
        """
        request = self._lines(tips) + b"".join(b"^%b\n" % commit.hex().encode() for commit in known)
        arguments = ("log", "--format=%H%T%P", "--stdin")
        with git_output(*arguments, git_dir=self.git_dir, standard_input=request) as output:
            for line in output:
                yield bytes.fromhex(line.decode())

    def read(self, object_ids: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
        """(kind, content) of each object in the order asked for. Raises SplitError when one is missing."""
        if not object_ids:
            return
        request = self._lines(object_ids)
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

    @contextmanager
    def look_up(self, trees: Sequence[bytes], path: bytes) -> Iterator[Callable[[], list[bytes | None]]]:
        """Find the folder `path` below each tree, while the caller goes on; call for the raw ids.

        None: no such folder, or a tree on the way cannot be read. path: without newlines, not beginning with "./"
        or "../", which git would take in another sense.
        """
        request = self._lines(trees).replace(b"\n", b":%b\n" % path)
        arguments = ("cat-file", "--batch-check=%(objecttype) %(objectname)", "--buffer")
        with tempfile.TemporaryFile(dir=self.git_dir) as answers:

            def ids() -> list[bytes | None]:
                process.wait()
                answers.seek(0)
                lines = answers.read().split(b"\n")[:-1]
                found = [unhexlify(line[5:]) if line.startswith(b"tree ") else None for line in lines]
                return found + [None] * (len(trees) - len(found))  # git stops at a malformed tree

            with _git_process(
                *arguments, git_dir=self.git_dir, standard_input=request, output=answers.fileno(), check=False
            ) as process:
                yield ids

    def ignored(self, patterns: Sequence[str], paths: Iterable[bytes]) -> set[bytes]:
        """The files among `paths` that gitignore-style patterns match: git reads the patterns, for nobody else agrees.

        Raises GitError for a path that a work tree cannot have, such as "../f".
        """
        with tempfile.TemporaryDirectory(dir=self.git_dir) as folder:
            excludes, work_tree = Path(folder, "excludes"), Path(folder, "empty")
            work_tree.mkdir()
            excludes.write_bytes(b"".join(b"%b\n" % os.fsencode(pattern) for pattern in patterns))
            settings = ("-c", f"core.excludesFile={excludes}", "-c", "core.ignoreCase=false")
            places = (f"--git-dir={self.git_dir}", f"--work-tree={work_tree}")
            # "./", because git would read what begins with ":" as a pattern.
            request = b"".join(b"./%b\0" % path for path in paths)
            arguments = (*settings, *places, "check-ignore", "--no-index", "--stdin", "-z")
            try:
                answer = run_git(*arguments, directory=work_tree, standard_input=request)
            except GitError as error:
                if error.message:
                    raise
                return set()  # git fails without a word when no path matches
            return {path.removeprefix(b"./") for path in answer.split(b"\0")[:-1]}

    def _lines(self, object_ids: Sequence[bytes]) -> bytes:
        return b"".join([b"%b\n" % object_id.hex().encode() for object_id in object_ids])
