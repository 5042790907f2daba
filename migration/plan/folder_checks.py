"""Checks of folders: each file of the monorepo has one new place, and no two moves share a target.

Nested folders may go to different places when the outer move excludes the inner folder. Targets may be nested (a
folder into the root and another below it): where two files land on one path, the later move wins. Earlier names are
free to overlap with anything: they only say where a folder's history was.
"""

from collections.abc import Iterator
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
        if earlier.location[:2] == later.location[:2] and earlier.move.target == later.move.target != "":
            problem = f"{quoted(earlier.move.source)} moves to {quoted(later.move.target)}, too"
            yield PlanFinding((*later.location, "to"), problem, "Give each of the two a folder of its own.")
    for claim in claims:
        names = [claim.move.source, *claim.move.earlier]
        for number, name in enumerate(claim.move.earlier):
            if name in names[: number + 1]:
                problem = f"{quoted(name)} is named already"
                yield PlanFinding((*claim.location, "earlier", number), problem, "Remove it.")


def _claimed_twice(claim: _Claim, other: _Claim) -> Iterator[PlanFinding]:
    inner, outer = (claim, other) if len(claim.move.source) > len(other.move.source) else (other, claim)
    if not outer.move.source:
        return
    if inner.move.source == outer.move.source:
        problem = f"{quoted(other.move.source)} is already moved to {quoted(claim.repository)}"
        yield PlanFinding((*other.location, "from"), problem, "Give each folder to one repository, and name it once.")
    elif inner.move.source.startswith(f"{outer.move.source}/"):
        within = inner.move.source.removeprefix(f"{outer.move.source}/")
        if not GitIgnoreSpec.from_lines(outer.move.exclude).match_file(f"{within}/file"):
            folder, around = quoted(inner.move.source), quoted(outer.move.source)
            problem = f"{folder} is already moved to {quoted(outer.repository)} with {around}"
            remedy = f"Add '/{within}/' to `exclude` of {around}, or remove one of the two."
            yield PlanFinding((*inner.location, "from"), problem, remedy)


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
