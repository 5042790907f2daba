import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from syrupy.assertion import SnapshotAssertion

from migration.desired_state import DesiredStateError, pipeline_settings
from migration.desired_state.managed_files import ManagedFile, managed_files
from migration.desired_state.pinned_actions import ACTIONS
from migration.desired_state.pipeline_settings import Registry
from migration.plan import Plan
from tests.migration.desired_state.conftest import REGISTRIES

EveryFile = dict[str, tuple[ManagedFile, ...]]

ONE_OF_EACH_KIND = {
    "python-packages": "maestro-shared",
    "python-service": "maestro-hive",
    "vite-application": "maestro-frontend",
    "templates": "maestro-templates",
    "compose-tests": "maestro-integration-tests",
    "documentation": "maestro-docs",
}


def plan_of(**repository: Any) -> Plan:
    return Plan.model_validate({"monorepo": {"name": "mono"}, "repositories": [{"name": "one", **repository}]})


def rendered(plan: Plan, registry: Registry | None = None) -> dict[str, str]:
    """File name to text."""
    return {file.path.rpartition("/")[2]: file.content for file in managed_files(plan, "one", "acme", registry)}


def workflows(every_file: EveryFile) -> Iterator[tuple[str, dict[str, Any]]]:
    """Where it is, and the parsed workflow."""
    for name, files in every_file.items():
        for file in files:
            if file.path.startswith(".github/workflows/"):
                yield f"{name}/{file.path}", yaml.load(file.content, yaml.BaseLoader)


def jobs(every_file: EveryFile) -> Iterator[tuple[str, dict[str, Any]]]:
    for where, workflow in workflows(every_file):
        for identifier, job in workflow["jobs"].items():
            yield f"{where}: {identifier}", job


@pytest.mark.parametrize("kind", ONE_OF_EACH_KIND)
def test_the_files_of_each_kind(kind: str, maestro: Plan, snapshot: SnapshotAssertion) -> None:
    files = managed_files(maestro, ONE_OF_EACH_KIND[kind], "maestro-labs", REGISTRIES["devpi"])
    assert {file.path: file.content for file in files} == snapshot


@pytest.mark.parametrize("registry", ["codeartifact"], indirect=True)
def test_the_engine_and_its_registry_with_oidc(every_file: EveryFile, snapshot: SnapshotAssertion) -> None:
    assert {file.path: file.content for file in every_file["maestro-engine"]} == snapshot
    shared = {file.path: file.content for file in every_file["maestro-shared"]}
    assert shared[".github/workflows/release.yml"] == snapshot


def test_every_action_is_pinned_in_the_one_table(every_file: EveryFile) -> None:
    used = {
        line.partition("uses: ")[2]
        for files in every_file.values()
        for file in files
        for line in file.content.splitlines()
        if "uses: " in line
    }
    assert used <= {f"{action}@{pin.commit} # {pin.version}" for action, pin in ACTIONS.items()}
    assert used
    assert all(re.fullmatch("[0-9a-f]{40}", pin.commit) for pin in ACTIONS.values())


def test_no_action_of_the_table_is_unused(maestro: Plan) -> None:
    text = "".join(
        file.content
        for registry in REGISTRIES.values()
        for repository in maestro.repositories
        for file in managed_files(maestro, repository.name, "acme", registry)
    )
    assert [action for action in ACTIONS if f"{action}@" not in text] == []


def test_a_workflow_has_no_permission_that_a_job_does_not_ask_for(every_file: EveryFile) -> None:
    assert [where for where, workflow in workflows(every_file) if workflow["permissions"] != {}] == []
    assert [where for where, job in jobs(every_file) if "permissions" not in job] == []
    granted = {
        (name, access)
        for where, job in jobs(every_file)
        if "/ci.yml" in where
        for name, access in job["permissions"].items()
    }
    assert granted <= {("contents", "read"), ("packages", "read"), ("id-token", "write")}


def test_every_job_ends_by_itself_and_every_workflow_gives_way_to_the_next(every_file: EveryFile) -> None:
    assert [where for where, job in jobs(every_file) if int(job.get("timeout-minutes", 360)) > 30] == []
    assert [where for where, workflow in workflows(every_file) if "group" not in workflow["concurrency"]] == []


def test_no_checkout_leaves_its_token_behind(every_file: EveryFile) -> None:
    checkouts = [
        step
        for _, job in jobs(every_file)
        for step in job["steps"]
        if step.get("uses", "").startswith("actions/checkout@")
    ]
    assert checkouts
    assert all(step["with"]["persist-credentials"] == "false" for step in checkouts)


def test_what_publishes_runs_nothing_of_the_repository(every_file: EveryFile) -> None:
    uses = [step.get("uses", "") for step in publishing_job(every_file)["steps"]]
    assert not any(action.startswith("actions/checkout@") for action in uses)


