"""Commits that people made in a frozen folder of the monorepo, and that nobody has brought over yet."""

from collections.abc import Iterable
from pathlib import Path

from components.stack.locations import remote_of
from components.stack.settings import Settings
from migration.cutover.frozen import frozen_in
from migration.cutover.stragglers import Straggler, stragglers, written_in
from migration.desired_state import DesiredRepository
from migration.plan import Plan


def not_brought_over(
    settings: Settings, plan: Plan, repositories: Iterable[DesiredRepository], monorepo: Path, token: str
) -> list[Straggler]:
    """Those of every frozen repository; none that is there with its author and date. Raises GitError, RemoteError."""
    wanted = list(repositories)
    late = stragglers(monorepo, plan, wanted, frozen_in(monorepo))
    found = []
    for desired in wanted:
        ours = [one for one in late if one.repository == desired.name]
        if ours:
            known = written_in(remote_of(settings, desired.name, token), f"refs/heads/{desired.default_branch}")
            found += [one for one in ours if (one.author, one.date) not in known]
    return found
