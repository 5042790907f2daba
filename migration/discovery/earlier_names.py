"""The names that moved folders had before, found in the monorepo's history and shown with their evidence."""

import heapq
import os
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from migration.desired_state.code_selection import CodeSelection, FolderMove
from migration.discovery.origins import MOST, SOME, Departure, Kind, Origin, RenameLog
from migration.discovery.proposals import ProposalTrial, source_commits, with_joined_projects, without_losses
from migration.discovery.renames import files_at, merges_among
from migration.git.command import GitError, run_git
from migration.split.splitting import Progress, Split, SplitError, quiet, split_monorepo


@dataclass(frozen=True, kw_only=True)
class Discovery:
    """What was found for one move of the plan.

    moves: what to write in its place: the folders that joined it, each with its earlier names, and the move itself
        with all of its own. Only the move when nothing was found.
    namesakes: until these commits the folder's own name stood for something else, which its history will show.
    commits: of the folder's history as planned. proposed_commits: of the histories of `moves`.
    """

    repository: str
    move: FolderMove
    moves: tuple[FolderMove, ...]
    origins: tuple[Origin, ...]
    namesakes: tuple[Departure, ...]
    commits: int = 0
    proposed_commits: int = 0

    @property
    def found(self) -> bool:
        """Whether there is something to write into the plan."""
        return self.moves != (self.move,)


def discover(
    monorepo: Path,
    revision: str,
    selections: Mapping[str, CodeSelection],
    workspace: Path,
    progress: Progress = quiet,
) -> tuple[Discovery, ...]:
    """The earlier names of every move, from the renames in the history of `revision`. Writes to `workspace` alone.

    Renames made by a merge itself are seen where a folder has no history before that merge.
    Raises SplitError when the monorepo cannot be read, or never had one of the folders.
    """
    moves = [(name, move) for name, selection in selections.items() for move in selection.moves]
    files: tuple[str, ...] = ()
    found = [Discovery(repository=name, move=move, moves=(move,), origins=(), namesakes=()) for name, move in moves]
    revived: set[tuple[str, str]] = set()
    past: RenameLog | None = None
    try:
        while True:
            split = split_monorepo(monorepo, revision, _one_by_one(found), workspace, progress)
            past = past or RenameLog(split.git_dir, split.monorepo_head, progress)
            past.add_merges(_births_in_merges(split))
            revived |= _revived_names(split, found, past)
            files = files or split.files
            before, found = found, _search(past, moves, revived, progress, files)
            if _names(found) <= _names(before):
                trial = ProposalTrial(monorepo, revision, workspace, progress)
                return _count(trial, [_settle(trial, split, discovery) for discovery in found])
    except GitError as error:
        raise SplitError(
            f"Reading the renames of {monorepo} failed: {error}. Run `git fsck` there and repair it."
        ) from error


def _settle(trial: ProposalTrial, split: Split, discovery: Discovery) -> Discovery:
    """What was found, with joined projects and without what would lose commits."""
    *joining, whole = discovery.moves
    whole = without_losses(trial, whole, discovery.move, discovery.origins)
    whole = with_joined_projects(split.git_dir, split.monorepo_head, whole)
    origins, moves = discovery.origins, (*joining, whole)
    if joining and trial.collide(moves):
        sources = {name for move in joining for name in move.names}
        moves = (replace(whole, exclude=discovery.move.exclude),)
        obstacle = "its files would land on other files of the folder"
        origins = tuple(replace(each, obstacle=obstacle) if each.source in sources else each for each in origins)
    return replace(discovery, moves=moves, origins=origins)


def _count(trial: ProposalTrial, found: Sequence[Discovery]) -> tuple[Discovery, ...]:
    """With the commits that each move brings, as planned and as proposed."""
    split = trial.split(*(move for discovery in found for move in (discovery.move, *discovery.moves)))
    counts = iter([history.commits for history in split.histories.values()])
    return tuple(
        replace(discovery, commits=next(counts), proposed_commits=sum(next(counts) for _ in discovery.moves))
        for discovery in found
    )


def _names(found: Sequence[Discovery]) -> set[tuple[str, str]]:
    moves = (move for discovery in found for move in discovery.moves)
    return {(move.source, name) for move in moves for name in move.names}


def _one_by_one(found: Sequence[Discovery]) -> dict[str, CodeSelection]:
    """Every move by itself, so that a history begins where its folder has no name any more. By source."""
    moves = [move for discovery in found for move in discovery.moves]
    return {_selection(move): CodeSelection(moves=(replace(move, target=""),), tags=()) for move in moves}


def _selection(move: FolderMove) -> str:
    return f"folder-{os.fsencode(move.source).hex()}"


