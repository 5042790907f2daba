"""Commit statuses and check runs.

https://docs.github.com/rest/commits/statuses and https://docs.github.com/rest/checks/runs
"""

from dataclasses import replace
from typing import Any

from sandbox import errors
from sandbox.errors import GitHubError
from sandbox.git.commits import resolve
from sandbox.records import checks
from sandbox.records.apps import app_with
from sandbox.records.checks import CheckRun, CommitStatus
from sandbox.representations.accounts import simple_user
from sandbox.representations.repositories import minimal_repository
from sandbox.representations.teams import app_object
from sandbox.rest.bodies import choice, fields, items, optional, required
from sandbox.rest.calls import Call, Reply
from sandbox.rest.pagination import page
from sandbox.rest.routing import repository_routes
from sandbox.tenant.entities import Account, RepositoryRecord, node_id, now
from sandbox.tenant.permissions import Permission

STATES = ("error", "failure", "pending", "success")
TEXTS = {"name": str, "details_url": str, "external_id": str, "started_at": str, "completed_at": str, "output": dict}


async def _commit(call: Call, repository: RepositoryRecord, name: str) -> str:
    sha = await resolve(call.git_directory(repository), name)
    if sha is None:
        raise GitHubError(422, f"No commit found for SHA: {name}")
    return sha


async def create_status(call: Call) -> Reply:
    """https://docs.github.com/rest/commits/statuses#create-a-commit-status"""
    repository = call.writable_repository(Permission.WRITE)
    required(call.body, "state", str)
    status = CommitStatus(
        id=call.tenant.store.next_id(),
        repository_id=repository.id,
        sha=await _commit(call, repository, call.parameter("sha")),
        creator_id=call.signed_in().id,
        state=choice(call.body, "state", STATES, ""),
        created_at=now(),
        **fields(call.body, context=str, description=str, target_url=str),
    )
    call.tenant.store.put(status)
    return Reply(_status(call, repository, status), 201)


def _simple_status(call: Call, repository: RepositoryRecord, status: CommitStatus) -> dict[str, Any]:
    return {
        "id": status.id,
        "node_id": node_id("SC", status.id),
        "url": f"{call.addresses(repository).api}/statuses/{status.sha}",
        "avatar_url": None,
        "state": status.state,
        "description": status.description,
        "target_url": status.target_url,
        "context": status.context,
        "created_at": status.created_at,
        "updated_at": status.created_at,
    }


def _status(call: Call, repository: RepositoryRecord, status: CommitStatus) -> dict[str, Any]:
    creator = call.tenant.store.by_id(Account, status.creator_id)
    document = _simple_status(call, repository, status)
    return document | {"creator": simple_user(call.site, creator) if creator else None}


async def list_statuses(call: Call) -> Reply:
    """https://docs.github.com/rest/commits/statuses#list-commit-statuses-for-a-reference"""
    repository = call.repository()
    sha = await _commit(call, repository, call.parameter("ref"))
    found = call.tenant.store.all(CommitStatus, str(repository.id), sha)[::-1]
    return page(call, found, lambda status: _status(call, repository, status))


async def get_combined_status(call: Call) -> Reply:
    """https://docs.github.com/rest/commits/statuses#get-the-combined-status-for-a-specific-reference"""
    repository = call.repository()
    sha = await _commit(call, repository, call.parameter("ref"))
    statuses = checks.latest_statuses(call.tenant.store, repository.id, sha)
    owner, api = call.tenant.owner_of(repository), call.addresses(repository).api
    return Reply(
        {
            "state": checks.combined_state(statuses),
            "statuses": [_simple_status(call, repository, status) for status in statuses],
            "sha": sha,
            "total_count": len(statuses),
            "repository": minimal_repository(call.tenant, call.site, repository, owner, call.permission(repository)),
            "commit_url": f"{api}/commits/{sha}",
            "url": f"{api}/commits/{sha}/status",
        }
    )