def test_what_publishes_waits_for_the_environments_reviewers(every_file: EveryFile) -> None:
    assert publishing_job(every_file)["environment"] == pipeline_settings.RELEASE_ENVIRONMENT


def publishing_job(every_file: EveryFile) -> dict[str, Any]:
    (job,) = (job for where, job in jobs(every_file) if where.endswith("release.yml: publish"))
    return job


@pytest.mark.parametrize(
    ("settings", "version"),
    [
        ({}, "3.11"),
        ({"python": "3.14"}, "3.14"),
        ({"transforms": {"python": ">=3.12"}}, "3.12"),
        ({"transforms": {"python": "^3.13"}}, "3.13"),
        ({"transforms": {"python": ">=3.9,!=3.11.*"}}, "3.12"),
        ({"transforms": {"python": "^3.11"}, "python": "3.13"}, "3.13"),
    ],
)
def test_every_job_sets_up_the_oldest_python_that_the_plan_admits(settings: dict[str, Any], version: str) -> None:
    files = rendered(plan_of(kind="python-service", **settings))
    for name in ("ci.yml", "release.yml"):
        jobs = yaml.safe_load(files[name])["jobs"].values()
        steps = [step["with"] for job in jobs for step in job["steps"] if "setup-python@" in step.get("uses", "")]
        assert {step["python-version"] for step in steps} == {version}, name


@pytest.mark.parametrize("registry", ["codeartifact"], indirect=True)
def test_a_registry_with_oidc_leaves_no_secret_to_store(every_file: EveryFile) -> None:
    assert [name for name, files in every_file.items() if any("secrets." in file.content for file in files)] == []


def test_every_secret_and_variable_has_its_name_in_one_place(every_file: EveryFile) -> None:
    known = {value for name, value in vars(pipeline_settings).items() if name.isupper()}
    text = "".join(file.content for files in every_file.values() for file in files)
    used = set(re.findall(r"\b(?:secrets|vars)\.(\w+)", text))
    assert used
    assert used <= known


def test_private_names_are_not_looked_up_in_public(every_file: EveryFile, maestro: Plan) -> None:
    (shared, *_) = maestro.repositories
    (audit,) = (
        job for where, job in jobs(every_file) if where.endswith("maestro-hive/.github/workflows/ci.yml: audit")
    )
    private = re.compile(audit["steps"][-1]["env"]["PRIVATE"], re.IGNORECASE)
    assert all(private.match(f"{package.name}==0.1.0") for package in shared.packages)
    assert not private.match("maestro-core-api-client==0.1.0")


def test_a_repository_without_private_packages_needs_no_registry() -> None:
    files = rendered(plan_of(kind="python-service"))
    assert "REGISTRY" not in files["ci.yml"]


@pytest.mark.parametrize("kind", ["python-packages", "python-service"])
def test_private_packages_without_a_registry_are_refused(kind: str) -> None:
    plan = plan_of(kind=kind, packages=[{"name": "core", "path": "core", "version": "1.0"}])
    with pytest.raises(DesiredStateError, match=r"one publishes or uses private packages.* pulumi config set"):
        rendered(plan)


def test_a_repository_without_a_kind_gets_no_pipeline() -> None:
    assert rendered(plan_of()) == {}


def test_a_service_with_packages_publishes_them_and_its_image() -> None:
    package = {"name": "core", "path": "core", "version": "1.0"}
    plan = plan_of(kind="python-service", dockerfile="docker/Dockerfile", packages=[package])
    release = yaml.safe_load(rendered(plan, REGISTRIES["devpi"])["release.yml"])
    assert list(release["jobs"]) == ["build", "publish", "image", "release"]
    assert release["jobs"]["release"]["needs"] == ["publish", "image"]


def test_a_frontend_is_held_to_the_contract_that_it_calls() -> None:
    plan = plan_of(kind="vite-application", contract={"file": "openapi.yml", "types": "src/contract.ts"})
    ci = yaml.safe_load(rendered(plan)["ci.yml"])
    (step,) = (step for step in ci["jobs"]["contract"]["steps"] if "openapi-typescript" in step.get("run", ""))
    assert step["env"] == {"CONTRACT": "openapi.yml", "TYPES": "src/contract.ts"}


def test_a_path_cannot_break_out_of_its_place() -> None:
    path = 'api: "b" # $(touch c)'
    plan = plan_of(kind="python-service", contract={"file": path, "generated_by": path}, dockerfile=path)
    job = yaml.safe_load(rendered(plan)["ci.yml"])["jobs"]["contract"]
    assert job["env"] == {"CONTRACT": path}
    assert not any("touch" in step.get("run", "") for step in job["steps"])


