"""`./multirepo test`: everything that must pass before a change lands."""

import subprocess
import sys
from dataclasses import dataclass
from typing import Annotated

import platformdirs
import typer

from command_line.terminal.console import console, print_message, steps
from components.stack.exit_codes import ExitCode
from components.stack.settings import PROJECT
from engine import ensure_docker_plugin, ensure_engine


@dataclass(frozen=True)
class ProjectCheck:
    """One command of the test run."""

    title: str
    arguments: tuple[str, ...]


TYPES_CACHE = platformdirs.user_cache_path("multirepo") / "mypy"
"""Beside the engine, so that a fresh clone need not start again: 2 s instead of 40."""
CHECKS = (
    ProjectCheck("lint", ("ruff", "check", ".")),
    ProjectCheck("format", ("ruff", "format", "--check", ".")),
    ProjectCheck("types", ("mypy", "--cache-dir", str(TYPES_CACHE), ".")),
)


def test(
    context: typer.Context,
    upstream: Annotated[
        bool, typer.Option("--upstream", help="Run the GitHub provider's own tests against the sandbox instead.")
    ] = False,  # noqa: PT028 (no test, though its name says so)
    docker: Annotated[
        bool,
        typer.Option("--docker", help="Run the tests that need a Docker daemon instead."),
    ] = False,  # noqa: PT028
) -> None:
    """Run lint, type checks and tests. Further arguments go to pytest.

    With --upstream they name the resources whose tests run, like github_team; all of them without any.
    """
    if upstream:
        if _run(ProjectCheck("the provider's own tests", ("sandbox.upstream", *context.args))):
            raise typer.Exit(ExitCode.CHECK_FAILED)
        return
    with steps() as progress, progress.step("engine") as step:
        engine = ensure_engine(step.say)
        if docker:
            ensure_docker_plugin(engine, step.say)
    if docker:
        if _run(ProjectCheck("docker", ("pytest", "-m", "docker", *context.args))):
            raise typer.Exit(ExitCode.CHECK_FAILED)
        return
    failed = [] if context.args else [check.title for check in CHECKS if _run(check)]
    pytest = ProjectCheck("tests", ("pytest", *(context.args or ("-n", "2"))))
    failed += ["tests"] if _run(pytest) else []
    if failed:
        print_message(f"✗ failed: {', '.join(failed)}")
        raise typer.Exit(ExitCode.CHECK_FAILED)


def _run(check: ProjectCheck) -> int:
    console.rule(check.title)
    return subprocess.run([sys.executable, "-m", *check.arguments], cwd=PROJECT, check=False).returncode
