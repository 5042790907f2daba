"""What the pipelines read from their repository's settings on GitHub: the names of secrets, variables, environments.

Variables are no secrets: addresses, names of users and roles. Secrets are tokens of a registry that knows no OIDC.
"""

from dataclasses import dataclass

RELEASE_ENVIRONMENT = "production"
"""The environment in which every release runs: its reviewers approve, its secrets publish."""

INDEX_URL = "REGISTRY_INDEX_URL"
"""Variable: the simple index (PEP 503) that installs read from."""
PUBLISH_URL = "REGISTRY_PUBLISH_URL"
"""Variable of the release environment: where distributions are uploaded."""

READER = "REGISTRY_READER"
"""Variable, devpi: the user whose token reads."""
READ_TOKEN = "REGISTRY_READ_TOKEN"
"""Secret, devpi: of the repository, for Actions and for Dependabot, which have separate stores."""
PUBLISHER = "REGISTRY_PUBLISHER"
"""Variable of the release environment, devpi: the user whose token publishes."""
PUBLISH_TOKEN = "REGISTRY_PUBLISH_TOKEN"
"""Secret of the release environment, devpi."""

REGION = "REGISTRY_REGION"
"""Variable, CodeArtifact: the AWS region."""
DOMAIN = "REGISTRY_DOMAIN"
"""Variable, CodeArtifact: the domain."""
DOMAIN_OWNER = "REGISTRY_DOMAIN_OWNER"
"""Variable, CodeArtifact: the account, 12 digits."""
READER_ROLE = "REGISTRY_READER_ROLE"
"""Variable, CodeArtifact: ARN of the role that may read."""
PUBLISHER_ROLE = "REGISTRY_PUBLISHER_ROLE"
"""Variable of the release environment, CodeArtifact: ARN of the role that may publish."""


@dataclass(frozen=True, kw_only=True)
class Devpi:
    """A registry with tokens. index_url and reader are for dependabot.yml, where GitHub resolves no variables."""

    index_url: str
    reader: str
    kind: str = "devpi"


@dataclass(frozen=True, kw_only=True)
class CodeArtifact:
    """A registry that takes GitHub's OIDC tokens, so that nothing is stored.

    account: of the domain, 12 digits. reader_role: name of the role that Dependabot takes on, without the ARN;
        {repository} in it stands for the repository's name.
    """

    index_url: str
    region: str
    account: str
    domain: str
    reader_role: str
    kind: str = "codeartifact"


Registry = Devpi | CodeArtifact
