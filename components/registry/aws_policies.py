"""Who may do what with a CodeArtifact domain: policy documents, computed from names alone. Pure.

https://docs.aws.amazon.com/codeartifact/latest/ug/auth-and-access-control-iam-identity-based-access-control.html and
https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
"""

from collections.abc import Iterable
from typing import Any

from packaging.utils import canonicalize_name

from components.stack.registry_settings import CodeArtifactDomain
from migration.desired_state.pipeline_settings import RELEASE_ENVIRONMENT

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
Document = dict[str, Any]


def _document(*statements: Document) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def prefixes(owner: str, repository: str, owner_id: int | None = None, repository_id: int | None = None) -> list[str]:
    """How the subject of a job's token begins: with the ids, and without.

    Jobs of repositories that were created, renamed or transferred on github.com since 15 July 2026 name the ids; those
    of older ones, and of a GitHub Enterprise Server, do not. No other repository can get either form.
    https://docs.github.com/en/actions/reference/security/oidc#immutable-subject-claims
    """
    without = f"repo:{owner}/{repository}"
    return [without] if owner_id is None else [f"repo:{owner}@{owner_id}/{repository}@{repository_id}", without]


def reading_contexts(branch: str, environments: Iterable[str]) -> list[str]:
    """The jobs of a repository that read: on its default branch, on pull requests, and in its environments.

    https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims
    """
    return [f"ref:refs/heads/{branch}", "pull_request", *(f"environment:{name}" for name in environments)]


RELEASE_CONTEXT = f"environment:{RELEASE_ENVIRONMENT}"
"""The one kind of job that may publish: in the release environment, which people approve."""


def trust(account: str, allowed: list[str]) -> Document:
    """Who may take on a role: jobs with exactly one of these subjects. None of them has a wildcard."""
    return _document(
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": {"Federated": f"arn:aws:iam::{account}:oidc-provider/{ISSUER}"},
            "Condition": {"StringEquals": {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": allowed}},
        }
    )


def reading(domain: CodeArtifactDomain) -> Document:
    """A token for the domain, and every package of the one repository."""
    return _document(*_reading(domain))


def publishing(domain: CodeArtifactDomain, packages: Iterable[str]) -> Document:
    """The same, and new versions of these packages alone. Nothing may be deleted or disposed of."""
    names = sorted(canonicalize_name(package) for package in packages)
    own = {
        "Effect": "Allow",
        "Action": ["codeartifact:PublishPackageVersion", "codeartifact:PutPackageMetadata"],
        # Between the format and the name is a namespace, which Python packages do not have.
        "Resource": [f"{domain.arn('package')}/{domain.repository}/pypi//{name}" for name in names],
    }
    return _document(*_reading(domain), own)


def _reading(domain: CodeArtifactDomain) -> tuple[Document, ...]:
    return (
        {"Effect": "Allow", "Action": "codeartifact:GetAuthorizationToken", "Resource": domain.arn("domain")},
        {
            "Effect": "Allow",
            "Action": "sts:GetServiceBearerToken",
            "Resource": "*",  # AWS takes no other here, so the service is what narrows it
            "Condition": {"StringEquals": {"sts:AWSServiceName": "codeartifact.amazonaws.com"}},
        },
        {
            "Effect": "Allow",
            "Action": ["codeartifact:GetRepositoryEndpoint", "codeartifact:ReadFromRepository"],
            "Resource": f"{domain.arn('repository')}/{domain.repository}",
        },
    )


def domain_access(roles: Iterable[str]) -> Document:
    """The domain's own policy: these roles get tokens. roles: ARNs."""
    return _document(_for(roles, "codeartifact:GetAuthorizationToken"))


def repository_access(readers: Iterable[str]) -> Document:
    """The repository's own policy: these roles read. The role of a publisher holds its permission to write."""
    return _document(_for(readers, "codeartifact:GetRepositoryEndpoint", "codeartifact:ReadFromRepository"))


def key_access(account: str) -> Document:
    """The key's policy: the account decides, by the policies of its roles. CodeArtifact gets grants from it.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    root = {"AWS": f"arn:aws:iam::{account}:root"}
    return _document({"Effect": "Allow", "Action": "kms:*", "Principal": root, "Resource": "*"})


def _for(roles: Iterable[str], *actions: str) -> Document:
    # In the policy of a domain or repository "*" is that very domain or repository.
    return {"Effect": "Allow", "Action": list(actions), "Principal": {"AWS": sorted(roles)}, "Resource": "*"}
