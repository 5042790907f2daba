"""Everything that must stand before Pulumi can work on a sandbox stack: engine, sandbox, world, environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from command_line.console import Steps
from command_line.environment import (
    inherited_environment,
    pulumi_environment,
    write_private,
    write_source_file,
)
from command_line.stacks import Stack
from components.settings import SANDBOX_RECORD, WORKSPACE
from engine import ensure_engine
from sandbox import process
from sandbox.administration import create_world


@dataclass(frozen=True)
class Place:
    """token: the world's GitHub token. environment: complete, for child processes. credentials: for git's own store."""

    token: str = field(repr=False)
    environment: Mapping[str, str] = field(repr=False)
    credentials: Path


def prepare_place(stack: Stack, shown: Steps) -> Place:
    """Get the engine, start the sandbox, make the stack's world. Each part is kept when it stands already."""
    with shown.step("engine") as step:
        engine = ensure_engine(step.say)
    with shown.step("sandbox") as step:
        running = process.start(SANDBOX_RECORD.parent)
        world = create_world(running, stack.world, stack.owner)
        step.say(running.address)
    variables = pulumi_environment(engine, world.token, stack.name)
    write_source_file(variables)
    return Place(
        token=world.token,
        environment={**inherited_environment(), **variables},
        credentials=_write_credentials(stack, running.address, world.token),
    )


def _write_credentials(stack: Stack, address: str, token: str) -> Path:
    """A file for `git credential-store`, which tells servers apart but not the worlds of one: hence one a stack."""
    file = WORKSPACE / "credentials" / stack.name
    file.parent.mkdir(parents=True, exist_ok=True)
    scheme, _, server = address.partition("://")
    write_private(file, f"{scheme}://x-access-token:{token}@{server}\n")
    return file
