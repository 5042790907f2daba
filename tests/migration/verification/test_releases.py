"""Releases that reach further than their own repository, or carry another version than their tag says."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from migration.desired_state import managed_files
from migration.desired_state.pipelines import VERSIONS
from migration.packages.index.simple_index import SimpleIndex
from migration.plan import Plan
from migration.verification.harness.check import Outcome, Verdict
from migration.verification.harness.context import VerificationContext
from migration.verification.trial_release.scratch_index import scratch_index
from tests.migration.desired_state.conftest import REGISTRIES
from tests.migration.verification.conftest import Files, Worlds, verdict_on

SHARED: dict[str, Any] = {
    "name": "shared",
    "kind": "python-packages",
    "moves": [{"from": "libs"}],
    "packages": [{"name": "acme-core", "path": "core", "version": "0.1.0"}],
}
ENGINE: dict[str, Any] = {
    "name": "engine",
    "kind": "python-service",
    "moves": [{"from": "engine"}],
    "consumes": ["acme-core"],
}
BUILD = """\
import io, pathlib, re, tarfile, zipfile

version = re.search('version = "(.*)"', pathlib.Path("core/pyproject.toml").read_text())[1]
metadata = f"Metadata-Version: 2.1\\nName: acme-core\\nVersion: {version}\\n"
pathlib.Path("dist").mkdir()
with zipfile.ZipFile(f"dist/acme_core-{version}-py3-none-any.whl", "w") as wheel:
    wheel.writestr("acme_core/__init__.py", "")
    info = f"acme_core-{version}.dist-info"
    wheel.writestr(f"{info}/METADATA", metadata)
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(f"{info}/RECORD", "")
with tarfile.open(f"dist/acme_core-{version}.tar.gz", "w:gz") as sdist:
    member = tarfile.TarInfo(f"acme_core-{version}/PKG-INFO")
    member.size = len(metadata)
    sdist.addfile(member, io.BytesIO(metadata.encode()))
"""
CHECKOUT = {"uses": "actions/checkout@0", "with": {"fetch-depth": "0"}}
KEEP = {"uses": "actions/upload-artifact@0", "with": {"name": "release", "path": "dist/"}}
PUBLISH = {
    "env": {
        "UV_PUBLISH_URL": "${{ vars.REGISTRY_PUBLISH_URL }}",
        "UV_PUBLISH_USERNAME": "${{ vars.REGISTRY_PUBLISHER }}",
        "UV_PUBLISH_PASSWORD": "${{ secrets.REGISTRY_PUBLISH_TOKEN }}",
    },
    "run": f"pipx install uv=={VERSIONS['uv']}\nuv publish dist/*",
}
RELEASE = {"run": 'gh release create "$GITHUB_REF_NAME" --verify-tag dist/*'}
PUSH_TO_ENGINE = """\
git clone --quiet "https://github.com/acme/eng$(echo ine)" other
cd other
git commit --quiet --allow-empty --message 'Take the new version'
git push --quiet
"""


def steps(*before: dict[str, Any], after: tuple[dict[str, Any], ...] = ()) -> list[dict[str, Any]]:
    return [CHECKOUT, *before, {"run": "python3 build.py"}, KEEP, *after]


def world_of_files(*before: dict[str, Any], job: dict[str, Any] | None = None, on: Any = None) -> Files:
    """A library with a release of its own, and a service that uses it. before: steps before it is built."""
    jobs = {
        "publish": {
            "needs": "build",
            "steps": [
                {"uses": "actions/download-artifact@0", "with": {"name": "release", "path": "dist"}},
                PUBLISH,
                RELEASE,
            ],
        },
        "build": {"steps": steps(*before)},
        **({"more": job} if job else {}),
    }
    workflow = {"on": on or {"push": {"tags": ["v*"]}}, "jobs": jobs}
    return {
        "shared": {
            "core/pyproject.toml": '[project]\nname = "acme-core"\nversion = "0.1.0"\n',
            "core/acme_core/__init__.py": "",
            "build.py": BUILD,
            ".github/workflows/release.yml": yaml.safe_dump(workflow),
        },
        "engine": consumer("acme-core>=0.1,<0.2"),
    }


def consumer(requirement: str, tests: str = "print('1 passed')\n") -> dict[str, str]:
    """A service whose tests are run by a program of its own in pytest's place, so that none has to be installed."""
    manifest = f'[project]\nname = "engine"\nversion = "1.0.0"\ndependencies = ["{requirement}"]\n'
    return {"pyproject.toml": manifest, "pytest.py": tests}


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SimpleIndex]:
    """A registry with acme-core 0.1.0."""
    with scratch_index(None, tmp_path / "registry") as served:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as wheel:
            info = "acme_core-0.1.0.dist-info"
            wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: acme-core\nVersion: 0.1.0\n")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
        (served.folder / "acme_core-0.1.0-py3-none-any.whl").write_bytes(content.getvalue())
        yield SimpleIndex(url=served.simple)


def released(worlds: Worlds, files: Files, index: SimpleIndex) -> Verdict:
    return verdict_on(worlds([SHARED, ENGINE], files, index), "shared.release")


def refs(world: VerificationContext) -> dict[str, dict[str, str]]:
    return {repository.name: dict(world.remote(repository.name).refs()) for repository in world.plan.repositories}


