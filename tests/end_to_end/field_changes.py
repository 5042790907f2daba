"""Each field that the stack sets on GitHub, changed outside Pulumi by itself: one change for each, in repositories of
their own, so that one world holds all of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from tests.end_to_end.changes import GitHub

Settings = dict[str, Any]
Make = Callable[[GitHub, str], object]


def field_in(path: str) -> str:
    """The path of a property without the places in lists."""
    return ".".join(part for part in path.split(".") if not part.isdigit())


@dataclass(frozen=True)
class FieldChange:
    """thing: as the report names it. says: the differences, "property: was → is", the field's own first; none
    where the thing is gone.

    settings: of its repository in the plan. make: gets the repository's name. is_adoptable: whether the plan has a key.
    is_alone: nothing else changes in its repository. is_replaced: after the edit, `up` makes an equal thing instead.
    name: of the field, where it is not that of the first difference.
    """

    kind: str
    thing: str
    settings: Settings
    make: Make
    says: tuple[str, ...]
    is_adoptable: bool = False
    is_alone: bool = field(default=False, kw_only=True)
    is_replaced: bool = field(default=False, kw_only=True)
    name: str = field(default="", kw_only=True)

    @property
    def field(self) -> tuple[str, str]:
        """Class and property, without the places in lists."""
        first = self.says[0] if self.says else ""
        return self.kind, self.name or field_in(first.partition(":")[0])


def _patch(**body: Any) -> Make:
    return lambda github, name: github.send("PATCH", name, **body)


def _put(path: str, **body: Any) -> Make:
    return lambda github, name: github.send("PUT", f"{name}/{path}", **body)


def _policy(pattern: str) -> Make:
    return lambda github, name: github.rename_policy(name, "staging", pattern, "theirs")


def _switch(property_name: str, key: str, group: str, setting: str, was: bool) -> FieldChange:
    """A truth value of the repository that the plan names. The report writes None for false."""
    before, after = (True, None) if was else (None, True)
    return FieldChange(
        "Repository",
        "repository",
        {group: {setting: was}},
        _patch(**{key: not was}),
        (f"{property_name}: {before} → {after}",),
        True,
    )


def _repository() -> Iterator[FieldChange]:
    yield _switch("hasIssues", "has_issues", "features", "issues", True)
    yield _switch("hasProjects", "has_projects", "features", "projects", False)
    yield _switch("hasWiki", "has_wiki", "features", "wiki", False)
    yield _switch("allowMergeCommit", "allow_merge_commit", "merging", "merge_commits", True)
    yield _switch("allowSquashMerge", "allow_squash_merge", "merging", "squash", True)
    yield _switch("allowRebaseMerge", "allow_rebase_merge", "merging", "rebase", False)
    yield _switch("deleteBranchOnMerge", "delete_branch_on_merge", "merging", "delete_branch", True)
    yield _switch("allowAutoMerge", "allow_auto_merge", "merging", "auto_merge", False)
    yield _switch("allowUpdateBranch", "allow_update_branch", "merging", "update_branch", False)
    for method, key in (("mergeCommit", "merge_commit"), ("squashMergeCommit", "squash_merge_commit")):
        default = ("MERGE_MESSAGE", "PR_TITLE") if key == "merge_commit" else ("COMMIT_OR_PR_TITLE", "COMMIT_MESSAGES")
        named = {"merging": {f"{key.partition('_')[0]}_message": "pull_request"}}
        body = {f"{key}_title": "PR_TITLE", f"{key}_message": "BLANK"}
        yield FieldChange(
            "Repository", "repository", named, _patch(**body), (f"{method}Message: PR_BODY → BLANK",), True
        )
        both = (f"{method}Title: PR_TITLE → {default[0]}", f"{method}Message: PR_BODY → {default[1]}")
        body = {f"{key}_title": default[0], f"{key}_message": default[1]}
        yield FieldChange("Repository", "repository", named, _patch(**body), both, True)
    for key, was, now in (("description", "Ours", "Theirs"), ("homepage", "https://a.example", "https://b.example")):
        says = f"{'homepageUrl' if key == 'homepage' else key}: {was} → {now}"
        yield FieldChange("Repository", "repository", {key: was}, _patch(**{key: now}), (says,), True)
    yield FieldChange(
        "Repository",
        "repository",
        {"topics": ["api"]},
        lambda github, name: github.send("PUT", f"{name}/topics", names=["theirs"]),
        ("topics: ['api'] → ['theirs']",),
        True,
    )
    yield FieldChange("Repository", "repository", {}, _patch(archived=True), ("archived: None → True",), is_alone=True)


RULES: Settings = {"protection": {"bypass": ["core"]}}
CHECKS: Settings = {"kind": "documentation"}


def _ruleset(
    thing: str, says: tuple[str, ...] | str, is_adoptable: bool = False, settings: Settings = RULES, **body: Any
) -> FieldChange:
    says = (says,) if isinstance(says, str) else says
    return FieldChange(
        "RepositoryRuleset",
        f"ruleset {thing}",
        settings,
        lambda github, name: github.change_ruleset(name, thing, "PUT", **body),
        says,
        is_adoptable,
    )


def _rules(
    thing: str, says: str, is_adoptable: bool, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
) -> FieldChange:
    def make(github: GitHub, name: str) -> None:
        github.change_ruleset(name, thing, "PUT", rules=change(github.ruleset(name, thing)["rules"]))

    return FieldChange("RepositoryRuleset", f"ruleset {thing}", RULES, make, (says,), is_adoptable)


def _parameter(key: str, value: Any, says: str, is_adoptable: bool, rule: str = "pull_request") -> FieldChange:
    def change(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {**each, "parameters": {**each["parameters"], key: value}} if each["type"] == rule else each
            for each in rules
        ]

    return _rules("Default branch", says, is_adoptable, change)


def _without(*kinds: str) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    return lambda rules: [rule for rule in rules if rule["type"] not in kinds]


def _with(kind: str) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    return lambda rules: [*rules, {"type": kind}]


def _actors(change: Callable[[GitHub, list[dict[str, Any]]], list[dict[str, Any]]], says: str) -> FieldChange:
    def make(github: GitHub, name: str) -> None:
        actors = github.ruleset(name, "Default branch")["bypass_actors"]
        github.change_ruleset(name, "Default branch", "PUT", bypass_actors=change(github, actors))

    return FieldChange("RepositoryRuleset", "ruleset Default branch", RULES, make, (says,))


def _another_team(github: GitHub, actors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    number = github.team("quality")
    return [{**each, "actor_id": number} if each["actor_type"] == "Team" else each for each in actors]


def _rulesets() -> Iterator[FieldChange]:
    pull_request = "rules.pullRequest"
    yield _ruleset("Nothing is lost", "enforcement: active → disabled", enforcement="disabled")
    yield _ruleset("Moved history", "name: Moved history → By hand", name="By hand")
    yield _ruleset("Release tags", "target: tag → branch", target="branch")
    tags = {"ref_name": {"include": ["refs/tags/v*"], "exclude": ["refs/tags/v0*"]}}
    yield _ruleset("Release tags", "conditions.refName.excludes: None → ['refs/tags/v0*']", conditions=tags)
    tags = {"ref_name": {"include": ["refs/tags/r*"], "exclude": []}}
    says = "conditions.refName.includes: ['refs/tags/v*'] → ['refs/tags/r*']"
    yield _ruleset("Release tags", says, True, conditions=tags)
    yield _actors(_another_team, "bypassActors.1.actorId: ")
    yield _actors(
        lambda _, actors: [
            {**each, "actor_type": "DeployKey"} if each["actor_type"] == "OrganizationAdmin" else each
            for each in actors
        ],
        "bypassActors.0.actorType: OrganizationAdmin → DeployKey",
    )
    yield _actors(
        lambda _, actors: [actors[0], {**actors[1], "bypass_mode": "pull_request"}],
        "bypassActors.1.bypassMode: always → pull_request",
    )
    yield _rules("Moved history", "rules.creation: True → None", False, _without("creation"))
    yield _rules("Moved history", "rules.update: True → None", False, _without("update"))
    yield _rules("Nothing is lost", "rules.deletion: True → None", False, _without("deletion"))
    yield _rules("Nothing is lost", "rules.nonFastForward: True → None", False, _without("non_fast_forward"))
    yield _rules("Default branch", "rules.requiredLinearHistory: None → True", False, _with("required_linear_history"))
    yield _rules("Default branch", "rules.requiredSignatures: None → True", True, _with("required_signatures"))
    for key, name, was in (
        ("dismiss_stale_reviews_on_push", "dismissStaleReviewsOnPush", True),
        ("require_code_owner_review", "requireCodeOwnerReview", True),
        ("require_last_push_approval", "requireLastPushApproval", False),
        ("required_review_thread_resolution", "requiredReviewThreadResolution", True),
    ):
        says = f"{pull_request}.{name}: {'True → None' if was else 'None → True'}"
        yield _parameter(key, not was, says, True)
    says = f"{pull_request}.requiredApprovingReviewCount: 1 → 2"
    yield _parameter("required_approving_review_count", 2, says, True)
    says = f"{pull_request}.allowedMergeMethods: ['merge', 'squash'] → ['merge', 'rebase', 'squash']"
    yield _parameter("allowed_merge_methods", ["merge", "squash", "rebase"], says, False)
    checks = "rules.requiredStatusChecks.requiredChecks.0"
    yield _check(f"{checks}.context: Build → Built", context="Built")
    yield _check(f"{checks}.integrationId: 15368 → None", integration_id=None)


def _check(says: str, **values: Any) -> FieldChange:
    def change(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for rule in rules:
            if rule["type"] == "required_status_checks":
                checks = rule["parameters"]["required_status_checks"]
                checks[:] = [each | values if each["context"] == "Build" else each for each in checks]
        return rules

    return replace(_rules("Default branch", says, False, change), settings=RULES | CHECKS)


CLASSIC: Settings = {"protection": {"as": "branch_protection", "bypass": ["core"]}}


def _branch(says: str, is_adoptable: bool, branch: str = "main", **values: Any) -> FieldChange:
    return FieldChange(
        "BranchProtection",
        f"branch protection of {branch}",
        CLASSIC,
        lambda github, name: github.change_branch_rule(name, branch, **values),
        (says,),
        is_adoptable,
    )


def _classic() -> Iterator[FieldChange]:
    reviews = "requiredPullRequestReviews.0"
    yield _branch("allowsDeletions: None → True", False, "monorepo", allowsDeletions=True)
    yield _branch("allowsForcePushes: None → True", False, "monorepo", allowsForcePushes=True)
    yield _branch("enforceAdmins: None → True", False, "monorepo", isAdminEnforced=True)
    yield _branch("pattern: monorepo → theirs", False, "monorepo", pattern="theirs")
    yield _branch("restrictPushes.0.blocksCreations: True → None", False, "monorepo", blocksCreations=False)
    yield FieldChange(
        "BranchProtection",
        "branch protection of monorepo",
        CLASSIC,
        lambda github, name: github.change_branch_rule(name, "monorepo", pushActorIds=[github.team_node("quality")]),
        ("restrictPushes.0.pushAllowances: None → ",),
    )
    yield _branch("requireConversationResolution: True → None", True, requiresConversationResolution=False)
    yield _branch("requireSignedCommits: None → True", True, requiresCommitSignatures=True)
    yield _branch("requiredLinearHistory: None → True", True, requiresLinearHistory=True)
    yield _branch(f"{reviews}.dismissStaleReviews: True → None", True, dismissesStaleReviews=False)
    yield _branch(f"{reviews}.requireCodeOwnerReviews: True → None", True, requiresCodeOwnerReviews=False)
    yield _branch(f"{reviews}.requireLastPushApproval: None → True", True, requireLastPushApproval=True)
    yield _branch(f"{reviews}.requiredApprovingReviewCount: 1 → 2", True, requiredApprovingReviewCount=2)
    yield _branch(f"{reviews}.pullRequestBypassers: ", False, bypassPullRequestActorIds=[])
    says = "requiredStatusChecks.0.contexts: ['Build', 'Lint'] → ['theirs']"
    checks = [{"context": "theirs"}]
    yield replace(_branch(says, False, requiredStatusChecks=checks), settings=CLASSIC | CHECKS)
    says = "requiredStatusChecks.0.strict: None → True"
    yield replace(_branch(says, False, requiresStrictStatusChecks=True), settings=CLASSIC | CHECKS)


def _environment(says: str, is_adoptable: bool, settings: Settings, **body: Any) -> FieldChange:
    whole = {"wait_timer": settings.get("wait_minutes", 0), **body}
    teams = whole.pop("teams", [])

    def make(github: GitHub, name: str) -> None:
        entries = [{"type": "Team", "id": github.team(slug)} for slug in teams]
        github.send("PUT", f"{name}/environments/production", **whole, reviewers=entries)

    return FieldChange(
        "RepositoryEnvironment",
        "environment production",
        {"environments": [{"name": "production", **settings}]},
        make,
        (says,),
        is_adoptable,
    )


def _environments() -> Iterator[FieldChange]:
    yield _environment("waitTimer: 5 → 1", True, {"wait_minutes": 5}, wait_timer=1)
    yield _environment("canAdminsBypass: True → None", True, {"admin_bypass": True}, can_admins_bypass=False)
    yield _environment(
        "preventSelfReview: None → True",
        True,
        {"reviewers": ["core"], "prevent_self_review": False},
        teams=["core"],
        prevent_self_review=True,
    )
    says = "reviewers: ['core'] → ['quality']"
    yield replace(_environment(says, True, {"reviewers": ["core"]}, teams=["quality"]), name="reviewers.teams")
    both = {"reviewers": ["core", "@maestro-owner"]}
    yield replace(_environment("reviewers: ", True, both, teams=["core"]), name="reviewers.users")
    for was, key, pattern in (("branch", "branches", "main"), ("tag", "tags", "v*")):
        yield FieldChange(
            "RepositoryEnvironmentDeploymentPolicy",
            f"environment staging: branches and tags {pattern}",
            {"environments": [{"name": "staging", key: [pattern]}]},
            _policy(pattern),
            (f"{was}Pattern: {pattern} → theirs",),
            True,
            is_replaced=True,
        )
    custom = "deploymentBranchPolicy.customBranchPolicies: True → None"
    protected = {"protected_branches": True, "custom_branch_policies": False}
    yield _branch_policy(None, True, custom)
    yield _branch_policy(protected, False, "deploymentBranchPolicy.protectedBranches: None → True", custom)


def _branch_policy(value: dict[str, bool] | None, is_adoptable: bool, *says: str) -> FieldChange:
    make = _put("environments/production", deployment_branch_policy=value)
    settings = {"environments": [{"name": "production", "branches": ["main"]}]}
    return FieldChange("RepositoryEnvironment", "environment production", settings, make, says, is_adoptable)


ACTIONS: Settings = {"actions": {"patterns": ["aws-actions/*"], "oidc_subject": ["repo", "context"]}}


def _permission(path: str, body: dict[str, Any], is_adoptable: bool, *says: str) -> FieldChange:
    make = _put(f"actions/permissions{path}", **body)
    return FieldChange("ActionsRepositoryPermissions", "Actions", ACTIONS, make, says, is_adoptable)


def _actions() -> Iterator[FieldChange]:
    permissions = {"enabled": True, "allowed_actions": "selected", "sha_pinning_required": True}
    selected = (
        "allowedActionsConfig.githubOwnedAllowed: True → None",
        "allowedActionsConfig.patternsAlloweds: ['aws-actions/*'] → None",
    )
    disabled = ("enabled: True → None", "allowedActions: selected → None", "shaPinningRequired: True → None", *selected)
    yield _permission("", {**permissions, "sha_pinning_required": False}, True, "shaPinningRequired: True → None")
    yield _permission("", {"enabled": False}, False, *disabled)
    everything = {**permissions, "allowed_actions": "all"}
    yield _permission("", everything, True, "allowedActions: selected → all", *selected)
    yield _permission("/selected-actions", {"github_owned_allowed": False}, True, selected[0])
    says = "allowedActionsConfig.verifiedAllowed: None → True"
    yield _permission("/selected-actions", {"verified_allowed": True}, True, says)
    says = "allowedActionsConfig.patternsAlloweds: ['aws-actions/*'] → ['theirs/*']"
    yield _permission("/selected-actions", {"patterns_allowed": ["theirs/*"]}, True, says)
    yield FieldChange(
        "WorkflowRepositoryPermissions",
        "token of Actions",
        ACTIONS,
        _put("actions/permissions/workflow", can_approve_pull_request_reviews=True),
        ("canApprovePullRequestReviews: None → True",),
    )
    yield FieldChange(
        "ActionsRepositoryOidcSubjectClaimCustomizationTemplate",
        "OIDC subject",
        ACTIONS,
        _put("actions/oidc/customization/sub", use_default=True),
        ("useDefault: None → True", "includeClaimKeys: ['context', 'repo'] → None"),
    )
    yield FieldChange(
        "IssueLabel",
        "label migration",
        {"labels": [{"name": "migration", "color": "5319e7", "description": "Ours"}]},
        lambda github, name: github.send("PATCH", f"{name}/labels/migration", description="Theirs"),
        ("description: Ours → Theirs",),
        True,
    )


def _scanning(key: str, name: str) -> FieldChange:
    return FieldChange(
        "Repository",
        "repository",
        {"secret_scanning": True} | ({"push_protection": True} if "push" in key else {}),
        _patch(security_and_analysis={key: {"status": "disabled"}}),
        (f"securityAndAnalysis.{name}.status: enabled → disabled",),
        True,
    )


PERSON = "zoe"
"""Somebody whom GitHub knows."""
PROPERTY = "tier"
"""A custom property of the organization, of the type multi_select."""
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGk6Zq1r9E0m5sH2n2o3p4q5r6s7t8u9v0w1x2y3z4A5"
HOOK = "https://hooks.example/ci"
CONNECTED: Settings = {
    "collaborators": {PERSON: "push"},
    "properties": {PROPERTY: ["gold"]},
    "autolinks": [{"prefix": "TICKET-", "url": "https://tickets.example/<num>"}],
    "webhooks": [{"url": HOOK, "secret": "HOOK", "events": ["push", "release"]}],
}


def _deleted(kind: str, thing: str, path: str, settings: Settings = CONNECTED) -> FieldChange:
    """path: of the thing, or of the list in which it is the only one."""

    def make(github: GitHub, name: str) -> None:
        found = github.send("GET", f"{name}/{path}") if path in ("hooks", "keys", "autolinks") else None
        github.send("DELETE", f"{name}/{path}/{found[0]['id']}" if found else f"{name}/{path}")

    return FieldChange(kind, thing, settings, make, (), True)


def _hook(says: tuple[str, ...], is_adoptable: bool, **body: Any) -> FieldChange:
    def make(github: GitHub, name: str) -> None:
        (hook,) = github.send("GET", f"{name}/hooks")
        changed = {**body, **({"config": hook["config"] | body["config"]} if "config" in body else {})}
        github.send("PATCH", f"{name}/hooks/{hook['id']}", **changed)

    return FieldChange("RepositoryWebhook", f"webhook {HOOK}", CONNECTED, make, says, is_adoptable)


def _integrations() -> Iterator[FieldChange]:
    yield _scanning("secret_scanning", "secretScanning")
    yield _scanning("secret_scanning_push_protection", "secretScanningPushProtection")
    kind = "RepositoryCollaborator"
    make = _put(f"collaborators/{PERSON}", permission="pull")
    yield FieldChange(kind, f"collaborator {PERSON}", CONNECTED, make, ("permission: push → pull",), True)
    # A member of the organization still reads.
    removed = _deleted(kind, f"collaborator {PERSON}", f"collaborators/{PERSON}")
    yield replace(removed, says=("permission: push → pull",))
    for value, says in ((["silver"], ("propertyValues: ['gold'] → ['silver']",)), (None, ())):
        yield FieldChange(
            "RepositoryCustomProperty",
            f"custom property {PROPERTY}",
            CONNECTED,
            _property(value),
            says,
            True,
        )
    yield _hook(("active: True → None",), True, active=False)
    yield _hook(("events: ['push', 'release'] → ['push']",), True, events=["push"])
    yield _hook(("configuration.contentType: json → form",), True, config={"content_type": "form"})
    yield _hook(("configuration.insecureSsl: None → True",), False, config={"insecure_ssl": "1"})
    yield _deleted("RepositoryWebhook", f"webhook {HOOK}", "hooks")
    yield _deleted("RepositoryAutolinkReference", "autolink TICKET-", "autolinks")
    yield _deleted(
        "RepositoryDeployKey", "deploy key Mirror", "keys", {"deploy_keys": [{"title": "Mirror", "key": KEY}]}
    )


def _property(value: list[str] | None) -> Make:
    properties = [{"property_name": PROPERTY, "value": value}]
    return lambda github, name: github.send("PATCH", f"{name}/properties/values", properties=properties)


def _placed() -> Iterator[tuple[str, FieldChange]]:
    """Each change with the first repository in which nothing else changes its thing, and no settings contradict."""
    settings: list[Settings] = []
    used: list[set[str]] = []
    for change in (*_repository(), *_rulesets(), *_classic(), *_environments(), *_actions(), *_integrations()):
        for number in range(len(settings) + 1):
            if number == len(settings):
                settings.append({})
                used.append(set())
            elif "alone" in used[number] or change.is_alone or change.thing in used[number]:
                continue
            if all(settings[number].get(key, value) == value for key, value in change.settings.items()):
                break
        settings[number] |= change.settings
        used[number] |= {change.thing, *(["alone"] if change.is_alone else [])}
        yield f"field-{number}", change


PLACED = {(name, change.thing): change for name, change in _placed()}


def field_repositories() -> list[Settings]:
    """Their entries in the plan. Each starts with a file: rules for branches need one."""
    entries = {entry["name"]: entry for entry in bare_repositories()}
    for (name, _), change in PLACED.items():
        entries[name] |= change.settings
    return list(entries.values())


def bare_repositories() -> list[Settings]:
    """The same without settings."""
    return [
        {"name": name, "transforms": {"add_files": {"README.md": "Fields\n"}}, **kind}
        for name, kind in {name: _kind(name) for name, _ in PLACED}.items()
    ]


def _kind(name: str) -> Settings:
    named = any("kind" in change.settings for (repository, _), change in PLACED.items() if repository == name)
    return CHECKS if named else {}
