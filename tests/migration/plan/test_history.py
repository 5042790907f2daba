"""The switches for what changes in a history apart from its files."""

import json

import pytest

from migration.plan import History
from tests.migration.plan.conftest import ErrorsOf


def plan(**history: object) -> str:
    return json.dumps({"monorepo": {"name": "x"}, "repositories": [{"name": "a"}], "history": history})


def test_messages_stay_as_they_are_unless_said_otherwise() -> None:
    off = {"hashes": False, "issues": None, "provenance": False, "blame_ignore_revs": False}
    assert History().model_dump() == {**off, "notes": True, "redact": ()}


@pytest.mark.parametrize(
    ("key", "value", "problem", "remedy"),
    [
        ("hashes", "yes", "'yes' stands where true or false is expected", "Write true or false."),
        ("notes", 1, "'1' stands where true or false is expected", "Write true or false."),
        ("issues", "mono", "'mono' is not a repository on GitHub", "Write it as 'owner/name'"),
        ("issues", "https://github.com/acme/mono", "is not a repository on GitHub", "without https://"),
        ("issues", "acme/mono.git", "is not a repository on GitHub", "without https:// and '.git'"),
        ("issues", True, "read as true or false where text is expected", "Put it in quotes"),
    ],
)
def test_a_wrong_value_is_told(errors_of: ErrorsOf, key: str, value: object, problem: str, remedy: str) -> None:
    (fault,) = errors_of(plan(**{key: value}))
    assert f"history.{key}" in fault
    assert problem in fault
    assert remedy in fault
