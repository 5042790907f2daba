"""The service that tests others: its configuration names what to test."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import yaml

from migration.verification.checks.standalone_repositories import title_of
from migration.verification.compose.programs import folder_server
from migration.verification.compose.running import stack
from migration.verification.harness.check import BrokenError, Check, Evidence
from migration.verification.harness.commands import clean_environment, free_port, run
from migration.verification.harness.context import VerificationContext
from migration.verification.harness.python_environments import python_environment

TARGETS = "config/test_targets.yml"
_STRANGER = """\
<!doctype html>
<html lang="en"><head><title>A shop</title><script src="/shop.js"></script></head><body><h1>A shop</h1></body></html>
"""


def checks(context: VerificationContext) -> Iterator[Check]:
    """The lines about the test service of the plan; none when it has none."""
    names = {repository.test_service for repository in context.plan.repositories}
    for repository in context.plan.repositories:
        if repository.name in names and repository.kind == "python-service":
            lines = {
                "configured": ("Can test Maestro via API configuration", tests_what_it_is_told),
                "stranger": ("Can test non-Maestro applications", tests_a_stranger),
            }
            for name, (line, run_line) in lines.items():
                yield Check(
                    name=f"{repository.name}.{name}",
                    part=title_of(repository),
                    line=line.replace("Maestro", _platform(context)),
                    run=partial(run_line, context, repository.name),
                )


def _platform(context: VerificationContext) -> str:
    return context.plan.monorepo.name.removesuffix("-platform").removesuffix("-monorepo").title()


def tests_what_it_is_told(context: VerificationContext, name: str, evidence: Evidence) -> None:
    """A target of its configuration, with the addresses of the running stack."""
    context.once(f"{name} configured", evidence, partial(_tests_what_it_is_told, context, name))


def tests_a_stranger(context: VerificationContext, name: str, evidence: Evidence) -> None:
    """A program that is nothing of ours: Python's own web server with a page in it."""
    context.once(f"{name} stranger", evidence, partial(_tests_a_stranger, context, name))


def _tests_what_it_is_told(context: VerificationContext, name: str, evidence: Evidence) -> None:
    running = stack(context, evidence)
    clone = context.copy(name, "configured", evidence)
    file = clone / TARGETS
    if not file.exists():
        raise BrokenError(f"{name} has no {TARGETS}.", f"Add it with `transforms` of {name}.")
    document = yaml.safe_load(file.read_text())
    if len(document["targets"]) < 2:
        raise BrokenError(f"{TARGETS} names {len(document['targets'])} target.", "Name a second application.")
    target = document["targets"][0]
    target["api_base"] = running.suite.get("TEST_TARGET", target["api_base"])
    target["frontend_url"] = running.suite.get("TEST_FRONTEND", target["frontend_url"])
    file.write_text(yaml.safe_dump(document))
    _run_target(context, name, clone, target["name"], skipped=0, evidence=evidence)


def _tests_a_stranger(context: VerificationContext, name: str, evidence: Evidence) -> None:
    folder, port = context.folder / "stranger", free_port()
    folder.mkdir(exist_ok=True)
    (folder / "index.html").write_text(_STRANGER)
    (folder / "shop.js").write_text("document.title = 'The shop';\n")
    folder_server(context, folder, port, evidence)
    clone = context.copy(name, "stranger-target", evidence)
    address = f"http://127.0.0.1:{port}"
    target = {"name": "shop", "api_base": address, "frontend_url": address, "test_suites": ["api", "frontend"]}
    (clone / TARGETS).parent.mkdir(exist_ok=True)
    (clone / TARGETS).write_text(yaml.safe_dump({"targets": [target]}))
    _run_target(context, name, clone, "shop", skipped=1, evidence=evidence)
    evidence.saw.append(f"against {sys.implementation.name}'s http.server")


def _run_target(
    context: VerificationContext, name: str, clone: Path, target: str, *, skipped: int, evidence: Evidence
) -> None:
    programs = python_environment(context, name, ".", evidence)
    module = name.replace("-", "_")
    command = [programs / "python", "-m", module, "run", target]
    remedy = f"Run `{name} run {target}` in a clone of {name} and fix what it finds."
    output = run(evidence, command, clone, remedy, clean_environment(PYTHONPATH=str(clone)))
    lines = output.strip().splitlines()
    passed = sum(line.startswith("passed") for line in lines)
    left_out = sum(line.startswith("skipped") for line in lines)
    if not passed or left_out > skipped:
        raise BrokenError(f"{passed} checks passed, {left_out} were left out:\n{output}", remedy)
    evidence.saw.append(f"{target}: {passed} checks passed, {left_out} left out")
