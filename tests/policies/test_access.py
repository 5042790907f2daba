import json
from typing import Any

import pytest

from components.registry import aws_policies
from components.stack.registry_settings import CodeArtifactDomain
from policies.access import GITHUB_ISSUER, SUBJECT_TEMPLATES, no_wildcard_iam, no_wildcard_oidc_subject
from tests.policies.conftest import violations

ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/policy:Policy"
SUBJECT = "repo:maestro/engine:environment:production"


def trust(**conditions: Any) -> str:
    principal = {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{GITHUB_ISSUER}"}
    statement = {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": principal}
    return json.dumps({"Statement": [statement | {"Condition": conditions}]})


@pytest.mark.parametrize(
    "conditions",
    [
        {},
        {"StringEquals": {f"{GITHUB_ISSUER}:aud": "sts.amazonaws.com"}},
        {"StringLike": {f"{GITHUB_ISSUER}:sub": "repo:maestro/*"}},
        {"StringLike": {f"{GITHUB_ISSUER}:sub": [SUBJECT, "repo:maestro/engine:*"]}},
        {"StringNotEquals": {f"{GITHUB_ISSUER}:sub": SUBJECT}},
    ],
)
def test_a_role_for_more_than_the_named_jobs_is_refused(conditions: dict[str, Any]) -> None:
    (message,) = violations(no_wildcard_oidc_subject, ROLE, assumeRolePolicy=trust(**conditions))
    assert "by StringEquals with subjects such as repo:OWNER/NAME:environment:production" in message


def test_a_role_for_one_environment_of_one_repository_passes() -> None:
    policy = trust(StringEquals={f"{GITHUB_ISSUER}:sub": [SUBJECT], f"{GITHUB_ISSUER}:aud": "sts.amazonaws.com"})
    assert violations(no_wildcard_oidc_subject, ROLE, assumeRolePolicy=policy) == []


def test_a_role_that_github_has_no_part_in_passes() -> None:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
    policy = json.dumps({"Statement": statement})
    assert violations(no_wildcard_oidc_subject, ROLE, assumeRolePolicy=policy) == []


@pytest.mark.parametrize(
    ("props", "count"),
    [
        ({"useDefault": False, "includeClaimKeys": ["actor"]}, 1),
        ({"useDefault": False, "includeClaimKeys": ["repo", "environment"]}, 0),
        ({"useDefault": True}, 0),
    ],
)
def test_subjects_name_their_repository(props: dict[str, Any], count: int) -> None:
    assert len(violations(no_wildcard_oidc_subject, SUBJECT_TEMPLATES[0], **props)) == count


ONE = {"Effect": "Allow", "Action": "codeartifact:ReadFromRepository", "Resource": "arn:aws:codeartifact:::one"}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"Action": "*"}, "the actions *"),
        ({"Action": ["s3:GetObject", "codeartifact:*"]}, "the actions codeartifact:*"),
        ({"Resource": "*"}, "its actions on every resource"),
        ({"NotAction": "iam:*"}, "everything but what NotAction names"),
    ],
)
def test_a_statement_that_allows_too_much_is_refused(change: dict[str, Any], found: str) -> None:
    (message,) = violations(no_wildcard_iam, POLICY, policy=json.dumps({"Statement": ONE | change}))
    assert message == f"it allows {found}. Name each action, and the resources by their ARN."


def test_a_policy_inside_a_role_is_held_to_the_same() -> None:
    inline = [{"name": "all", "policy": json.dumps({"Statement": [ONE | {"Action": "*"}]})}]
    assert violations(no_wildcard_iam, ROLE, inlinePolicies=inline)


def test_administrators_are_refused() -> None:
    kind = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    assert violations(no_wildcard_iam, kind, policyArn="arn:aws:iam::aws:policy/AdministratorAccess")


@pytest.mark.parametrize(
    "statement",
    [
        ONE,
        ONE | {"Effect": "Deny", "Action": "*", "Resource": "*"},
        ONE | {"Resource": "*", "Condition": {"StringEquals": {"sts:AWSServiceName": "codeartifact.amazonaws.com"}}},
    ],
)
def test_what_is_named_or_denied_or_bound_to_a_condition_passes(statement: dict[str, Any]) -> None:
    assert violations(no_wildcard_iam, POLICY, policy=json.dumps({"Statement": [statement]})) == []


def test_the_roles_that_the_stack_makes_for_codeartifact_pass() -> None:
    domain = CodeArtifactDomain(
        region="eu-central-1", account="123456789012", domain="maestro", owner="maestro", repository="stable"
    )
    (beginning, _) = aws_policies.prefixes("maestro", "engine", 5, 8)
    jobs = [f"{beginning}:{context}" for context in aws_policies.reading_contexts("main", ["production"])]
    role = json.dumps(aws_policies.trust(domain.account, jobs))
    assert violations(no_wildcard_oidc_subject, ROLE, assumeRolePolicy=role) == []
    for document in (aws_policies.reading(domain), aws_policies.publishing(domain, ["core-api"])):
        assert violations(no_wildcard_iam, "aws:iam/rolePolicy:RolePolicy", policy=json.dumps(document)) == []
