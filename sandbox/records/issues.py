"""Issues, labels and comments: the records. A pull request is an issue too.

https://docs.github.com/rest/issues
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from sandbox.tenant.entities import Account, Record, RepositoryRecord, now
from sandbox.tenant.store import Store

# What GitHub gives to every new repository: name, color, description.
DEFAULT_LABELS = (
    ("bug", "d73a4a", "Something isn't working"),
    ("documentation", "0075ca", "Improvements or additions to documentation"),
    ("duplicate", "cfd3d7", "This issue or pull request already exists"),
    ("enhancement", "a2eeef", "New feature or request"),
    ("good first issue", "7057ff", "Good for newcomers"),
    ("help wanted", "008672", "Extra attention is needed"),
    ("invalid", "e4e669", "This doesn't seem right"),
    ("question", "d876e3", "Further information is requested"),
    ("wontfix", "ffffff", "This will not be worked on"),
)


@dataclass(frozen=True, kw_only=True)
class LabelRecord(Record):
    """A label of a repository. color: six hex digits. default: it came with the repository."""

    record_kind: ClassVar[str] = "Label"

    repository_id: int
    name: str
    color: str
    description: str | None = None
    default: bool = False

    @property
    def key(self) -> tuple[str, ...]:
        """By repository and name, in any case."""
        return (str(self.repository_id), self.name.lower())


@dataclass(frozen=True, kw_only=True)
class Issue(Record):
    """An issue, or what a pull request shares with issues. labels, assignees: ids."""

    record_kind: ClassVar[str] = "Issue"

    repository_id: int
    number: int
    title: str
    body: str | None = None
    user_id: int
    state: Literal["open", "closed"] = "open"
    state_reason: str | None = None
    is_pull_request: bool = False
    labels: tuple[int, ...] = ()
    assignees: tuple[int, ...] = ()
    created_at: str
    updated_at: str
    closed_at: str | None = None
    closed_by: int | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """By repository and number."""
        return (str(self.repository_id), str(self.number))


@dataclass(frozen=True, kw_only=True)
class Comment(Record):
    """A comment on an issue or a pull request."""

    record_kind: ClassVar[str] = "Comment"

    repository_id: int
    number: int
    user_id: int
    body: str
    created_at: str
    updated_at: str

    @property
    def key(self) -> tuple[str, ...]:
        """By repository and issue; several of each, distinguished by id."""
        return (str(self.repository_id), str(self.number), str(self.id))


def next_number(store: Store, repository: RepositoryRecord) -> int:
    """The number of the next issue or pull request: they count together."""
    return max((issue.number for issue in store.all(Issue, str(repository.id))), default=0) + 1


def opened(
    store: Store, repository: RepositoryRecord, user: Account, title: str, body: str | None, *, pull: bool = False
) -> Issue:
    """A new issue, or the issue that a new pull request is; not kept yet."""
    time = now()
    return Issue(
        id=store.next_id(),
        repository_id=repository.id,
        number=next_number(store, repository),
        title=title,
        body=body,
        user_id=user.id,
        is_pull_request=pull,
        created_at=time,
        updated_at=time,
    )


def default_labels(store: Store, repository: RepositoryRecord) -> list[LabelRecord]:
    """The labels that a new repository starts with."""
    return [
        LabelRecord(
            id=store.next_id(),
            repository_id=repository.id,
            name=name,
            color=color,
            description=description,
            default=True,
        )
        for name, color, description in DEFAULT_LABELS
    ]
