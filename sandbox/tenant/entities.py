"""What a tenant holds, as frozen values. No rules and no storage here.

Ids are per tenant, ascend, and are never given twice. Times are GitHub's: "2025-11-23T00:11:22Z".
"""

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar, Literal

Role = Literal["admin", "member", "outsider"]


def now() -> str:
    """The time, as GitHub writes it: UTC, whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def node_id(prefix: str, number: int, text: str | None = None) -> str:
    """A global id of GraphQL in the form GitHub uses now: MessagePack of [0, number] or [0, number, text].

    text: what identifies the object within the repository `number`: a commit's id, a ref's name.
    """
    packed = (b"\x92" if text is None else b"\x93") + b"\x00\xce" + number.to_bytes(4, "big")
    if text is not None:
        packed += b"\xda" + len(text.encode()).to_bytes(2, "big") + text.encode()
    return f"{prefix}_{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


def parse_node_id(text: str) -> tuple[str, int, str] | None:
    """The prefix, the number and the text of a global id; None for anything else."""
    prefix, _, encoded = text.partition("_")
    try:
        packed = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        if packed[:3] not in {b"\x92\x00\xce", b"\x93\x00\xce"} or len(packed) < 7:
            return None
        return prefix, int.from_bytes(packed[3:7], "big"), packed[10:].decode()
    except ValueError:
        return None


@dataclass(frozen=True, kw_only=True)
class Record:
    """Anything the store keeps. `key` is unique within a tenant and a kind; case is already folded.

    A key of several parts starts with the id of what the record belongs to, and goes with it. `record_kind` is the
    name of the kind in the store: it outlives a renamed class, so it never changes.
    """

    record_kind: ClassVar[str]
    id: int

    @property
    def key(self) -> tuple[str, ...]:
        """What the record is found by, apart from its id."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Account(Record):
    """A user, an organization, or the bot of an app.

    plan: what it pays for: "free", "pro", "team" or "enterprise".
    default_branch: what its new repositories start with. default_repository_permission: of its members.
    """

    record_kind: ClassVar[str] = "Account"

    login: str
    type: Literal["User", "Organization", "Bot"]
    name: str | None = None
    email: str | None = None
    plan: str = "enterprise"
    default_branch: str = "main"
    default_repository_permission: str = "read"
    created_at: str
    updated_at: str

    @property
    def key(self) -> tuple[str, ...]:
        """By login, in any case."""
        return (self.login.lower(),)


@dataclass(frozen=True, kw_only=True)
class Membership(Record):
    """A user's place in an organization. Who is in none is an outsider there."""

    record_kind: ClassVar[str] = "Membership"

    organization_id: int
    user_id: int
    role: Literal["admin", "member"]
    state: Literal["active", "pending"] = "active"

    @property
    def key(self) -> tuple[str, ...]:
        """By organization and user."""
        return (str(self.organization_id), str(self.user_id))


@dataclass(frozen=True, kw_only=True)
class Token(Record):
    """A personal access token, or that of an installed app. app_id: of the app, whose bot is the user.

    scopes: None for a fine-grained one, which may do here whatever its user may.
    """

    record_kind: ClassVar[str] = "Token"

    value: str = field(repr=False)
    user_id: int
    scopes: tuple[str, ...] | None
    app_id: int | None = None
    created_at: str

    @property
    def key(self) -> tuple[str, ...]:
        """By its value."""
        return (self.value,)

    def has(self, *scopes: str) -> bool:
        """Whether it has one of these scopes, or needs none."""
        return self.scopes is None or not set(scopes).isdisjoint(self.scopes)


@dataclass(frozen=True, kw_only=True)
class RepositoryRecord(Record):
    """A repository and its settings. size: kilobytes, as on GitHub. Its git data lies beside the store.

    fork_of, template_id: the ids of the repositories that it was made from; they may be gone.
    has_immutable_subject: the tokens of its jobs name it with its id.
    """

    record_kind: ClassVar[str] = "Repository"

    owner_id: int
    name: str
    fork_of: int | None = None
    template_id: int | None = None
    description: str | None = None
    homepage: str | None = None
    visibility: Literal["public", "private", "internal"] = "public"
    default_branch: str = "main"
    topics: tuple[str, ...] = ()
    has_issues: bool = True
    has_projects: bool = True
    has_wiki: bool = True
    has_downloads: bool = True
    has_discussions: bool = False
    has_pages: bool = False
    has_pull_requests: bool = True
    pull_request_creation_policy: str = "all"
    is_template: bool = False
    allow_squash_merge: bool = True
    allow_merge_commit: bool = True
    allow_rebase_merge: bool = True
    allow_auto_merge: bool = False
    allow_update_branch: bool = False
    allow_forking: bool = True
    delete_branch_on_merge: bool = False
    use_squash_pr_title_as_default: bool = False
    squash_merge_commit_title: str = "COMMIT_OR_PR_TITLE"
    squash_merge_commit_message: str = "COMMIT_MESSAGES"
    merge_commit_title: str = "MERGE_MESSAGE"
    merge_commit_message: str = "PR_TITLE"
    web_commit_signoff_required: bool = False
    archived: bool = False
    vulnerability_alerts: bool = False
    automated_security_fixes: bool = False
    has_immutable_subject: bool = False
    secret_scanning: bool = False
    secret_scanning_push_protection: bool = False
    size: int = 0
    created_at: str
    updated_at: str
    pushed_at: str

    @property
    def key(self) -> tuple[str, ...]:
        """By owner and name, in any case."""
        return (str(self.owner_id), self.name.lower())


@dataclass(frozen=True, kw_only=True)
class FormerName(Record):
    """A name that a repository had before it was renamed; GitHub redirects from it."""

    record_kind: ClassVar[str] = "FormerName"

    owner_id: int
    name: str
    repository_id: int

    @property
    def key(self) -> tuple[str, ...]:
        """By owner and name, in any case."""
        return (str(self.owner_id), self.name.lower())
