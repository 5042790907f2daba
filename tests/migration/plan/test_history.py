"""The switches for what changes in a history apart from its files."""

import json

import pytest

from migration.plan import History
from tests.migration.plan.conftest import Told


def plan(**history: object) -> str:
    return json.dumps({"monorepo": {"name": "x"}, "repositories": [{"name": "a"}], "history": history})


def test_messages_stay_as_they_are_unless_said_otherwise() -> None:
    off = {"hashes": False, "issues": None, "provenance": False, "blame_ignore_revs": False}
    assert History().model_dump() == {**off, "notes": True}


@pytest.mark.parametrize(
    ("key", "value", "problem", "remedy"),
    [
        ("hashes", "yes", "'yes' stands where true or false is expected", "Write true or false."),
        ("notes", 1, "'1' stands where true or false is expected", "Write true or false."),
        ("issues", "mono", "'mono' is no repository at GitHub", "Write it as 'owner/name'"),
        ("issues", "https://github.com/acme/mono", "is no repository at GitHub", "without https://"),
        ("issues", "acme/mono.git", "is no repository at GitHub", "without https:// and '.git'"),
        ("issues", True, "read as true or false where text is expected", "Put it in quotes"),
    ],
)
def test_a_wrong_value_is_told(told: Told, key: str, value: object, problem: str, remedy: str) -> None:
    (fault,) = told(plan(**{key: value}))
    assert f"history.{key}" in fault
    assert problem in fault
    assert remedy in fault
