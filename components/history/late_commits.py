"""Commits in frozen folders of the monorepo that their new repositories lack."""

from collections.abc import Iterable
from pathlib import Path

from components.stack.locations import remote_of
from components.stack.settings import Settings
from migration.cutover.frozen import frozen_in
from migration.cutover.stragglers import Straggler, stragglers, written_in
from migration.desired_state import DesiredRepository
from migration.plan import Plan


def find_late_commits(
    settings: Settings, plan: Plan, repositories: Iterable[DesiredRepository], monorepo: Path, token: str
) -> list[Straggler]:
    """The late commits of every frozen repository; one with the same author and date there is not late.

    Raises GitError, RemoteError.
    """
    listed = list(repositories)
    late = stragglers(monorepo, plan, listed, frozen_in(monorepo))
    found = []
    for desired in listed:
        late_here = [commit for commit in late if commit.repository == desired.name]
        if late_here:
            known = written_in(remote_of(settings, desired.name, token), f"refs/heads/{desired.default_branch}")
            found += [commit for commit in late_here if (commit.author, commit.date) not in known]
    return found
