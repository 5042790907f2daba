"""The jobs of a GitHub workflow, run here: the clone is their checkout, a folder keeps their artifacts.

What only GitHub, Docker or a cloud can answer (`gh`, `docker`, `aws`) is written down and not done.
"""

import re
from collections.abc import Mapping
from typing import Any

from migration.verification.harness.check import BrokenError, Evidence, SkippedError
from migration.verification.workflow_run.job_run import JobRun, WorkflowResult, Workplace
from migration.verification.workflow_run.substitutes import write_programs
from migration.verification.workflow_run.workflow_files import filled, holds, in_order, matrix_of, needs_of

_ONLY_AT_GITHUB = ("container", "services", "uses")
_CONTAINERS = re.compile(r"\bdocker compose up\b")


class WorkflowRunner(Workplace):
    """What runs workflows."""

    def run(self, workflow: Mapping[str, Any], evidence: Evidence, remedy: str) -> WorkflowResult:
        """Run all jobs, each after those that it needs, to the first step of each that fails."""
        for folder in ("bin", "home", "artifacts", "temporary"):
            (self.folder / folder).mkdir(parents=True)
        self.record.touch()
        write_programs(self.folder / "bin", self.record, self.contexts["github"]["token"])
        result = WorkflowResult()
        unfinished: set[str] = set()
        for name in in_order(workflow["jobs"]):
            job = workflow["jobs"][name]
            if unfinished & set(needs_of(job)) or not self._run_matrix(workflow, name, result, evidence, remedy):
                unfinished.add(name)
        result.asked.extend(dict.fromkeys(self.record.read_text().splitlines()))
        return result

    def _run_matrix(
        self, workflow: Mapping[str, Any], name: str, result: WorkflowResult, evidence: Evidence, remedy: str
    ) -> bool:
        """Whether every run of a job got to its end."""
        job, is_whole = workflow["jobs"][name], True
        title = str(job.get("name", name))
        reported = result.advisory if job.get("continue-on-error") == "true" else result.failures
        try:
            _reject_what_runs_elsewhere(job, remedy)
            runs = list(matrix_of(job)) if holds(job.get("if"), self.contexts) else []
            for values in runs:
                contexts = {**self.contexts, "matrix": values}
                job_run = JobRun(self, {**workflow, **job}, contexts, result, evidence, remedy, filled(title, contexts))
                try:
                    job_run.run(self.folder / "jobs" / ("shared" if self.is_shared else name))
                except BrokenError as broken:
                    reported.append(f"{job_run.title}, {broken.why}")
                    is_whole = False
        except SkippedError as skipped:
            result.skipped.append(f"{title}: {skipped.why}")
            is_whole = False
        return is_whole


def _reject_what_runs_elsewhere(job: Mapping[str, Any], remedy: str) -> None:
    if found := [key for key in _ONLY_AT_GITHUB if key in job]:
        raise SkippedError(f"it has {', '.join(found)}, which only GitHub can run.", remedy)
    if any(_CONTAINERS.search(step.get("run", "")) for step in job["steps"]):
        raise SkippedError("it starts containers; the checks of the whole stack do that.", remedy)
