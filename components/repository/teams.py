"""The teams of a stack, and what each may do in a repository."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_github as github

from components.github.repository_changes import TEAM_LEFT_AS_IT_IS
from components.stack.declaration import child_name, inside, part_name, renamed


@dataclass(frozen=True, kw_only=True)
class TeamsArgs:
    """teams: slug to description. existing: slug to number, of the teams that the organization has."""

    teams: Mapping[str, str]
    existing: Mapping[str, int]


class Teams(pulumi.ComponentResource):
    """The teams that the plan names, one set for all repositories of the stack.

    A team that the organization has is taken over, and none is ever deleted: other stacks and people rely on it. Leaves
    members alone, who are the organization's business.
    """

    numbers: Mapping[str, pulumi.Output[int]]

    def __init__(self, name: str, args: TeamsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register each team under its slug; `numbers` are what rulesets and environments name it by."""
        super().__init__("multirepo:github:Teams", name, None, opts)
        made = {
            slug: github.Team(
                f"{name}-{slug}",
                name=slug,
                description=description,
                privacy="closed",
                opts=pulumi.ResourceOptions(
                    parent=self,
                    retain_on_delete=True,
                    import_=str(args.existing[slug]) if slug in args.existing else None,
                    ignore_changes=list(TEAM_LEFT_AS_IT_IS),
                ),
            )
            for slug, description in args.teams.items()
        }
        self.numbers = {slug: team.id.apply(int) for slug, team in made.items()}
        self.register_outputs({"numbers": self.numbers})


@dataclass(frozen=True, kw_only=True)
class TeamAccessArgs:
    """roles: slug to role, like "maintain". numbers: slug to number, of at least those teams. people: login to role.

    imports: the id to import by, of each role that GitHub has already, by its name in this component.
    """

    repository: str
    roles: Mapping[str, str]
    numbers: Mapping[str, pulumi.Output[int]]
    people: Mapping[str, str] = field(default_factory=dict)
    imports: Mapping[str, str] = field(default_factory=dict)
    is_archived: bool = False


class TeamAccess(pulumi.ComponentResource):
    """The roles of teams and of single people in one repository. Leaves other teams and people alone."""

    def __init__(self, name: str, args: TeamAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register each role under the team's slug, or the person's login."""
        formerly = f"{args.repository}-team"
        super().__init__("multirepo:github:TeamAccess", name, None, renamed(opts, formerly))
        for slug, role in args.roles.items():
            github.TeamRepository(
                child_name(name, slug),
                repository=args.repository,
                team_id=args.numbers[slug].apply(str),
                permission=role,
                opts=inside(
                    self,
                    formerly=f"{formerly}-{slug}",
                    is_archived=args.is_archived,
                    import_=args.imports.get(part_name(slug)),
                ),
            )
        for login, role in args.people.items():
            github.RepositoryCollaborator(
                child_name(name, "person", login.lower()),
                repository=args.repository,
                username=login,
                permission=role,
                opts=inside(self, is_archived=args.is_archived),
            )
        self.register_outputs({"roles": {**args.roles, **args.people}})
