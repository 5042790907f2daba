"""A monorepo of any size, made up but the same on every machine: what `benchmarks/growth.py` splits.

Every folder has 8 to 40 files from the first commit on. A commit changes 1 to 3 folders, one or two files in each.
One commit in five merges a branch of two commits; several branches are open at once. Folders are not equally busy.
"""

import random
import subprocess
import tempfile
from collections import deque
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

from measuring import MeasuredCommandError, git

_OPEN_BRANCHES = 4
_AUTHORS = 200
_FIRST_DATE = 1_400_000_000  # seconds since the UTC epoch
_SECONDS_BETWEEN = 300

Changes = dict[str, str]
"""Files written by a commit: path to content."""


def folder_names(folders: int) -> list[str]:
    """The top-level folders."""
    return [f"part-{number:04}" for number in range(folders)]


def synthetic_monorepo(place: Path, commits: int, folders: int) -> Path:
    """The bare repository with so many commits on `main`; made unless it is there.

    place: a folder for such repositories. The pack is as `git fast-import` writes it, in one piece.
    """
    repository = place / f"synthetic-{commits}-{folders}.git"
    if repository.exists():
        return repository
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place) as folder:
        unfinished = Path(folder, "monorepo.git")
        git("init", "--quiet", "--bare", "--initial-branch=main", str(unfinished))
        command = ["git", "fast-import", "--quiet", "--done"]
        with subprocess.Popen(command, cwd=unfinished, stdin=subprocess.PIPE, bufsize=1 << 20) as importer:
            assert importer.stdin is not None
            for record in _Author(folders).stream(commits):
                importer.stdin.write(record.encode())
        if importer.returncode:
            raise MeasuredCommandError(f"{' '.join(command)} in {unfinished}: exit code {importer.returncode}")
        unfinished.rename(repository)
    return repository


class _Author:
    """Writes the history, as a stream for git fast-import. Marks: commit n has the mark n."""

    def __init__(self, folders: int) -> None:
        self._random = random.Random(20_240_101)
        self._files = {name: self._layout(name) for name in folder_names(folders)}
        self._folders = list(self._files)
        # Like real ones: a few folders take most of the work. The quietest is still touched now and then.
        shares = [1 / (number + 10) for number in range(folders)]
        self._random.shuffle(shares)
        self._busy = list(accumulate(shares))
        self._written = 0

    def _layout(self, folder: str) -> list[str]:
        files = self._random.randint(8, 40)
        return [f"{folder}/{'tests' if number % 4 == 0 else 'src'}/file_{number:02}.py" for number in range(files)]

    def stream(self, commits: int) -> Iterator[str]:
        """The whole history: branches fork from main, and the oldest is merged when enough of them are open."""
        everything = {path: f"{path}\n" for files in self._files.values() for path in files}
        yield self._commit(everything)
        main = self._written
        is_open: deque[tuple[int, Changes]] = deque()
        while left := commits - self._written:
            # What is open has to be merged at the end: each takes three commits.
            if is_open and (len(is_open) == _OPEN_BRANCHES or left < 5 + 3 * len(is_open)):
                tip, changes = is_open.popleft()
                yield self._commit(self._changes(), main)
                yield self._commit(self._changes(), self._written)
                yield self._commit(changes, self._written, tip)
                main = self._written
            elif left >= 5:
                main_changes, branch_changes = self._changes(), self._changes()
                yield self._commit(main_changes, main)
                yield self._commit(branch_changes, self._written)
                is_open.append((self._written, main_changes | branch_changes))
            else:
                yield self._commit(self._changes(), main)
                main = self._written
        yield "done\n"

    def _changes(self) -> Changes:
        chosen = self._random.choices(self._folders, cum_weights=self._busy, k=self._random.randint(1, 3))
        return {
            path: f"{path}\n{self._random.getrandbits(64):x}\n"
            for folder in chosen
            for path in self._random.choices(self._files[folder], k=self._random.randint(1, 2))
        }

    def _commit(self, changes: Changes, *parents: int) -> str:
        self._written += 1
        number = self._random.randrange(_AUTHORS)
        person = f"Author {number} <author-{number}@example.com> {_FIRST_DATE + _SECONDS_BETWEEN * self._written} +0000"
        message = f"Change {self._written}: {', '.join(list(changes)[:4])}\n"
        lines = [f"commit refs/heads/main\nmark :{self._written}\nauthor {person}\ncommitter {person}\n"]
        lines.append(f"data {len(message)}\n{message}")
        lines += [f"{'merge' if position else 'from'} :{parent}\n" for position, parent in enumerate(parents)]
        lines += [f"M 644 inline {path}\ndata {len(content)}\n{content}" for path, content in changes.items()]
        return "".join(lines)
