"""The managed files' provider: what it calls a change, and what of it lands in the state."""

import base64

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from components.managed_files import ManagedFilesProvider

OLD = {"repository": "engine", "branch": "main", "files": {"a": "1\n", "b": "2\n"}}


def test_the_provider_in_the_state_is_only_the_name_of_its_class() -> None:
    pickled = base64.b64decode(serialize_provider(ManagedFilesProvider()))
    assert pickled == (
        b"\x80\x04\x958\x00\x00\x00\x00\x00\x00\x00\x8c\x18components.managed_files\x94"
        b"\x8c\x14ManagedFilesProvider\x94\x93\x94)\x81\x94."
    )


def test_the_same_files_are_no_change() -> None:
    assert ManagedFilesProvider().diff("engine", OLD, dict(OLD)).changes is False


@pytest.mark.parametrize("files", [{"a": "1\n"}, {"a": "1\n", "b": "3\n"}, {"a": "1\n", "b": "2\n", "c": "3\n"}])
def test_another_file_or_content_is_an_update(files: dict[str, str]) -> None:
    result = ManagedFilesProvider().diff("engine", OLD, {**OLD, "files": files})
    assert result.changes is True
    assert result.replaces == []


def test_deleting_the_managed_files_touches_nothing() -> None:
    # No settings and no server here: anything that it tried would fail.
    ManagedFilesProvider().delete("engine", OLD)
