"""python poetry_solving.py FOLDER: bring FOLDER/poetry.lock up to its pyproject.toml, in an environment with Poetry.

Poetry's own solver decides, as in `poetry lock`, but knows no other packages than the lock file's and the private ones
that it is given: it uses no network, and no public package changes its version. Standard input, as JSON:
`source` with the `name` and `url` of the private registry, and `packages`, each as `Release` has it. Exit code 1 with
a reason on standard error. Poetry is not among the project's own packages; this is run by `poetry_lock`.
"""

import json
import sys
from pathlib import Path
from typing import Any

from cleo.io.null_io import NullIO  # type: ignore[import-not-found]
from packaging.utils import canonicalize_name
from poetry.core.packages.dependency import Dependency  # type: ignore[import-not-found]
from poetry.core.packages.package import Package  # type: ignore[import-not-found]
from poetry.factory import Factory  # type: ignore[import-not-found]
from poetry.puzzle.solver import Solver  # type: ignore[import-not-found]
from poetry.repositories import RepositoryPool  # type: ignore[import-not-found]


def main(folder: Path, source: dict[str, str], releases: list[dict[str, Any]]) -> None:
    """Write the lock file again, if anything in it changes."""
    poetry = Factory().create_poetry(folder, io=NullIO(), disable_plugins=True, disable_cache=True)
    private = {canonicalize_name(release["name"]): _package(release, source) for release in releases}
    # A folder of the repository itself is read again: what it depends on changes as well.
    locked = [
        package
        for package in poetry.locker.locked_repository().packages
        if package.name not in private and package.source_type != "directory"
    ]
    pool = RepositoryPool.from_packages([*locked, *private.values()], poetry.config)
    solver = Solver(poetry.package, pool, installed=[], locked=locked, io=NullIO())
    poetry.locker.set_lock_data(poetry.package, solver.solve().get_solved_packages())


def _package(release: dict[str, Any], source: dict[str, str]) -> Package:
    """As Poetry would read it from the registry."""
    package = Package(
        release["name"],
        release["version"],
        source_type="legacy",
        source_url=source["url"],
        source_reference=source["name"],
    )
    package.description = release["summary"]
    package.python_versions = release["requires_python"] or "*"
    package.files = [{"file": name, "hash": f"sha256:{digest}"} for name, digest in release["files"].items()]
    for requirement in release["requires_dist"]:
        dependency = Dependency.create_from_pep_508(requirement)
        for extra in dependency.in_extras:
            package.extras.setdefault(extra, []).append(dependency)
        package.add_dependency(dependency)
    return package


if __name__ == "__main__":
    try:
        asked = json.load(sys.stdin)
        main(Path(sys.argv[1]), asked["source"], asked["packages"])
    except Exception as error:  # whatever Poetry finds wrong with the files
        sys.exit(str(error))
