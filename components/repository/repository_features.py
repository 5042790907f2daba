"""Settings of a repository beside its code: Actions, Dependabot's alerts and updates, labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_github as github

from components.stack.declaration import child_name, inside, part_name


@dataclass(frozen=True, kw_only=True)
class LabelArgs:
    """color: six hex digits. formerly: its name until now, if it is renamed."""

    name: str
    color: str
    description: str = ""
    formerly: str | None = None


@dataclass(frozen=True, kw_only=True)
class ActionsArgs:
    """What Actions may run. allowed: "all", "local_only" or "selected"; the next three are for "selected".

    token: what the token of a job may do, "read" or "write". oidc_subject: claims in the subject of a job's token.
    """

    allowed: str = "selected"
    token: str = "read"
    sha_pinning: bool = True
    github_owned: bool = True
    verified: bool = False
    patterns: Sequence[str] = ()
    oidc_subject: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class RepositoryFeaturesArgs:
    """repository: its name on GitHub. exists: whether it is there.

    actions, vulnerability_alerts, security_updates: None to leave it as it is on GitHub.

    imports: id to import by, of each setting and label that GitHub has already, by its name in this component.
    """

    repository: str
    actions: ActionsArgs | None = None
    vulnerability_alerts: bool | None = None
    security_updates: bool | None = None
    labels: Sequence[LabelArgs] = ()
    exists: bool = False
    imports: Mapping[str, str] = field(default_factory=dict)
    is_archived: bool = False

    @property
    def names_any(self) -> bool:
        """Whether there is anything to declare."""
        settings = (self.actions, self.vulnerability_alerts, self.security_updates)
        return bool(self.labels) or any(setting is not None for setting in settings)


class RepositoryFeatures(pulumi.ComponentResource):
    """What GitHub Actions may do, whether Dependabot warns and repairs, and the labels that the plan names.

    What the plan does not name is left as it is; so are other labels.
    """

    def __init__(self, name: str, args: RepositoryFeaturesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register what the plan names."""
        super().__init__("multirepo:github:RepositorySettings", name, None, opts)
        self._name, self._args = name, args
        if args.actions:
            self._actions(args.actions)
        alerts: list[pulumi.Resource] = []
        # The provider cannot read them of an archived repository, and GitHub has none there: they return afterwards.
        if args.vulnerability_alerts is not None and not args.is_archived:
            alerts.append(
                github.RepositoryVulnerabilityAlerts(
                    child_name(name, "vulnerability-alerts"),
                    repository=args.repository,
                    enabled=args.vulnerability_alerts,
                    opts=self._options("vulnerability-alerts"),
                )
            )
        if args.security_updates is not None and _has_security_updates(args):
            github.RepositoryDependabotSecurityUpdates(
                child_name(name, "security-updates"),
                repository=args.repository,
                enabled=args.security_updates,
                opts=self._options("security-updates", depends_on=alerts),
            )
        for label in args.labels:
            self._label(label)
        self.register_outputs({"labels": [label.name for label in args.labels]})

    def _options(self, part: str, formerly: str = "", **options: Any) -> pulumi.ResourceOptions:
        """part: its name in this component. formerly: the end of its name in the first release, where it differs."""
        args, name = self._args, f"{self._args.repository}-settings-{formerly or part}"
        return inside(self, formerly=name, is_archived=args.is_archived, import_=args.imports.get(part), **options)

    def _actions(self, actions: ActionsArgs) -> None:
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

    def _label(self, label: LabelArgs) -> None:
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
    return bool(
        args.vulnerability_alerts or args.security_updates or (args.vulnerability_alerts is None and args.exists)
    )
