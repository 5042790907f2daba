"""The tokens that jobs of GitHub Actions show to others: OpenID Connect, with both forms of the subject.

https://docs.github.com/actions/reference/security/oidc
"""

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.tenant.entities import Account, Record, RepositoryRecord
from sandbox.tenant.kept_settings import setting
from sandbox.tenant.store import Store

IMMUTABLE_SINCE = "2026-07-15"
"""Repositories that were created, renamed or transferred since then have ids in their subject.

https://docs.github.com/actions/reference/security/oidc#immutable-subject-claims
"""
ISSUER = "https://token.actions.githubusercontent.com"
LIFETIME = 300  # seconds


@dataclass(frozen=True, kw_only=True)
class SigningKey(Record):
    """The RSA key that signs the tokens of a tenant. private: in PEM."""

    record_kind: ClassVar[str] = "SigningKey"

    private: str = field(repr=False)

    @property
    def key(self) -> tuple[str, ...]:
        """There is one."""
        return ("jobs",)


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a job is of. ref: "refs/heads/main". workflow: its path in the repository. environment: "" for none."""

    ref: str
    event_name: str = "push"
    environment: str = ""
    workflow: str = ".github/workflows/release.yml"
    sha: str = "0" * 40

    @property
    def context(self) -> str:
        """What the subject says besides the repository."""
        if self.environment:
            return f"environment:{_escape(self.environment)}"
        return "pull_request" if self.event_name == "pull_request" else f"ref:{_escape(self.ref)}"


def _escape(text: str) -> str:
    return text.replace(":", "%3A")


def subject_prefix(store: Store, owner: Account, repository: RepositoryRecord) -> str:
    """The subject's beginning, which REST calls sub_claim_prefix."""
    if has_immutable_subject(store, owner, repository):
        return f"repo:{owner.login}@{owner.id}/{repository.name}@{repository.id}"
    return f"repo:{owner.login}/{repository.name}"


def has_immutable_subject(store: Store, owner: Account, repository: RepositoryRecord) -> bool:
    """By the repository's own age or choice, or by its organization's; never on an Enterprise Server."""
    if setting(store, owner, "server")["version"]:
        return False
    of_organization = setting(store, owner, "organization-oidc-subject").get("use_immutable_subject", False)
    return repository.has_immutable_subject or of_organization


def subject(prefix: str, keys: Sequence[str] | None, job: Job, claims: Mapping[str, Any]) -> str:
    """The subject. keys: of a customized template, None for the default one."""
    parts = []
    for key in keys or ("repo", "context"):
        if key == "repo":
            parts.append(prefix)
        elif key == "context":
            parts.append(job.context)
        else:
            parts.append(f"{key}:{_escape(str(claims.get(key, '')))}")
    return ":".join(parts)


def claims_of(
    store: Store, owner: Account, repository: RepositoryRecord, job: Job, audience: str, html: str
) -> dict[str, Any]:
    """What the token of a job says. html: the address of the tenant, for the issuer of an Enterprise Server."""
    full_name, moment = f"{owner.login}/{repository.name}", int(time.time())
    is_server = bool(setting(store, owner, "server")["version"])
    claims = {
        "iss": f"{html}/_services/token" if is_server else ISSUER,
        "aud": audience,
        "jti": secrets.token_hex(16),
        "iat": moment,
        "nbf": moment,
        "exp": moment + LIFETIME,
        **{name: value for name, value in asdict(job).items() if name != "workflow" and value},
        "ref_type": "tag" if job.ref.startswith("refs/tags/") else "branch",
        "repository": full_name,
        "repository_id": str(repository.id),
        "repository_owner": owner.login,
        "repository_owner_id": str(owner.id),
        "repository_visibility": repository.visibility,
        "workflow_ref": f"{full_name}/{job.workflow}@{job.ref}",
        "job_workflow_ref": f"{full_name}/{job.workflow}@{job.ref}",
        "runner_environment": "github-hosted",
    }
    template = setting(store, repository, "oidc-subject")
    if not template["use_default"] and "include_claim_keys" not in template:
        template = setting(store, owner, "organization-oidc-subject")
    keys = None if template.get("use_default") else template["include_claim_keys"]
    return claims | {"sub": subject(subject_prefix(store, owner, repository), keys, job, claims)}


def signing_key(store: Store) -> SigningKey:
    """The key of the tenant, made when first asked for."""
    present = store.by_key(SigningKey, "jobs")
    if present:
        return present
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    made = SigningKey(id=store.next_id(), private=text)
    store.put(made)
    return made


def sign_claims(store: Store, claims: Mapping[str, Any]) -> str:
    """The token: a JSON Web Token."""
    key = signing_key(store)
    return jwt.encode(dict(claims), key.private, algorithm="RS256", headers={"kid": str(key.id)})


def public_keys(store: Store) -> list[dict[str, Any]]:
    """The keys that verify tokens, as a JSON Web Key Set has them."""
    key = signing_key(store)
    private = serialization.load_pem_private_key(key.private.encode(), None)
    assert isinstance(private, rsa.RSAPrivateKey), "the signing key is not an RSA key"
    public = jwt.algorithms.RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    return [{**public, "kid": str(key.id), "alg": "RS256", "use": "sig"}]
