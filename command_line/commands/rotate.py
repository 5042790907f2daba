"""`./multirepo rotate`: replace the registry's tokens, and check that the old ones are invalid."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from command_line.pulumi_cli import up as pulumi
from command_line.stack.sandbox_stack import environment_of
from command_line.stack.stack import DEV, stack_named
from command_line.terminal.confirmation import ChangedStackOption, DryRunOption, YesOption, confirm_changes
from command_line.terminal.console import print_message, steps
from command_line.terminal.failures import CommandError, RotationError
from components.stack.registry_settings import DevpiServer
from migration.packages.index.devpi_client import is_token_taken

TOKEN = "pulumi-python:dynamic/registry:DevpiToken"


@dataclass(frozen=True)
class RegistryToken:
    """One token as the stack's state has it. purpose: what it is for. user: at the registry."""

    purpose: str
    user: str
    value: str = field(repr=False)


def rotate(stack: ChangedStackOption = DEV, yes: YesOption = False, dry_run: DryRunOption = False) -> None:
    """Replace registry tokens. Deletes old tokens last."""
    settings_file = stack_named(stack)
    with steps() as progress:
        environment = environment_of(settings_file, progress)
        server = settings_file.settings().devpi
        if server is None:
            raise CommandError(
                f"{settings_file.file.name}: This stack manages no registry, so it has no tokens to replace. "
                "Set multirepo:registry, see docs/registry.md."
            )
        with progress.step("tokens"):
            old = _tokens(stack, environment)
        if not old:
            raise CommandError(f"Stack {stack} has made no tokens yet. Run pulumi up, or ./multirepo rehearse.")
    changes = [f"{server.address}: replace and delete the token of {token.user} ({token.purpose})" for token in old]
    confirm_changes([*changes, "GitHub: the secrets and variables that hold these tokens"], yes, dry_run)
    with steps() as progress:
        with progress.step("pulumi up") as step:
            generation = ("--path", "multirepo:registry.generation", str(server.generation + 1))
            pulumi.run(["config", "set", "--stack", stack, *generation], environment)
            pulumi.up(stack, environment, step.say)
        with progress.step("proof"):
            new = _tokens(stack, environment)
            _prove(server, old, new)
    print_message(f"Tokens replaced: {len(new)}. The registry rejects every old one and accepts every new one.")


def _prove(server: DevpiServer, old: list[RegistryToken], new: list[RegistryToken]) -> None:
    living = [token.purpose for token in old if is_token_taken(server.address, token.user, token.value)]
    dead = [token.purpose for token in new if not is_token_taken(server.address, token.user, token.value)]
    if living or dead:
        raise RotationError(
            "\n".join(
                [
                    *(f"The registry still accepts the old token of {name}." for name in living),
                    *(f"The registry rejects the new token of {name}." for name in dead),
                    "Run ./multirepo rotate again.",
                ]
            )
        )


def _tokens(stack: str, environment: Mapping[str, str]) -> list[RegistryToken]:
    """With their values, which are in this process's memory and nowhere else."""
    state = json.loads(pulumi.run(["stack", "export", "--show-secrets", "--stack", stack], environment))
    return [
        RegistryToken(
            resource["inputs"]["purpose"],
            resource["inputs"]["user"],
            json.loads(resource["outputs"]["token"]["plaintext"]),
        )
        for resource in (state.get("deployment") or {}).get("resources") or ()
        if resource["type"] == TOKEN and not resource.get("delete")
    ]