def test_the_next_patch_is_released_and_taken_and_nothing_of_it_stays(
    worlds: Worlds, index: SimpleIndex, tmp_path: Path
) -> None:
    world = worlds([SHARED, ENGINE], world_of_files(), index)
    before = refs(world)
    verdict = verdict_on(world, "shared.release")
    assert (verdict.outcome, verdict.why) == (Outcome.PASSES, "")
    assert "published: acme_core-0.1.1-py3-none-any.whl, acme_core-0.1.1.tar.gz" in verdict.saw
    assert any(line.startswith("not done, only noted: gh release create v0.1.1 --verify-tag") for line in verdict.saw)
    assert verdict.saw[-2:] == ("engine with acme-core 0.1.1: 1 passed", "engine with acme-core 0.1.0: 1 passed")
    assert refs(world) == before
    assert [path.name for path in (tmp_path / "registry").iterdir()] == ["acme_core-0.1.0-py3-none-any.whl"]


@pytest.mark.breaks("*.release")
@pytest.mark.parametrize(
    ("files", "message"),
    [
        (world_of_files({"run": PUSH_TO_ENGINE}), "v0.1.1 of shared changed refs/heads/main of engine"),
        (
            world_of_files({"run": "gh workflow run deploy.yml --repo acme/engine"}),
            "release.yml of shared speaks to engine",
        ),
        (
            world_of_files({"run": 'gh api "repos/acme/eng$(echo ine)/dispatches"'}),
            "release.yml of shared speaks to engine",
        ),
        (world_of_files(job={"uses": "acme/engine/.github/workflows/deploy.yml@main"}), "speaks to engine"),
        (world_of_files({"run": "git checkout --quiet HEAD~1"}), "should have published acme-core 0.1.1"),
        (world_of_files({"run": "git tag v9 && git push --quiet origin v9"}), "changed refs/tags/v9 of shared"),
        (world_of_files(on={"push": {"branches": ["main"]}}), "No workflow of shared is started by the tag v0.1.1."),
        (world_of_files({"run": "echo cannot && exit 3"}), "cannot"),
    ],
)
def test_a_release_that_is_not_alone_is_found(worlds: Worlds, index: SimpleIndex, files: Files, message: str) -> None:
    verdict = released(worlds, files, index)
    assert verdict.outcome == Outcome.FAILS
    assert message in verdict.why


@pytest.mark.breaks("*.release")
def test_a_consumer_that_does_not_get_the_new_version_is_found(worlds: Worlds, index: SimpleIndex) -> None:
    verdict = released(worlds, world_of_files() | {"engine": consumer("acme-core==0.1.0")}, index)
    assert verdict.why == "engine gets acme-core 0.1.0 instead of 0.1.1."


@pytest.mark.breaks("*.release")
def test_a_consumer_that_the_new_version_breaks_is_found(worlds: Worlds, index: SimpleIndex) -> None:
    only_old = "import importlib.metadata as m\nassert m.version('acme-core') == '0.1.0'\nprint('1 passed')\n"
    verdict = released(worlds, world_of_files() | {"engine": consumer("acme-core>=0.1", only_old)}, index)
    assert verdict.outcome == Outcome.FAILS
    assert "AssertionError" in verdict.why


@pytest.mark.breaks("*.release")
def test_a_service_whose_release_carries_another_version_is_found(worlds: Worlds) -> None:
    build = {"run": "mkdir dist; touch dist/engine-1.0.0-py3-none-any.whl"}
    workflow = yaml.safe_dump({"on": {"push": {"tags": "v*"}}, "jobs": {"build": {"steps": [CHECKOUT, build, KEEP]}}})
    files = {"engine": {**consumer(""), ".github/workflows/release.yml": workflow}}
    verdict = verdict_on(worlds([{**ENGINE, "consumes": []}], files), "engine.release")
    assert verdict.why == "The release v1.0.1 of engine carries engine-1.0.0-py3-none-any.whl."


@pytest.mark.parametrize(
    "files",
    [
        world_of_files(job={"steps": [], "strategy": {"matrix": {"include": [{"a": "b"}]}}}),
        world_of_files({"run": "exit 1", "if": "false"}),
        world_of_files({"run": "echo ${{ fromJSON('[1]') }}"}),
    ],
)
def test_what_only_github_can_run_is_not_judged(worlds: Worlds, index: SimpleIndex, files: Files) -> None:
    assert released(worlds, files, index).outcome == Outcome.SKIPPED


def test_the_pipeline_of_a_registry_at_aws_runs_here_without_aws(worlds: Worlds, index: SimpleIndex) -> None:
    """The very workflow that the plan renders. What it asks of AWS is noted, and answered by a token of ours."""
    plan = Plan.model_validate({"monorepo": {"name": "mono"}, "repositories": [SHARED, ENGINE]})
    managed = managed_files(plan, "shared", "acme", REGISTRIES["codeartifact"])
    package = {
        "core/pyproject.toml": """\
[project]
name = "acme-core"
version = "0.1.0"
description = "What all share"
readme = "README.md"

[build-system]
requires = ["poetry-core==2.5.0"]
build-backend = "poetry.core.masonry.api"
""",
        "core/README.md": "# Core\n",
        "core/acme_core/__init__.py": "",
    }
    files = {
        "shared": {**package, **{file.path: file.content for file in managed}},
        "engine": consumer("acme-core>=0.1,<0.2"),
    }
    verdict = released(worlds, files, index)
    assert (verdict.outcome, verdict.why) == (Outcome.PASSES, "")
    (noted,) = [line for line in verdict.saw if line.startswith("not done, only noted")]
    assert "uses aws-actions/configure-aws-credentials@" in noted
    assert "aws codeartifact get-authorization-token" in noted
