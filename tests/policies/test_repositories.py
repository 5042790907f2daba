from typing import Any

import pytest

from policies.repositories import REPOSITORY, archived_on_destroy, no_public_repository
from tests.policies.conftest import Write, violations

PLAN = {"repositories": [{"name": "engine"}, {"name": "docs", "visibility": "public"}]}


@pytest.mark.parametrize("props", [{"visibility": "public"}, {}, {"private": False}])
def test_a_repository_that_would_be_public_without_the_plans_word_is_refused(
    project: Write, props: dict[str, Any]
) -> None:
    project(PLAN)
    (message,) = violations(no_public_repository, REPOSITORY, name="engine", **props)
    assert message.startswith("engine would be public. Make it private, or say `visibility: public`")


@pytest.mark.parametrize(
    "props",
    [
        {"name": "docs", "visibility": "public"},
        {"name": "engine", "visibility": "private"},
        {"name": "engine", "visibility": "internal"},
        {"name": "engine", "private": True},
    ],
)
def test_what_the_plan_makes_public_and_what_is_private_pass(project: Write, props: dict[str, Any]) -> None:
    project(PLAN)
    assert violations(no_public_repository, REPOSITORY, **props) == []


@pytest.mark.parametrize("props", [{}, {"archiveOnDestroy": False}])
def test_a_repository_that_would_be_deleted_with_its_resource_is_refused(props: dict[str, Any]) -> None:
    (message,) = violations(archived_on_destroy, REPOSITORY, name="engine", **props)
    assert message == "engine could be deleted. Give it archive_on_destroy=True."


def test_a_repository_that_is_archived_instead_passes() -> None:
    assert violations(archived_on_destroy, REPOSITORY, name="engine", archiveOnDestroy=True) == []
