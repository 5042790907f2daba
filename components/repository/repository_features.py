"""Settings of a repository beside its code: Actions, Dependabot's alerts and updates, labels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_github as github

from components.stack.declaration import child_name, inside, part_name
from migration.desired_state import DesiredSettings
from migration.plan import Actions, Label


@dataclass(frozen=True, kw_only=True)
class RepositoryFeaturesArgs:
    """repository: its name on GitHub. exists: whether it is there.

    imports: id to import by, of each setting and label that GitHub has already, by its name in this component.
    """

    repository: str
    desired: DesiredSettings
    exists: bool
    imports: Mapping[str, str] = field(default_factory=dict)
    is_archived: bool = False


class RepositoryFeatures(pulumi.ComponentResource):
    """What GitHub Actions may do, whether Dependabot warns and repairs, and the labels that the plan names.

    What the plan does not name is left as it is; so are other labels.
    """

    def __init__(self, name: str, args: RepositoryFeaturesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register what the plan names."""
        super().__init__("multirepo:github:RepositorySettings", name, None, opts)
        self._name, self._args = name, args
        desired = args.desired
        if desired.actions:
            self._actions(desired.actions)
        alerts: list[pulumi.Resource] = []
        if desired.vulnerability_alerts is not None:
            alerts.append(
                github.RepositoryVulnerabilityAlerts(
                    child_name(name, "vulnerability-alerts"),
                    repository=args.repository,
                    enabled=desired.vulnerability_alerts,
                    opts=self._options("vulnerability-alerts"),
                )
            )
        if desired.security_updates is not None and _has_security_updates(args):
            github.RepositoryDependabotSecurityUpdates(
                child_name(name, "security-updates"),
                repository=args.repository,
                enabled=desired.security_updates,
                opts=self._options("security-updates", depends_on=alerts),
            )
        for label in desired.labels:
            self._label(label)
        self.register_outputs({"labels": [label.name for label in desired.labels]})

    def _options(self, part: str, formerly: str = "", **options: Any) -> pulumi.ResourceOptions:
        """part: its name in this component. formerly: the end of its name in the first release, where it differs."""
        args, name = self._args, f"{self._args.repository}-settings-{formerly or part}"
        return inside(self, formerly=name, is_archived=args.is_archived, import_=args.imports.get(part), **options)

    def _actions(self, actions: Actions) -> None:
        selected = github.ActionsRepositoryPermissionsAllowedActionsConfigArgs(
            github_owned_allowed=actions.github_owned,
            verified_allowed=actions.verified,
            patterns_alloweds=list(actions.patterns),
        )
        github.ActionsRepositoryPermissions(
            child_name(self._name, "actions"),
            repository=self._args.repository,
            enabled=True,
            allowed_actions=actions.allowed,
            allowed_actions_config=selected if actions.allowed == "selected" else None,
            sha_pinning_required=actions.sha_pinning,
            opts=self._options("actions"),
        )
        github.WorkflowRepositoryPermissions(
            child_name(self._name, "actions-token"),
            repository=self._args.repository,
            default_workflow_permissions=actions.token,
            can_approve_pull_request_reviews=False,
            opts=self._options("actions-token"),
        )

        if actions.oidc_subject:
            github.ActionsRepositoryOidcSubjectClaimCustomizationTemplate(
                child_name(self._name, "oidc-subject"),
                repository=self._args.repository,
                use_default=False,
                include_claim_keys=list(actions.oidc_subject),
                opts=self._options("oidc-subject"),
            )

    def _label(self, label: Label) -> None:
        """Its name in the state ignores the case, as GitHub does.

        A label that is deleted disappears from all issues.
        """
        options = self._options(part_name("label", label.name.lower()), f"label-{label.name}")
        former = label.formerly.lower() if label.formerly else label.name
        aliases = [pulumi.Alias(name=child_name(self._name, "label", name)) for name in (former, label.name)]
        github.IssueLabel(
            child_name(self._name, "label", label.name.lower()),
            repository=self._args.repository,
            name=label.name,
            color=label.color,
            description=label.description,
            opts=pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(aliases=aliases)),
        )


def _has_security_updates(args: RepositoryFeaturesArgs) -> bool:
    """Whether they can be set: without alerts they are off, and GitHub answers any change of them with 422."""
    desired = args.desired
    return bool(
        desired.vulnerability_alerts
        or desired.security_updates
        or (desired.vulnerability_alerts is None and args.exists)
    )
