"""How long publishing and clean installs take, on a real devpi: see benchmarks/README.md.

python benchmarks/packages.py [--repository NAME ...]
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uv
from measuring import NO_LIMIT, PROJECT, MeasuredCommandError, interruptible, measure
from rich import box
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(PROJECT))

from migration.desired_state.pipelines import VERSIONS
from migration.packages.cache.virtual_environments import environment_with
from migration.packages.index.devpi_client import DevpiClient
from migration.packages.index.simple_index import SimpleIndex
from migration.packages.publish.build import build_distributions
from migration.packages.publish.upload import check_metadata, upload
from migration.plan import Plan, Repository, read_plan
from migration.transforms.applying import transform
from migration.verification.harness.project_requirements import requirements_of
from sandbox.registry import registry_process as registry

progress = Console(stderr=True, highlight=False)

SAMPLE = PROJECT / "sandbox" / "sample_monorepo" / "files"
ENVIRONMENTS = PROJECT / ".multirepo" / "build-environments"
INDEX = "maestro/prod"
DATE = 1_700_000_000


@dataclass(frozen=True)
class DevpiBench:
    """A devpi of its own with the index that a stack makes. folder: for everything else."""

    devpi: DevpiClient
    index: SimpleIndex
    publisher: str = field(repr=False)
    folder: Path
    plan: Plan


@contextmanager
def place(plan: Plan) -> Iterator[DevpiBench]:
    """The mirror of public packages is empty at first, and fills as it is asked."""
    with tempfile.TemporaryDirectory(prefix="multirepo-packages-") as name:
        folder = Path(name)
        running = registry.start(folder / "sandbox", port=0)
        try:
            with DevpiClient(running.address, "root", running.root_password) as devpi:
                users = ["maestro", "reader", "publisher"]
                for user in users:
                    devpi.ensure_user(user, "of this benchmark alone")
                settings = {"bases": ["root/pypi"], "volatile": False, "mirror_whitelist": []}
                devpi.ensure_index(INDEX, {**settings, "acl_upload": ["publisher"]})
                devpi.ensure_index(INDEX, {"acl_pkg_read": users})
                token = devpi.create_token("reader", {"indexes": [INDEX, "root/pypi"]})
                index = SimpleIndex(url=f"{running.address}/{INDEX}/+simple/", user="reader", token=token)
                yield DevpiBench(devpi, index, devpi.create_token("publisher", {}), folder, plan)
        finally:
            registry.stop(folder / "sandbox")


def tree_of(plan: Plan, repository: Repository, index_url: str | None) -> dict[str, bytes]:
    """The repository's files as the plan's transforms leave them, from the sample."""
    files = {
        str(Path(move.target, file.relative_to(SAMPLE / move.source))): file.read_bytes()
        for move in repository.moves
        for file in sorted((SAMPLE / move.source).rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    }
    changed = transform(files, plan, repository, index_url).changes.contents
    return {path: content for path, content in {**files, **changed}.items() if content is not None}


def published(bench: DevpiBench, repository: Repository) -> dict[str, float]:
    """Seconds to build, check, upload and read back the listing of each package, in the plan's order."""
    tree, private = tree_of(bench.plan, repository, None), [package.name for package in repository.packages]
    seconds = {}
    for package in repository.packages:
        started = time.perf_counter()
        built = build_distributions(tree, package.path, DATE, bench.folder / "distributions", ENVIRONMENTS)
        check_metadata(package.name, package.version, package.depends_on, private, built)
        upload([built.sdist, built.wheel], f"{bench.devpi.address}/{INDEX}/", "publisher", bench.publisher)
        assert len(bench.devpi.files(INDEX, package.name, package.version)) == 2
        seconds[package.name] = time.perf_counter() - started
        progress.print(f"{package.name}: {seconds[package.name]:.1f} s")
    return seconds


