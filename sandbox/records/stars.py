"""Who has starred or watches a repository.

https://docs.github.com/rest/activity/starring and https://docs.github.com/rest/activity/watching
"""

from dataclasses import dataclass
from typing import ClassVar

from sandbox.tenant.entities import Record, RepositoryRecord
from sandbox.tenant.store import Store


@dataclass(frozen=True, kw_only=True)
class Star(Record):
    """A user's star for a repository."""

    record_kind: ClassVar[str] = "Star"

    repository_id: int
    user_id: int
    starred_at: str

    @property
    def key(self) -> tuple[str, ...]:
        """By repository and user."""
        return (str(self.repository_id), str(self.user_id))


@dataclass(frozen=True, kw_only=True)
class Subscription(Record):
    """A user watches a repository, or ignores it."""

    record_kind: ClassVar[str] = "Subscription"

    repository_id: int
    user_id: int
    is_ignored: bool = False
    created_at: str

    @property
    def key(self) -> tuple[str, ...]:
        """By repository and user."""
        return (str(self.repository_id), str(self.user_id))


def lose_audience(store: Store, repository: RepositoryRecord) -> None:
    """Forget stars, watchers and forks, for good: the repository is public no more.

    https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/managing-repository-settings/setting-repository-visibility
    """
    for record in (*store.all(Star, str(repository.id)), *store.all(Subscription, str(repository.id))):
        store.remove(record)
    for fork in store.all(RepositoryRecord):
        if fork.fork_of == repository.id:
            store.put(RepositoryRecord(**{**vars(fork), "fork_of": None}))
