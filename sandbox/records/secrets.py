"""Secrets and variables of repositories, environments and organizations.

A secret arrives sealed for the public key of its place; what it holds can be opened here, and is shown to nobody
but the sandbox's own administration. https://docs.github.com/rest/guides/encrypting-secrets-for-the-rest-api
"""

import base64
from dataclasses import dataclass, field
from typing import ClassVar

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from sandbox.tenant.entities import Record
from sandbox.tenant.store import Store


@dataclass(frozen=True)
class SecretScope:
    """Where secrets and variables lie. owner_id: of a repository or an organization.

    area: "actions", "dependabot", or "environments/<id>" for an environment of the repository.
    """

    owner_id: int
    area: str


@dataclass(frozen=True, kw_only=True)
class KeyPair(Record):
    """The keys of a place. private: Base64 of 32 bytes, X25519."""

    record_kind: ClassVar[str] = "KeyPair"

    owner_id: int
    area: str
    private: str = field(repr=False)

    @property
    def key(self) -> tuple[str, ...]:
        """By place."""
        return (str(self.owner_id), self.area)

    @property
    def public(self) -> str:
        """Base64 of the public key."""
        return base64.b64encode(bytes(self._private().public_key)).decode()

    def open(self, sealed: str) -> str | None:
        """What is in a sealed box, in Base64; None when it was not sealed for this key."""
        try:
            return SealedBox(self._private()).decrypt(base64.b64decode(sealed)).decode()
        except (CryptoError, ValueError):
            return None

    def _private(self) -> PrivateKey:
        return PrivateKey(base64.b64decode(self.private))


@dataclass(frozen=True, kw_only=True)
class Secret(Record):
    """A secret, sealed. visibility, repository_ids: of an organization's, who may use it."""

    record_kind: ClassVar[str] = "Secret"

    owner_id: int
    area: str
    name: str
    encrypted_value: str = field(repr=False)
    visibility: str = "all"
    repository_ids: tuple[int, ...] = ()
    created_at: str
    updated_at: str

    @property
    def key(self) -> tuple[str, ...]:
        """By place and name, which is upper case."""
        return (str(self.owner_id), self.area, self.name)


@dataclass(frozen=True, kw_only=True)
class Variable(Record):
    """A variable. visibility, repository_ids: of an organization's, who may use it."""

    record_kind: ClassVar[str] = "Variable"

    owner_id: int
    area: str
    name: str
    value: str
    visibility: str = "all"
    repository_ids: tuple[int, ...] = ()
    created_at: str
    updated_at: str

    @property
    def key(self) -> tuple[str, ...]:
        """By place and name, which is upper case."""
        return (str(self.owner_id), self.area, self.name)


def key_pair(store: Store, place: SecretScope) -> KeyPair:
    """The keys of the place, made when first asked for."""
    present = store.by_key(KeyPair, str(place.owner_id), place.area)
    if present:
        return present
    private = base64.b64encode(bytes(PrivateKey.generate())).decode()
    made = KeyPair(id=store.next_id(), owner_id=place.owner_id, area=place.area, private=private)
    store.put(made)
    return made