def _births_in_merges(split: Split) -> set[str]:
    """The merges in which a folder appears that none of the parents has."""
    heads = [history.head for history in split.histories.values() if history.head]
    births = run_git("rev-list", "--max-parents=0", *heads, directory=split.git_dir).decode().split()
    sources: dict[str, str] = {}
    for name in split.histories:
        sources |= source_commits(split, name)
    return merges_among(split.git_dir, (sources[birth] for birth in births))


def _revived_names(split: Split, found: Sequence[Discovery], past: RenameLog) -> set[tuple[str, str]]:
    """Names that folders got again after they had joined another: (what joined, its name that lived on)."""
    revived = set()
    for discovery in found:
        joined = {origin.source: origin.commit for origin in discovery.origins if origin.kind is Kind.JOINED}
        for move in discovery.moves[:-1]:
            if move.source not in joined:
                continue
            history = split.histories[_selection(move)].head
            sources = source_commits(split, _selection(move))
            end = next(new for new, old in sources.items() if old == joined[move.source])
            own = set(files_at(split.git_dir, f"{end}^", ""))
            later = run_git("rev-list", "--ancestry-path", f"{end}..{history}", directory=split.git_dir).decode()
            for commit in later.split():
                foreign = set(files_at(split.git_dir, commit, "")) - own
                # Merges bring back files of its own for a while, and strays; that does no harm.
                if len(foreign) > SOME * len(own):
                    names = move.names
                    revived |= {(move.source, name) for name in names if past.files_in(sources[commit], name)}
    return revived


def _search(
    past: RenameLog,
    moves: Sequence[tuple[str, FolderMove]],
    revived: set[tuple[str, str]],
    progress: Progress,
    files: Container[str],
) -> list[Discovery]:
    claimed = [move.source for _, move in moves]
    targets = {name: [move.target for owner, move in moves if owner == name] for name, _ in moves}
    found = []
    for done, (repository, move) in enumerate(moves):
        progress("comparing folders", done, len(moves))
        if not move.source:  # the rest has no earlier names
            found.append(Discovery(repository=repository, move=move, moves=(move,), origins=(), namesakes=()))
            continue
        if move.source in files:
            found.append(_follow_file(past, repository, move))
            continue
        own = [other.source for owner, other in moves if owner == repository]
        trail = _Trail(past, move, claimed, own, targets[repository], revived)
        followed = trail.moves()
        origins, namesakes = tuple(trail.origins), tuple(trail.namesakes)
        found.append(Discovery(repository=repository, move=move, moves=followed, origins=origins, namesakes=namesakes))
    return found


def _follow_file(past: RenameLog, repository: str, move: FolderMove) -> Discovery:
    """The names of one file: those of the plan, and what was before the oldest of them."""
    origins = tuple(origin for origin in past.names_of_file(move.names[-1]) if origin.source not in move.names)
    followed = replace(move, earlier=(*move.earlier, *(origin.source for origin in origins)))
    return Discovery(repository=repository, move=move, moves=(followed,), origins=origins, namesakes=())


