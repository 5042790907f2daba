"""The edit of the plan, or of the stack's settings, that adopts a drift."""

import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from components.drift.drift import CODE_MOVE, MANAGED_FILES, Difference, Drift
from components.github.repository_changes import property_of
from migration import plan as planned
from migration.desired_state import with_defaults
from migration.desired_state.managed_settings import PLAN_MESSAGES, PLAN_SWITCHES

_TAGS = "refs/tags/"
_SCANNING = "securityAndAnalysis.secretScanning"
_WEBHOOK_KEYS = {"events": "events", "active": "active", "configuration.contentType": "content_type"}
_ENVIRONMENT_SWITCHES = {"preventSelfReview": "prevent_self_review", "canAdminsBypass": "admin_bypass"}
_REVIEWS = {
    "requiredApprovingReviewCount": "approvals",
    "requireCodeOwnerReview": "code_owner_review",
    "requireCodeOwnerReviews": "code_owner_review",
    "dismissStaleReviewsOnPush": "stale_dismissal",
    "dismissStaleReviews": "stale_dismissal",
    "requireLastPushApproval": "last_push_approval",
    "requiredReviewThreadResolution": "conversation_resolution",
}
PLAN_KEYS: dict[str, dict[str, str]] = {
    "Repository": {key: key for key in ("name", "description", "topics", "visibility")}
    | {"homepageUrl": "homepage"}
    | {f"{_SCANNING}.status": "secret_scanning", f"{_SCANNING}PushProtection.status": "push_protection"}
    | {property_of(setting): f"{group}.{key}" for setting, (group, key) in PLAN_SWITCHES.items()},
    "BranchDefault": {"branch": "default_branch"},
    "RepositoryVulnerabilityAlerts": {"enabled": "vulnerability_alerts"},
    "RepositoryDependabotSecurityUpdates": {"enabled": "security_updates"},
    "WorkflowRepositoryPermissions": {"defaultWorkflowPermissions": "actions.token"},
    "ActionsRepositoryOidcSubjectClaimCustomizationTemplate": {"includeClaimKeys": "actions.oidc_subject"},
    "ActionsRepositoryPermissions": {
        "allowedActions": "actions.allowed",
        "shaPinningRequired": "actions.sha_pinning",
        "allowedActionsConfig.githubOwnedAllowed": "actions.github_owned",
        "allowedActionsConfig.verifiedAllowed": "actions.verified",
        "allowedActionsConfig.patternsAlloweds": "actions.patterns",
    },
    "RepositoryRuleset": {
        **{f"rules.pullRequest.{key}": f"protection.{plan_key}" for key, plan_key in _REVIEWS.items()},
        "rules.requiredSignatures": "protection.signatures",
    },
    "BranchProtection": {
        **{f"requiredPullRequestReviews.0.{key}": f"protection.{plan_key}" for key, plan_key in _REVIEWS.items()},
        "requireConversationResolution": "protection.conversation_resolution",
        "requiredLinearHistory": "protection.linear_history",
        "requireSignedCommits": "protection.signatures",
    },
}
"""Each class of resource and its properties, to the keys of the repository in the plan. A ruleset with linear history
has none: `protection.linear_history` also leaves squashing as the only way to merge."""

VALUES = {
    "ActionsSecret": ("secrets", "secretName"),
    "DependabotSecret": ("dependabot_secrets", "secretName"),
    "ActionsEnvironmentSecret": ("secrets", "secretName"),
    "ActionsVariable": ("variables", "variableName"),
    "ActionsEnvironmentVariable": ("variables", "variableName"),
}
"""Classes whose values the stack sets: the list of names in the plan, and the input that has the name."""


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """place: where the edit goes. edit: YAML, or a command where the place is the stack's settings; "" for none.

    reason: why there is no edit, and what there is instead; "" when there is one.
    """

    place: str = ""
    edit: str = ""
    reason: str = ""


