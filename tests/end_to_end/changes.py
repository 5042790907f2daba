"""What people change on GitHub outside Pulumi: a plan with everything, and a change for each kind of resource."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from nacl.public import PublicKey, SealedBox

PLAN: dict[str, Any] = {
    "monorepo": {"name": "maestro-platform"},
    "teams": [{"name": "core", "description": "The core"}, {"name": "quality"}, {"name": "former"}],
    "repositories": [
        {
            "name": "engine",
            "description": "Backend",
            "topics": ["api"],
            "kind": "python-service",
            "moves": [{"from": "engine"}],
            "teams": {"core": "maintain", "quality": "push", "former": "pull"},
            "code_owners": {"*": ["core"]},
            "protection": {"bypass": ["core"]},
            "environments": [
                {"name": "staging", "branches": ["main"]},
                {"name": "testing", "reviewers": ["core"], "branches": ["main", "test/*"]},
                {"name": "review", "reviewers": ["@maestro-owner"], "tags": ["v*"]},
                {"name": "production", "wait_minutes": 5, "secrets": ["TOKEN", "KEY"], "variables": ["URL", "PLACE"]},
            ],
            "secrets": ["TOKEN", "KEY"],
            "dependabot_secrets": ["TOKEN", "KEY"],
            "variables": ["URL", "PLACE"],
            "labels": [{"name": "migration", "color": "5319e7"}, {"name": "bug", "color": "000000"}],
            "actions": {"patterns": ["aws-actions/*"], "oidc_subject": ["repo", "context"]},
            "vulnerability_alerts": True,
            "security_updates": True,
        },
        {
            "name": "site",
            "moves": [{"from": "site"}],
            "tags": [{"from": "*", "to": "*"}],
            "features": {"wiki": False, "issues": True},
            "merging": {"rebase": False, "squash_message": "pull_request", "update_branch": False},
            "protection": {"as": "branch_protection"},
            "actions": {"patterns": ["aws-actions/*"]},
        },
        {"name": "docs", "kind": "documentation"},
        {"name": "notes", "kind": "documentation"},
        {"name": "gone", "kind": "documentation", "vulnerability_alerts": True},
    ],
}


@dataclass(frozen=True)
class GitHub:
    """REST of one organization."""

    client: httpx.Client
    organization: str

    def send(self, method: str, path: str, /, **body: Any) -> Any:
        """One request below /repos/ORGANIZATION, or from the root where the path begins with a slash."""
        address = path if path.startswith("/") else f"/repos/{self.organization}/{path}"
        answer = self.client.request(method, address, json=body or None)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def overwrite_secret(self, place: str, name: str) -> None:
        """place: below the repository, like engine/actions."""
        key = self.send("GET", f"{place}/secrets/public-key")
        sealed = SealedBox(PublicKey(base64.b64decode(key["key"]))).encrypt(b"another value")
        value = base64.b64encode(sealed).decode()
        self.send("PUT", f"{place}/secrets/{name}", encrypted_value=value, key_id=key["key_id"])

    def ruleset(self, repository: str, name: str) -> dict[str, Any]:
        (listed,) = [ruleset for ruleset in self.send("GET", f"{repository}/rulesets") if ruleset["name"] == name]
        ruleset: dict[str, Any] = self.send("GET", f"{repository}/rulesets/{listed['id']}")
        return ruleset

    def change_ruleset(self, repository: str, ruleset: str, method: str, /, **body: Any) -> None:
        self.send(method, f"{repository}/rulesets/{self.ruleset(repository, ruleset)['id']}", **body)

    def change_branch_rule(self, repository: str, branch: str, /, **values: Any) -> None:
        """values: of https://docs.github.com/graphql/reference/input-objects#updatebranchprotectionruleinput"""
        rules = "branchProtectionRules(first: 10) { nodes { id pattern } }"
        named = f'repository(owner: "{self.organization}", name: "{repository}")'
        nodes = self._graphql(f"{{ {named} {{ {rules} }} }}")["repository"]["branchProtectionRules"]["nodes"]
        (rule,) = [node["id"] for node in nodes if node["pattern"] == branch]
        mutation = "updateBranchProtectionRule(input: $input) { branchProtectionRule { id } }"
        question = f"mutation($input: UpdateBranchProtectionRuleInput!) {{ {mutation} }}"
        self._graphql(question, input={"branchProtectionRuleId": rule, **values})

    def _graphql(self, query: str, **variables: Any) -> Any:
        address = str(self.client.base_url).removesuffix("/").removesuffix("/v3") + "/graphql"
        answer = self.client.post(address, json={"query": query, "variables": variables}).raise_for_status().json()
        assert "errors" not in answer, answer
        return answer["data"]

    def team(self, slug: str) -> int:
        number: int = self.send("GET", f"/orgs/{self.organization}/teams/{slug}")["id"]
        return number

    def team_node(self, slug: str) -> str:
        node: str = self.send("GET", f"/orgs/{self.organization}/teams/{slug}")["node_id"]
        return node

    def write_file(self, repository: str, path: str, text: str | None) -> None:
        """text: None to delete it."""
        blob_id = self.send("GET", f"{repository}/contents/{path}")["sha"]
        if text is None:
            self.send("DELETE", f"{repository}/contents/{path}", message="By hand", sha=blob_id)
        else:
            content = base64.b64encode(text.encode()).decode()
            self.send("PUT", f"{repository}/contents/{path}", message="By hand", sha=blob_id, content=content)

    def set_ref(self, repository: str, ref: str, other: str) -> None:
        commit = self.send("GET", f"{repository}/git/ref/{other}")["object"]["sha"]
        self.send("PATCH", f"{repository}/git/refs/{ref}", sha=commit, force=True)

    def change_default_branch(self, repository: str, branch: str) -> None:
        commit = self.send("GET", f"{repository}/git/ref/heads/main")["object"]["sha"]
        self.send("POST", f"{repository}/git/refs", ref=f"refs/heads/{branch}", sha=commit)
        self.send("PATCH", repository, default_branch=branch)

    def remove_policy(self, repository: str, environment: str, name: str) -> None:
        self.send("DELETE", self._policy(repository, environment, name))

    def rename_policy(self, repository: str, environment: str, name: str, new_name: str) -> None:
        self.send("PUT", self._policy(repository, environment, name), name=new_name)

    def _policy(self, repository: str, environment: str, name: str) -> str:
        path = f"{repository}/environments/{environment}/deployment-branch-policies"
        (policy,) = [policy for policy in self.send("GET", path)["branch_policies"] if policy["name"] == name]
        return f"{path}/{policy['id']}"


