"""Checks of folders: each file of the monorepo has one new place, and no two moves share a target.

Nested folders may go to different places when the outer move excludes the inner folder. Targets may be nested (a
folder into the root and another below it); that no two files land on one path is checked with the history. Earlier
names may overlap with those of other repositories, but no folder may reach one repository twice.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from pathspec import GitIgnoreSpec

from migration.plan.model import Move, Plan
from migration.plan.problems import Location, PlanFinding
from migration.plan.values import quoted


class _Claim(NamedTuple):
    repository: str
    move: Move
    location: Location


def check_folders(plan: Plan) -> Iterator[PlanFinding]:
    """Folders that are claimed twice, targets that collide, names that are repeated."""
    claims = [
        _Claim(repository.name or f"repositories[{index}]", move, ("repositories", index, "moves", number))
        for index, repository in enumerate(plan.repositories)
        for number, move in enumerate(repository.moves)
    ]
    for earlier, later in combinations(claims, 2):
        yield from _claimed_twice(earlier, later)
        # Whether a move to the root takes a file is known with the history alone.
        targets = {earlier.move.target, later.move.target}
        if earlier.location[:2] == later.location[:2] and len(targets) == 1 and not targets & {"", "."}:
            problem = f"{quoted(earlier.move.source)} moves to {quoted(later.move.target)}, too"
            yield PlanFinding((*later.location, "to"), problem, "Give each of the two a folder of its own.")
        if earlier.location[:2] == later.location[:2]:
            yield from _arrives_twice(earlier, later)
    for claim in claims:
        yield from _check_earlier(claim)
    yield from _check_owners(claims)


def _check_earlier(claim: _Claim) -> Iterator[PlanFinding]:
    if claim.move.is_rest and (claim.move.earlier or claim.move.shared):
        key = "earlier" if claim.move.earlier else "shared"
        problem = "the rest of the monorepo has no earlier paths, and one owner"
        yield PlanFinding((*claim.location, key), problem, f"Remove `{key}`, or name a folder in `from`.")
    named = {claim.move.source}
    for number, entry in enumerate(claim.move.earlier):
        location: Location = (*claim.location, "earlier", number)
        limits = [key for key in ("until", "joined_by") if getattr(entry, key)]
        if len(limits) == 2:
            yield PlanFinding(location, "it has both `until` and `joined_by`", "Write two entries.")
        elif entry.path == "." and "joined_by" not in limits:
            remedy = "Add `joined_by:` with the merge that joined the project, or name a folder."
            yield PlanFinding(location, "the root cannot be an earlier path of a folder", remedy)
        elif not limits and entry.path in named:
            yield PlanFinding(location, f"{quoted(entry.path)} is named already", "Remove it.")
        if not limits:
            named.add(entry.path)


def _check_owners(claims: Sequence[_Claim]) -> Iterator[PlanFinding]:
    """Each shared path has an owner: a move of it, or of a folder around it, that is not shared."""
    owned = [claim.move.source for claim in claims if not claim.move.shared]
    for claim in claims:
        source = claim.move.source
        is_owned = "." in owned or any(f"{source}/".startswith(f"{folder}/") for folder in owned)
        if claim.move.shared and not claim.move.is_rest and not is_owned:
            problem = f"no repository owns {quoted(source)}: each move of it is shared"
            remedy = "Remove `shared` in the move of the repository whose cutover freezes it."
            yield PlanFinding((*claim.location, "shared"), problem, remedy)


def _claimed_twice(claim: _Claim, other: _Claim) -> Iterator[PlanFinding]:
    inner, outer = (claim, other) if len(claim.move.source) > len(other.move.source) else (other, claim)
    is_copy = claim.location[:2] != other.location[:2] and (claim.move.shared or other.move.shared)
    if not outer.move.source or is_copy:
        return
    if inner.move.source == outer.move.source:
        problem = f"{quoted(other.move.source)} is already moved to {quoted(claim.repository)}"
        remedy = "Name it in one move, or add `shared: true` to the move that takes a copy; the other owns it."
        if claim.location[:2] == other.location[:2]:
            remedy = "Name it in one move of the repository."
        yield PlanFinding((*other.location, "from"), problem, remedy)
    elif inner.move.source.startswith(f"{outer.move.source}/"):
        within = inner.move.source.removeprefix(f"{outer.move.source}/")
        # Which files the patterns leave out is checked with the paths that the history has.
        if not outer.move.excluded:
            folder, around = quoted(inner.move.source), quoted(outer.move.source)
            problem = f"{folder} is already moved to {quoted(outer.repository)} with {around}"
            remedy = f"Add '/{within}' to `exclude` of {around}, or `shared: true` to the move that takes a copy."
            yield PlanFinding((*inner.location, "from"), problem, remedy)


def _arrives_twice(claim: _Claim, other: _Claim) -> Iterator[PlanFinding]:
    """Two moves of one repository. The folders of today are checked by `_claimed_twice`."""
    for number, name in _plain(other.move):
        for taken in (claim.move.source, *(path for _, path in _plain(claim.move))):
            if _is_taken_by(claim.move, taken, name):
                yield _twice((*other.location, "earlier", number), name, claim.move)
            elif _is_taken_by(other.move, name, taken):
                yield _twice((*other.location, "earlier", number), taken, claim.move)
    for number, taken in _plain(claim.move):
        if _is_taken_by(claim.move, taken, other.move.source) or _is_taken_by(other.move, other.move.source, taken):
            yield _twice((*claim.location, "earlier", number), taken, other.move)


def _plain(move: Move) -> list[tuple[int, str]]:
    """The earlier paths that count in all commits, with their places in the list."""
    earlier = enumerate(move.earlier)
    return [(number, entry.path) for number, entry in earlier if not entry.until and not entry.joined_by]


def _is_taken_by(move: Move, name: str, folder: str) -> bool:
    """Whether the move takes the folder with its name `name`."""
    if not name or not folder or not f"{folder}/".startswith(f"{name}/"):
        return False
    within = f"{folder}/file".removeprefix(f"{name}/")
    return not GitIgnoreSpec.from_lines(move.excluded).match_file(within)


def _twice(location: Location, folder: str, move: Move) -> PlanFinding:
    problem = f"{quoted(folder)} arrives twice, also with {quoted(move.source)}"
    return PlanFinding(location, problem, "Name it in one of the two moves, or exclude it from the other.")


def check_files(plan: Plan) -> Iterator[PlanFinding]:
    """Files of the transforms that could not stand beside each other."""
    for index, repository in enumerate(plan.repositories):
        paths = repository.transforms.add_files
        for path in paths:
            file = next((other for other in paths if path.startswith(f"{other}/")), None)
            if file is not None:
                location = ("repositories", index, "transforms", "add_files", path)
                problem = f"{quoted(file)} is a file, and {quoted(path)} needs it as a folder"
                yield PlanFinding(location, problem, "Rename one of the two.")
