"""How long Pulumi takes over a generated plan, and what it asks of GitHub: see benchmarks/README.md.

python benchmarks/desired_state.py [--repositories N ...]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml
from measuring import NO_LIMIT, PROJECT, MeasuredCommandError, interruptible, measure
from plot import line_chart
from rich import box
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(PROJECT))

from components.github.github_client import WRITE_DELAY
from components.github.request_budget import REPLY, hours
from engine import ensure_engine
from sandbox.daemon import process
from sandbox.daemon.administration import TenantAccess, create_tenant
from sandbox.network.request_log import Request, read_requests

progress = Console(stderr=True, highlight=False)

UP = ("pulumi", "up", "--yes", "--skip-preview", "--non-interactive")
PREVIEW = ("pulumi", "preview", "--non-interactive")
DRIFT = ("./multirepo", "drift", "--stack", "benchmark")
MANY = 50
"""From so many repositories on the first `up` writes its state once, at its end, and not whole after each step."""
RUNS: Mapping[str, tuple[str, ...]] = {
    "first up": UP,
    "preview, nothing changed": PREVIEW,
    "preview --refresh": (*PREVIEW, "--refresh"),
    "up --refresh, nothing changed": (*UP, "--refresh"),
    "preview --refresh, after that": (*PREVIEW, "--refresh"),
    "drift": DRIFT,
    "drift, again": DRIFT,
    "one changed description, up": UP,
}
CHANGED = "one changed description, up"
DEFAULTS: Mapping[str, Any] = {
    "protection": {"bypass": ["core"]},
    "environments": [
        {"name": "staging", "branches": ["main"]},
        {"name": "production", "reviewers": ["core"], "tags": ["v*"], "secrets": ["TOKEN"], "variables": ["URL"]},
    ],
    "secrets": ["TOKEN"],
    "dependabot_secrets": ["TOKEN"],
    "variables": ["URL"],
    "labels": [{"name": "migration", "color": "5319e7"}],
    "actions": {},
    "vulnerability_alerts": True,
    "security_updates": True,
}


@dataclass(frozen=True)
class Run:
    """One run. wall, cpu: seconds. resources: in the state afterwards, those of the engine's own left out.

    reads, writes, graphql: requests. unchanged: reads that were answered with 304, which count against no limit.
    pushes: requests of git. github: seconds of the same requests on github.com, answered in `REPLY` seconds each.
    """

    name: str
    wall: float
    cpu: float
    resources: int
    reads: int
    writes: int
    graphql: int
    unchanged: int
    git: int
    load: float
    calls: dict[str, int] = field(default_factory=dict)

    @property
    def counted(self) -> int:
        """What the limit of REST is lessened by."""
        return self.reads + self.writes - self.unchanged

    @property
    def github(self) -> float:
        """Seconds on github.com, with the pause after each write; the provider takes GraphQL for writes."""
        return (self.reads + self.writes + self.graphql) * REPLY + (self.writes + self.graphql) * WRITE_DELAY


def plan_of(names: Sequence[str], description: str) -> dict[str, Any]:
    """The full set for each repository; the first has this description."""
    repositories = [
        {
            "name": name,
            "description": description if name == names[0] else "A service",
            "kind": "python-service",
            "topics": ["api"],
            "moves": [{"from": name}],
            "teams": {"core": "maintain"},
            "code_owners": {"*": ["core"]},
        }
        for name in names
    ]
    return {"monorepo": {"name": "m"}, "teams": [{"name": "core"}], "defaults": DEFAULTS, "repositories": repositories}


@contextmanager
def stack(names: Sequence[str]) -> Iterator[tuple[Path, dict[str, str], TenantAccess, Path]]:
    """A copy of the project with a stack of its own, a sandbox, and a monorepo with a folder for each repository."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        checkout = folder / "checkout"
        _copy_project(checkout)
        _make_monorepo(folder / "monorepo", names)
        running = process.start(folder / "sandbox", port=0)
        try:
            world = create_tenant(running, "benchmark")
            environment = _environment(world, folder / "state")
            _write_settings(checkout, world, folder / "monorepo")
            for arguments in (
                ("stack", "init", "benchmark"),
                ("config", "set", "--secret", "--path", "multirepo:secrets.TOKEN", "s3cret"),
                ("config", "set", "--path", "multirepo:variables.URL", "https://packages.example"),
            ):
                subprocess.run(["pulumi", *arguments], cwd=checkout, env=environment, check=True, capture_output=True)
            yield checkout, environment, world, folder / "sandbox"
        finally:
            process.stop(folder / "sandbox")


def _copy_project(checkout: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(PROJECT / name, checkout / name, follow_symlinks=False)
    (checkout / ".venv").symlink_to(PROJECT / ".venv")


def _make_monorepo(folder: Path, names: Sequence[str]) -> None:
    for name in names:
        (folder / name).mkdir(parents=True)
        (folder / name / "main.py").write_text(f'print("{name}")\n')
    author = ("-c", "user.name=Zoe", "-c", "user.email=zoe@maestro.example")
    for command in (("init", "--quiet", "--initial-branch=main"), ("add", "."), ("commit", "--quiet", "-m", "Begin")):
        subprocess.run(["git", *author, *command], cwd=folder, check=True)


def _environment(world: TenantAccess, state: Path) -> dict[str, str]:
    state.mkdir()
    engine = ensure_engine(lambda message, share: progress.print(message))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "PULUMI_"))}
    home = {"PULUMI_HOME": str(engine.home)} if engine.home else {}
    return (
        inherited
        | home
        | {
            "PATH": os.pathsep.join([*map(str, engine.path_entries), inherited["PATH"]]),
            "PULUMI_BACKEND_URL": f"{state.as_uri()}?metadata=skip",
            "PULUMI_CONFIG_PASSPHRASE": "benchmark",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_STACK": "benchmark",
            "GITHUB_TOKEN": world.token,
            "GITHUB_CACHE_PATH": str(state.parent / "answers"),
        }
    )


