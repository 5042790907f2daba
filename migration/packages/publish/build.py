"""From a tree to an sdist and a wheel: isolated, and the same bytes each time.

https://reproducible-builds.org/docs/source-date-epoch/ and https://peps.python.org/pep-0517/
"""

import hashlib
import os
import subprocess
import tarfile
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import build
from build.env import IsolatedEnv

from migration.errors import BuildError
from migration.packages.cache.virtual_environments import environment_with

_CONSTRAINTS = tuple(
    line
    for line in Path(__file__).with_name("build-constraints.txt").read_text().splitlines()
    if not line.startswith("#")
)


EXECUTABLE, SYMLINK = "100755", "120000"


@dataclass(frozen=True, kw_only=True)
class Distributions:
    """What was built of one version. sdist, wheel: the files."""

    sdist: Path
    wheel: Path

    @property
    def hashes(self) -> dict[str, str]:
        """The SHA-256 of each file by its name."""
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in (self.sdist, self.wheel)}


def build_distributions(
    files: Mapping[str, bytes],
    folder: str,
    date: int,
    output: Path,
    environments: Path,
    modes: Mapping[str, str] | None = None,
) -> Distributions:
    """Build the package in `folder` of a tree: the sdist of it, and the wheel of the sdist.

    files: the whole tree, path to content; of a symbolic link, its target. date: seconds since 1970 that every file
    gets. output: where they go. environments: where the environments of build backends are kept; nothing else is
    installed in them. modes: git's mode of the files that are executable or symbolic links. Raises BuildError.
    """
    with tempfile.TemporaryDirectory(prefix="multirepo-build-") as place:
        tree = Path(place, "tree")
        for path, content in files.items():
            _write_file(tree / path, content, (modes or {}).get(path, ""), date)
        try:
            sdist = _build("sdist", tree / folder, date, output, environments)
            with tarfile.open(sdist) as archive:
                archive.extractall(Path(place, "unpacked"), filter="data")
            (unpacked,) = Path(place, "unpacked").iterdir()
            return Distributions(sdist=sdist, wheel=_build("wheel", unpacked, date, output, environments))
        except BuildError as error:
            raise BuildError(f"{_project(tree / folder)} in {folder}: {error}") from None


def _write_file(file: Path, content: bytes, mode: str, date: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if mode == SYMLINK:
        file.symlink_to(os.fsdecode(content))
    else:
        file.write_bytes(content)
        file.chmod(0o755 if mode == EXECUTABLE else 0o644)
    os.utime(file, (date, date), follow_symlinks=False)


def _project(folder: Path) -> str:
    """The name in the manifest, or the folder's."""
    try:
        manifest = tomllib.loads((folder / "pyproject.toml").read_text())
        tables = (manifest.get("project", {}), manifest.get("tool", {}).get("poetry", {}))
        return str(next(table["name"] for table in tables if "name" in table))
    except (OSError, ValueError, StopIteration):
        return folder.name


def _build(kind: Literal["sdist", "wheel"], source: Path, date: int, output: Path, environments: Path) -> Path:
    def run(cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None) -> None:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        fixed = {"SOURCE_DATE_EPOCH": str(date), "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        done = subprocess.run(
            cmd,
            cwd=cwd,
            env={**inherited, **fixed, **(extra_environ or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BuildError("\n".join([*done.stdout.splitlines(), *done.stderr.splitlines()][-5:]))

    try:
        requires = build.ProjectBuilder(source).build_system_requires
        builder = build.ProjectBuilder.from_isolated_env(_environment(requires, environments), source, run)
        more = builder.get_requires_for_build(kind) - requires
        if more:
            builder = build.ProjectBuilder.from_isolated_env(_environment(requires | more, environments), source, run)
        return Path(builder.build(kind, output))
    except (build.BuildException, build.BuildBackendException, BuildError) as error:
        raise BuildError(f"the {kind} cannot be built: {error}") from None


@dataclass(frozen=True)
class _Environment(IsolatedEnv):
    folder: Path

    @property
    def python_executable(self) -> str:
        return str(self.folder / "bin" / "python")

    def make_extra_environ(self) -> dict[str, str]:
        return {"PATH": os.pathsep.join([str(self.folder / "bin"), os.environ.get("PATH", os.defpath)])}


def _environment(requires: set[str], environments: Path) -> _Environment:
    try:
        return _Environment(environment_with(requires, environments, _CONSTRAINTS).parent.parent)
    except BuildError as error:
        raise BuildError(f"its build requirements {error}") from None
