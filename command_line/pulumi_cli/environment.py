"""The environment in which Pulumi works on a stack of this checkout: engine, state, sandbox token."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from components.stack.settings import OVERRIDING_VARIABLES, TOKEN_VARIABLE, WORKSPACE
from engine import Engine

STATE = WORKSPACE / "state"
SOURCE_FILE = WORKSPACE / "environment.sh"
# Public on purpose: see Pulumi.dev.yaml.
REHEARSAL_PASSPHRASE = "rehearsal"


def pulumi_environment(engine: Engine, token: str, stack: str) -> dict[str, str]:
    """The variables that a stack in the sandbox needs, to be laid over the caller's own."""
    STATE.mkdir(parents=True, exist_ok=True)
    return engine_environment(engine) | {
        # Without sidecar files, which a killed engine leaves empty, so that it cannot read its state any more.
        "PULUMI_BACKEND_URL": f"{STATE.as_uri()}?metadata=skip",
        "PULUMI_CONFIG_PASSPHRASE": REHEARSAL_PASSPHRASE,
        "PULUMI_STACK": stack,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        TOKEN_VARIABLE: token,
    }


def engine_environment(engine: Engine) -> dict[str, str]:
    """The variables by which the engine is found, and by which what fails stops only what depends on it.

    https://www.pulumi.com/docs/iac/cli/commands/pulumi_up/
    """
    path_entries = [*map(str, engine.path_entries), os.environ.get("PATH", "")]
    home = {} if engine.home is None else {"PULUMI_HOME": str(engine.home)}
    return home | {"PATH": os.pathsep.join(path_entries), "PULUMI_CONTINUE_ON_ERROR": "true"}


_FEW = 45
"""Repositories without vulnerability alerts, of which a refresh gets less than a hundred answers with an error."""


def reading_environment(stack: str, without_alerts: int) -> dict[str, str]:
    """The variables for runs that only read: the provider then keeps the answers, and asks whether they are still true.

    GitHub counts no such question whose answer is yes:
    https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
    without_alerts: repositories. Not for many of them: vulnerability alerts that are off answer 404, twice, and the
    client that can do it counts an answer with an error as a request under way indefinitely, and stops at a hundred.
    """
    if without_alerts > _FEW:
        return {}
    return {"GITHUB_LEGACY_CLIENT": "false", "GITHUB_CACHE_PATH": str(WORKSPACE / "github-answers" / stack)}


def inherited_environment() -> dict[str, str]:
    """The caller's environment without what would redirect the GitHub provider."""
    return {name: value for name, value in os.environ.items() if name not in OVERRIDING_VARIABLES}


def write_source_file(variables: Mapping[str, str]) -> Path:
    """A file to `source`, readable by its owner alone because it holds the sandbox's token."""
    # Without compiled files, each run of Pulumi would compile the whole program again.
    lines = [f"unset PYTHONDONTWRITEBYTECODE {' '.join(OVERRIDING_VARIABLES)}"]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in variables.items() if name != "PATH"]
    added = variables["PATH"].removesuffix(os.environ.get("PATH", ""))
    lines.append(f'export PATH={shlex.quote(added)}"$PATH"')
    write_private(SOURCE_FILE, "\n".join(lines) + "\n")
    return SOURCE_FILE


def write_private(file: Path, text: str) -> None:
    """Write a file that its owner alone can read, from its first byte on."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(text)
