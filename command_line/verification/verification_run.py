"""From a stack's addresses to a verification, with its progress shown."""

import os
import shutil
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from command_line.stack.sandbox_stack import sandbox_access
from command_line.stack.stack import Stack
from command_line.terminal.console import Step, Steps, print_message
from command_line.terminal.failures import CommandError
from command_line.verification.check_tools import put_tools_on_path
from components.stack.locations import selections_of
from components.stack.settings import SANDBOX_RECORD, TOKEN_VARIABLE, WORKSPACE, Settings
from migration.desired_state import Stage, desired_state
from migration.desired_state.stages import stages_of_waves
from migration.packages.index.simple_index import SimpleIndex
from migration.plan import Plan
from migration.split.splitting import Split
from migration.verification.check_run import run_checks
from migration.verification.checklist import checklist
from migration.verification.checks.moved_history import SplitUnderTest
from migration.verification.harness.check import Outcome, Verdict
from migration.verification.harness.context import VerificationContext
from migration.verification.harness.docker import Docker
from migration.verification.report.record import Verification, key_of, read_verification
from sandbox.registry import registry_process as registry

READER_VARIABLES = ("REGISTRY_READER", "REGISTRY_READ_TOKEN")
"""Who reads the registry, as the repositories' pipelines call it."""


def verification_folder(stack: Stack) -> Path:
    """Where the verification of a stack works, and keeps what it found."""
    return WORKSPACE / "verification" / stack.name


def evidence_file(stack: Stack) -> Path:
    """What the last verification of the stack found."""
    return verification_folder(stack) / "evidence.json"


def world_to_verify(
    stack: Stack, settings: Settings, plan: Plan, owner: str, index_url: str | None, docker: Docker | None
) -> VerificationContext:
    """The addresses, with tokens from the environment, or from the sandbox where they are its own."""
    index = None
    if index_url is not None:
        reader, token = (os.environ.get(name) for name in READER_VARIABLES)
        running = registry.status(SANDBOX_RECORD.parent) if stack.keeps_packages_in_sandbox else None
        if running and index_url.startswith(running.address):
            reader, token = "root", running.root_password
        index = SimpleIndex(url=index_url, user=reader, token=token)
    return VerificationContext(
        plan=existing_part(plan, stages_of_waves(plan, settings.stages)),
        owner=owner,
        clone_url=lambda name: settings.github.clone_url(owner, name),
        token=sandbox_access(stack).token if stack.in_sandbox else os.environ.get(TOKEN_VARIABLE),
        index=index,
        docker=docker,
        cache=verification_folder(stack) / "cache",
    )


def existing_part(plan: Plan, stages: Mapping[str, Stage]) -> Plan:
    """The plan with the repositories of moving and cut-over waves alone."""
    existing = tuple(
        repository for repository in plan.repositories if stages[repository.wave] in (Stage.MOVING, Stage.CUTOVER)
    )
    if not existing:
        raise CommandError("Nothing to verify: no wave is moving or cut over. Run ./multirepo status.")
    return plan.model_copy(update={"repositories": existing})


def verified_now_or_before(
    stack: Stack, settings: Settings, plan: Plan, split: Split, monorepo: Path, docker: Docker | None, progress: Steps
) -> Verification:
    """What was found before in this very world, if all of it held; otherwise what is found now."""
    moved = SplitUnderTest(
        split=split,
        monorepo=monorepo,
        selections=selections_of(desired_state(plan, settings.stages)),
    )
    with (
        progress.step("checklist") as step,
        closing(world_to_verify(stack, settings, plan, settings.owner, settings.index_url, docker)) as world,
    ):
        return verified_before(world, evidence_file(stack)) or verified(world, moved, evidence_file(stack), step)


def verified(world: VerificationContext, moved: SplitUnderTest | None, file: Path, step: Step) -> Verification:
    """Run every check now, and store the results."""
    started, key = time.monotonic(), key_of(world)

    def show(verdict: Verdict, done: int, total: int) -> None:
        step.count(f"{verdict.part}: {verdict.line}", done, total)
        if verdict.outcome != Outcome.PASSES:
            print_message(f"✗ {verdict.part}: {verdict.line} ({verdict.name})")

    put_tools_on_path(world.plan, step)
    verdicts = run_checks(checklist(world, moved), show)
    verdicts = [_with_stored_screenshots(verdict, file.parent / "screenshots") for verdict in verdicts]
    verification = Verification(
        key=key,
        seen_at=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - started, 1),
        verdicts=tuple(verdicts),
        people=world.plan.confirmations,
    )
    verification.write(file)
    return verification


def verified_before(world: VerificationContext, file: Path) -> Verification | None:
    """What was found in this very world, if all of it held."""
    earlier = read_verification(file, world.plan.confirmations)
    return earlier if earlier and earlier.holds and earlier.key == key_of(world) else None


def _with_stored_screenshots(verdict: Verdict, folder: Path) -> Verdict:
    """The verdict with its screenshots where the next verification leaves them."""
    copies = {}
    for title, path in verdict.screenshots.items():
        folder.mkdir(parents=True, exist_ok=True)
        copies[title] = str(shutil.copy(path, folder / f"{verdict.name}-{Path(path).parent.name}-{Path(path).name}"))
    return replace(verdict, screenshots=copies)