@dataclass(frozen=True)
class Change:
    """One thing changed by hand. make: changes it. says: a difference as in the report, None for "gone".

    adopt: what the edit that adopts it says.
    """

    make: Callable[[GitHub], object]
    says: str | None
    adopt: str


def _organization(github: GitHub, path: str) -> str:
    return f"/orgs/{github.organization}/{path}"


CHANGES: dict[tuple[str | None, str], Change] = {
    (None, "team core"): Change(
        lambda github: github.send("PATCH", _organization(github, "teams/core"), description="By hand"),
        "description: The core → By hand",
        "teams:\n- name: core\n  description: By hand\n",
    ),
    (None, "team former"): Change(
        lambda github: github.send("DELETE", _organization(github, "teams/former")), None, "Take it out of the plan"
    ),
    ("docs", "repository"): Change(
        lambda github: github.send("PATCH", "docs", visibility="public"),
        "visibility: private → public",
        "- name: docs\n  visibility: public\n",
    ),
    ("notes", "repository"): Change(
        lambda github: github.send("PATCH", "notes", name="renamed"), "name: notes → renamed", "- name: renamed\n"
    ),
    ("gone", "repository"): Change(lambda github: github.send("DELETE", "gone"), None, "Take it out of the plan"),
    ("engine", "ruleset Nothing is lost"): Change(
        lambda github: github.change_ruleset("engine", "Nothing is lost", "PUT", rules=[]),
        "rules.deletion: True → None",
        "The plan has no words for this",
    ),
    ("engine", "ruleset Default branch"): Change(
        lambda github: github.change_ruleset("engine", "Default branch", "PUT", enforcement="disabled"),
        "enforcement: active → disabled",
        "The plan has no words for this",
    ),
    ("engine", "ruleset Release tags"): Change(
        lambda github: github.change_ruleset("engine", "Release tags", "DELETE"), None, "release_tags: []"
    ),
    ("engine", "repository"): Change(
        lambda github: (
            github.send("PATCH", "engine", description="By hand"),
            github.send("PUT", "engine/topics", names=["api", "theirs"]),
        ),
        "description: Backend → By hand",
        "- name: engine\n  description: By hand\n  topics:\n  - api\n  - theirs\n",
    ),
    ("engine", "branch monorepo"): Change(
        lambda github: github.send("DELETE", "engine/git/refs/heads/monorepo"), None, "monorepo's history"
    ),
    ("engine", "tag v1.0.0"): Change(
        lambda github: github.send("DELETE", "engine/git/refs/tags/v1.0.0"), None, "monorepo's history"
    ),
    ("engine", "notes of the monorepo"): Change(
        lambda github: github.send("DELETE", "engine/git/refs/notes/monorepo"), None, "monorepo's history"
    ),
    ("engine", "file .github/CODEOWNERS"): Change(
        lambda github: github.write_file("engine", ".github/CODEOWNERS", "* @somebody\n"),
        "content: as rendered → (changed on GitHub",
        "`code_owners` of engine (plan.yaml:",
    ),
    ("engine", "file .github/dependabot.yml"): Change(
        lambda github: github.write_file("engine", ".github/dependabot.yml", None), None, "The stack writes this file"
    ),
    ("engine", "role of team core"): Change(
        lambda github: github.send(
            "PUT", _organization(github, f"teams/core/repos/{github.organization}/engine"), permission="pull"
        ),
        "permission: maintain → pull",
        "core: pull",
    ),
    ("engine", "role of team quality"): Change(
        lambda github: github.send(
            "DELETE", _organization(github, f"teams/quality/repos/{github.organization}/engine")
        ),
        None,
        "  teams:\n    core: maintain\n    former: pull\n",
    ),
    ("engine", "environment staging"): Change(
        lambda github: github.send("DELETE", "engine/environments/staging"), None, "Take it out of the plan"
    ),
    ("engine", "environment testing"): Change(
        lambda github: github.send(
            "PUT",
            "engine/environments/testing",
            deployment_branch_policy={"protected_branches": False, "custom_branch_policies": True},
        ),
        "reviewers: ",
        "name: testing\n    reviewers: []",
    ),
    ("engine", "environment review"): Change(
        lambda github: github.send(
            "PUT",
            "engine/environments/review",
            deployment_branch_policy={"protected_branches": False, "custom_branch_policies": True},
        ),
        "reviewers: ",
        "name: review\n    reviewers: []",
    ),
    ("engine", "environment review: branches and tags v*"): Change(
        lambda github: github.send(
            "POST", "engine/environments/review/deployment-branch-policies", name="v*", type="branch"
        ),
        "branch: None → v*",
        "branches:\n    - v*",
    ),
    ("engine", "environment testing: branches and tags *"): Change(
        lambda github: github.send("POST", "engine/environments/testing/deployment-branch-policies", name="*"),
        "branch: None → *",
        "branches:\n    - main\n    - test/*\n    - '*'",
    ),
    ("engine", "environment testing: branches and tags test/*"): Change(
        lambda github: github.remove_policy("engine", "testing", "test/*"), None, "branches:\n    - main\n"
    ),
    ("engine", "environment production"): Change(
        lambda github: github.send("PUT", "engine/environments/production", wait_timer=1),
        "waitTimer: 5 → 1",
        "name: production\n    wait_minutes: 1",
    ),
    ("engine", "secret TOKEN"): Change(
        lambda github: github.overwrite_secret("engine/actions", "TOKEN"), "updated_at: ", 'secrets["engine/TOKEN"]'
    ),
    ("engine", "secret KEY"): Change(
        lambda github: github.send("DELETE", "engine/actions/secrets/KEY"), None, "  secrets:\n  - TOKEN\n"
    ),
    ("engine", "Dependabot secret TOKEN"): Change(
        lambda github: github.overwrite_secret("engine/dependabot", "TOKEN"), "updated_at: ", 'secrets["engine/TOKEN"]'
    ),
    ("engine", "Dependabot secret KEY"): Change(
        lambda github: github.send("DELETE", "engine/dependabot/secrets/KEY"),
        None,
        "  dependabot_secrets:\n  - TOKEN\n",
    ),
    ("engine", "environment production: secret TOKEN"): Change(
        lambda github: github.overwrite_secret("engine/environments/production", "TOKEN"),
        "updated_at: ",
        'secrets["engine/production/TOKEN"]',
    ),
    ("engine", "environment production: secret KEY"): Change(
        lambda github: github.send("DELETE", "engine/environments/production/secrets/KEY"),
        None,
        "name: production\n    secrets:\n    - TOKEN\n",
    ),
    ("engine", "variable URL"): Change(
        lambda github: github.send("PATCH", "engine/actions/variables/URL", value="https://elsewhere.example"),
        "value: https://packages.example → https://elsewhere.example",
        'variables["engine/URL"]\' https://elsewhere.example',
    ),
    ("engine", "variable PLACE"): Change(
        lambda github: github.send("DELETE", "engine/actions/variables/PLACE"), None, "  variables:\n  - URL\n"
    ),
    ("engine", "environment production: variable URL"): Change(
        lambda github: github.send("PATCH", "engine/environments/production/variables/URL", value="elsewhere"),
        "value: https://packages.example → elsewhere",
        'variables["engine/production/URL"]',
    ),
    ("engine", "environment production: variable PLACE"): Change(
        lambda github: github.send("DELETE", "engine/environments/production/variables/PLACE"),
        None,
        "name: production\n    variables:\n    - URL\n",
    ),
    ("engine", "label migration"): Change(
        lambda github: github.send("PATCH", "engine/labels/migration", color="ffffff"),
        "color: 5319e7 → ffffff",
        "  - name: migration\n    color: ffffff\n",
    ),
    ("engine", "label bug"): Change(
        lambda github: github.send("DELETE", "engine/labels/bug"),
        None,
        "labels:\n  - name: migration\n    color: 5319e7\n",
    ),
    ("engine", "Actions"): Change(
        lambda github: github.send("PUT", "engine/actions/permissions", enabled=True, allowed_actions="all"),
        "allowedActions: selected → all",
        "actions:\n    allowed: all\n",
    ),
    ("engine", "token of Actions"): Change(
        lambda github: github.send("PUT", "engine/actions/permissions/workflow", default_workflow_permissions="write"),
        "defaultWorkflowPermissions: read → write",
        "token: write",
    ),
    ("engine", "OIDC subject"): Change(
        lambda github: github.send(
            "PUT", "engine/actions/oidc/customization/sub", use_default=False, include_claim_keys=["repo"]
        ),
        "includeClaimKeys: ['context', 'repo'] → ['repo']",
        "oidc_subject:\n    - repo\n",
    ),
    ("engine", "security updates"): Change(
        lambda github: github.send("DELETE", "engine/automated-security-fixes"),
        "enabled: True → None",
        "security_updates: false",
    ),
    ("engine", "vulnerability alerts"): Change(
        lambda github: github.send("DELETE", "engine/vulnerability-alerts"),
        "enabled: True → None",
        "vulnerability_alerts: false",
    ),
    ("site", "repository"): Change(
        lambda github: github.send(
            "PATCH",
            "site",
            has_wiki=True,
            allow_rebase_merge=True,
            squash_merge_commit_title="COMMIT_OR_PR_TITLE",
            squash_merge_commit_message="COMMIT_MESSAGES",
            has_projects=True,
        ),
        "squashMergeCommitMessage: PR_BODY → COMMIT_MESSAGES",
        "- name: site\n  merging:\n    rebase: true\n    squash_message: commits\n  features:\n    wiki: true\n",
    ),
    ("site", "Actions"): Change(
        lambda github: github.send("PUT", "site/actions/permissions/selected-actions", patterns_allowed=["theirs/*"]),
        "allowedActionsConfig.patternsAlloweds: ['aws-actions/*'] → ['theirs/*']",
        "patterns:\n    - theirs/*",
    ),
    ("site", "branch protection of main"): Change(
        lambda github: github.send(
            "PATCH", "site/branches/main/protection/required_pull_request_reviews", required_approving_review_count=2
        ),
        "requiredPullRequestReviews.0.requiredApprovingReviewCount: 1 → 2",
        "protection:\n    approvals: 2\n",
    ),
    ("site", "branch protection of monorepo"): Change(
        lambda github: github.send("DELETE", "site/branches/monorepo/protection"), None, "Take it out of the plan"
    ),
    ("site", "branch monorepo"): Change(
        lambda github: github.send("PUT", "site/contents/theirs", message="By hand", content="YQ==", branch="monorepo"),
        "commit: ",
        "monorepo's history",
    ),
    ("site", "ruleset Release tags"): Change(
        lambda github: github.change_ruleset("site", "Release tags", "DELETE"), None, "release_tags: []"
    ),
    ("site", "tag v1.0.0"): Change(
        lambda github: github.set_ref("site", "tags/v1.0.0", "heads/monorepo"), "commit: ", "monorepo's history"
    ),
    ("site", "default branch"): Change(
        lambda github: github.change_default_branch("site", "trunk"), "branch: main → trunk", "default_branch: trunk"
    ),
}
"""Repository, or None for the organization, and thing, as the report names them; in an order that GitHub allows."""

FOLLOWING = {
    ("engine", "environment staging: branches and tags main"),
    ("engine", "role of team former"),
}
"""What GitHub removes together with something above."""

ADOPTABLE = (
    (None, "team core"),
    ("engine", "repository"),
    ("engine", "environment production"),
    ("engine", "variable URL"),
    ("engine", "variable PLACE"),
    ("engine", "environment production: variable URL"),
    ("engine", "secret KEY"),
    ("engine", "label migration"),
    ("engine", "Actions"),
    ("engine", "token of Actions"),
    ("engine", "security updates"),
    ("site", "repository"),
    ("site", "Actions"),
    ("site", "branch protection of main"),
)
"""Changes after whose edit the plan says what GitHub has."""
