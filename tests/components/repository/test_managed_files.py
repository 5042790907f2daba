"""The managed files' provider: what it calls a change, and what of it lands in the state."""

import pytest

from components.repository.managed_files_provider import ManagedFilesProvider

OLD = {"repository": "engine", "branch": "main", "files": {"a": "1\n", "b": "2\n"}}


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
