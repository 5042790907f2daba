"""Teams, their repositories, and people with access to one repository: records, and what they amount to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from sandbox.tenant.entities import Account, Record, RepositoryRecord
from sandbox.tenant.permissions import Permission
from sandbox.tenant.store import Store


@dataclass(frozen=True, kw_only=True)
class TeamRecord(Record):
    """A team of an organization. permission: what its new repositories get."""

    record_kind: ClassVar[str] = "Team"

    organization_id: int
    name: str
    slug: str
    description: str | None = None
    privacy: Literal["secret", "closed"] = "secret"
    notification_setting: str = "notifications_enabled"
    permission: str = "pull"
    parent_id: int | None = None
    created_at: str
    updated_at: str

    @property
    def key(self) -> tuple[str, ...]:
        """By organization and slug."""
        return (str(self.organization_id), self.slug)


@dataclass(frozen=True, kw_only=True)
class TeamMember(Record):
    """A user in a team."""

    record_kind: ClassVar[str] = "TeamMember"

    team_id: int
    user_id: int
    role: Literal["member", "maintainer"] = "member"

    @property
    def key(self) -> tuple[str, ...]:
        """By team and user."""
        return (str(self.team_id), str(self.user_id))


@dataclass(frozen=True, kw_only=True)
class TeamRepository(Record):
    """What a team may do with a repository. permission: a role name ("write")."""

    record_kind: ClassVar[str] = "TeamRepository"

    repository_id: int
    team_id: int
    permission: str

    @property
    def key(self) -> tuple[str, ...]:
        """By repository and team."""
        return (str(self.repository_id), str(self.team_id))


@dataclass(frozen=True, kw_only=True)
class Collaborator(Record):
    """A user who was given access to one repository. permission: a role name."""

    record_kind: ClassVar[str] = "Collaborator"

    repository_id: int
    user_id: int
    permission: str

    @property
    def key(self) -> tuple[str, ...]:
        """By repository and user."""
        return (str(self.repository_id), str(self.user_id))


@dataclass(frozen=True, kw_only=True)
class Invitation(Record):
    """An offer of access that its user has not accepted yet."""

    record_kind: ClassVar[str] = "Invitation"

    repository_id: int
    invitee_id: int
    inviter_id: int
    permission: str
    created_at: str

    @property
    def key(self) -> tuple[str, ...]:
        """By repository and invited user."""
        return (str(self.repository_id), str(self.invitee_id))


def slug_of(name: str) -> str:
    """The slug that GitHub makes of a team's name: "Core Team!" becomes "core-team"."""
    return re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-")


def with_ancestors(store: Store, team: TeamRecord) -> Iterator[TeamRecord]:
    """The team and those it inherits access from: its parent, its parent's parent."""
    current: TeamRecord | None = team
    while current:
        yield current
        current = store.by_id(TeamRecord, current.parent_id) if current.parent_id else None


def teams_of(store: Store, user: Account) -> set[int]:
    """The ids of the teams that the user is in, directly or as a member of a child team."""
    return {
        ancestor.id
        for member in store.all(TeamMember)
        if member.user_id == user.id and (team := store.by_id(TeamRecord, member.team_id))
        for ancestor in with_ancestors(store, team)
    }


def team_permission(store: Store, team: TeamRecord, repository: RepositoryRecord) -> Permission:
    """What the team may do with the repository, by its own grant or an ancestor's."""
    grants = (store.by_key(TeamRepository, str(repository.id), str(each.id)) for each in with_ancestors(store, team))
    return max((Permission[grant.permission.upper()] for grant in grants if grant), default=Permission.NONE)


def granted(store: Store, user: Account, repository: RepositoryRecord) -> Permission:
    """What collaboration and teams allow the user, besides what the organization gives to all."""
    best = Permission.NONE
    collaborator = store.by_key(Collaborator, str(repository.id), str(user.id))
    if collaborator:
        best = Permission[collaborator.permission.upper()]
    grants = store.all(TeamRepository, str(repository.id))
    if grants:
        mine = teams_of(store, user)
        best = max([best, *(Permission[grant.permission.upper()] for grant in grants if grant.team_id in mine)])
    return best
