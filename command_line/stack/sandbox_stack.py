"""Everything that must stand before Pulumi can work on a sandbox stack: engine, sandbox, world, environment."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from command_line.pulumi_cli.environment import (
    engine_environment,
    inherited_environment,
    pulumi_environment,
    write_private,
    write_source_file,
)
from command_line.stack.stack import Stack
from command_line.terminal.console import Steps
from components.stack.settings import SANDBOX_RECORD, WORKSPACE
from engine import Engine, ensure_docker_plugin, ensure_engine
from sandbox.daemon import process
from sandbox.daemon.administration import TenantAccess, create_tenant
from sandbox.registry import registry_process as registry


@dataclass(frozen=True)
class PreparedStack:
    """token: the world's GitHub token. environment: complete, for child processes. git_settings: for clones."""

    token: str = field(repr=False)
    environment: Mapping[str, str] = field(repr=False)
    git_settings: Path


def prepare_stack(stack: Stack, progress: Steps) -> PreparedStack:
    """Get the engine, start what the stack needs of the sandbox, make its world. What stands already is kept."""
    engine = _engine_for(stack, progress)
    with progress.step("sandbox") as step:
        world = sandbox_access(stack)
        if stack.keeps_packages_in_sandbox:
            registry.start(SANDBOX_RECORD.parent)
        step.say(world.address)
    variables = pulumi_environment(engine, world.token, stack.name)
    write_source_file(variables)
    return PreparedStack(
        token=world.token,
        environment={**inherited_environment(), **variables},
        git_settings=_write_git_settings(stack, world.address.rpartition("/")[0], world.token),
    )


def environment_of(stack: Stack, progress: Steps) -> Mapping[str, str]:
    """The environment for Pulumi on any stack. On a real GitHub, the caller has set all of it but the engine."""
    if stack.in_sandbox:
        return prepare_stack(stack, progress).environment
    return environment_with_engine(stack, progress)


def environment_with_engine(stack: Stack, progress: Steps) -> Mapping[str, str]:
    """The caller's environment, in which Pulumi is found."""
    return {**inherited_environment(), **engine_environment(_engine_for(stack, progress))}


def _engine_for(stack: Stack, progress: Steps) -> Engine:
    with progress.step("engine") as step:
        engine = ensure_engine(step.say)
        if stack.file.exists() and stack.keeps_packages_in_container:
            ensure_docker_plugin(engine, step.say)
    return engine


def sandbox_access(stack: Stack) -> TenantAccess:
    """The stack's GitHub in the sandbox, which is started when it does not run."""
    return create_tenant(process.start(SANDBOX_RECORD.parent), stack.world, stack.owner)


def _write_git_settings(stack: Stack, address: str, token: str) -> Path:
    """A file of git settings with which `git clone -c include.path=FILE` gets the token from git's own store.

    The store distinguishes servers but not the tenants of one: hence a file a stack.
    https://git-scm.com/docs/git-credential-store
    """
    settings = WORKSPACE / "git" / stack.name
    settings.parent.mkdir(parents=True, exist_ok=True)
    credentials = settings.with_suffix(".credentials")
    scheme, _, server = address.partition("://")
    write_private(credentials, f"{scheme}://x-access-token:{token}@{server}\n")
    helper = f"store --file={shlex.quote(str(credentials))}".replace("\\", "\\\\").replace('"', '\\"')
    # The empty helper first: the user's own must neither be queried for tokens of a sandbox nor store them.
    settings.write_text(f'[credential]\n\thelper =\n\thelper = "{helper}"\n')
    return settings
