"""The shared packages: published, installable from the registry alone, the same bytes as their source, documented."""

from collections.abc import Iterator
from functools import partial

from migration.errors import RegistryError, RemoteError
from migration.packages.publish.provenance import verify_published
from migration.plan import Package, Repository
from migration.verification.harness.check import BrokenError, Check, Evidence, SkippedError
from migration.verification.harness.commands import run
from migration.verification.harness.context import VerificationContext
from migration.verification.harness.python_environments import environment_with

PART = "Shared Packages"


def checks(context: VerificationContext) -> Iterator[Check]:
    """The lines about the packages of the plan; none when it has none."""
    packages = [(home, package) for home in context.plan.repositories for package in home.packages]
    if not packages:
        return
    lines = {
        "published": f"All {len(packages)} packages published to registry",
        "version": f"Version {', '.join(sorted({package.version for _, package in packages}))} available",
        "documented": "Documentation published",
    }
    functions = {"published": _published, "version": _version_available, "documented": _check_documented}
    for name, line in lines.items():
        yield Check(name=f"packages.{name}", part=PART, line=line, run=partial(functions[name], context, packages))
    for _, package in packages:
        yield Check(
            name=f"packages.install.{package.name}",
            part=PART,
            line=f"Can install via `pip install {package.name}`",
            run=partial(_installs, context, package),
        )


Packages = list[tuple[Repository, Package]]


def _files(context: VerificationContext, package: Package, evidence: Evidence) -> list[str]:
    """The names of the files that the registry has of this version."""
    if context.index is None:
        raise SkippedError("No registry is given.", "Set multirepo:registry in the stack, or give --index.")
    evidence.ran.append(f"GET {context.index.url.rstrip('/')}/{package.name}/")
    try:
        return list(context.index.files(package.name, package.version))
    except RegistryError as error:
        raise BrokenError(str(error), "Start the registry, or check its address and the reader's token.") from None


def _published(context: VerificationContext, packages: Packages, evidence: Evidence) -> None:
    absent = [package.name for _, package in packages if not _files(context, package, evidence)]
    if absent:
        raise BrokenError(f"The registry has no {', '.join(absent)}.", "Run pulumi up: it publishes what is missing.")
    evidence.saw.append(f"{len(packages)} packages")


def _version_available(context: VerificationContext, packages: Packages, evidence: Evidence) -> None:
    """Wheel and sdist, with the very bytes that were published from the commit that the repository names."""
    for home, package in packages:
        names = _files(context, package, evidence)
        if len(names) < 2:
            listed = ", ".join(names) or "nothing"
            raise BrokenError(
                f"{package.name} {package.version} is not whole in the registry: it has {listed}.",
                "Run pulumi up --refresh: it publishes what is missing.",
            )
        assert context.index is not None
        try:
            problems = verify_published(
                context.remote(home.name), context.index, package.name, package.version, home.name
            )
        except (RegistryError, RemoteError) as error:
            problems = [str(error)]
        if problems:
            raise BrokenError(
                f"{package.name} {package.version} is not what was published: {'; '.join(problems)}",
                "Find out who changed it. A version is never replaced: publish the next one.",
            )
        evidence.saw.append(f"{package.name} {package.version}: {len(names)} files, with the hashes of its manifest")


def _check_documented(context: VerificationContext, packages: Packages, evidence: Evidence) -> None:
    """Each package has a README, which the registry shows, and the metadata carries it."""
    for home, package in packages:
        readme = context.clone(home.name, evidence) / package.path / "README.md"
        if not readme.exists() or len(readme.read_text().strip()) < 40:
            raise BrokenError(f"{package.name} has no README that says what it is.", f"Write {package.path}/README.md.")
    evidence.saw.append(f"{len(packages)} packages with a README of their own")


def _installs(context: VerificationContext, package: Package, evidence: Evidence) -> None:
    """In an empty environment, from the registry alone; then it is imported."""
    requirement = f"{package.name}=={package.version}"
    programs = environment_with(context, f"install-{package.name}", [requirement], evidence)
    program = (
        "import importlib, importlib.metadata as m, sys; d = m.distribution(sys.argv[1]); "
        "tops = sorted({f.parts[0] for f in d.files if f.suffix == '.py' and len(f.parts) > 1}); "
        "[importlib.import_module(t) for t in tops]; print(d.version, *tops)"
    )
    remedy = f"Install {package.name} in an empty environment and import it: something that it needs is undeclared."
    output = run(evidence, [programs / "python", "-c", program, package.name], context.folder, remedy)
    evidence.saw.append(f"{package.name} {output.strip()}")
