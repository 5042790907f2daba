"""How many lines at the head still have their true author in `git blame` of a split history."""

import ast
import os
import random
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

from migration.desired_state.code_selection import CodeSelection, FolderMove
from migration.discovery.earlier_names import Discovery
from migration.discovery.proposals import source_commits
from migration.discovery.renames import merges_among
from migration.git.command import GitError, run_git
from migration.git.object_format import FORMATS
from migration.split.splitting import Progress, Split, quiet, split_monorepo

SAMPLE, LEAST = 140, 8
"""Files that are looked at in all, shared out among the moves, and for each move at least."""
_SEED = 1
_AT_ONCE = 2


@dataclass(frozen=True, kw_only=True)
class LineSurvival:
    """Lines of one move at the head for which `git blame` names the same commit as in the monorepo.

    files, lines: looked at. all_files, all_lines: of the move; text files only.
    planned, proposed: the shares with the plan as it is and with what was found, 0 to 1; 1 where there are no lines.
    """

    files: int
    lines: int
    all_files: int
    all_lines: int
    planned: float
    proposed: float


def measure_lines(
    monorepo: Path,
    revision: str,
    selections: Mapping[str, CodeSelection],
    found: Sequence[Discovery],
    workspace: Path,
    progress: Progress = quiet,
) -> list[LineSurvival]:
    """Blame a sample of each move's files in two splits: by `selections`, and with what was found. In their order.

    Lines are compared by the commit that blame names, in the monorepo without limit to the folder: renames of whole
    files are followed, as git does by itself; copied and moved lines (-C, -M) are not. The sample is drawn with each
    file's chance by its lines, from a fixed seed. Raises SplitError.
    """
    both = {f"{name}.planned": replace(selection, tags=()) for name, selection in selections.items()}
    for name, selection in selections.items():
        moves = tuple(move for discovery in found if discovery.repository == name for move in discovery.moves)
        if moves != selection.moves:
            both[f"{name}.proposed"] = CodeSelection(moves=moves, tags=())
    split = split_monorepo(monorepo, revision, both, workspace, progress)
    variants = {name: _Variant(split, name, selection.moves) for name, selection in both.items()}
    measured = []
    files = max(LEAST, SAMPLE // max(len(found), 1))
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        for done, discovery in enumerate(found):
            progress("blaming lines", done, len(found))
            planned = variants[f"{discovery.repository}.planned"]
            proposed = variants.get(f"{discovery.repository}.proposed", planned)
            measured.append(_measure(planned, proposed, _sample(_lines(planned, discovery.move), files), threads))
    return measured


@dataclass(frozen=True)
class _Sample:
    """lines: of every file. weights: of the files to look at: their lines, or how often a drawn line was in them."""

    lines: Mapping[str, int]
    weights: Mapping[str, int]


class _Variant:
    """One repository of the split. Lines are asked for by their file's path in it."""

    def __init__(self, split: Split, name: str, moves: Sequence[FolderMove]) -> None:
        self.git_dir = split.git_dir
        self.monorepo_head = split.monorepo_head
        self.files = _regular_files(split.git_dir, split.histories[name].head)
        self._head = split.histories[name].head
        self.file_moves = split.files
        self._moves = CodeSelection(moves=tuple(moves)).with_files(split.files).moves
        self._sources = source_commits(split, name)
        self._merges = merges_among(split.git_dir, self._sources.values())

    def lost_lines(self, path: str) -> int:
        """How many of a file's lines blame gives to a later commit than it does in the monorepo.

        Where a commit found the file there already, the monorepo's blame stops at it, too. Only lines that the split
        gives to the commit which created the file, or to a merge, need a second look from there on: the monorepo may
        know the file from elsewhere, or from another folder of the branch that was merged.
        """
        doubtful: dict[tuple[str, str], set[int]] = defaultdict(set)
        for line in _blame(self.git_dir, str(self._head), path):
            if line.created or self._sources[line.commit] in self._merges:
                doubtful[line.commit, line.path].add(line.number)
        return sum(self._known_before(*place, numbers) for place, numbers in doubtful.items())

    def _known_before(self, commit: str, path: str, numbers: set[int]) -> int:
        source = self._sources[commit]
        # "^!": one step back and no further. A line that a parent has is given to the parent.
        truth = _blame(self.git_dir, f"{source}^!", self._path_in_monorepo(commit, path))
        return sum(line.commit != source for number, line in enumerate(truth, start=1) if number in numbers)

    def _path_in_monorepo(self, commit: str, path: str) -> str:
        blob = _object_id(self.git_dir, f"{commit}:{path}")
        for move in reversed(self._moves):
            for name in move.names:
                original = replace(move, source=name).origin(path)
                if original and blob == _object_id(self.git_dir, f"{self._sources[commit]}:{original}"):
                    return original
        raise AssertionError(f"{commit}:{path} comes from none of the moves")


def _measure(planned: _Variant, proposed: _Variant, sample: _Sample, threads: ThreadPoolExecutor) -> LineSurvival:
    shares = [_share_kept(variant, sample, threads) for variant in dict.fromkeys((planned, proposed))]
    return LineSurvival(
        files=len(sample.weights),
        lines=sum(sample.lines[path] for path in sample.weights),
        all_files=len(sample.lines),
        all_lines=sum(sample.lines.values()),
        planned=shares[0],
        proposed=shares[-1],
    )


def _share_kept(variant: _Variant, sample: _Sample, threads: ThreadPoolExecutor) -> float:
    lost = threads.map(variant.lost_lines, sample.weights)
    missing = sum(
        sample.weights[path] * lost_lines / sample.lines[path]
        for path, lost_lines in zip(sample.weights, lost, strict=True)
    )
    return 1 - missing / (sum(sample.weights.values()) or 1)


def _lines(variant: _Variant, move: FolderMove) -> dict[str, int]:
    """The lines of each text file that the move brings, by the file's path in the new repository."""
    (move,) = CodeSelection(moves=(move,)).with_files(variant.file_moves).moves
    empty = next(known.empty_tree for known in FORMATS.values() if known.size * 2 == len(variant.monorepo_head))
    paths = [f":(literal){move.source}"] if move.source else []
    arguments = ("diff-tree", "-r", "-z", "--numstat", "--no-renames", empty.hex(), variant.monorepo_head, "--", *paths)
    originals = _regular_files(variant.git_dir, variant.monorepo_head, *paths)
    lines = {}
    for entry in os.fsdecode(run_git(*arguments, directory=variant.git_dir)).split("\0")[:-1]:
        added, _, path = entry.split("\t", 2)
        landed = move.landing(path, move.source) or ""
        # "-" is git's word for a binary file.
        if added not in ("-", "0") and path in originals and variant.files.get(landed) == originals[path]:
            lines[landed] = int(added)
    return lines


def _sample(lines: Mapping[str, int], files: int) -> _Sample:
    """Each line of the move has the same chance, whichever file it is in."""
    if len(lines) <= files:
        return _Sample(lines, lines)
    paths, ends = list(lines), list(accumulate(lines.values()))
    step = ends[-1] / files
    start = random.Random(_SEED).random() * step
    return _Sample(lines, Counter(paths[bisect_right(ends, start + number * step)] for number in range(files)))


@dataclass(frozen=True, slots=True)
class _Line:
    """commit: that wrote it. path and number: of the line there. created: the commit had no such file before."""

    commit: str
    path: str
    number: int
    created: bool


def _blame(git_dir: Path, commit: str, path: str) -> Iterator[_Line]:
    """The lines of a file in their order. https://git-scm.com/docs/git-blame#_the_porcelain_format"""
    files: dict[str, tuple[str, bool]] = {}
    writer, number, created, in_header = "", 0, True, False
    for line in run_git("blame", "--porcelain", commit, "--", path, directory=git_dir).split(b"\n")[:-1]:
        if not in_header:
            words = line.split(b" ")
            writer, number, created, in_header = words[0].decode(), int(words[1]), True, True
        elif line.startswith(b"\t"):
            in_header = False
            yield _Line(writer, files[writer][0], number, files[writer][1])
        elif line.startswith(b"previous "):
            created = False
        elif line.startswith(b"filename "):
            files[writer] = _unquote(line.removeprefix(b"filename ")), created


def _unquote(path: bytes) -> str:
    """A path as git prints it: in quotes, with C's escapes, where it is not plain ASCII."""
    return os.fsdecode(ast.literal_eval(f"b{path.decode()}") if path.startswith(b'"') else path)


def _regular_files(git_dir: Path, tree: str | None, *paths: str) -> dict[str, str]:
    """Path to blob id; without symbolic links and submodules."""
    if tree is None:
        return {}
    listing = os.fsdecode(run_git("ls-tree", "-r", "-z", tree, *paths, directory=git_dir))
    entries = (entry.partition("\t") for entry in listing.split("\0")[:-1])
    return {path: facts.split(" ")[2] for facts, _, path in entries if facts.startswith("100")}


def _object_id(git_dir: Path, name: str) -> str | None:
    try:
        return run_git("rev-parse", "--verify", "--quiet", "--end-of-options", name, directory=git_dir).decode().strip()
    except GitError:
        return None
