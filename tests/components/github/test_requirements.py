"""What GitHub would refuse: asked of the sandbox, which imitates tokens, plans, versions and people."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx
import pytest

from components.github.inventory import existing_at_github
from components.github.requirements import GitHubRequirements, unmet
from components.github.server_facts import server_facts
from components.stack.settings import Settings
from migration.desired_state import desired_state, settings_of_all, teams_of
from migration.plan import Plan
from migration.preflight import Severity
from sandbox.daemon.administration import TenantAccess, create_token, imitate
from sandbox.daemon.process import Running
from sandbox.network.request_log import read_requests

ENGINE: dict[str, Any] = {"name": "engine", "moves": [{"from": "engine"}]}
WAITS = {"environments": [{"name": "production", "wait_minutes": 5}]}
HIDDEN = "! organization: maestro: GitHub does not show this token the organization's rulesets"
ReadFindings = Callable[..., list[str]]


@pytest.fixture
def findings_of(world: TenantAccess, server: Running, monkeypatch: pytest.MonkeyPatch) -> ReadFindings:
    """The findings for a repository `engine` with these settings: the check, what it concerns, the problem."""

    def run(
        token: str = world.token, owner: str = world.organization, stage: str = "cutover", **settings: Any
    ) -> list[str]:
        monkeypatch.setenv("GITHUB_TOKEN", token)
        stack = {"owner": owner, "github": world.address, "monorepo": "/nowhere", "waves": '{"migration": "moving"}'}
        requirements = _requirements(owner, stage, {**ENGINE, **settings})
        read = Settings.from_config(stack.get, "test")
        existing = existing_at_github(read, requirements.names)
        facts = server_facts(read, existing, requirements.repositories) if existing.owner else None
        findings = unmet(requirements, existing, facts)
        assert all(finding.remedy for finding in findings)
        assert not [
            request for request in read_requests(server.root, world.name) if request.is_write and request.user == "zoe"
        ]
        marks = {Severity.REFUSAL: "", Severity.WARNING: "! "}
        return [
            f"{marks[finding.severity]}{finding.check}: {finding.repository}: {finding.problem}" for finding in findings
        ]

    return run


def _requirements(owner: str, stage: str, repository: Mapping[str, Any]) -> GitHubRequirements:
    plan = Plan.model_validate({"monorepo": {"name": "m"}, "teams": [{"name": "core"}], "repositories": [repository]})
    state = desired_state(plan, {"migration": stage})
    settings = settings_of_all(plan, state, owner, None)
    return GitHubRequirements.of(owner, state, settings, teams_of(plan, settings.values()))


@pytest.fixture
def api(world: TenantAccess) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{world.api_url}/", headers={"Authorization": f"Bearer {world.token}"}) as client:
        yield client


def test_a_token_of_an_owner_with_every_scope_meets_everything(findings_of: ReadFindings) -> None:
    assert findings_of(teams={"core": "push"}, protection={}, actions={}, **WAITS) == []


def test_an_owner_that_does_not_exist_is_the_only_finding(findings_of: ReadFindings) -> None:
    assert findings_of(owner="nobody") == ["owner: nobody: there is no such organization or user"]


def test_every_scope_that_a_classic_token_lacks_is_told_with_what_it_is_for(
    findings_of: ReadFindings, server: Running, world: TenantAccess
) -> None:
    token = create_token(server, world.name, "zoe", scopes=["gist"], role="admin")
    settings = {"kind": "python-service", "teams": {"core": "push"}, "code_owners": {"*": ["core"]}}
    assert findings_of(token, **settings) == [
        "token-scope: maestro: the token lacks the scope repo, to create repositories and keep them",
        "token-scope: maestro: the token lacks the scope workflow, to commit files below .github/workflows/",
        "token-scope: maestro: the token lacks the scope write:org, to create the teams core",
    ]
    assert findings_of(token, visibility="public")[0].endswith(
        "lacks the scope public_repo, to create repositories and keep them"
    )


def test_a_team_is_found_however_many_the_owner_has(
    findings_of: ReadFindings, api: httpx.Client, server: Running, world: TenantAccess
) -> None:
    token = create_token(server, world.name, "zoe", scopes=["repo", "read:org"], role="admin")
    for number in range(101):
        api.post("orgs/maestro/teams", json={"name": f"a-{number}"}).raise_for_status()
    assert [line.rpartition(", ")[2] for line in findings_of(token, teams={"core": "push"})] == [
        "to create the teams core"
    ]
    api.post("orgs/maestro/teams", json={"name": "core"}).raise_for_status()
    assert findings_of(token, teams={"core": "push"}) == []


def test_of_a_fine_grained_token_the_needed_permissions_are_listed(
    findings_of: ReadFindings, server: Running, world: TenantAccess
) -> None:
    token = create_token(server, world.name, "zoe", scopes=None, role="admin")
    assert findings_of(token) == ["! token: maestro: GitHub does not say what a token of this kind may do"]


def test_who_may_not_create_repositories_is_reported(
    findings_of: ReadFindings, server: Running, world: TenantAccess
) -> None:
    token = create_token(server, world.name, "zoe", scopes=["repo"], role="outsider")
    assert findings_of(token) == [
        "token: maestro: zoe may not create repositories there, and engine are missing",
        HIDDEN,
    ]


def test_a_name_that_leads_to_a_renamed_repository_is_taken(findings_of: ReadFindings, api: httpx.Client) -> None:
    api.post("orgs/maestro/repos", json={"name": "engine"}).raise_for_status()
    api.patch("repos/maestro/engine", json={"name": "motor"}).raise_for_status()
    assert findings_of() == [
        "name-redirects: engine: was the name of maestro/motor, and GitHub still leads there from it"
    ]
    api.post("orgs/maestro/repos", json={"name": "engine"}).raise_for_status()
    assert findings_of() == []


def test_a_repository_with_other_commits_is_taken_and_an_empty_one_is_adopted(
    findings_of: ReadFindings, api: httpx.Client
) -> None:
    api.post("orgs/maestro/repos", json={"name": "engine"}).raise_for_status()
    assert findings_of() == []
    api.put("repos/maestro/engine/contents/README", json={"message": "Begin", "content": "aGkK"}).raise_for_status()
    assert findings_of() == ["name-taken: engine: exists with commits that are not the monorepo's"]
    assert findings_of(moves=[]) == [], "a repository that takes no code can have some"


def test_a_repository_that_others_administer_is_taken(
    findings_of: ReadFindings, api: httpx.Client, server: Running, world: TenantAccess
) -> None:
    api.post("orgs/maestro/repos", json={"name": "engine", "private": True}).raise_for_status()
    token = create_token(server, world.name, "zoe", scopes=["repo"])
    assert findings_of(token) == ["name-taken: engine: exists, and zoe does not administer it", HIDDEN]


def test_people_whom_github_does_not_know_are_named(
    findings_of: ReadFindings, server: Running, world: TenantAccess
) -> None:
    create_token(server, world.name, "zoe")
    settings = {
        "environments": [{"name": "production", "reviewers": ["@zoe", "@ghost"]}],
        "code_owners": {"*": ["@noone"]},
    }
    assert findings_of(**settings) == ["people: engine: GitHub knows no @ghost, @noone"]


def test_a_team_without_members_cannot_review_what_it_is_asked_for(
    findings_of: ReadFindings, api: httpx.Client
) -> None:
    asks = {"teams": {"core": "push"}, "environments": [{"name": "production", "reviewers": ["core"]}]}
    assert findings_of(**asks) == []
    api.post("orgs/maestro/teams", json={"name": "core", "privacy": "closed"}).raise_for_status()
    api.delete("orgs/maestro/teams/core/memberships/maestro-owner").raise_for_status()
    assert findings_of(**asks) == ["! reviewers: core: team core has no members, and engine ask it for reviews"]
    api.post("orgs/maestro/teams", json={"name": "inner", "parent_team_id": _team(api, "core")}).raise_for_status()
    api.put("orgs/maestro/teams/inner/memberships/maestro-owner").raise_for_status()
    assert findings_of(**asks) == []


def test_people_without_access_are_ignored_as_code_owners_and_rejected_as_reviewers(
    findings_of: ReadFindings, api: httpx.Client, server: Running, world: TenantAccess
) -> None:
    create_token(server, world.name, "zoe", role="outsider")
    create_token(server, world.name, "ada")
    for name in ("core", "readers"):
        api.post("orgs/maestro/teams", json={"name": name}).raise_for_status()
    api.put("orgs/maestro/teams/core/memberships/ada").raise_for_status()
    asks = {"code_owners": {"*": ["@zoe", "@ada"]}, "environments": [{"name": "production", "reviewers": ["@ada"]}]}
    assert findings_of(**asks, teams={"core": "pull"}) == [
        "! reviewers: engine: @zoe is a code owner, but is in no team of the plan that may write, and is not a member "
        "of the organization",
        "! reviewers: engine: @ada is a code owner, but is in no team of the plan that may write",
    ]
    assert len(findings_of(**asks, teams={"core": "push"})) == 1


def test_lines_of_code_owners_that_github_ignores_are_reported(
    findings_of: ReadFindings, api: httpx.Client, server: Running, world: TenantAccess
) -> None:
    create_token(server, world.name, "zoe", role="outsider")
    api.post("orgs/maestro/repos", json={"name": "engine", "private": True}).raise_for_status()
    api.put("repos/maestro/engine/contents/CODEOWNERS", json={"message": "Own", "content": "KiBAem9lCg=="})
    assert findings_of(moves=[], code_owners={"*": ["@zoe"]}, teams={"core": "push"}) == [
        "! code-owners: engine: GitHub ignores the line `* @zoe` of its CODEOWNERS: make sure @zoe exists and has "
        "write access to the repository"
    ]


def _team(api: httpx.Client, slug: str) -> int:
    number: int = api.get(f"orgs/maestro/teams/{slug}").raise_for_status().json()["id"]
    return number


def _ruleset(rules: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    everywhere = {"include": ["~ALL"], "exclude": []}
    conditions = {"repository_name": everywhere, "ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}
    return {"name": "Reviewed", "enforcement": "active", "conditions": conditions, "rules": rules, **more}


def test_rulesets_of_the_organization_that_would_stop_a_push_are_refused(
    findings_of: ReadFindings, api: httpx.Client
) -> None:
    harmless: list[dict[str, Any]] = [{"type": "deletion"}, {"type": "non_fast_forward"}]
    number = api.post("orgs/maestro/rulesets", json=_ruleset(harmless)).raise_for_status().json()["id"]
    assert findings_of() == []
    rules = [*harmless, {"type": "pull_request", "parameters": {"required_approving_review_count": 1}}]
    api.put(f"orgs/maestro/rulesets/{number}", json={"rules": rules}).raise_for_status()
    problem = "the organization's ruleset Reviewed demands pull_request, and this token cannot bypass it"
    assert findings_of() == [f"organization-ruleset: engine: {problem}"]
    refs = {"include": ["refs/heads/release/*"], "exclude": []}
    api.put(f"orgs/maestro/rulesets/{number}", json=_ruleset(rules, conditions={"ref_name": refs})).raise_for_status()
    assert findings_of() == []
    bypass = [{"actor_type": "OrganizationAdmin", "bypass_mode": "always"}]
    api.put(f"orgs/maestro/rulesets/{number}", json=_ruleset(rules, bypass_actors=bypass)).raise_for_status()
    assert findings_of() == []


def test_a_security_configuration_that_is_enforced_otherwise_is_refused(
    findings_of: ReadFindings, api: httpx.Client
) -> None:
    """GitHub accepts the setting and changes nothing, so that it would drift at once."""
    off = {"name": "Lean", "description": "d", "dependabot_alerts": "disabled", "secret_scanning": "enabled"}
    place = "orgs/maestro/code-security/configurations"
    number = api.post(place, json=off).raise_for_status().json()["id"]
    api.put(f"{place}/{number}/defaults", json={"default_for_new_repos": "all"}).raise_for_status()
    named = {"vulnerability_alerts": True, "secret_scanning": True}
    problem = "the enforced security configuration Lean has dependabot_alerts disabled"
    assert findings_of(**named) == [f"security-configuration: engine: {problem}"]
    api.post("orgs/maestro/repos", json={"name": "engine", "private": True}).raise_for_status()
    assert findings_of(**named) == [f"security-configuration: engine: {problem}"]
    api.put("repos/maestro/engine/vulnerability-alerts").raise_for_status()
    assert api.get("repos/maestro/engine/vulnerability-alerts").status_code == httpx.codes.NOT_FOUND


def test_custom_properties_that_the_organization_lacks_are_refused(
    findings_of: ReadFindings, api: httpx.Client
) -> None:
    schema = {"properties": [{"property_name": "tier", "value_type": "string"}]}
    api.patch("orgs/maestro/properties/schema", json=schema).raise_for_status()
    assert findings_of(properties={"tier": "gold"}) == []
    problem = "properties: engine: the organization has no property team"
    assert findings_of(properties={"tier": "gold", "team": "core"}) == [problem]


def test_a_person_has_no_teams(findings_of: ReadFindings, server: Running, world: TenantAccess) -> None:
    token = create_token(server, world.name, "zoe", scopes=["repo", "admin:org"])
    assert findings_of(token, owner="zoe", teams={"core": "push"}) == [
        "teams: zoe: is a person's account, which has no teams, and the plan names core"
    ]


@pytest.mark.parametrize(
    ("plan", "problem"),
    [
        (
            "free",
            "maestro is on the free plan, without rulesets or branch protection and environments for private "
            "repositories",
        ),
        (
            "team",
            "reviewers and waits of private environments (production) need GitHub Enterprise, and maestro is on team",
        ),
    ],
)
def test_what_the_owners_plan_lacks_for_private_repositories(
    findings_of: ReadFindings, server: Running, world: TenantAccess, plan: str, problem: str
) -> None:
    imitate(server, world.name, plan=plan)
    assert findings_of(protection={}, **WAITS) == [f"plan-tier: engine: {problem}"]
    assert findings_of(protection={}, visibility="public", **WAITS) == []


def test_what_an_older_server_lacks(findings_of: ReadFindings, server: Running, world: TenantAccess) -> None:
    imitate(server, world.name, server_version="3.10.4")
    assert findings_of(protection={}, actions={}) == [
        "server-version: maestro: GitHub Enterprise Server 3.10 has no rulesets; 3.11 is the first that has",
        "server-version: maestro: GitHub Enterprise Server 3.10 has no pinning of actions by commit; 3.19 is the first "
        "that has",
    ]
    imitate(server, world.name, server_version="3.19.0")
    assert findings_of(protection={}, actions={}) == []


def test_a_change_of_visibility_needs_a_word_of_its_own(findings_of: ReadFindings, api: httpx.Client) -> None:
    api.post("orgs/maestro/repos", json={"name": "engine"})
    api.put("user/starred/maestro/engine")
    assert findings_of() == [], "a visibility that the plan does not name stays"
    loss = (
        "visibility: engine: changes from public to private: GitHub deletes its 1 star and all watchers, detaches its "
        "0 forks, and unpublishes its Pages site if it has one"
    )
    assert findings_of(visibility="private") == [loss]
    assert findings_of(visibility="private", visibility_from="internal") == [loss]
    assert findings_of(visibility="private", visibility_from="public") == [f"! {loss}"]
    assert findings_of(visibility="public") == []


def test_another_default_branch_is_renamed_on_github_first(findings_of: ReadFindings, api: httpx.Client) -> None:
    api.post("orgs/maestro/repos", json={"name": "engine", "auto_init": True})
    (finding,) = findings_of(moves=[], default_branch="trunk")
    assert finding.startswith("default-branch: engine: its default branch is main, the plan says trunk")
    api.post("repos/maestro/engine/branches/main/rename", json={"new_name": "trunk"})
    assert findings_of(moves=[], default_branch="trunk") == []


def test_internal_repositories_need_an_enterprise(
    findings_of: ReadFindings, server: Running, world: TenantAccess
) -> None:
    imitate(server, world.name, plan="team")
    assert findings_of(visibility="internal") == [
        "plan-tier: engine: `visibility: internal` needs GitHub Enterprise, and maestro is on team"
    ]


def test_changes_of_an_archived_repository_wait(findings_of: ReadFindings, api: httpx.Client) -> None:
    api.post("orgs/maestro/repos", json={"name": "engine", "private": True})
    api.patch("repos/maestro/engine", json={"archived": True})
    assert findings_of(stage="rolled_back") == []
    assert findings_of(stage="rolled_back", description="New", topics=["api"]) == [
        "! archived: engine: is archived, so the plan's description, topics wait"
    ]
