"""Who may do what outside GitHub: subjects of OpenID Connect, and AWS's IAM."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_policy import ReportViolation, ResourceValidationArgs, ResourceValidationPolicy

GITHUB_ISSUER = "token.actions.githubusercontent.com"
SUBJECT_TEMPLATES = (
    "github:index/actionsRepositoryOidcSubjectClaimCustomizationTemplate:"
    "ActionsRepositoryOidcSubjectClaimCustomizationTemplate",
    "github:index/actionsOrganizationOidcSubjectClaimCustomizationTemplate:"
    "ActionsOrganizationOidcSubjectClaimCustomizationTemplate",
)
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def check_subjects(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
    """A job of any repository could take a role whose subject has a wildcard.

    https://docs.github.com/en/actions/concepts/security/openid-connect
    """
    if args.resource_type in SUBJECT_TEMPLATES:
        keys = args.props.get("includeClaimKeys") or ()
        if not args.props.get("useDefault") and not {"repo", "repository_id"} & set(keys):
            message = f"{args.name}: its subjects do not name the repository. Add repo to include_claim_keys."
            report_violation(message, None)
    if args.resource_type == "aws:iam/role:Role":
        for statement in _allowed(args.props["assumeRolePolicy"]):
            if GITHUB_ISSUER in json.dumps(statement.get("Principal")) and not _names_one_subject(statement):
                report_violation(
                    f"{args.name} trusts GitHub for a subject with a wildcard, or for any. Compare {GITHUB_ISSUER}:sub "
                    "by StringEquals with subjects such as repo:OWNER/NAME:environment:production.",
                    None,
                )


def _names_one_subject(statement: Mapping[str, Any]) -> bool:
    """Whether each subject is written out."""
    conditions = statement.get("Condition", {})
    subjects = [
        subject
        for operator, keys in conditions.items()
        for key, value in keys.items()
        if key == f"{GITHUB_ISSUER}:sub" and operator in ("StringEquals", "StringLike")
        for subject in _several(value)
    ]
    return bool(subjects) and not any("*" in subject or "?" in subject for subject in subjects)


def check_permissions(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege."""
    if not args.resource_type.startswith("aws:iam/"):
        return
    props = args.props
    if ADMINISTRATOR in (props.get("policyArn"), *(props.get("managedPolicyArns") or ())):
        report_violation(f"{args.name} gives AdministratorAccess. Give a policy that names what is needed.", None)
    policies = [props.get("policy"), *(inline.get("policy") for inline in props.get("inlinePolicies") or ())]
    for statement in (allowed for policy in policies if policy for allowed in _allowed(policy)):
        if found := _wildcard(statement):
            report_violation(f"{args.name} allows {found}. Name each action, and the resources by their ARN.", None)


def _wildcard(statement: Mapping[str, Any]) -> str | None:
    """What is too much in a statement. A resource "*" may stand with a condition, as some actions know no other."""
    if negated := [key for key in ("NotAction", "NotResource", "NotPrincipal") if key in statement]:
        return f"everything but what {' and '.join(negated)} names"
    if wild := [action for action in _several(statement.get("Action", ())) if "*" in action]:
        return f"the actions {', '.join(wild)}"
    if "*" in _several(statement.get("Resource", ())) and not statement.get("Condition"):
        return "its actions on every resource"
    return None


def _allowed(policy: str) -> Iterator[Mapping[str, Any]]:
    """The statements of an IAM policy that allow something; the grammar takes one statement without a list."""
    statements = json.loads(policy).get("Statement", ())
    for statement in [statements] if isinstance(statements, Mapping) else statements:
        if statement.get("Effect") == "Allow":
            yield statement


def _several(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


no_wildcard_oidc_subject = ResourceValidationPolicy(
    name="no-wildcard-oidc-subject",
    description="Jobs outside the named repositories get no access by OpenID Connect.",
    validate=check_subjects,
)

no_wildcard_iam = ResourceValidationPolicy(
    name="no-wildcard-iam",
    description="IAM policies name what they allow.",
    validate=check_permissions,
)
