"""Settings of a repository beside its code: Actions, Dependabot's alerts and updates, labels."""

from collections.abc import Collection
from dataclasses import dataclass

import pulumi
import pulumi_github as github

from components.github.creation_hooks import CreationHooks
from migration.desired_state import DesiredSettings as DesiredSettings
from migration.plan import Actions, Label


@dataclass(frozen=True, kw_only=True)
class RepositorySettingsArgs:
    """repository: its name on GitHub. exists: whether it is there. labels: names of those that it has."""

    repository: str
    desired: DesiredSettings
    exists: bool
    labels: Collection[str]
    leftovers: CreationHooks


class RepositoryFeatures(pulumi.ComponentResource):
    """Whon GitHub Actions may do, whether Dependabot warns and repairs, and the labels that the plan names.

    What the plan does not name is left as it is; so are other labels.
    """

    def __init__(self, name: str, args: RepositorySettingsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register what the plan names."""
        super().__init__("multirepo:github:RepositorySettings", name, None, opts)
        self._name, self._repository, self._leftovers = name, args.repository, args.leftovers
        # These settings are in every repository: taken over from one that exists, a preview shows what changes.
        self._setting = pulumi.ResourceOptions(parent=self, import_=args.repository if args.exists else None)
        desired = args.desired
        if desired.actions:
            self._actions(desired.actions)
        alerts: list[pulumi.Resource] = []
        if desired.vulnerability_alerts is not None:
            alerts.append(
                github.RepositoryVulnerabilityAlerts(
                    f"{name}-vulnerability-alerts",
                    repository=args.repository,
                    enabled=desired.vulnerability_alerts,
                    opts=pulumi.ResourceOptions(parent=self, hooks=self._leftovers.hooks),
                )
            )
        if desired.security_updates is not None and self._has_security_updates(args):
            github.RepositoryDependabotSecurityUpdates(
                f"{name}-security-updates",
                repository=args.repository,
                enabled=desired.security_updates,
                opts=pulumi.ResourceOptions.merge(self._setting, pulumi.ResourceOptions(depends_on=alerts)),
            )
        for label in desired.labels:
            self._label(label, label.name in args.labels)
        self.register_outputs({"labels": [label.name for label in desired.labels]})

    @staticmethod
    def _has_security_updates(args: RepositorySettingsArgs) -> bool:
        """Whether they can be set: without alerts they are off, and GitHub answers any change of them with 422."""
        desired = args.desired
        return bool(
            desired.vulnerability_alerts
            or desired.security_updates
            or (desired.vulnerability_alerts is None and args.exists)
        )

    def _actions(self, actions: Actions) -> None:
        selected = github.ActionsRepositoryPermissionsAllowedActionsConfigArgs(
            github_owned_allowed=actions.github_owned,
            verified_allowed=actions.verified,
            patterns_alloweds=list(actions.patterns),
        )
        github.ActionsRepositoryPermissions(
            f"{self._name}-actions",
            repository=self._repository,
            enabled=True,
            allowed_actions=actions.allowed,
            allowed_actions_config=selected if actions.allowed == "selected" else None,
            sha_pinning_required=actions.sha_pinning,
            opts=self._setting,
        )
        github.WorkflowRepositoryPermissions(
            f"{self._name}-actions-token",
            repository=self._repository,
            default_workflow_permissions=actions.token,
            can_approve_pull_request_reviews=False,
            opts=self._setting,
        )

        if actions.oidc_subject:
            github.ActionsRepositoryOidcSubjectClaimCustomizationTemplate(
                f"{self._name}-oidc-subject",
                repository=self._repository,
                use_default=False,
                include_claim_keys=list(actions.oidc_subject),
                opts=pulumi.ResourceOptions(parent=self),
            )

    def _label(self, label: Label, exists: bool) -> None:
        """GitHub gives some labels to every new repository, where no issue can have them yet: ours replaces those."""
        github.IssueLabel(
            f"{self._name}-label-{label.name}",
            repository=self._repository,
            name=label.name,
            color=label.color,
            description=label.description,
            opts=pulumi.ResourceOptions(
                parent=self,
                import_=f"{self._repository}:{label.name}" if exists else None,
                hooks=self._leftovers.hooks,
            ),
        )
