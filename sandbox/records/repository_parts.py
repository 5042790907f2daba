"""Small things that belong to a repository: deploy keys, webhooks, autolinks, releases. The records."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from sandbox.tenant.entities import Record


@dataclass(frozen=True, kw_only=True)
class DeployKey(Record):
    """An SSH key for one repository. https://docs.github.com/rest/deploy-keys/deploy-keys"""

    record_kind: ClassVar[str] = "DeployKey"

    repository_id: int
    title: str
    public_key: str
    read_only: bool = False
    added_by: str
    created_at: str

    @property
    def key(self) -> tuple[str, ...]:
        """By repository and the key itself."""
        return (str(self.repository_id), self.public_key)


@dataclass(frozen=True, kw_only=True)
class Webhook(Record):
    """A webhook; nothing is ever sent. https://docs.github.com/rest/repos/webhooks"""

    record_kind: ClassVar[str] = "Webhook"

    owner_id: int
    active: bool = True
    events: tuple[str, ...] = ("push",)
    config: dict[str, Any] = field(repr=False)
    created_at: str
    updated_at: str

    @property
    def key(self) -> tuple[str, ...]:
        """By repository or organization; several, distinguished by id."""
        return (str(self.owner_id), str(self.id))


@dataclass(frozen=True, kw_only=True)
class Autolink(Record):
    """A prefix that becomes a link. https://docs.github.com/rest/repos/autolinks"""

    record_kind: ClassVar[str] = "Autolink"

    repository_id: int
    key_prefix: str
    url_template: str
    is_alphanumeric: bool = True
    updated_at: str

    @property
    def key(self) -> tuple[str, ...]:
        """By repository and prefix."""
        return (str(self.repository_id), self.key_prefix)


@dataclass(frozen=True, kw_only=True)
class Release(Record):
    """A release, without files. https://docs.github.com/rest/releases/releases"""

    record_kind: ClassVar[str] = "Release"

    repository_id: int
    tag_name: str
    target_commitish: str
    name: str | None = None
    body: str | None = None
    draft: bool = False
    prerelease: bool = False
    author_id: int
    created_at: str
    published_at: str | None

    @property
    def key(self) -> tuple[str, ...]:
        """By repository; several, distinguished by id, because drafts may share a tag."""
        return (str(self.repository_id), str(self.id))
