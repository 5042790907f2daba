"""The shared packages: published, installable from the registry alone, the same bytes as their source, documented."""

from collections.abc import Iterator
from functools import partial

import httpx

from migration.plan import Package, Repository
from migration.verification.check import BrokenError, Check, Evidence, NotJudgedError
from migration.verification.commands import run
from migration.verification.python_environments import environment_with
from migration.verification.world import World

PART = "Shared Packages"
_JSON = {"Accept": "application/vnd.pypi.simple.v1+json"}


def checks(world: World) -> Iterator[Check]:
    """The lines about the packages of the plan; none when it has none."""
    packages = [(home, package) for home in world.plan.repositories for package in home.packages]
    if not packages:
        return
    lines = {
        "published": f"All {len(packages)} packages published to registry",
        "version": f"Version {', '.join(sorted({package.version for _, package in packages}))} available",
        "documented": "Documentation published",
    }
    judges = {"published": _published, "version": _version_available, "documented": _documented}
    for name, line in lines.items():
        yield Check(name=f"packages.{name}", part=PART, line=line, judge=partial(judges[name], world, packages))
    for _, package in packages:
        yield Check(
            name=f"packages.install.{package.name}",
            part=PART,
            line=f"Can install via `pip install {package.name}`",
            judge=partial(_installs, world, package),
        )


Packages = list[tuple[Repository, Package]]


def _files(world: World, package: Package, evidence: Evidence) -> list[str]:
    """The names of the files that the index has of this package.

    https://packaging.python.org/en/latest/specifications/simple-repository-api/
    """
    if world.index is None:
        raise NotJudgedError("No registry is given.", "Set multirepo:registry in the stack, or give --index.")
    address = f"{world.index.url.rstrip('/')}/{package.name}/"
    auth = (world.index.user, world.index.token) if world.index.user and world.index.token else None
    evidence.ran.append(f"GET {address}")
    try:
        answer = httpx.get(address, headers=_JSON, auth=auth, follow_redirects=True, timeout=30)
    except httpx.HTTPError as error:
        raise BrokenError(
            f"The registry does not answer ({type(error).__name__}).", "Start it, or check --index."
        ) from None
    if answer.is_error:
        return []
    if "json" in answer.headers.get("content-type", ""):
        return [str(file["filename"]) for file in answer.json()["files"]]
    return [part.rpartition(">")[2] for part in answer.text.split("</a>")[:-1]]


def _published(world: World, packages: Packages, evidence: Evidence) -> None:
    absent = [package.name for _, package in packages if not _files(world, package, evidence)]
    if absent:
        raise BrokenError(f"The registry has no {', '.join(absent)}.", "Run pulumi up: it publishes what is missing.")
    evidence.saw.append(f"{len(packages)} packages")


def _version_available(world: World, packages: Packages, evidence: Evidence) -> None:
    for _, package in packages:
        names = _files(world, package, evidence)
        kinds = [name for name in names if f"-{package.version}-" in name or f"-{package.version}.tar" in name]
        if len(kinds) < 2:
            there = ", ".join(names) or "nothing"
            raise BrokenError(
                f"{package.name} {package.version} is not whole in the registry: it has {there}.",
                "Run pulumi up --refresh: it publishes what is missing.",
            )
        evidence.saw.append(f"{package.name} {package.version}: wheel and sdist")


def _documented(world: World, packages: Packages, evidence: Evidence) -> None:
    """Each package has a README, which the registry shows, and the metadata carries it."""
    for home, package in packages:
        readme = world.clone(home.name, evidence) / package.path / "README.md"
        if not readme.exists() or len(readme.read_text().strip()) < 40:
            raise BrokenError(f"{package.name} has no README that says what it is.", f"Write {package.path}/README.md.")
    evidence.saw.append(f"{len(packages)} packages with a README of their own")


def _installs(world: World, package: Package, evidence: Evidence) -> None:
    """In an empty environment, from the registry alone; then it is imported."""
    requirement = f"{package.name}=={package.version}"
    programs = environment_with(world, f"install-{package.name}", [requirement], evidence)
    program = (
        "import importlib, importlib.metadata as m, sys; d = m.distribution(sys.argv[1]); "
        "tops = sorted({f.parts[0] for f in d.files if f.suffix == '.py' and len(f.parts) > 1}); "
        "[importlib.import_module(t) for t in tops]; print(d.version, *tops)"
    )
    remedy = f"Install {package.name} in an empty environment and import it: something that it needs is undeclared."
    said = run(evidence, [programs / "python", "-c", program, package.name], world.folder, remedy)
    evidence.saw.append(f"{package.name} {said.strip()}")
