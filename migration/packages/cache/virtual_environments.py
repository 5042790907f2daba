"""Virtual environments for one purpose: made once with exactly what they are asked for, then used without network."""

import hashlib
import subprocess
import sys
import venv
from collections.abc import Iterable, Sequence
from pathlib import Path

from filelock import FileLock
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from migration.errors import BuildError

_FINISHED = "finished"


def environment_with(requires: Iterable[str], environments: Path, constraints: Sequence[str] = ()) -> Path:
    """The Python of a virtual environment with these requirements (PEP 508) and nothing else.

    environments: where they are kept. constraints: of pip, for what the requirements need themselves; one that
    contradicts a requirement is not used. Raises BuildError.
    """
    requirements = sorted(requires)
    compatible = [constraint for constraint in constraints if not _contradicts(constraint, requirements)]
    ingredients = "\n".join([sys.version, *requirements, *compatible])
    folder = environments.resolve() / hashlib.sha256(ingredients.encode()).hexdigest()[:16]
    environments.mkdir(parents=True, exist_ok=True)
    python = folder / "bin" / "python"
    with FileLock(f"{folder}.lock"):
        if not (folder / _FINISHED).exists():
            venv.create(folder, clear=True, symlinks=True, with_pip=False)
            command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-input"]
            file = folder / "constraints.txt"
            file.write_text("\n".join(compatible))
            arguments = ["--disable-pip-version-check", "--constraint", str(file), *requirements]
            done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
            if done.returncode:
                raise BuildError(
                    f"{', '.join(requirements)} cannot be installed: {done.stderr.strip().splitlines()[-1]} "
                    "Check the requirements, the network and pip's index, and run it again."
                )
            (folder / _FINISHED).touch()
    return python


def _contradicts(constraint: str, requirements: Iterable[str]) -> bool:
    """Whether `name==version` is a version that a requirement of that name excludes, or takes from an address."""
    pinned = Requirement(constraint)
    (version,) = (clause.version for clause in pinned.specifier)
    return any(
        canonicalize_name(requirement.name) == canonicalize_name(pinned.name)
        and (requirement.url is not None or not requirement.specifier.contains(version, prereleases=True))
        for requirement in map(Requirement, requirements)
    )
