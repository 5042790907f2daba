"""The policy pack, as Pulumi starts it."""

from pulumi_policy import EnforcementLevel, PolicyPack

from policies.access import no_wildcard_iam, no_wildcard_oidc_subject
from policies.actions import actions_pinned
from policies.default_branches import default_branch_protected, default_branch_without_protection
from policies.repositories import archived_on_destroy, no_public_repository
from policies.secrets import no_plain_secret, no_plain_secret_in_settings

PolicyPack(
    "multirepo",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[
        no_public_repository,
        archived_on_destroy,
        default_branch_protected,
        default_branch_without_protection,
        no_plain_secret,
        no_plain_secret_in_settings,
        actions_pinned,
        no_wildcard_oidc_subject,
        no_wildcard_iam,
    ],
)
