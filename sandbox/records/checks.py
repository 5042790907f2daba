"""Commit statuses and check runs: what was reported of a commit, and whether that is enough.

https://docs.github.com/rest/commits/statuses and https://docs.github.com/rest/checks/runs
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sandbox.tenant.entities import Record
from sandbox.tenant.store import Store

GOOD_CONCLUSIONS = {"success", "neutral", "skipped"}
ACTIONS_APP_ID = 15368  # "GitHub Actions" has this number everywhere


@dataclass(frozen=True, kw_only=True)
class CommitStatus(Record):
    """One report about a commit under a context; the newest of each context counts."""

    record_kind: ClassVar[str] = "CommitStatus"

    repository_id: int
    sha: str
    creator_id: int
    state: str
    context: str = "default"
    description: str | None = None
    target_url: str | None = None
    created_at: str

    @property
    def key(self) -> tuple[str, ...]:
        """By repository and commit; several of each, distinguished by id."""
        return (str(self.repository_id), self.sha, str(self.id))


@dataclass(frozen=True, kw_only=True)
class CheckRun(Record):
    """A run of a check on a commit; the newest of each name counts."""

    record_kind: ClassVar[str] = "CheckRun"

    repository_id: int
    head_sha: str
    name: str
    app_id: int = ACTIONS_APP_ID
    status: str = "queued"
    conclusion: str | None = None
    external_id: str = ""
    details_url: str | None = None
    started_at: str | None = None
    completed_at: str | None = None
    output: dict[str, Any] | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """By repository and commit; several of each, distinguished by id."""
        return (str(self.repository_id), self.head_sha, str(self.id))


def latest_statuses(store: Store, repository_id: int, sha: str) -> list[CommitStatus]:
    """The newest status of each context."""
    newest = {status.context: status for status in store.all(CommitStatus, str(repository_id), sha)}
    return list(newest.values())


def combined_state(statuses: Iterable[CommitStatus]) -> str:
    """One state for all: a failure wins, then what is pending; nothing reported is pending too."""
    states = {status.state for status in statuses}
    if states & {"failure", "error"}:
        return "failure"
    return "success" if states == {"success"} else "pending"


def unmet(store: Store, repository_id: int, sha: str, required_checks: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The required checks that this commit does not fulfil: context to "expected" or "failing".

    required_checks: {"context", "integration_id" or "app_id"} each; without an app, a report of anybody counts.
    """
    reports: dict[str, list[tuple[int | None, bool]]] = {}
    for status in latest_statuses(store, repository_id, sha):
        reports.setdefault(status.context, []).append((None, status.state == "success"))
    for run in {run.name: run for run in store.all(CheckRun, str(repository_id), sha)}.values():
        reports.setdefault(run.name, []).append((run.app_id, run.conclusion in GOOD_CONCLUSIONS))
    problems = {}
    for check in required_checks:
        app = check.get("integration_id") or check.get("app_id")
        found = [good for reporter, good in reports.get(check["context"], []) if app in (None, -1, reporter)]
        if not found:
            problems[check["context"]] = "expected"
        elif not all(found):
            problems[check["context"]] = "failing"
    return problems