def installed(bench: DevpiBench, repository: Repository) -> dict[str, float]:
    """Seconds of each client for everything that the repository asks for, into a new environment, without a cache."""
    room = bench.folder / repository.name
    for path, content in tree_of(bench.plan, repository, bench.index.url).items():
        (room / path).parent.mkdir(parents=True, exist_ok=True)
        (room / path).write_bytes(content)
    asked = requirements_of(room / "pyproject.toml")
    clean = {"PATH": os.environ["PATH"], "HOME": str(bench.folder), **bench.index.client_environment()}
    clean |= {name: value for name, value in os.environ.items() if name in ("PIP_CERT", "SSL_CERT_FILE")}
    # Once before, so that the registry's mirror has the public packages: it is not what is measured.
    commands = [("", "pip"), ("pip", "pip"), ("uv pip", "uv"), ("poetry install", "poetry")]
    seconds = {}
    for title, client in commands:
        home = room / f".{client}"
        shutil.rmtree(home, ignore_errors=True)
        measure([uv.find_uv_bin(), "venv", "--quiet", "--no-config", "--python", sys.executable, str(home)], room, 60)
        python = str(home / "bin" / "python")
        if client == "pip":
            install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-cache-dir", *asked]
        elif client == "uv":
            install = [uv.find_uv_bin(), "pip", "install", "--quiet", "--no-cache", "--python", python, *asked]
        else:
            install, clean = _with_poetry(bench, room, clean, home)
        used = measure(install, room, NO_LIMIT, clean)
        if title:
            seconds[title] = used.wall
            progress.print(f"{repository.name}, {title}: {used.wall:.1f} s")
    return seconds


def _with_poetry(
    bench: DevpiBench, room: Path, clean: Mapping[str, str], home: Path
) -> tuple[list[str], dict[str, str]]:
    """`poetry install` in a locked repository. Public packages come from the mirror as well, for all three alike."""
    mirror = f"{bench.devpi.address}/root/pypi/+simple/"
    with (room / "pyproject.toml").open("a") as manifest:
        manifest.write(f'\n[[tool.poetry.source]]\nname = "mirror"\nurl = "{mirror}"\npriority = "primary"\n')
    poetry = str(environment_with([f"poetry=={VERSIONS['poetry']}"], ENVIRONMENTS).parent / "poetry")
    credentials = bench.index.source_credentials(bench.plan.package_source.name)
    active = {"VIRTUAL_ENV": str(home), "PATH": f"{home}/bin:{os.environ['PATH']}"}
    environment = {**clean, **credentials, **active, "POETRY_CACHE_DIR": str(room / "cache-to-lock")}
    measure([poetry, "lock", "--no-interaction"], room, NO_LIMIT, environment)
    install = [poetry, "install", "--no-interaction", "--no-root", "--all-extras"]
    return install, {**environment, "POETRY_CACHE_DIR": str(room / "cache")}


def table_of(title: str, rows: Mapping[str, Mapping[str, float]]) -> Table:
    """Seconds; one line for each row."""
    columns = list(next(iter(rows.values())))
    table = Table(title, *columns, box=box.MARKDOWN)
    for name, seconds in rows.items():
        table.add_row(name, *(f"{seconds[column]:.1f}" for column in columns))
    return table


def main() -> int:
    """Measure and print."""
    plan = read_plan(PROJECT / "migration.yaml")
    moved = [
        repository
        for repository in plan.repositories
        if repository.moves and any((SAMPLE / repository.moves[0].source).glob("pyproject.toml"))
    ]
    consumers = [
        repository.name for repository in moved if repository.consumes or repository.transforms.remove_dependencies
    ]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repository", action="append", choices=consumers, help="install this one alone; repeatable")
    parser.add_argument("--json", action="store_true", help="everything as JSON; the tables on standard error")
    arguments = parser.parse_args()
    interruptible()
    selected = [repository for repository in moved if repository.name in (arguments.repository or consumers)]
    try:
        with place(plan) as bench:
            home = next(repository for repository in plan.repositories if repository.packages)
            publishing = published(bench, home)
            installs = {repository.name: installed(bench, repository) for repository in selected}
    except MeasuredCommandError as error:
        progress.print(str(error), markup=False)
        return 1
    load = os.getloadavg()[0]
    if arguments.json:
        print(json.dumps({"publish": publishing, "install": installs, "load": load}, indent=2))
    console = Console(stderr=arguments.json, width=120)
    console.print(table_of("publish", {name: {"seconds": wall} for name, wall in publishing.items()}))
    console.print(table_of("clean install, seconds", installs))
    console.print(f"Load of the machine at the end: {load:.1f} on {os.cpu_count()} processors")
    return 0


if __name__ == "__main__":
    sys.exit(main())
