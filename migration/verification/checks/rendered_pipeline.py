"""The pipeline that a repository got, run step by step as its jobs say."""

import shutil
from pathlib import Path

from migration.desired_state.pipeline_settings import INDEX_URL, READ_TOKEN, READER
from migration.desired_state.pipelines import WORKFLOW_FOLDER
from migration.plan import Repository
from migration.verification.harness.check import BrokenError, Evidence, SkippedError
from migration.verification.harness.context import VerificationContext
from migration.verification.workflow_run.job_run import WorkflowResult
from migration.verification.workflow_run.runner import WorkflowRunner
from migration.verification.workflow_run.workflow_files import Contexts, read_workflow

WORKFLOW = "ci.yml"
_SHOWN = 5


def run_pipeline(context: VerificationContext, repository: Repository, evidence: Evidence, *only: str) -> None:
    """Every job of `ci.yml`, or those named, as a push to the default branch starts them.

    Raises BrokenError, SkippedError.
    """
    clone = context.clone(repository.name, evidence)
    if not (clone / WORKFLOW_FOLDER / WORKFLOW).exists():
        raise BrokenError(f"{repository.name} has no {WORKFLOW}.", "Run pulumi up: the pipelines land with its wave.")
    remedy = f"Run it in a clone of {repository.name} and fix what it finds: its pipeline fails there as well."
    runner = WorkflowRunner(
        folder=context.folder / "pipelines" / "-".join([repository.name, *only]),
        cache=context.cache / "uv",
        checkout=lambda workspace, _: _copy(clone, workspace),
        variables={},
        contexts=_contexts(context, repository),
        is_shared=True,
    )
    workflow = read_workflow(clone / WORKFLOW_FOLDER / WORKFLOW)
    jobs = {name: job for name, job in workflow["jobs"].items() if not only or name in only}
    if not jobs:
        raise SkippedError(
            f"The pipeline of {repository.name} has no {', '.join(only)}.", "Name its tests in the plan."
        )
    workflow = {**workflow, "jobs": jobs}
    _report(runner.run(workflow, evidence, remedy), len(workflow["jobs"]), evidence, remedy)


def _report(result: WorkflowResult, jobs: int, evidence: Evidence, remedy: str) -> None:
    evidence.saw += [f"advisory, and fails: {each}" for each in result.advisory]
    evidence.saw += [f"not run here: {each}" for each in result.skipped]
    if result.asked:
        evidence.saw.append(f"not done, only noted: {'; '.join(result.asked)}")
    if result.failures:
        left = len(result.failures) - _SHOWN
        raise BrokenError("\n".join(result.failures[:_SHOWN]) + (f"\n… and {left} more" if left > 0 else ""), remedy)
    if len(result.skipped) == jobs:
        raise SkippedError(result.skipped[0], "Run the pipeline on GitHub and look.")
    if result.skipped:
        evidence.line = f"CI/CD pipeline working, but {len(result.skipped)} of {jobs} jobs were not run here"


def _copy(clone: Path, workspace: Path) -> None:
    shutil.copytree(clone, workspace, symlinks=True, dirs_exist_ok=True)


def _contexts(context: VerificationContext, repository: Repository) -> Contexts:
    branch, index = repository.default_branch, context.index
    return {
        "github": {
            **{"ref_name": branch, "ref": f"refs/heads/{branch}", "repository": f"{context.owner}/{repository.name}"},
            **{"event_name": "push", "actor": "verify", "server_url": "https://github.com", "workflow": "CI"},
            "token": (index.token if index else None) or "none",
        },
        "vars": {INDEX_URL: index.url if index else "", READER: (index.user if index else None) or ""},
        "secrets": {READ_TOKEN: (index.token if index else None) or ""},
    }
