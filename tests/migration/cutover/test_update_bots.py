"""Entries about frozen folders leave Dependabot's configuration; everything else keeps its bytes."""

import pytest

from migration.cutover.update_bots import without_folders

CONTENT = """\
# Who updates what
version: 2
updates:
  # Everything
  - package-ecosystem: github-actions
    directory: /
    schedule: {interval: weekly}
  -
    package-ecosystem: pip
    directory: "/engine"  # the backend
    schedule:
      interval: daily
    ignore:
      - dependency-name: django

  # The page
  - package-ecosystem: npm
    directories:
      - /site
      - /site/admin/
    schedule:
      interval: monthly
    commit-message:
      prefix: |
        npm
# The end
registries: {}
"""


def test_an_entry_of_a_frozen_folder_goes_and_the_others_keep_their_comments() -> None:
    left = without_folders(CONTENT.encode(), ["engine"])
    begin, end = CONTENT.index("  -\n    package-ecosystem: pip"), CONTENT.index("\n  # The page")
    assert left == (CONTENT[:begin] + CONTENT[end:]).encode()


def test_an_entry_of_several_directories_goes_when_all_of_them_are_frozen() -> None:
    assert without_folders(CONTENT.encode(), ["site/admin"]) == CONTENT.encode()
    left = without_folders(CONTENT.encode(), ["engine", "site"])
    assert left is not None
    assert b"npm" not in left
    assert left.endswith(b"  # The page\n# The end\nregistries: {}\n")
    assert b"github-actions" in left


def test_a_file_with_nothing_else_goes() -> None:
    only = b"version: 2\nupdates:\n- package-ecosystem: pip\n  directory: /engine\n  schedule: {interval: daily}\n"
    assert without_folders(only, ["engine"]) is None


@pytest.mark.parametrize(
    "content",
    [
        b"updates: [{directory: /engine, package-ecosystem: pip}]\n",
        b"updates:\n- directory: /engine-two\n",
        b"updates: {a\n",
        b"\xff\n",
        b"",
        b"- updates\n",
    ],
)
def test_what_cannot_be_edited_or_is_about_another_folder_stays(content: bytes) -> None:
    assert without_folders(content, ["engine"]) == content