def adoption_of(drift: Drift, plan: planned.Plan, plan_file: Path) -> Adoption:
    """What to write so that `up` leaves GitHub as it is now."""
    return _Adopting(drift, plan, plan_file).adoption()


class _Adopting:
    """One drift with the part of the plan that it is about."""

    def __init__(self, drift: Drift, plan: planned.Plan, plan_file: Path) -> None:
        self._drift, self._plan, self._file = drift, plan, plan_file
        self._inputs, self._class = drift.resource.inputs, drift.resource.type.rpartition(":")[2]
        self._entry = next((entry for entry in plan.repositories if entry.name == drift.repository), None)

    def adoption(self) -> Adoption:
        """The edit, or the reason why there is none."""
        edit = self._value() if self._class in VALUES else None
        if edit:
            return edit
        keys = self._keys()
        if not keys or not (self._entry or self._class == "Team"):
            return Adoption(reason=self._reason())
        return self._in_plan(keys)

    def _keys(self) -> dict[str, Any] | None:
        """Keys of the repository in the plan, with what they must say; None where the plan has no words for it."""
        special: dict[str, Callable[[], dict[str, Any] | None]] = {
            "TeamRepository": self._roles,
            "Team": self._team,
            "IssueLabel": self._labels,
            "RepositoryEnvironment": self._environment_keys,
            "RepositoryEnvironmentDeploymentPolicy": self._policies,
            "RepositoryCollaborator": self._collaborators,
            "RepositoryCustomProperty": self._properties,
            "RepositoryWebhook": self._webhooks,
            "RepositoryDeployKey": lambda: self._listed("deploy_keys", "title", "title"),
            "RepositoryAutolinkReference": lambda: self._listed("autolinks", "prefix", "keyPrefix"),
            **dict.fromkeys(VALUES, self._without_name),
        }
        if self._class in special:
            return special[self._class]()
        if self._drift.is_gone:
            return self._without()
        keys: dict[str, Any] = {}
        for difference in self._drift.differences:
            path = PLAN_KEYS.get(self._class, {}).get(difference.property)
            if group := self._message(difference.property) or self._release_tags(difference):
                keys.setdefault(group[0], {}).update(group[1])
                continue
            if path is None:
                return None
            *outer, last = path.split(".")
            place = keys
            for key in outer:
                place = place.setdefault(key, {})
            is_status = difference.property.startswith(_SCANNING)
            place[last] = difference.now == "enabled" if is_status else _plain(difference)
        return keys

    def _message(self, name: str) -> tuple[str, dict[str, Any]] | None:
        """The group and key for the title and message that GitHub has; None for other properties, or another pair."""
        for key, method in (("merge_message", "merge"), ("squash_message", "squashMerge")):
            if name.startswith(f"{method}Commit"):
                pair = tuple(self._drift.resource.now[f"{method}Commit{part}"] for part in ("Title", "Message"))
                value = next((value for value, texts in PLAN_MESSAGES[key].items() if texts == pair), None)
                return ("merging", {key: value}) if value else None
        return None

    def _release_tags(self, difference: Difference) -> tuple[str, dict[str, Any]] | None:
        """The group and key for the patterns of a ruleset for tags; None for other properties, or other patterns."""
        patterns = difference.now or ()
        is_of_tags = difference.property == "conditions.refName.includes" and self._inputs["target"] == "tag"
        if not is_of_tags or not all(pattern.startswith(_TAGS) for pattern in patterns):
            return None
        return "protection", {"release_tags": [pattern.removeprefix(_TAGS) for pattern in patterns]}

    def _labels(self) -> dict[str, Any]:
        """The whole list, which replaces the defaults' one."""
        changed = {difference.property: _plain(difference) for difference in self._drift.differences}
        labels = []
        for label in self._settings().labels:
            is_same = label.name == self._inputs["name"]
            if not (is_same and self._drift.is_gone):
                labels.append({**label.model_dump(exclude_defaults=True), **(changed if is_same else {})})
        return {"labels": labels}

    def _environment_keys(self) -> dict[str, Any] | None:
        """One environment, which is merged with the defaults' one of its name."""
        name = self._inputs["environment"]
        keys: dict[str, Any] = {}
        for difference in self._drift.differences:
            if difference.property == "waitTimer":
                keys["wait_minutes"] = int(difference.now or 0)
            elif difference.property == "reviewers":
                keys["reviewers"] = difference.now or []
            elif key := _ENVIRONMENT_SWITCHES.get(difference.property):
                keys[key] = bool(difference.now)
            elif difference.now is None and difference.property.startswith("deploymentBranchPolicy"):
                keys |= {"branches": [], "tags": []}
            elif difference.was is None and difference.property in ("branch", "tag"):
                key = "branches" if difference.property == "branch" else "tags"
                keys[key] = [*getattr(self._environment(name), key, ()), difference.now]
            else:
                return None
        return {"environments": [{"name": name, **keys}]} if keys else None

    def _without(self) -> dict[str, Any] | None:
        """The keys without the resource."""
        if self._class == "RepositoryRuleset" and self._inputs["target"] == "tag":
            return {"protection": {"release_tags": []}}
        return None

    def _roles(self) -> dict[str, Any] | None:
        assert self._entry
        slug = self._drift.thing.removeprefix("role of team ")
        if self._drift.is_gone:
            return {"teams": {team: role for team, role in self._entry.teams.items() if team != slug}}
        (permission,) = (
            difference.now for difference in self._drift.differences if difference.property == "permission"
        )
        return {"teams": {slug: permission}}

    def _team(self) -> dict[str, Any] | None:
        changed = {difference.property: difference.now for difference in self._drift.differences}
        return {"teams": [{"name": self._inputs["name"], **changed}]} if set(changed) == {"description"} else None

    def _policies(self) -> dict[str, Any] | None:
        """The patterns without the one that is gone, or with the one that replaced it."""
        name = self._inputs["environment"]
        former = self._inputs.get("branchPattern") or self._inputs.get("tagPattern")
        key = "branches" if self._inputs.get("branchPattern") else "tags"
        now = {former: [difference.now for difference in self._drift.differences]}
        patterns = getattr(self._environment(name), key, ())
        return {"environments": [{"name": name, key: [new for each in patterns for new in now.get(each, [each])]}]}

    def _collaborators(self) -> dict[str, Any] | None:
        login = self._inputs["username"]
        people = {name: role for name, role in self._settings().collaborators.items() if name != login}
        if not self._drift.is_gone:
            people[login] = next(each.now for each in self._drift.differences if each.property == "permission")
        return {"collaborators": people}

    def _properties(self) -> dict[str, Any] | None:
        name = self._inputs["propertyName"]
        properties: dict[str, Any] = {key: value for key, value in self._settings().properties.items() if key != name}
        if not self._drift.is_gone:
            values = list(self._drift.differences[0].now)
            properties[name] = values if self._inputs["propertyType"] == "multi_select" else values[0]
        return {"properties": properties}

    def _listed(self, key: str, name: str, input_name: str) -> dict[str, Any] | None:
        """The whole list without the one that is gone; GitHub changes none of these."""
        entries = getattr(self._settings(), key)
        remaining = [entry for entry in entries if getattr(entry, name) != self._inputs[input_name]]
        return {key: [entry.model_dump(exclude_defaults=True) for entry in remaining]} if self._drift.is_gone else None

    def _webhooks(self) -> dict[str, Any] | None:
        """The whole list, with what changed of one; None where the plan has no key for that."""
        changed: dict[str, Any] = {}
        for difference in self._drift.differences:
            if (key := _WEBHOOK_KEYS.get(difference.property)) is None:
                return None
            changed[key] = _plain(difference)
        webhooks = []
        for webhook in self._settings().webhooks:
            is_same = f"webhook {webhook.url}" == self._drift.thing
            if not (is_same and self._drift.is_gone):
                webhooks.append({**webhook.model_dump(exclude_defaults=True), **(changed if is_same else {})})
        return {"webhooks": webhooks}

    def _without_name(self) -> dict[str, Any] | None:
        list_name, key = VALUES[self._class]
        if environment := self._inputs.get("environment"):
            remaining = _others(getattr(self._environment(environment), list_name, ()), self._inputs[key])
            return {"environments": [{"name": environment, list_name: remaining}]}
        return {list_name: _others(getattr(self._settings(), list_name), self._inputs[key])}

    def _value(self) -> Adoption | None:
        """The command that gives the stack the value that GitHub has; None when the thing is gone."""
        if self._drift.is_gone:
            return None
        _, key = VALUES[self._class]
        scope = [self._drift.repository, *filter(None, [self._inputs.get("environment")])]
        name = "/".join([*scope, self._inputs[key]])
        if self._class.endswith("Secret"):
            command = f"pulumi config set --secret --path 'multirepo:secrets[\"{name}\"]'"
            return Adoption(place="the stack's settings, with the value that was set on GitHub", edit=command)
        value = self._drift.differences[0].now if self._drift.differences else "VALUE"
        command = f"pulumi config set --path 'multirepo:variables[\"{name}\"]' {shlex.quote(value)}"
        return Adoption(place="the stack's settings", edit=command)

    def _in_plan(self, keys: dict[str, Any]) -> Adoption:
        whole = keys if self._class == "Team" else {"repositories": [{"name": self._drift.repository, **keys}]}
        if self._class == "Repository" and "name" in keys:
            whole = {"repositories": [keys]}
        edit = yaml.safe_dump(whole, sort_keys=False, allow_unicode=True, width=1000)
        return Adoption(place=self._place(), edit=edit)

    def _place(self) -> str:
        """The line of the plan at which the entry begins."""
        root = yaml.compose(self._file.read_text(encoding="utf-8"), yaml.CSafeLoader)
        assert isinstance(root, yaml.MappingNode)
        list_name, name = (
            ("teams", self._inputs.get("name")) if self._class == "Team" else ("repositories", self._drift.repository)
        )
        for key, entries in root.value:
            for entry in entries.value if key.value == list_name else ():
                if any(key.value == "name" and value.value == name for key, value in entry.value):
                    return f"{self._file.name}:{entry.start_mark.line + 1}"
        return self._file.name

    def _reason(self) -> str:
        """What there is instead of an edit."""
        if self._drift.resource.type == MANAGED_FILES:
            return (
                f"The stack writes this file: change what it is rendered from, `kind` or `code_owners` of "
                f"{self._drift.repository} ({self._place()}) or the templates in migration/desired_state."
            )
        if self._drift.resource.type == CODE_MOVE:
            return "Only the code move writes the monorepo's history; there is no setting for it."
        if self._drift.area == "monorepo":
            return "The stage of its wave says whether a folder is frozen; a commit in one stays in the monorepo."
        if self._drift.area == "registry":
            return "A published version never changes, and the index is set by the stack."
        if self._drift.is_gone:
            return f"Take it out of the plan, where {self._place()} or the plan's defaults name it."
        return "The plan has no words for this: every repository of a stack is kept this way."

    def _settings(self) -> planned.RepositorySettings:
        assert self._entry
        return with_defaults(self._plan.defaults, self._entry)

    def _environment(self, name: str) -> planned.Environment | None:
        return next((environment for environment in self._settings().environments if environment.name == name), None)


def _plain(difference: Difference) -> Any:
    """The value as YAML writes it; nothing is what the one before is nothing of."""
    if difference.now is not None:
        return int(difference.now) if isinstance(difference.now, float) else difference.now
    return {bool: False, str: "", list: [], float: 0, int: 0}.get(type(difference.was))


def _others(names: Iterable[str], removed: str) -> list[str]:
    return [name for name in names if name != removed]
