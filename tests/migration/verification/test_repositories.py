"""Broken repositories, each caught by the check that is there for it."""

from typing import Any

import pytest

from migration.packages.simple_index import SimpleIndex
from migration.verification.check import Outcome
from sandbox.registry.process import RunningRegistry
from tests.migration.verification.conftest import Worlds, verdict_on

SHARED: dict[str, Any] = {
    "name": "shared",
    "moves": [{"from": "libs"}],
    "packages": [{"name": "acme-core", "path": "core", "version": "0.1.0"}],
}
ENGINE: dict[str, Any] = {"name": "engine", "kind": "python-service", "moves": [{"from": "engine"}]}
CORE = {"core/acme_core/__init__.py": "", "core/pyproject.toml": "[project]\nname = 'acme-core'\n"}


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("src/main.py", "import acme_core\n", "imports acme_core, which is acme-core's"),
        ("src/main.py", "from acme_core.deep import x\n", "src/main.py:1"),
        ("pyproject.toml", 'core = {path = "../libs/core"}\n', "pyproject.toml:1"),
        ("docs/guide/start.md", "See [core](../../../libs/core/README.md).\n", "docs/guide/start.md:1"),
        ("README.md", "Report at https://github.com/acme/mono/issues.\n", "README.md:1"),
        ("README.md", "git clone git@github.com:acme/mono.git\n", "README.md:1"),
        (".github/workflows/ci.yml", "jobs: {a: {defaults: {run: {working-directory: engine}}}}\n", "works in engine"),
    ],
)
def test_what_leads_back_to_the_monorepo_is_found(worlds: Worlds, path: str, text: str, told: str) -> None:
    verdict = verdict_on(worlds([SHARED, ENGINE], {"shared": CORE, "engine": {path: text}}), "engine.independent")
    assert verdict.outcome == Outcome.FAILS
    assert told in verdict.why
    assert "transforms" in verdict.remedy


def test_what_stays_inside_and_what_the_plan_allows_is_no_reference(worlds: Worlds) -> None:
    files = {
        "src/deep/main.py": "import acme_core\n",
        "docs/guide/start.md": "[up](../index.md), [main](../../src/deep/main.py), https://github.com/acme/mono-tools\n",
        ".github/workflows/ci.yml": "jobs: {a: {defaults: {run: {working-directory: src/deep}}}}\n",
    }
    engine = {**ENGINE, "consumes": ["acme-core"]}
    assert verdict_on(worlds([SHARED, engine], {"shared": CORE, "engine": files}), "engine.independent").why == ""


def test_a_repository_without_its_branch_is_not_created(worlds: Worlds) -> None:
    engine = {**ENGINE, "default_branch": "trunk"}
    verdict = verdict_on(worlds([engine], {"engine": {"README.md": "x"}}), "engine.created")
    assert (verdict.outcome, verdict.why) == (Outcome.FAILS, "engine has no branch trunk.")


def test_a_repository_that_is_not_there_fails_every_check_of_it(worlds: Worlds) -> None:
    world = worlds([ENGINE], {})
    for name in ("engine.created", "engine.independent", "engine.tests", "engine.pipeline"):
        assert verdict_on(world, name).outcome == Outcome.FAILS, name


def test_a_repository_without_a_workflow_has_no_pipeline(worlds: Worlds) -> None:
    verdict = verdict_on(worlds([ENGINE], {"engine": {"README.md": "x"}}), "engine.pipeline")
    assert verdict.why == "engine has no workflow."


@pytest.mark.parametrize(
    ("dockerfile", "told"),
    [
        ("FROM scratch\nCOPY shared /app/shared\n", "It copies shared, which is not in the repository."),
        ("FROM scratch\nCOPY --from=build /x /x\nADD missing.txt \\\n  /y\n", "missing.txt"),
    ],
)
def test_an_image_file_that_copies_what_is_elsewhere_is_found(worlds: Worlds, dockerfile: str, told: str) -> None:
    engine = {**ENGINE, "dockerfile": "Dockerfile"}
    verdict = verdict_on(worlds([engine], {"engine": {"Dockerfile": dockerfile}}), "engine.image-file")
    assert verdict.outcome == Outcome.FAILS
    assert told in verdict.why


def test_a_dependency_on_a_path_cannot_be_installed_from_the_registry(worlds: Worlds) -> None:
    manifest = '[tool.poetry.dependencies]\npython = "^3.11"\nacme-core = {path = "../libs/core"}\n'
    world = worlds([ENGINE], {"engine": {"pyproject.toml": manifest}}, SimpleIndex(url="http://127.0.0.1:9/simple/"))
    verdict = verdict_on(world, "engine.tests")
    assert verdict.outcome == Outcome.FAILS
    assert "acme-core is taken from {'path': '../libs/core'}" in verdict.why


def test_without_a_registry_nothing_is_judged_and_nothing_is_green(worlds: Worlds) -> None:
    verdict = verdict_on(worlds([ENGINE], {"engine": {"pyproject.toml": "[project]\nname = 'e'\n"}}), "engine.tests")
    assert verdict.outcome == Outcome.NOT_JUDGED


def test_tests_that_fail_without_the_monorepo_are_found(worlds: Worlds, registry_server: RunningRegistry) -> None:
    manifest = '[project]\nname = "engine"\nversion = "1"\n\n[dependency-groups]\ndev = ["pytest"]\n'
    index = SimpleIndex(url=f"{registry_server.address}/root/pypi/+simple/")
    needs = "import pathlib\n\n\ndef test_beside():\n    assert pathlib.Path('../libs').exists()\n"
    files = {"pyproject.toml": manifest, "tests/test_it.py": needs}
    verdict = verdict_on(worlds([ENGINE], {"engine": files}, index), "engine.tests")
    assert verdict.outcome == Outcome.FAILS
    assert "1 failed" in verdict.why
    assert any("uv pip install --default-index" in command for command in verdict.ran)


def test_a_package_that_the_manifest_does_not_ask_for_is_not_used(worlds: Worlds) -> None:
    engine = {**ENGINE, "consumes": ["acme-core"]}
    files = {"pyproject.toml": '[project]\nname = "engine"\nversion = "1"\n'}
    verdict = verdict_on(worlds([SHARED, engine], {"shared": CORE, "engine": files}), "engine.packages")
    assert verdict.why == "engine does not ask for acme-core, which the plan says it uses."
