"""Broken repositories, each caught by the check that is there for it."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from migration.packages.index.simple_index import SimpleIndex
from migration.verification.harness.check import Outcome, Verdict
from migration.verification.harness.commands import outline
from migration.verification.references.index_settings import installs_without_secret
from sandbox.registry.registry_process import RunningRegistry
from tests.migration.verification.conftest import Worlds, verdict_on

SHARED: dict[str, Any] = {
    "name": "shared",
    "moves": [{"from": "libs"}],
    "packages": [{"name": "acme-core", "path": "core", "version": "0.1.0"}],
}
ENGINE: dict[str, Any] = {"name": "engine", "kind": "python-service", "moves": [{"from": "engine"}]}
CORE = {"core/acme_core/__init__.py": "", "core/pyproject.toml": "[project]\nname = 'acme-core'\n"}


@pytest.mark.breaks("*.independent")
@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("src/main.py", "import acme_core\n", "imports acme_core, which is acme-core's"),
        ("src/main.py", "from acme_core.deep import x\n", "src/main.py:1"),
        ("pyproject.toml", 'core = {path = "../libs/core"}\n', "pyproject.toml:1"),
        ("docs/guide/start.md", "See [core](../../../libs/core/README.md).\n", "docs/guide/start.md:1"),
        ("README.md", "Report at https://github.com/acme/mono/issues.\n", "README.md:1"),
        ("README.md", "git clone git@github.com:acme/mono.git\n", "README.md:1"),
        (".github/workflows/ci.yml", "jobs: {a: {defaults: {run: {working-directory: engine}}}}\n", "works in engine"),
        ("src/a.py", "from pathlib import Path\nROOT = Path(__file__).resolve().parents[2]\n", "src/a.py:2"),
        ("src/a.py", "from pathlib import Path\nHERE = Path(__file__).parent\nX = HERE / '../../libs'\n", "src/a.py:3"),
        ("src/a.py", "import os\nX = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))\n", "src/a.py:2"),
        ("src/a.py", "import os\nX = os.path.join(os.path.dirname(__file__), '..', '..', 'libs')\n", "src/a.py:2"),
        ("tests/a.py", "import sys\nsys.path.insert(0, '../libs/core')\n", "tests/a.py:2"),
        ("tests/a.py", "open('../schema/a.json')\n", "tests/a.py:1"),
        ("run.sh", 'cd "$(git rev-parse --show-toplevel)/services/engine"\n', "run.sh:1"),
        ("run.sh", '. "$(git rev-parse --show-toplevel)/../env"\n', "run.sh:1"),
        ("scripts/run.sh", 'cd "$(dirname "$0")/../.."\n', "scripts/run.sh:1"),
        ("Makefile", "build:\n\tmake -C .. build\n", "Makefile:2"),
        ("compose.yml", "services: {a: {build: ../libs}}\n", "compose.yml:1"),
        ("vite.config.ts", 'export default {build: {outDir: "../backend/static"}}\n', "vite.config.ts:1"),
        ("web/a.ts", "import x from '../../shared/x'\n", "web/a.ts:1"),
        ("requirements/dev.txt", "--extra-index-url https://pypi.example/simple\nx\n", "requirements/dev.txt:1: a sec"),
        ("run.sh", "export PIP_EXTRA_INDEX_URL=https://me:secret@pypi.example/simple\n", "an index with a password"),
    ],
)
def test_what_leads_back_to_the_monorepo_is_found(worlds: Worlds, path: str, text: str, message: str) -> None:
    verdict = verdict_on(worlds([SHARED, ENGINE], {"shared": CORE, "engine": {path: text}}), "engine.independent")
    assert verdict.outcome == Outcome.FAILS
    assert message in verdict.why
    assert "transforms" in verdict.remedy


def test_what_stays_inside_and_what_the_plan_allows_is_no_reference(worlds: Worlds) -> None:
    files = {
        "src/deep/main.py": "import acme_core\n",
        "src/deep/up.py": "from pathlib import Path\nROOT = Path(__file__).parents[2]\nX = ROOT / 'docs'\n",
        "tests/test_paths.py": "BAD = '../../../etc/passwd'\n# see ../../shared\nassert '../models' not in BAD\n",
        "tests/data.py": "open('../src/deep/main.py')\n",
        "scripts/run.sh": '#!/bin/sh\n# ../../old\ncd "$(dirname "$0")/.."\n. "$(git rev-parse --show-toplevel)/src"\n',
        "CHANGELOG.md": "It was in ../../shared before.\n",
        "web/a.ts": "if (path.includes('../../x')) {}\n",
        "docs/guide/start.md": "[up](../index.md), [main](../../src/deep/main.py), https://github.com/acme/mono-tools\n",
        ".github/workflows/ci.yml": "jobs: {a: {defaults: {run: {working-directory: src/deep}}}}\n",
    }
    engine = {**ENGINE, "consumes": ["acme-core"]}
    assert verdict_on(worlds([SHARED, engine], {"shared": CORE, "engine": files}), "engine.independent").why == ""


@pytest.mark.breaks("*.independent")
@pytest.mark.parametrize("text", ["sonar.sources=services/svc/src\n", "services: {a: {build: services/svc}}\n"])
def test_a_path_from_the_root_of_the_monorepo_is_found(worlds: Worlds, text: str) -> None:
    service = {**ENGINE, "moves": [{"from": "services/svc"}]}
    world = worlds([service], {"engine": {"sonar.yml": text, "src/a.py": "", "a.md": "Was services/svc/src.\n"}})
    assert verdict_on(world, "engine.independent").why == f"sonar.yml:1: {text.strip()}"


@pytest.mark.breaks("*.independent")
def test_a_pattern_that_fits_no_tag_is_found(worlds: Worlds, tmp_path: Path) -> None:
    text = "[tool.setuptools_scm]\ngit_describe_command = \"git describe --tags --match 'engine/v*'\"\n"
    world = worlds([ENGINE], {"engine": {"pyproject.toml": text}})
    assert verdict_on(world, "engine.independent").why == ""
    subprocess.run(["git", "tag", "v1.0.0"], cwd=tmp_path / "github/engine", check=True)
    assert "no tag fits engine/v*" in verdict_on(world, "engine.independent").why


@pytest.mark.breaks("*.created")
def test_a_repository_without_its_branch_is_not_created(worlds: Worlds) -> None:
    engine = {**ENGINE, "default_branch": "trunk"}
    verdict = verdict_on(worlds([engine], {"engine": {"README.md": "x"}}), "engine.created")
    assert (verdict.outcome, verdict.why) == (Outcome.FAILS, "engine has no branch trunk.")


@pytest.mark.breaks("*.created", "*.independent", "*.tests", "*.pipeline")
def test_a_repository_that_is_not_there_fails_every_check_of_it(worlds: Worlds) -> None:
    world = worlds([ENGINE], {})
    for name in ("engine.created", "engine.independent", "engine.tests", "engine.pipeline"):
        assert verdict_on(world, name).outcome == Outcome.FAILS, name


@pytest.mark.breaks("*.pipeline")
def test_a_repository_without_a_workflow_has_no_pipeline(worlds: Worlds) -> None:
    verdict = verdict_on(worlds([ENGINE], {"engine": {"README.md": "x"}}), "engine.pipeline")
    assert verdict.why == "engine has no workflow."


@pytest.mark.breaks("*.image-file")
@pytest.mark.parametrize(
    ("dockerfile", "message"),
    [
        ("FROM scratch\nCOPY shared /app/shared\n", "It copies shared, which is not in the repository."),
        ("FROM scratch\nCOPY --from=build /x /x\nADD missing.txt \\\n  /y\n", "missing.txt"),
    ],
)
def test_an_image_file_that_copies_what_is_elsewhere_is_found(worlds: Worlds, dockerfile: str, message: str) -> None:
    engine = {**ENGINE, "dockerfile": "Dockerfile"}
    verdict = verdict_on(worlds([engine], {"engine": {"Dockerfile": dockerfile}}), "engine.image-file")
    assert verdict.outcome == Outcome.FAILS
    assert message in verdict.why


@pytest.mark.breaks("*.tests")
def test_a_dependency_on_a_path_cannot_be_installed_from_the_registry(worlds: Worlds) -> None:
    manifest = '[tool.poetry.dependencies]\npython = "^3.11"\nacme-core = {path = "../libs/core"}\n'
    world = worlds([ENGINE], {"engine": {"pyproject.toml": manifest}}, SimpleIndex(url="http://127.0.0.1:9/simple/"))
    verdict = verdict_on(world, "engine.tests")
    assert verdict.outcome == Outcome.FAILS
    assert "acme-core is taken from {'path': '../libs/core'}" in verdict.why


def test_without_a_registry_nothing_private_is_judged_and_nothing_is_green(worlds: Worlds) -> None:
    engine = {**ENGINE, "consumes": ["acme-core"]}
    world = worlds([engine], {"engine": {"pyproject.toml": "[project]\nname = 'e'\n"}})
    assert verdict_on(world, "engine.tests").outcome == Outcome.SKIPPED


def test_a_plan_without_packages_of_its_own_needs_no_registry(worlds: Worlds) -> None:
    files = {"pyproject.toml": "[project]\nname = 'e'\n", "pytest.py": "print('1 passed')\n"}
    verdict = verdict_on(worlds([ENGINE], {"engine": files}), "engine.tests")
    assert (verdict.outcome, verdict.saw[-1]) == (Outcome.PASSES, "1 passed")


@pytest.mark.breaks("*.tests")
def test_tests_that_fail_without_the_monorepo_are_found(worlds: Worlds, registry_server: RunningRegistry) -> None:
    manifest = '[project]\nname = "engine"\nversion = "1"\n\n[dependency-groups]\ndev = ["pytest"]\n'
    index = SimpleIndex(url=f"{registry_server.address}/root/pypi/+simple/")
    needs = "import pathlib\n\n\ndef test_beside():\n    assert pathlib.Path('../libs').exists()\n"
    files = {"pyproject.toml": manifest, "tests/test_it.py": needs}
    verdict = verdict_on(worlds([ENGINE], {"engine": files}, index), "engine.tests")
    assert verdict.outcome == Outcome.FAILS
    assert "1 failed" in verdict.why
    assert any("uv pip install --default-index" in command for command in verdict.ran)


@pytest.mark.breaks("*.packages")
def test_a_package_that_the_manifest_does_not_ask_for_is_not_used(worlds: Worlds) -> None:
    engine = {**ENGINE, "consumes": ["acme-core"]}
    files = {"pyproject.toml": '[project]\nname = "engine"\nversion = "1"\n'}
    verdict = verdict_on(worlds([SHARED, engine], {"shared": CORE, "engine": files}), "engine.packages")
    assert verdict.why == "engine does not ask for acme-core, which the plan says it uses."


@pytest.mark.breaks("*.image-file")
def test_what_hadolint_finds_is_told(worlds: Worlds) -> None:
    engine = {**ENGINE, "dockerfile": "Dockerfile"}
    world = worlds([engine], {"engine": {"Dockerfile": "FROM debian:latest\nRUN cd /x && ls\n"}})
    assert "DL3007" in verdict_on(world, "engine.image-file").why


def of_private_packages(worlds: Worlds, secret: str) -> Verdict:
    engine = {**ENGINE, "dockerfile": "Dockerfile", "consumes": ["acme-core"]}
    file = f"FROM python:3.11-slim\nRUN {secret}pip install --no-cache-dir acme-core==0.1.0\n"
    return verdict_on(worlds([SHARED, engine], {"engine": {"Dockerfile": file}}), "engine.image-file")


@pytest.mark.breaks("*.image-file")
def test_private_packages_in_an_image_need_a_build_secret(worlds: Worlds) -> None:
    assert of_private_packages(worlds, "").why.startswith("It installs private packages without a build secret: RUN")


@pytest.mark.parametrize(
    ("command", "is_private"),
    [
        ("poetry install", True),
        ("pip install -r requirements.txt", True),
        ("pip install .", True),
        ("python -m pip install 'poetry==2.5.1'", False),
    ],
)
def test_only_an_install_of_the_project_or_of_private_packages_needs_a_secret(command: str, is_private: bool) -> None:
    assert bool(installs_without_secret(f"FROM scratch\nRUN {command}\n", ["acme-core"])) == is_private


def test_an_image_that_was_not_built_is_not_said_to_build(worlds: Worlds) -> None:
    verdict = of_private_packages(worlds, "--mount=type=secret,id=token ")
    assert (verdict.why, verdict.line) == ("", "Its image file was linted; it was not built here")


WORKFLOW = ".github/workflows/ci.yml"
FAULTLESS = """\
name: CI
on: {push: {branches: [main]}}
permissions: {}
concurrency: {group: ci, cancel-in-progress: false}
jobs: {a: {name: A, runs-on: ubuntu-24.04, steps: [{run: "true"}]}}
"""


@pytest.mark.breaks("*.pipeline")
def test_what_zizmor_finds_in_a_workflow_is_told(worlds: Worlds) -> None:
    injected = FAULTLESS.replace("push: {branches: [main]}", "issues: {}").replace(
        '"true"', '"echo ${{ github.event.issue.title }}"'
    )
    verdict = verdict_on(worlds([ENGINE], {"engine": {WORKFLOW: injected}}), "engine.pipeline")
    assert verdict.outcome == Outcome.FAILS
    assert "zizmor" in verdict.ran[-1]
    assert "template-injection" in verdict.why


def test_of_a_long_output_beginning_and_end_are_shown_without_colors() -> None:
    lines = [f"\x1b[31m{number}\x1b[0m" for number in range(100)]
    assert outline("\n".join(lines)).split() == ["0", "1", "2", "…", *map(str, range(89, 100))]
    assert outline("one\ntwo\n") == "one\ntwo"


@pytest.mark.breaks("*.tests", "metrics.deployable")
def test_a_page_without_a_lock_file_is_told_so(worlds: Worlds) -> None:
    page = {"name": "page", "kind": "vite-application", "moves": [{"from": "page"}]}
    world = worlds([page], {"page": {"package.json": '{"devDependencies": {"vitest": "3"}}', WORKFLOW: FAULTLESS}})
    for name in ("page.tests", "metrics.deployable"):
        assert verdict_on(world, name).why == "page has no package-lock.json, so nobody knows what it installs."