def test_the_image_has_a_name_that_its_registry_takes() -> None:
    plan = plan_of(kind="python-service", dockerfile="Dockerfile")
    (file,) = (file for file in managed_files(plan, "one", "Acme-Inc", None) if file.path.endswith("release.yml"))
    assert "ghcr.io/acme-inc/one:" in file.content
    assert "Acme" not in file.content


@pytest.mark.parametrize(
    ("kind", "manifest", "code"),
    [
        ("python-service", '[project]\nname = "one"\nversion = "1.2.3"\n', 0),
        ("python-service", '[tool.poetry]\nversion = "1.2.2"\n', 1),
        ("python-service", "[project]\nname = 'one'\nversion = '0.9.0'\n", 1),
        ("python-service", 'project = {name = "one", version = "0.9.0"}\n', 1),
        ("vite-application", '{"name": "one", "version": "0.9.0"}', 1),
        ("python-service", '[project]\ndynamic = ["version"]\n\n[tool.x]\na = {version = "3"}\n', 0),
        ("vite-application", '{\n  "name": "one",\n  "version": "1.2.3"\n}\n', 0),
        ("vite-application", '{\n  "version": "0.9.0",\n  "dependencies": {"a": "1.2.3"}\n}\n', 1),
    ],
)
def test_an_image_is_not_released_under_another_version_than_its_own(
    kind: str, manifest: str, code: int, tmp_path: Path
) -> None:
    release = yaml.safe_load(rendered(plan_of(kind=kind, dockerfile="Dockerfile"))["release.yml"])
    (step,) = (step for step in release["jobs"]["image"]["steps"] if step.get("name") == "Hold the version to the tag")
    (tmp_path / step["env"]["MANIFEST"]).write_text(manifest)
    environment = {**os.environ, **step["env"], "GITHUB_REF_NAME": "v1.2.3"}
    command = ["bash", "-e", "-c", step["run"]]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "::error::" in done.stdout) == (code, bool(code))


FAKE_GH = """\
#!/bin/sh
case "$*" in
  *matching-refs*) for tag in $TAGS; do echo "refs/tags/$tag"; done ;;
  "release create"*) echo "gh $*" >> asked ;;
  *) exit 1 ;;
esac
"""
"""Answers what the release asks of GitHub's API; the branch of the monorepo is not there."""


def run_step(job: Mapping[str, Any], title: str, folder: Path, tag: str, tags: str) -> list[str]:
    """What a step of a release asked of gh and docker, a line a call."""
    (step,) = (step for step in job["steps"] if step.get("name") == title)
    for name, text in {"gh": FAKE_GH, "docker": '#!/bin/sh\necho "docker $*" >> asked\n'}.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "TAGS": tags, "GITHUB_REF_NAME": tag}
    environment |= {
        "GITHUB_REPOSITORY": "o/one",
        "GH_REPO": "o/one",
        "IMAGE": "image",
        "USERNAME": "u",
        "GH_TOKEN": "t",
    }
    subprocess.run(["bash", "-e", "-c", step["run"]], cwd=folder, env=environment, check=True, capture_output=True)
    return (folder / "asked").read_text().splitlines()


@pytest.mark.parametrize(
    ("tag", "tags", "is_latest", "flags"),
    [
        ("v2.0.0", "v1.0.0 v1.10.0 v2.0.0", True, ""),
        ("v1.0.9", "v1.0.9 v2.0.0", False, " --latest=false"),
        ("v1.10.0", "v1.9.0 v1.10.0", True, ""),
        ("v2.0.0-rc1", "v1.0.0 v2.0.0-rc1", False, " --latest=false --prerelease"),
        ("v2.0.0rc1", "v2.0.0rc1", False, " --latest=false --prerelease"),
    ],
)
def test_only_the_highest_final_version_is_the_latest(
    tag: str, tags: str, is_latest: bool, flags: str, tmp_path: Path
) -> None:
    release = yaml.safe_load(rendered(plan_of(kind="python-service", dockerfile="Dockerfile"))["release.yml"])
    for name in ("image", "release"):
        (tmp_path / name).mkdir()
    pushed = run_step(release["jobs"]["image"], "Push the image", tmp_path / "image", tag, tags)
    assert ("docker push image:latest" in pushed) is is_latest
    assert f"docker push image:{tag}" in pushed
    (created,) = run_step(release["jobs"]["release"], "Make the release", tmp_path / "release", tag, tags)
    assert created == f"gh release create {tag} --verify-tag{flags} --generate-notes"


def test_releases_of_two_tags_do_not_cancel_each_other() -> None:
    release = yaml.safe_load(rendered(plan_of(kind="python-service", dockerfile="Dockerfile"))["release.yml"])
    assert release["concurrency"] == {"group": "${{ github.workflow }}-${{ github.ref }}", "cancel-in-progress": False}