class _Trail:
    """One move followed back.

    claimed, targets: the folders that moves take and, in this repository, those that they fill, which no further move
        may take or fill as well; what this one finds is added. own: those that this repository takes.
    revived: for a folder that joined another, those of its names that stood for something else later.
    """

    def __init__(
        self,
        past: RenameLog,
        move: FolderMove,
        claimed: list[str],
        own: list[str],
        targets: list[str],
        revived: set[tuple[str, str]],
    ) -> None:
        self._past = past
        self._move = move
        self._claimed = claimed
        self._own = own
        self._parts: list[str] = []  # folders of the move that get moves of their own
        self._targets = targets
        self._revived = revived
        self._joined: list[FolderMove] = []
        self._family = list(move.names)  # every name found on this trail
        self.origins: list[Origin] = []
        self.namesakes: list[Departure] = []

    def moves(self) -> tuple[FolderMove, ...]:
        """The move with its names, after those for the folders that joined it, with theirs."""
        whole = self._follow(self._move)
        followed = []
        for joining in self._joined:  # grows meanwhile: something may have joined what joined
            followed.append(self._follow(joining))
        return (*followed, replace(whole, exclude=(*whole.exclude, *self._parts)))

    def _follow(self, move: FolderMove) -> FolderMove:
        waiting = [(0, name) for name in move.names]
        ages = dict.fromkeys(move.names[1:], -1)
        looked_at: set[str] = set()
        known: set[tuple[str, str]] = set()
        while waiting:
            youngest, folder = heapq.heappop(waiting)
            if folder in looked_at:
                continue
            looked_at.add(folder)
            for age, found in self._past.origins(folder, youngest, self._move.source):
                if found.source == move.source or (found.source, folder) in known:
                    continue
                if namesake := self._namesake(folder, youngest, age):
                    if folder == self._move.source:
                        self.namesakes.append(namesake)
                    break
                known.add((found.source, folder))
                origin = self._validate(found, [move.source, *ages])
                if origin.kind is Kind.EARLIER and not origin.obstacle:
                    self._family.append(origin.source)
                    ages[origin.source] = max(age, ages.get(origin.source, age))
                    heapq.heappush(waiting, (age + 1, origin.source))
                    if not origin.birth:  # what had the name before was something else
                        self.origins.append(origin)
                        break
                elif origin.kind is Kind.JOINED and not origin.obstacle:
                    self._family.append(origin.source)
                    if self._claimant(origin.source):
                        self._joined.append(self._part(move, origin))
                        self.origins.append(origin)
                        continue
                    self._claimed.append(origin.source)
                    ages.pop(origin.source, None)  # with its own move it would arrive twice
                    self._joined.append(
                        FolderMove(source=origin.source, target=self._free_target(move, origin), exclude=move.exclude)
                    )
                self.origins.append(origin)
        limited = [entry for entry in move.earlier if not isinstance(entry, str) and entry.joined_by]
        return replace(move, earlier=(*sorted(ages, key=lambda name: ages[name]), *limited))

    def _part(self, move: FolderMove, origin: Origin) -> FolderMove:
        """A folder that came from another moved folder, as a move of its own."""
        self._parts.append(f"/{origin.inner}")
        source, target = f"{origin.folder}/{origin.inner}", self._free_target(move, origin)
        return FolderMove(source=source, target=target, earlier=(origin.source,), exclude=move.exclude)

    def _is_part(self, origin: Origin) -> bool:
        """Whether it came from inside a folder of another repository to a new folder of the move that is there yet."""
        part = f"{origin.folder}/{origin.inner}"
        others = [folder for folder in self._claimed if folder not in self._own]
        return (
            bool(origin.inner)
            and origin.folder == self._move.source
            and any(origin.source.startswith(f"{folder}/") for folder in others)
            and not any(_overlap(origin.source, folder) for folder in self._own)
            and not self._past.files_in(f"{origin.commit}^", part)
            and self._past.has_folder(part)
        )

    def _free_target(self, move: FolderMove, origin: Origin) -> str:
        """Where the history of what joined goes: to its place in the folder, or below it where that is taken."""
        target = "/".join(filter(None, (move.target, origin.inner)))
        while target in self._targets:
            target = "/".join(filter(None, (target, origin.source.rpartition("/")[2])))
        self._targets.append(target)
        return target

    def _namesake(self, folder: str, youngest: int, oldest: int) -> Departure | None:
        """The latest departure in between that did not lead to a name of the same folder."""
        for departure in self._past.departures(folder):
            if youngest <= departure.age < oldest and not self._is_own(departure.destination):
                return departure
        return None

    def _is_own(self, folder: str) -> bool:
        return any(_overlap(folder, name) for name in self._family)

    def _validate(self, origin: Origin, names: list[str]) -> Origin:
        """The origin, with its obstacle. names: those found so far for the folder that is followed."""
        if not _is_utf8(origin.source):
            return replace(origin, obstacle="its name is not UTF-8, which the plan has to be")
        if origin.kind is Kind.JOINED:
            claimant = "" if self._is_part(origin) else self._claimant(origin.source)
            obstacle = claimant or self._second_life(origin, hiding=[])
            if not (obstacle and origin.birth and origin.share >= MOST):
                return replace(origin, obstacle=obstacle)
            origin = replace(origin, kind=Kind.EARLIER)
        if origin.kind is Kind.PART:
            return origin
        return replace(origin, obstacle=self._second_life(origin, hiding=names))

    def _claimant(self, source: str) -> str:
        other = next((other for other in self._claimed if _overlap(source, other)), None)
        return f"another move takes {other}" if other else ""

    def _second_life(self, origin: Origin, hiding: list[str]) -> str:
        """What else the source's name stood for, in commits where the split would take it for the folder.

        hiding: names that go before it where they exist.
        """
        if (hiding[0] if hiding else origin.source, origin.source) in self._revived:
            return "it stood for something else later"
        if self._past.has_folder(origin.source) and not any(map(self._past.has_folder, hiding)):
            return "it is there today"
        for departure in self._past.departures(origin.source):
            if departure.commit == origin.commit or self._is_own(departure.destination):
                continue
            if not any(self._past.files_in(departure.parent, name) for name in hiding):
                return f"most of it went to {departure.destination or 'several folders'} with {departure.commit[:10]}"
        return ""


def _is_utf8(path: str) -> bool:
    return all(not "\udc80" <= character <= "\udcff" for character in path)


def _overlap(folder: str, other: str) -> bool:
    """Whether one of two folders lies in the other; the root ("") counts for no folder."""
    return bool(folder and other) and (f"{folder}/".startswith(f"{other}/") or f"{other}/".startswith(f"{folder}/"))