async def create_run(call: Call) -> Reply:
    """https://docs.github.com/rest/checks/runs#create-a-check-run"""
    repository, app_id = call.writable_repository(Permission.WRITE), _app_id(call)
    required(call.body, "name", str)
    run = CheckRun(
        app_id=app_id,
        id=call.tenant.store.next_id(),
        repository_id=repository.id,
        head_sha=await _commit(call, repository, required(call.body, "head_sha", str)),
        **_progress(call, None),
    )
    call.tenant.store.put(run)
    return Reply(_run(call, repository, run), 201)


def _app_id(call: Call) -> int:
    """The app whose token it is: GitHub takes check runs from apps alone. Raises 403.

    https://docs.github.com/rest/guides/using-the-rest-api-to-interact-with-checks
    """
    if call.token is None or call.token.app_id is None:
        raise GitHubError(403, "You must authenticate via a GitHub App.")
    return call.token.app_id


def _progress(call: Call, present: CheckRun | None) -> dict[str, Any]:
    """What a request says of a run: a conclusion completes it."""
    items(optional(call.body, "output", dict, {}), "annotations", dict)
    conclusion = optional(call.body, "conclusion", str, present.conclusion if present else None)
    status = optional(call.body, "status", str, present.status if present else "queued")
    if conclusion:
        status = "completed"
    elif status == "completed":
        raise errors.missing("conclusion")
    started = present.started_at if present else now()
    completed = now() if status == "completed" else None
    return {
        "started_at": started,
        "completed_at": completed,
        **fields(call.body, **TEXTS),
        "status": status,
        "conclusion": conclusion,
    }


async def update_run(call: Call) -> Reply:
    """https://docs.github.com/rest/checks/runs#update-a-check-run"""
    repository = call.writable_repository(Permission.WRITE)
    run = call.numbered(CheckRun, "check_run_id", repository)
    if _app_id(call) != run.app_id:
        problem = f"Invalid app_id `{_app_id(call)}` - check run can only be modified by the GitHub App"
        raise GitHubError(403, f"{problem} that created it.")
    changed = replace(run, **_progress(call, run))
    call.tenant.store.put(changed)
    return Reply(_run(call, repository, changed))


async def get_run(call: Call) -> Reply:
    """https://docs.github.com/rest/checks/runs#get-a-check-run"""
    repository = call.repository()
    return Reply(_run(call, repository, call.numbered(CheckRun, "check_run_id", repository)))


async def list_runs(call: Call) -> Reply:
    """https://docs.github.com/rest/checks/runs#list-check-runs-for-a-git-reference"""
    repository = call.repository()
    sha = await _commit(call, repository, call.parameter("ref"))
    name = call.request.query_params.get("check_name")
    found = {run.name: run for run in call.tenant.store.all(CheckRun, str(repository.id), sha)}
    runs = [run for run in found.values() if name in (None, run.name)]
    return page(call, runs, lambda run: _run(call, repository, run), wrap="check_runs")


def _run(call: Call, repository: RepositoryRecord, run: CheckRun) -> dict[str, Any]:
    addresses = call.addresses(repository)
    app = app_with(number=run.app_id)
    output = run.output or {}
    url = f"{addresses.api}/check-runs/{run.id}"
    return {
        "id": run.id,
        "name": run.name,
        "node_id": node_id("CR", run.id),
        "head_sha": run.head_sha,
        "external_id": run.external_id,
        "url": url,
        "html_url": f"{addresses.html}/runs/{run.id}",
        "details_url": run.details_url,
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": run.started_at,
        "completed_at": run.completed_at,
        "output": {
            "title": output.get("title"),
            "summary": output.get("summary"),
            "text": output.get("text"),
            "annotations_count": len(output.get("annotations") or ()),
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": {"id": run.id},
        "app": app_object(call.site, app) if app else None,
        "pull_requests": [],
    }


ROUTES = [
    *repository_routes("POST", "/statuses/{sha}", create_status),
    *repository_routes("GET", "/commits/{ref}/statuses", list_statuses),
    *repository_routes("GET", "/commits/{ref}/status", get_combined_status),
    *repository_routes("GET", "/commits/{ref}/check-runs", list_runs),
    *repository_routes("POST", "/check-runs", create_run),
    *repository_routes("GET", "/check-runs/{check_run_id}", get_run),
    *repository_routes("PATCH", "/check-runs/{check_run_id}", update_run),
]
