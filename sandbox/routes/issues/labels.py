"""Labels of a repository and of its issues. https://docs.github.com/rest/issues/labels"""

import re
from dataclasses import replace
from typing import Any

from sandbox import errors
from sandbox.records.issues import Issue, LabelRecord
from sandbox.representations.issues import IssueRepresenter
from sandbox.rest.bodies import optional, required
from sandbox.rest.calls import Call, Reply
from sandbox.rest.pagination import page
from sandbox.rest.routing import repository_routes
from sandbox.tenant.entities import RepositoryRecord, now
from sandbox.tenant.permissions import Permission

DEFAULT_COLOR = "ededed"


def _representer(call: Call, repository: RepositoryRecord) -> IssueRepresenter:
    return IssueRepresenter(call.tenant, call.site, repository)


def _color(call: Call, default: str) -> str:
    color: str = optional(call.body, "color", str, default)
    if not re.fullmatch(r"[0-9A-Fa-f]{6}", color):
        raise errors.invalid_field("Label", "color", "color is invalid", code="invalid")
    return color


def _check_name(call: Call, label: LabelRecord) -> None:
    other = call.tenant.store.by_key(LabelRecord, *label.key)
    if other and other.id != label.id:
        raise errors.invalid_field("Label", "name", "name already exists", code="already_exists")


async def list_labels(call: Call) -> Reply:
    """https://docs.github.com/rest/issues/labels#list-labels-for-a-repository"""
    repository = call.repository()
    labels = sorted(call.tenant.store.all(LabelRecord, str(repository.id)), key=lambda label: label.name.lower())
    return page(call, labels, _representer(call, repository).label)


async def create_label(call: Call) -> Reply:
    """https://docs.github.com/rest/issues/labels#create-a-label"""
    repository = call.writable_repository(Permission.WRITE)
    label = LabelRecord(
        id=call.tenant.store.next_id(),
        repository_id=repository.id,
        name=required(call.body, "name", str),
        color=_color(call, DEFAULT_COLOR),
        description=optional(call.body, "description", str),
    )
    _check_name(call, label)
    call.tenant.store.put(label)
    document = _representer(call, repository).label(label)
    return Reply(document, 201, {"Location": document["url"]})


def _label(call: Call, repository: RepositoryRecord) -> LabelRecord:
    return call.known(LabelRecord, repository.id, call.parameter("name").lower())


async def get_label(call: Call) -> Reply:
    """https://docs.github.com/rest/issues/labels#get-a-label"""
    repository = call.repository()
    return Reply(_representer(call, repository).label(_label(call, repository)))


async def update_label(call: Call) -> Reply:
    """https://docs.github.com/rest/issues/labels#update-a-label"""
    repository = call.writable_repository(Permission.WRITE)
    label = _label(call, repository)
    changed = replace(
        label,
        name=optional(call.body, "new_name", str) or optional(call.body, "name", str, label.name),
        color=_color(call, label.color),
        description=optional(call.body, "description", str, label.description),
    )
    _check_name(call, changed)
    call.tenant.store.put(changed)
    return Reply(_representer(call, repository).label(changed))


async def delete_label(call: Call) -> Reply:
    """https://docs.github.com/rest/issues/labels#delete-a-label"""
    repository = call.writable_repository(Permission.WRITE)
    call.tenant.store.remove(_label(call, repository))
    return Reply(status=204)


def labels_named(call: Call, repository: RepositoryRecord, names: list[Any]) -> tuple[int, ...]:
    """The ids of the labels with these names; those that are new are made, as GitHub does."""
    store, found = call.tenant.store, []
    for requested in names:
        name = required(requested, "name", str) if isinstance(requested, dict) else requested
        if not isinstance(name, str):
            raise errors.wrong_type("labels", requested, "a label")
        label = store.by_key(LabelRecord, str(repository.id), name.lower())
        if label is None:
            label = LabelRecord(id=store.next_id(), repository_id=repository.id, name=name, color=DEFAULT_COLOR)
            store.put(label)
        found.append(label.id)
    return tuple(dict.fromkeys(found))


def _issue(call: Call, repository: RepositoryRecord) -> Issue:
    return call.known(Issue, repository.id, call.parameter("issue_number"))


def _names(call: Call) -> list[Any]:
    names: list[Any] = optional(call.body, "labels", list, [])
    return names


async def list_of_issue(call: Call) -> Reply:
    """https://docs.github.com/rest/issues/labels#list-labels-for-an-issue"""
    repository = call.repository()
    return page(call, _representer(call, repository).labels(_issue(call, repository)), lambda label: label)


def _changed(call: Call, repository: RepositoryRecord, issue: Issue, labels: tuple[int, ...]) -> Reply:
    changed = replace(issue, labels=labels, updated_at=now())
    call.tenant.store.put(changed)
    return Reply(_representer(call, repository).labels(changed))


async def add_to_issue(call: Call) -> Reply:
    """https://docs.github.com/rest/issues/labels#add-labels-to-an-issue"""
    repository = call.writable_repository(Permission.TRIAGE)
    issue = _issue(call, repository)
    added = labels_named(call, repository, _names(call))
    return _changed(call, repository, issue, tuple(dict.fromkeys((*issue.labels, *added))))


async def set_of_issue(call: Call) -> Reply:
    """https://docs.github.com/rest/issues/labels#set-labels-for-an-issue"""
    repository = call.writable_repository(Permission.TRIAGE)
    issue = _issue(call, repository)
    return _changed(call, repository, issue, labels_named(call, repository, _names(call)))


async def remove_from_issue(call: Call) -> Reply:
    """https://docs.github.com/rest/issues/labels#remove-a-label-from-an-issue"""
    repository = call.writable_repository(Permission.TRIAGE)
    issue, label = _issue(call, repository), _label(call, repository)
    if label.id not in issue.labels:
        raise errors.not_found("Label does not exist")
    return _changed(call, repository, issue, tuple(number for number in issue.labels if number != label.id))


ROUTES = [
    *repository_routes("GET", "/labels", list_labels),
    *repository_routes("POST", "/labels", create_label),
    *repository_routes("GET", "/labels/{name}", get_label),
    *repository_routes("PATCH", "/labels/{name}", update_label),
    *repository_routes("DELETE", "/labels/{name}", delete_label),
    *repository_routes("GET", "/issues/{issue_number}/labels", list_of_issue),
    *repository_routes("POST", "/issues/{issue_number}/labels", add_to_issue, "labels"),
    *repository_routes("PUT", "/issues/{issue_number}/labels", set_of_issue, "labels"),
    *repository_routes("DELETE", "/issues/{issue_number}/labels/{name}", remove_from_issue),
]
