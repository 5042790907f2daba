"""Which checks a pull request can be made to wait for: read from the workflows, as GitHub will run them.

A required check that nothing reports blocks every merge, so the names come from nowhere else.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

import yaml

from migration.desired_state.managed_files import ManagedFile
from migration.desired_state.pipelines import WORKFLOW_FOLDER
from migration.desired_state.stages import DesiredStateError

GITHUB_ACTIONS_APP = 15368
"""Id of the app that reports the checks of workflows, so that no other app's check of that name counts."""

_FILTERS = ("branches", "branches-ignore", "paths", "paths-ignore", "types")


def required_checks(files: Iterable[ManagedFile]) -> tuple[str, ...]:
    """Names of the checks that every pull request gets from these files' jobs, in their order, each once.

    Left out: jobs that are advisory, and jobs that could be skipped, because they or a job that they need have a
    condition, or because their workflow leaves some pull requests out. Raises DesiredStateError for a matrix whose
    jobs only GitHub knows.
    https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/troubleshooting-required-status-checks
    """
    names: dict[str, None] = {}
    for file in files:
        if not file.path.startswith(f"{WORKFLOW_FOLDER}/"):
            continue
        workflow = yaml.load(file.content, yaml.BaseLoader)  # everything is text: `on` no boolean, 3.10 no number
        if _runs_on_every_pull_request(workflow["on"]):
            names |= dict.fromkeys(_check_names(file.path, workflow["jobs"]))
    return tuple(names)


def _runs_on_every_pull_request(triggers: Any) -> bool:
    if not isinstance(triggers, Mapping):
        return "pull_request" in ([triggers] if isinstance(triggers, str) else triggers)
    return "pull_request" in triggers and not any(key in _FILTERS for key in triggers["pull_request"] or ())


def _check_names(path: str, jobs: Mapping[str, Any]) -> Iterator[str]:
    for identifier, job in jobs.items():
        if not _always_runs(identifier, jobs):
            continue
        where = f"{path}, job {identifier!r}"
        if "uses" in job:
            raise DesiredStateError(f"{where}: it calls a workflow, so its checks are not known here.")
        matrix = job.get("strategy", {}).get("matrix", {})
        if not _is_lists(matrix):
            raise DesiredStateError(
                f"{where}: its matrix is more than lists of values, so its checks are not known here."
            )
        for values in product(*matrix.values()):
            yield _name_of(where, job.get("name", identifier), dict(zip(matrix, values, strict=True)))


def _always_runs(identifier: str, jobs: Mapping[str, Any]) -> bool:
    needs = jobs[identifier].get("needs", [])
    needed = [needs] if isinstance(needs, str) else needs
    is_advisory = jobs[identifier].get("continue-on-error") == "true"
    return "if" not in jobs[identifier] and not is_advisory and all(_always_runs(name, jobs) for name in needed)


def _is_lists(matrix: Any) -> bool:
    if not isinstance(matrix, Mapping) or {"include", "exclude"} & set(matrix):
        return False
    return all(isinstance(values, list) for values in matrix.values())


def _name_of(where: str, name: str, values: Mapping[str, str]) -> str:
    """The name with the matrix's values in it, or behind it where it names none of them."""
    if values and "${{" not in name:
        return f"{name} ({', '.join(values.values())})"
    filled = re.sub(r"\$\{\{\s*matrix\.([\w-]+)\s*\}\}", lambda match: values.get(match[1], match[0]), name)
    if "${{" in filled:
        raise DesiredStateError(f"{where}: its name holds more than values of its matrix, so it is not known here.")
    return filled
