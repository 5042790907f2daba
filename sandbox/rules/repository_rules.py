"""What GitHub allows a repository to be. Pure: values in, values or a GitHubError out.

Source: https://docs.github.com/rest/repos/repos#update-a-repository
"""

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from sandbox.errors import GitHubError, invalid_field, wrong_type
from sandbox.tenant.entities import RepositoryRecord, now

CHOICES: dict[str, tuple[str, ...]] = {
    "visibility": ("public", "private", "internal"),
    "pull_request_creation_policy": ("all", "collaborators_only"),
    "squash_merge_commit_title": ("PR_TITLE", "COMMIT_OR_PR_TITLE"),
    "squash_merge_commit_message": ("PR_BODY", "COMMIT_MESSAGES", "BLANK"),
    "merge_commit_title": ("PR_TITLE", "MERGE_MESSAGE"),
    "merge_commit_message": ("PR_BODY", "PR_TITLE", "BLANK"),
}
SQUASH_COMBINATIONS = {
    ("PR_TITLE", "PR_BODY"),
    ("PR_TITLE", "BLANK"),
    ("PR_TITLE", "COMMIT_MESSAGES"),
    ("COMMIT_OR_PR_TITLE", "COMMIT_MESSAGES"),
}
MERGE_COMBINATIONS = {("PR_TITLE", "PR_BODY"), ("PR_TITLE", "BLANK"), ("MERGE_MESSAGE", "PR_TITLE")}
NOT_SETTABLE = {"has_pages", "vulnerability_alerts", "automated_security_fixes", "secret_scanning"}
NOT_SETTABLE |= {"secret_scanning_push_protection", "has_immutable_subject"}
BOOLEANS = {field.name for field in fields(RepositoryRecord) if field.type is bool} - NOT_SETTABLE
TEXTS = {"name", "description", "homepage", "default_branch", *CHOICES}
LONGEST_NAME = 100
LONGEST_DESCRIPTION = 350
MOST_TOPICS = 20
LONGEST_TOPIC = 50


def normal_name(name: str) -> str:
    """The name that GitHub gives a repository when asked for this one: "my repo!" becomes "my-repo-"."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).removesuffix(".git")


def check_name(name: str, summary: str) -> None:
    """Refuse a normalised name that GitHub refuses. summary: the message of the answer."""
    problem = None
    if not name:
        problem = "name is too short (minimum is 1 character)"
    elif len(name) > LONGEST_NAME:
        problem = f"name is too long (maximum is {LONGEST_NAME} characters)"
    elif name in {".", ".."}:
        problem = f"name {name} is a reserved name"
    if problem:
        raise invalid_field("Repository", "name", problem, summary=summary)


def settings_in(body: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a create or update request, types checked; what GitHub ignores is left out.

    A null means "leave as it is", except for description and homepage.
    """
    settings: dict[str, Any] = {}
    for field, value in body.items():
        if value is None and field not in {"description", "homepage"}:
            continue
        if field in BOOLEANS or field == "private":
            if not isinstance(value, bool):
                raise wrong_type(field, value, "a boolean")
        elif field in TEXTS:
            _check_text(field, value)
        else:
            continue
        settings[field] = value
    if "private" in settings:
        private = settings.pop("private")
        settings.setdefault("visibility", "private" if private else "public")
    return settings


def changed(repository: RepositoryRecord, settings: Mapping[str, Any]) -> RepositoryRecord:
    """The repository with these settings, which must fit together. Equal settings change nothing."""
    result = replace(repository, **settings)
    if not (result.allow_merge_commit or result.allow_squash_merge or result.allow_rebase_merge):
        raise invalid_field(
            "Repository",
            "merge_commit_allowed",
            "Sorry, you need to allow at least one merge strategy. (no_merge_method)",
            code="no_merge_method",
        )
    for method, combinations in (("squash_merge", SQUASH_COMBINATIONS), ("merge", MERGE_COMBINATIONS)):
        title, message = f"{method}_commit_title", f"{method}_commit_message"
        if (getattr(result, title), getattr(result, message)) not in combinations:
            raise invalid_field(
                "Repository",
                title,
                f"Sorry, the {method.replace('_', ' ')} commit title and message do not go together. "
                f"(invalid_{method}_commit_setting_combo)",
                code=f"invalid_{method}_commit_setting_combo",
            )
    return result if result == repository else replace(result, updated_at=now())


def topics_in(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The topics of a "replace all" request, in the order given.

    Source: https://docs.github.com/rest/repos/repos#replace-all-repository-topics
    """
    names = body.get("names")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise wrong_type("names", names, "an array")
    topics = tuple(dict.fromkeys(name.lower() for name in names))
    if len(topics) > MOST_TOPICS:
        raise GitHubError(422, f"Validation Failed: A repository cannot have more than {MOST_TOPICS} topics.")
    for topic in topics:
        if len(topic) > LONGEST_TOPIC or not re.fullmatch(r"[a-z0-9][a-z0-9-]*", topic):
            raise invalid_field(
                "Repository",
                "topics",
                f"Topics must start with a lowercase letter or number, consist of {LONGEST_TOPIC} characters "
                "or less, and can include hyphens.",
                code="invalid",
            )
    return topics


def _check_text(field: str, value: Any) -> None:
    if value is None:
        return
    if not isinstance(value, str):
        raise wrong_type(field, value, "a string")
    if field in CHOICES and value not in CHOICES[field]:
        raise wrong_type(field, value, f"a member of {list(CHOICES[field])}")
    if field == "description":
        if re.search(r"[\x00-\x1f\x7f]", value):
            raise invalid_field("Repository", field, "description control characters are not allowed")
        if len(value) > LONGEST_DESCRIPTION:
            message = f"description cannot be more than {LONGEST_DESCRIPTION} characters"
            raise invalid_field("Repository", field, message)
