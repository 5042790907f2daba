import re
from typing import Any

import pytest
import yaml

from migration.desired_state.managed_files import ManagedFile, managed_files
from migration.plan import Plan
from tests.migration.desired_state.conftest import REGISTRIES


def content(plan: Plan, name: str, path: str, registry: str = "devpi") -> str:
    files = {file.path: file.content for file in managed_files(plan, name, "acme", REGISTRIES[registry])}
    return files[path]


def dependabot(plan: Plan, name: str, registry: str = "devpi") -> dict[str, Any]:
    settings: dict[str, Any] = yaml.safe_load(content(plan, name, ".github/dependabot.yml", registry))
    return settings


def test_code_owners_are_the_plans_teams_at_the_stacks_owner(maestro: Plan) -> None:
    assert content(maestro, "maestro-frontend", ".github/CODEOWNERS").splitlines()[1:] == [
        "* @acme/maestro-product",
        "API_CONTRACT.md @acme/maestro-product @acme/maestro-quality",
    ]


def test_people_keep_their_name_and_blanks_do_not_end_a_pattern() -> None:
    owners = {"*.py": ["@ada"], "design notes/": ["core", "@ada"], "vendor/": []}
    repository = {"name": "one", "code_owners": owners}
    plan = Plan.model_validate({"monorepo": {"name": "mono"}, "repositories": [repository]})
    assert content(plan, "one", ".github/CODEOWNERS").splitlines()[1:] == [
        "*.py @ada",
        "design\\ notes/ @acme/core @ada",
        "vendor/",
    ]


def test_dependabot_never_proposes_a_private_name(maestro: Plan) -> None:
    private = {package.name for repository in maestro.repositories for package in repository.packages}
    proposing = [
        update for repository in maestro.repositories for update in dependabot_updates(maestro, repository.name)
    ]
    python = [update for update in proposing if update["package-ecosystem"] == "pip"]
    assert len(python) == 6
    assert all({rule["dependency-name"] for rule in update["ignore"]} == private for update in python)


def dependabot_updates(plan: Plan, name: str) -> list[dict[str, Any]]:
    paths = {file.path for file in managed_files(plan, name, "acme", REGISTRIES["devpi"])}
    return dependabot(plan, name)["updates"] if ".github/dependabot.yml" in paths else []


def test_dependabot_reads_the_registry_with_a_secret_that_is_only_named(maestro: Plan) -> None:
    (registry,) = dependabot(maestro, "maestro-engine")["registries"].values()
    assert registry["password"] == "${{ secrets.REGISTRY_READ_TOKEN }}"


def test_dependabot_takes_on_a_role_where_the_registry_knows_oidc(maestro: Plan) -> None:
    (registry,) = dependabot(maestro, "maestro-engine", "codeartifact")["registries"].values()
    assert registry["role-name"] == "maestro-engine-reader"
    assert "password" not in registry


def test_dependabot_watches_each_package_by_itself(maestro: Plan) -> None:
    (python,) = dependabot(maestro, "maestro-shared")["updates"]
    assert python["directories"][:2] == ["/core-config", "/core-logging"]


def test_dependabot_leaves_actions_to_the_stack(every_file: dict[str, tuple[ManagedFile, ...]]) -> None:
    assert not any("github-actions" in file.content for files in every_file.values() for file in files)


def test_nothing_is_left_of_the_templates(every_file: dict[str, tuple[ManagedFile, ...]]) -> None:
    """No mark, no blank at the end of a line, no gap, one line end at the end."""
    faults = re.compile(r"<<|>> <|<%|%>|<#|[ \t]\n|\n\n\n|\n\n\Z|[^\n]\Z")
    texts = {  # between functions Python has a gap of two lines
        (name, file.path): file.content.replace("\n\n\n", "\n\n") if file.path.endswith(".py") else file.content
        for name, files in every_file.items()
        for file in files
    }
    found = [place for place, text in texts.items() if faults.search(text)]
    assert found == []


def test_the_same_plan_gives_the_same_files(maestro: Plan) -> None:
    first, second = (managed_files(maestro, "maestro-engine", "acme", REGISTRIES["devpi"]) for _ in range(2))
    assert first == second
    assert [file.path for file in first] == sorted(file.path for file in first)


@pytest.mark.parametrize("kind", ["documentation"])
def test_dependabot_is_not_set_up_to_watch_nothing(kind: str) -> None:
    plan = Plan.model_validate({"monorepo": {"name": "mono"}, "repositories": [{"name": "one", "kind": kind}]})
    assert ".github/dependabot.yml" not in {file.path for file in managed_files(plan, "one", "acme", None)}
