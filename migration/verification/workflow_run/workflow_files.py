"""Workflow files: what starts them, the order of their jobs, and what their expressions stand for.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
"""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from migration.verification.harness.check import SkippedError

Contexts = Mapping[str, Mapping[str, str]]
"""What `${{ github.ref_name }}` and its like stand for: context to name to value. A name that is not set is empty."""

_EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")
_COMPARED = re.compile(r"([\w.-]+)\s*(==|!=)\s*'([^']*)'")
_OF_STATUS = {"always()": True, "success()": True, "failure()": False, "cancelled()": False, "!cancelled()": True}


def read_workflow(path: Path) -> dict[str, Any]:
    """A workflow file, with every value as text: `on` is not a boolean."""
    document: dict[str, Any] = yaml.load(path.read_text(), yaml.BaseLoader)
    return document


def started_by_tag(workflow: Mapping[str, Any], tag: str) -> bool:
    """Whether pushing this tag starts the workflow."""
    push = _events(workflow).get("push")
    if push is None:
        return False
    patterns = (push or {}).get("tags") if isinstance(push, Mapping) else None
    filtered = isinstance(push, Mapping) and ("branches" in push or "tags" in push)
    return any(fnmatchcase(tag, each) for each in patterns or ()) if filtered else True


def _events(workflow: Mapping[str, Any]) -> Mapping[str, Any]:
    on = workflow.get("on", {})
    if isinstance(on, Mapping):
        return on
    return dict.fromkeys([on] if isinstance(on, str) else on, "")


def needs_of(job: Mapping[str, Any]) -> list[str]:
    """The jobs that must have succeeded before."""
    needs = job.get("needs", [])
    return [needs] if isinstance(needs, str) else list(needs)


def in_order(jobs: Mapping[str, Any]) -> list[str]:
    """The names of the jobs, each after those that it needs."""
    ordered: list[str] = []

    def add(name: str) -> None:
        for other in needs_of(jobs[name]):
            add(other)
        if name not in ordered:
            ordered.append(name)

    for name in jobs:
        add(name)
    return ordered


def matrix_of(job: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    """The values of each run of a job: one without values where it has no matrix. Raises SkippedError."""
    matrix = job.get("strategy", {}).get("matrix", {})
    if not isinstance(matrix, Mapping) or not all(isinstance(values, list) for values in matrix.values()):
        raise SkippedError("Only GitHub can compute this matrix.", "Run the workflow there and look.")
    if {"include", "exclude"} & set(matrix):
        raise SkippedError("Matrices with include or exclude are not run here.", "Run the workflow there and look.")
    for values in product(*matrix.values()):
        yield dict(zip(matrix, values, strict=True))


def filled(node: Any, contexts: Contexts) -> Any:
    """A part of a workflow with its expressions replaced. Raises SkippedError for those that compute something."""
    if isinstance(node, Mapping):
        return {key: filled(value, contexts) for key, value in node.items()}
    if isinstance(node, list):
        return [filled(each, contexts) for each in node]
    text = _EXPRESSION.sub(lambda match: _value(match[1], contexts), str(node))
    if "${{" in text:
        raise SkippedError(f"Only GitHub can compute {text.strip()}.", "Run the workflow there and look.")
    return text


def _value(expression: str, contexts: Contexts) -> str:
    context, _, name = expression.partition(".")
    return contexts.get(context, {}).get(name, "")


def holds(condition: str | None, contexts: Contexts) -> bool:
    """Whether an `if` lets its job or step run, while everything before has succeeded. Raises SkippedError."""
    if condition is None:
        return True
    text = condition.strip().removeprefix("${{").removesuffix("}}").strip()
    if text in _OF_STATUS:
        return _OF_STATUS[text]
    if compared := _COMPARED.fullmatch(text):
        return (_value(compared[1], contexts) == compared[3]) == (compared[2] == "==")
    raise SkippedError(f"Only GitHub can compute {text}.", "Run the workflow there and look.")