def _write_settings(checkout: Path, world: TenantAccess, monorepo: Path) -> None:
    settings = {
        "multirepo:github": world.address,
        "multirepo:owner": world.organization,
        "multirepo:monorepo": str(monorepo),
        "multirepo:plan": "plan.yaml",
        "multirepo:waves": {"migration": "moving"},
    }
    (checkout / "Pulumi.benchmark.yaml").write_text(yaml.safe_dump({"config": settings}))


def measured(size: int) -> list[Run]:
    """Every kind of run over a plan of this many repositories."""
    names = [f"service-{number:03}" for number in range(size)]
    runs = []
    with stack(names) as (checkout, environment, world, sandbox):
        for name, arguments in RUNS.items():
            plan = plan_of(names, "Another" if name == CHANGED else "A service")
            (checkout / "plan.yaml").write_text(yaml.safe_dump(plan))
            before, load = len(read_requests(sandbox, world.name)), os.getloadavg()[0]
            together = {"PULUMI_SKIP_CHECKPOINTS": "true"} if size >= MANY and name == "first up" else {}
            usage = measure(arguments, checkout, NO_LIMIT, environment | together)
            requests = read_requests(sandbox, world.name)[before:]
            runs.append(_run(name, usage.wall, usage.cpu, _resources(checkout, environment), requests, load))
            progress.print(f"{size} repositories, {name}: {usage.wall:.1f} s, {len(requests):,} requests")
    return runs


def _resources(checkout: Path, environment: Mapping[str, str]) -> int:
    """Resources of the stack, components too; not the stack itself and its providers."""
    command = ["pulumi", "stack", "export"]
    exported = subprocess.run(command, cwd=checkout, env=environment, check=True, capture_output=True, text=True)
    resources = json.loads(exported.stdout)["deployment"]["resources"]
    return sum(not resource["type"].startswith("pulumi:") for resource in resources)


def _run(name: str, wall: float, cpu: float, resources: int, requests: Sequence[Request], load: float) -> Run:
    rest = [
        request for request in requests if request.path.startswith("/api/v3/") and request.path != "/api/v3/rate_limit"
    ]
    writes = sum(request.is_write for request in rest)
    graphql = sum(request.path == "/api/graphql" for request in requests)
    first = [request for request in requests if "/service-000" in request.path and ".git/" not in request.path]
    return Run(
        name=name,
        wall=wall,
        cpu=cpu,
        resources=resources,
        reads=len(rest) - writes,
        writes=writes,
        graphql=graphql,
        unchanged=sum(request.status == 304 for request in rest),
        git=sum(".git/" in request.path for request in requests),
        load=load,
        calls=dict(
            Counter(
                f"{request.method} {request.path.replace('service-000', 'NAME')} {request.status}" for request in first
            )
        ),
    )


def table_of(sizes: Mapping[int, Sequence[Run]]) -> Table:
    """One line for each run of each size."""
    table = Table("repositories", "run", box=box.MARKDOWN)
    for title in (
        "wall s",
        "CPU s",
        "CPU ms/resource",
        "reads",
        "writes",
        "GraphQL",
        "304",
        "counted",
        "git",
        "on github.com",
    ):
        table.add_column(title, justify="right")
    for size, runs in sizes.items():
        for run in runs:
            figures = (run.reads, run.writes, run.graphql, run.unchanged, run.counted, run.git)
            table.add_row(
                f"{size} ({run.resources:,} resources)",
                run.name,
                f"{run.wall:.1f}",
                f"{run.cpu:.1f}",
                f"{1000 * run.cpu / run.resources:.1f}",
                *(f"{figure:,}" for figure in figures),
                hours(run.github),
            )
    return table


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repositories", type=int, nargs="+", default=[7, 50, 200], help="sizes of the plan")
    parser.add_argument("--json", action="store_true", help="everything as JSON; the table on standard error")
    parser.add_argument("--plot", type=Path, help="an SVG file for the chart")
    arguments = parser.parse_args()
    interruptible()
    try:
        sizes = {size: measured(size) for size in arguments.repositories}
    except MeasuredCommandError as error:
        progress.print(str(error), markup=False)
        return 1
    table = table_of(sizes)
    if arguments.plot:
        lines = {
            name: [(runs[number].resources, runs[number].cpu) for runs in sizes.values()]
            for number, name in enumerate(RUNS)
            if name in ("first up", "preview --refresh", "preview, nothing changed")
        }
        arguments.plot.write_text(line_chart("CPU seconds over resources, both logarithmic", lines))
    if arguments.json:
        print(json.dumps({size: [asdict(run) for run in runs] for size, runs in sizes.items()}, indent=2))
    Console(stderr=arguments.json, width=200).print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
