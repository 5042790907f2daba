"""Virtual environments for one purpose: made once with exactly what they are asked for, then used without network."""

import hashlib
import subprocess
import sys
import venv
from collections.abc import Iterable
from pathlib import Path

from filelock import FileLock

from migration.errors import BuildError

_FINISHED = "finished"


def environment_with(requires: Iterable[str], environments: Path, constraints: Path | None = None) -> Path:
    """The Python of a virtual environment with these requirements (PEP 508) and nothing else.

    environments: where they are kept. constraints: of pip, for what the requirements need themselves.
    Raises BuildError.
    """
    requirements = sorted(requires)
    ingredients = "\n".join([sys.version, *requirements, constraints.read_text() if constraints else ""])
    folder = environments.resolve() / hashlib.sha256(ingredients.encode()).hexdigest()[:16]
    environments.mkdir(parents=True, exist_ok=True)
    python = folder / "bin" / "python"
    with FileLock(f"{folder}.lock"):
        if not (folder / _FINISHED).exists():
            venv.create(folder, clear=True, symlinks=True, with_pip=False)
            command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-input"]
            constrained = ["--constraint", str(constraints)] if constraints else []
            arguments = ["--disable-pip-version-check", *constrained, *requirements]
            done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
            if done.returncode:
                raise BuildError(
                    f"{', '.join(requirements)} cannot be installed: {done.stderr.strip().splitlines()[-1]} "
                    "Check the network and pip's index, and run it again."
                )
            (folder / _FINISHED).touch()
    return python
