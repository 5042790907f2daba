"""What a version is built from, and how that is recognised later."""

from pathlib import Path

import pytest

from migration.packages.publish.build_sources import files_of, last_change, sources_of
from migration.plan import Plan
from tests.conftest import Repository, new_repository
from tests.migration.packages.conftest import PLAN

CONFIG = '[project]\nname = "maestro-config"\nversion = "0.0.5"\n'
LOGGING = """\
[tool.poetry]
name = "maestro-logging"
version = "0.0.5"
[tool.poetry.dependencies]
maestro-config = {path = "../config"}
"""
plan = Plan.model_validate(PLAN)
shared = plan.repositories[0]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = new_repository(tmp_path / "shared")
    (made.path / ".gitattributes").parent.mkdir(exist_ok=True)
    (made.path / ".gitattributes").write_text("notes.md export-ignore\n")
    made.commit(
        "Begin",
        **{"config__pyproject.toml": CONFIG, "logging__pyproject.toml": LOGGING, "config__notes.md": "$Format:%H$\n"},
    )
    return made


def digests(repository: Repository) -> dict[str, str]:
    head = repository.git("rev-parse", "HEAD")
    return {each.name: each.digest for each in sources_of(plan, shared, repository.path, head)}


def test_only_what_goes_into_a_package_changes_its_digest(repository: Repository) -> None:
    before = digests(repository)
    repository.commit("Say more", README="all\n")
    assert digests(repository) == before
    repository.commit("Change config", **{"config__settings.py": "1\n"})
    after = digests(repository)
    assert [name for name in before if before[name] != after[name]] == ["maestro-config"]


@pytest.mark.parametrize(
    ("version", "changed"), [("0.1.7", ["maestro-config"]), ("0.2.0", ["maestro-config", "maestro-logging"])]
)
def test_only_an_incompatible_version_of_what_it_needs_changes_a_package(
    repository: Repository, version: str, changed: list[str]
) -> None:
    config = shared.packages[0].model_copy(update={"version": version})
    raised = shared.model_copy(update={"packages": (config, *shared.packages[1:])})
    later = plan.model_copy(update={"repositories": (raised, *plan.repositories[1:])})
    head = repository.git("rev-parse", "HEAD")
    before = digests(repository)
    after = {each.name: each.digest for each in sources_of(later, raised, repository.path, head)}
    assert [name for name in before if before[name] != after[name]] == changed


def test_the_files_are_those_of_the_commit_whatever_attributes_say(repository: Repository) -> None:
    head = repository.git("rev-parse", "HEAD")
    repository.commit("Later", **{"config__pyproject.toml": "later\n"})
    files, _modes = files_of(repository.path, head)
    assert files["config/notes.md"] == b"$Format:%H$\n"
    assert files["config/pyproject.toml"].decode() == CONFIG


def test_the_date_of_a_package_is_that_of_the_last_commit_in_its_folder(repository: Repository) -> None:
    repository.commit("Change config", **{"config__settings.py": "1\n"})
    head = repository.commit("Change something else", README="all\n")
    assert last_change(repository.path, head, "config") == 1_600_000_000 + 60 * 2
    assert last_change(repository.path, head, ".") == 1_600_000_000 + 60 * 3
