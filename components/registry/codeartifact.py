"""AWS CodeArtifact: a domain with its key, a repository of ours above one of PyPI's, and a role for each repository.

https://docs.aws.amazon.com/codeartifact/latest/ug/
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.registry import aws_policies as policies
from components.registry.contract import RegistryResources, RegistryUsers
from components.stack.registry_settings import CodeArtifactDomain


@dataclass(frozen=True, kw_only=True)
class CodeArtifactRegistryArgs:
    """users: who reads and publishes."""

    domain: CodeArtifactDomain
    users: RegistryUsers


class CodeArtifactRegistry(pulumi.ComponentResource):
    """The registry of this stack, and GitHub's jobs as those who use it: they exchange their OIDC token for a role.

    No key is stored anywhere. Leaves other domains, repositories and roles of the account alone. AWS marks a package
    whose first version was published here as one that its upstreams may not add versions to, so PyPI cannot:
    https://docs.aws.amazon.com/codeartifact/latest/ug/package-origin-controls.html
    """

    def __init__(self, name: str, args: CodeArtifactRegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the domain with its repository, then a role for each user."""
        super().__init__("multirepo:registry:CodeArtifact", name, None, opts)
        domain, users = args.domain, args.users
        self._name, self._domain, self._users = name, domain, users
        self._child = pulumi.ResourceOptions(parent=self, provider=self._account(domain))
        self._made = self._make_domain()
        github = aws.iam.OpenIdConnectProvider(
            f"{name}-github",
            url=f"https://{policies.ISSUER}",
            client_id_lists=[policies.AUDIENCE],
            # One account has one of it, which other stacks and teams use as well.
            opts=pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(retain_on_delete=True)),
        )
        self._roles = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=[github]))
        readers = {
            repository: self._role(repository, "reads", users.contexts[repository], policies.reading(domain))
            for repository in users.readers
        }
        publishers = {
            repository: self._role(
                repository,
                "publishes",
                [policies.RELEASE_CONTEXT],
                policies.publishing(domain, users.publishers[repository]),
            )
            for repository in users.publishers
        }
        roles = {domain.role_arn(repository, "reads"): role for repository, role in readers.items()}
        roles |= {domain.role_arn(repository, "publishes"): role for repository, role in publishers.items()}
        ready = self._grant_access(roles)
        self.resources = RegistryResources(secrets={}, ready=ready)
        self.register_outputs({"index_url": domain.index_url})

    def _account(self, domain: CodeArtifactDomain) -> aws.Provider:
        """For the account of the settings and no other, whatever credentials the environment has."""
        alias = pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)
        options = pulumi.ResourceOptions(parent=self, aliases=[alias])
        return aws.Provider("aws", region=domain.region, allowed_account_ids=[domain.account], opts=options)

    def _make_domain(self) -> aws.codeartifact.Repository:
        name, domain = self._name, self._domain
        retained = pulumi.ResourceOptions.merge(
            self._child, pulumi.ResourceOptions(protect=True, retain_on_delete=True)
        )
        key = aws.kms.Key(
            f"{name}-key",
            description=f"Encrypts the packages of {domain.domain}",
            enable_key_rotation=True,
            policy=json.dumps(policies.key_access(domain.account)),
            opts=retained,
        )
        made = aws.codeartifact.Domain(f"{name}-domain", domain=domain.domain, encryption_key=key.arn, opts=retained)
        store = aws.codeartifact.Repository(
            f"{name}-store",
            domain=made.domain,
            repository="pypi-store",
            external_connections=aws.codeartifact.RepositoryExternalConnectionsArgs(
                external_connection_name="public:pypi"
            ),
            opts=retained,
        )
        return aws.codeartifact.Repository(
            f"{name}-repository",
            domain=made.domain,
            repository=domain.repository,
            upstreams=[aws.codeartifact.RepositoryUpstreamArgs(repository_name=store.repository)],
            opts=retained,
        )

    def _role(self, repository: str, does: str, contexts: Sequence[str], policy: policies.Document) -> aws.iam.Role:
        role_name = self._domain.role(repository, does)
        role = aws.iam.Role(
            f"{self._name}-{repository}-{does}",
            name=role_name,
            assume_role_policy=self._trust(repository, contexts),
            max_session_duration=3600,
            opts=self._roles,
        )
        aws.iam.RolePolicy(
            f"{self._name}-{repository}-{does}-policy", role=role.name, policy=json.dumps(policy), opts=self._roles
        )
        return role

    def _trust(self, repository: str, contexts: Sequence[str]) -> pulumi.Output[str]:
        """As soon as the repository's id is known: a guess would trust another repository, or nobody."""
        owner, owner_number = self._domain.owner, self._users.owner_number

        def document(number: int | None) -> str:
            beginnings = policies.prefixes(owner, repository, owner_number, number)
            allowed = [f"{beginning}:{context}" for beginning in beginnings for context in contexts]
            return json.dumps(policies.trust(self._domain.account, allowed))

        if owner_number is None:
            return pulumi.Output.from_input(document(None))
        return self._users.numbers[repository].apply(document)

    def _grant_access(self, roles: Mapping[str, aws.iam.Role]) -> pulumi.Resource:
        """roles: by ARN. Once they exist: AWS refuses policies that name one that does not."""
        name = self._name
        after = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=list(roles.values())))
        aws.codeartifact.DomainPermissions(
            f"{name}-domain-access",
            domain=self._made.domain,
            policy_document=json.dumps(policies.domain_access(roles)),
            opts=after,
        )
        return aws.codeartifact.RepositoryPermissionsPolicy(
            f"{name}-repository-access",
            domain=self._made.domain,
            repository=self._made.repository,
            policy_document=json.dumps(policies.repository_access(roles)),
            opts=after,
        )
