"""poetry.lock after its manifest has changed: Poetry itself writes it, in an environment of its own."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

from migration.errors import LockFileError
from migration.packages.cache.virtual_environments import environment_with
from migration.packages.index.release_metadata import ReleaseMetadata
from migration.packages.manifests.dependency_rules import DependencyRules

_PROGRAM = Path(__file__).with_name("poetry_solving.py")


def relocked(
    lock: bytes,
    folder: str,
    manifests: Mapping[str, bytes],
    releases: Iterable[ReleaseMetadata],
    rules: DependencyRules,
    poetry: str,
    environments: Path,
) -> bytes:
    """The lock file that `poetry lock` would write if public packages had no other versions than those locked.

    folder: where it lies. manifests: all of the repository, by their paths. poetry: its version; it is installed
    into `environments` once. Raises LockFileError where Poetry finds no solution, and BuildError.
    """
    python = environment_with([f"poetry=={poetry}"], environments)
    source = {"name": rules.source.name, "url": str(rules.index_url).rstrip("/")}
    with tempfile.TemporaryDirectory(prefix="multirepo-lock-") as place:
        for path, content in manifests.items():
            Path(place, "tree", path).parent.mkdir(parents=True, exist_ok=True)
            Path(place, "tree", path).write_bytes(content)
        written = Path(place, "tree", folder, "poetry.lock")
        written.write_bytes(lock)
        done = subprocess.run(
            [python, "-I", _PROGRAM, written.parent],
            # A folder without static metadata would be built: not with anything from a network.
            env={"PATH": os.environ["PATH"], "HOME": place, "POETRY_CACHE_DIR": f"{place}/cache", "PIP_NO_INDEX": "1"},
            input=json.dumps({"source": source, "packages": [asdict(each) for each in releases]}),
            text=True,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise LockFileError(f"Poetry says: {' '.join(done.stderr.split()[-60:])}")
        return written.read_bytes()
