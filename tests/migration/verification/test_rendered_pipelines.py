"""`verify` runs the very steps of the rendered pipeline: what fails there fails here, and what passes passes."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from migration.desired_state import managed_files
from migration.plan import Plan
from migration.toolchains.project_files import ProjectFiles
from migration.verification.harness.check import Evidence, Outcome, SkippedError, Verdict
from migration.verification.workflow_run.job_run import WorkflowResult
from migration.verification.workflow_run.runner import WorkflowRunner
from migration.verification.workflow_run.substitutes import other_node, python_of
from migration.verification.workflow_run.workflow_files import Contexts, holds, matrix_of
from tests.migration.verification.conftest import Worlds, verdict_on

SERVICE: dict[str, Any] = {"name": "engine", "kind": "python-service", "moves": [{"from": "engine"}]}
UV = '[project]\nname = "engine"\nversion = "1"\nrequires-python = ">=3.11"\n[dependency-groups]\ndev = ["pytest"]\n'
TESTS = {"tests/test_it.py": "def test_it():\n    assert True\n"}
POETRY = '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = "^3.11"\n'
STRICT = {"pipeline": {"checks": {"lint": "required", "types": "required", "audit": "none"}}}
NO_AUDIT = {"pipeline": {"checks": {"audit": "none", "types": "none"}}}


def verdict(worlds: Worlds, repository: dict[str, Any], files: dict[str, str]) -> Verdict:
    """Of the pipeline that the plan renders for these files."""
    plan = Plan.model_validate({"monorepo": {"name": "mono"}, "repositories": [repository]})
    written = managed_files(plan, repository["name"], "acme", None, ProjectFiles.of(files))
    name = repository["name"]
    world = worlds([repository], {name: {**files, **{file.path: file.content for file in written}}})
    return verdict_on(world, f"{name}.pipeline")


@pytest.mark.parametrize(
    ("files", "ran"),
    [
        (
            {"pyproject.toml": POETRY + '[tool.poetry.group.dev.dependencies]\npytest = "*"\n'},
            "poetry run python -m pytest || [ $? -eq 5 ]",
        ),
        ({"pyproject.toml": UV}, "uv run --no-sync python -m pytest || [ $? -eq 5 ]"),
        ({"requirements.txt": "pytest\n"}, "python -m pytest || [ $? -eq 5 ]"),
    ],
)
def test_each_client_runs_the_tests_in_its_own_environment(worlds: Worlds, files: dict[str, str], ran: str) -> None:
    code = {"engine/__init__.py": "", "tests/test_it.py": "import engine\n\n\ndef test_it():\n    assert engine\n"}
    found = verdict(worlds, {**SERVICE, **NO_AUDIT}, {**files, **code})
    assert (found.outcome, found.why) == (Outcome.PASSES, "")
    assert ran in found.ran
    assert "actions/setup-python: an environment of the Python of that version that is installed here" in found.saw


def test_a_project_without_tests_has_no_failing_job(worlds: Worlds) -> None:
    found = verdict(worlds, {**SERVICE, **NO_AUDIT}, {"pyproject.toml": UV})
    assert (found.outcome, found.why) == (Outcome.PASSES, "")


@pytest.mark.breaks("*.pipeline")
@pytest.mark.parametrize(
    ("files", "job", "message"),
    [
        ({"main.py": "def f() -> int:\n    return 'x'\n"}, "Types, Check types", "return-value"),
        ({"tests/test_it.py": "def test_it() -> None:\n    assert 1 == 2\n"}, "Unit tests, Run the tests", "1 failed"),
        ({"main.py": "print(unknown)\n"}, "Lint, pipx run ruff", "F821"),
        ({"ruff.toml": 'lint.select = ["D100"]\n', "main.py": "X = 1\n"}, "Lint, pipx run ruff", "D100"),
    ],
)
def test_what_a_job_of_the_pipeline_finds_is_reported(
    worlds: Worlds, files: dict[str, str], job: str, message: str
) -> None:
    found = verdict(worlds, {**SERVICE, **STRICT}, {"pyproject.toml": UV, **TESTS, **files})
    assert found.outcome == Outcome.FAILS
    assert found.why.startswith(job)
    assert message in found.why


def test_what_an_advisory_job_finds_is_reported_and_fails_nothing(worlds: Worlds) -> None:
    settings = {"pipeline": {"checks": {"audit": "none", "types": "advisory"}}}
    files = {"pyproject.toml": UV, **TESTS, "main.py": "def f() -> int:\n    return 'x' + nothing\n"}
    found = verdict(worlds, {**SERVICE, **settings}, files)
    assert (found.outcome, found.why) == (Outcome.PASSES, "")
    advisory = [line for line in found.saw if line.startswith("advisory, and fails: ")]
    assert [line.split(": ")[1].split(",")[0] for line in advisory] == ["Lint", "Types"]


@pytest.mark.breaks("*.pipeline")
def test_markdown_that_the_documentations_pipeline_rejects_is_reported(worlds: Worlds) -> None:
    found = verdict(worlds, {"name": "docs", "kind": "documentation"}, {"README.md": "# One\n\n# Two\n"})
    assert "MD025" in found.why


def test_a_page_without_vite_and_with_tests_of_a_browser_has_a_pipeline_that_passes(worlds: Worlds) -> None:
    manifest = {"name": "page", "scripts": {"test": "playwright test", "build": "node build.js"}}
    page = {"name": "page", "kind": "vite-application", "pipeline": {"checks": {"lint": "none"}}}
    found = verdict(worlds, page, {"package.json": json.dumps(manifest), "build.js": "console.log('built')\n"})
    assert (found.outcome, found.why) == (Outcome.PASSES, "")
    assert found.ran[-1] == "npm run build"


GITHUB: Contexts = {"github": {"token": "t0ken", "event_name": "push", "ref_name": "main"}, "vars": {"A": "1"}}


def run(tmp_path: Path, jobs: str, shared: bool = True) -> WorkflowResult:
    runner = WorkflowRunner(
        folder=tmp_path / "run",
        cache=tmp_path / "cache/uv",
        checkout=lambda workspace, _: workspace.mkdir(exist_ok=True),
        variables={},
        contexts=GITHUB,
        is_shared=shared,
    )
    return runner.run({"jobs": yaml.load(jobs, yaml.BaseLoader)}, Evidence(), "Fix it.")


def test_a_step_finds_what_earlier_steps_wrote(tmp_path: Path) -> None:
    jobs = """
    a:
      env: {B: "${{ vars.A }}"}
      defaults: {run: {working-directory: sub}}
      steps:
        - {run: mkdir sub, working-directory: .}
        - {id: one, run: 'echo "x=$B" >> "$GITHUB_OUTPUT"; echo "C=3" >> "$GITHUB_ENV"'}
        - {run: 'test "$X$C" = 13; test "$(basename "$PWD")" = sub', env: {X: "${{ steps.one.outputs.x }}"}}
    """
    assert run(tmp_path, jobs) == WorkflowResult()


def test_a_job_after_one_that_failed_does_not_run_and_others_do(tmp_path: Path) -> None:
    jobs = """
    a: {name: First, steps: [{name: Break, run: "echo bad; exit 3"}]}
    b: {needs: a, steps: [{run: touch ../../b}]}
    c: {needs: [], steps: [{run: touch ../../c}]}
    """
    result = run(tmp_path, jobs)
    assert result.failures == ["First, Break: bash ended with 3:\nbad"]
    assert [(tmp_path / "run" / name).exists() for name in "bc"] == [False, True]


def test_each_value_of_a_matrix_is_a_run_of_its_own(tmp_path: Path) -> None:
    jobs = """
    a:
      name: Package (${{ matrix.package }})
      strategy: {matrix: {package: [one, two]}}
      steps: [{run: "test ${{ matrix.package }} = one"}]
    """
    (failure,) = run(tmp_path, jobs).failures
    assert failure.startswith("Package (two), ")


def test_an_equal_step_is_done_once_where_the_jobs_share_a_clone(tmp_path: Path) -> None:
    step = "{run: 'echo x >> ../../count'}"
    jobs = f"a: {{steps: [{step}]}}\nb: {{steps: [{step}]}}\n"
    run(tmp_path, jobs)
    assert (tmp_path / "run/count").read_text() == "x\n"


def test_what_only_github_can_run_is_skipped_with_its_reason(tmp_path: Path) -> None:
    jobs = """
    a: {name: A, container: alpine, steps: []}
    b: {name: B, steps: [{if: "hashFiles('x') != ''", run: "true"}]}
    c: {name: C, steps: [{run: docker compose up --detach}]}
    d: {name: D, steps: [{run: docker build .}, {run: "exit 1", if: github.event_name == 'pull_request'}]}
    e: {name: E, steps: [{run: "echo dns error; exit 1"}]}
    """
    result = run(tmp_path, jobs)
    assert [line.split(":")[0] for line in result.skipped] == ["A", "B", "C", "E"]
    assert (result.failures, result.asked) == ([], ["docker build ."])


def test_conditions_are_those_of_a_push() -> None:
    assert holds("github.event_name == 'push'", GITHUB)
    assert not holds("${{ failure() }}", GITHUB)
    assert holds("always()", GITHUB)
    with pytest.raises(SkippedError, match="Only GitHub can compute"):
        holds("contains(github.ref, 'x')", GITHUB)


def test_a_matrix_with_exceptions_is_skipped() -> None:
    with pytest.raises(SkippedError, match="include or exclude"):
        list(matrix_of({"strategy": {"matrix": {"include": [{"a": "1"}]}}}))


def test_a_python_or_node_that_is_not_here_is_named(tmp_path: Path) -> None:
    with pytest.raises(SkippedError, match=r"No Python 3\.99 is on this machine"):
        python_of("3.99", tmp_path / "home")
    assert "of this machine instead of 99" in other_node({"node-version": "99"}, tmp_path)
