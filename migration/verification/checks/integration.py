"""The parts together: the stack of the compose file, the suite against it, and parts swapped for others."""

import json
import math
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from migration.desired_state.pipelines import WORKFLOW_FOLDER
from migration.verification.checks.standalone_repositories import has_tests, passes_its_tests, title_of
from migration.verification.compose.browser import browser
from migration.verification.compose.compose_file import fixed_passwords
from migration.verification.compose.programs import folder_server, page
from migration.verification.compose.running import stack
from migration.verification.compose.services import COMPOSE_FILE, services_of, tests_of
from migration.verification.harness.check import BrokenError, Check, Evidence, SkippedError
from migration.verification.harness.commands import clean_environment, free_port, run, serve
from migration.verification.harness.context import VerificationContext
from migration.verification.harness.python_environments import environment_with

_OF_AN_ADDRESS = re.compile(r"URL|URI|HOST|ORIGIN|ENDPOINT|API|BACKEND|SERVER")
PART = "Integration"
VERSIONS_FILE = "versions.json"
OWN_BACKEND = "examples/own_backend/main.py"
OWN_FRONTEND = "examples/own_frontend"


def checks(context: VerificationContext) -> Iterator[Check]:
    """The lines about everything together; none when the plan has no repository that tests it."""
    tests = next((repository for repository in context.plan.repositories if repository.kind == "compose-tests"), None)
    if tests is None:
        return
    has_page = any(repository.kind == "vite-application" for repository in context.plan.repositories)
    yield Check(
        name="integration.suite",
        part=PART,
        line="Frontend + Backend work together" if has_page else "The services work together",
        run=partial(work_together, context),
    )
    if tests.test_service:
        yield Check(
            name="integration.test-service",
            part=PART,
            line=f"{tests.test_service.replace('-', ' ').title()} can test the stack",
            run=partial(_test_service, context),
        )
    yield Check(name="integration.compose", part=PART, line="Docker Compose works", run=partial(_compose, context))
    if VERSIONS_FILE in tests.transforms.add_files:
        yield Check(
            name="integration.versions",
            part=PART,
            line="Released versions are tested together, the newest and the one before",
            run=partial(_versions, context),
        )
    yield Check(name="integration.tests", part=PART, line="All tests passing", run=partial(_every_test, context))
    yield from _pairs(context)


def _pairs(context: VerificationContext) -> Iterator[Check]:
    """Each repository that calls an API with each that serves it, under the headings of both."""
    calling = [
        repository for repository in context.plan.repositories if repository.contract and repository.contract.types
    ]
    serving = [
        repository
        for repository in context.plan.repositories
        if repository.contract and repository.contract.generated_by
    ]
    for repository, peer in [
        pair for caller in calling for server in serving for pair in ((caller, server), (server, caller))
    ]:
        yield Check(
            name=f"{repository.name}.works-with.{peer.name}",
            part=title_of(repository),
            line=f"Works with {peer.name}",
            run=partial(work_together, context),
        )


def run_suite(
    context: VerificationContext, evidence: Evidence, addresses: dict[str, str], title: str, *files: str
) -> None:
    """The tests of the repository that tests everything, against these addresses, in a real browser."""
    tests = tests_of(context).name
    clone = context.clone(tests, evidence)
    programs = suite_environment(context, evidence)
    shots = context.folder / "screenshots" / title
    where = {f"{name.upper().replace('-', '_')}_ADDRESS": address for name, address in addresses.items()}
    environment = clean_environment(**where, BROWSER=browser(context, evidence), SCREENSHOTS=str(shots))
    remedy = f"Start the stack by hand and run the suite of {tests} against it: its README says how."
    command = [programs / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short", *files]
    evidence.saw.append(run(evidence, command, clone, remedy, environment).strip().splitlines()[-1])
    if any(repository.kind == "vite-application" for repository in context.plan.repositories) and not any(
        shots.glob("*.png")
    ):
        raise BrokenError(
            f"The suite of {tests} has shown no page: there is no screenshot.",
            "Let its test of the page write one into the folder that SCREENSHOTS names.",
        )
    evidence.screenshots |= {f"{title}: {shot.stem}": shot for shot in sorted(shots.glob("*.png"))}


def suite_environment(context: VerificationContext, evidence: Evidence) -> Path:
    """What the suite needs, and the examples beside it."""

    def install(gathered: Evidence) -> Path:
        requirements = context.clone(tests_of(context).name, gathered) / "requirements.txt"
        if not requirements.exists():
            raise BrokenError("The suite has no requirements.txt.", "Add one, so that it can be installed.")
        return environment_with(context, "suite", ["--requirement", str(requirements)], gathered)

    return context.once("suite", evidence, install)


def work_together(context: VerificationContext, evidence: Evidence) -> None:
    """A workflow created in one browser is seen in a second one; API and WebSocket do as the contract says."""
    context.once("the stack together", evidence, partial(_suite, context))


def _every_test(context: VerificationContext, evidence: Evidence) -> None:
    """Those of each repository alone, and those of everything together."""
    for repository in context.plan.repositories:
        if has_tests(repository):
            passes_its_tests(context, repository, evidence)
    work_together(context, evidence)


def _suite(context: VerificationContext, evidence: Evidence) -> None:
    running = stack(context, evidence)
    evidence.saw.append(f"started as {running.how}")
    run_suite(context, evidence, dict(running.addresses), "together")


def _test_service(context: VerificationContext, evidence: Evidence) -> None:
    """Its own command of the compose file, against the stack."""
    running = stack(context, evidence)
    output = running.test(evidence)
    last = output.strip().splitlines()[-1].strip("= ")
    evidence.saw.append(last)
    if "passed" not in last or "skipped" in last:
        raise BrokenError(f"Not every check was run: {last}", f"Start the stack by hand: {evidence.ran[-1]}")


def _compose(context: VerificationContext, evidence: Evidence) -> None:
    """Health checks, no fixed passwords, only images that exist; and the services come up."""
    tests = tests_of(context)
    services = services_of(context, evidence)
    text = (context.clone(tests.name, evidence) / COMPOSE_FILE).read_text()
    remedy = f"Fix {COMPOSE_FILE} of {tests.name}."
    if fixed := fixed_passwords(text):
        raise BrokenError(f"It contains passwords: {', '.join(fixed)}.", f"{remedy} Write ${{POSTGRES_PASSWORD:?}}.")
    released = {repository.name for repository in context.plan.repositories if repository.dockerfile}
    for service in services.values():
        name = service.image.rpartition("/")[2]
        if "/" not in service.image and name not in released and name != "postgres":
            raise BrokenError(
                f"{service.name} uses the image {name}, which no repository of the plan releases.", remedy
            )
        if not service.has_health_check and service.name != tests.test_service:
            raise BrokenError(f"{service.name} has no health check.", remedy)
    running = stack(context, evidence)
    evidence.saw.append(f"{len(services)} services, {running.how}")


def _versions(context: VerificationContext, evidence: Evidence) -> None:
    """A workflow starts the stack from every combination, and each is of releases that there are."""
    tests = tests_of(context)
    clone = context.clone(tests.name, evidence)
    remedy = f"Fix {VERSIONS_FILE} of {tests.name}: each repository with its newest release, then the one before."
    if not any(VERSIONS_FILE in path.read_text() for path in (clone / WORKFLOW_FOLDER).glob("*.yml")):
        raise BrokenError(f"No workflow of {tests.name} reads {VERSIONS_FILE}.", "Run pulumi up: it has one.")
    versions: dict[str, list[str]] = json.loads((clone / VERSIONS_FILE).read_text())
    released = {repository.name for repository in context.plan.repositories if repository.dockerfile} - {
        tests.test_service
    }
    if wrong := sorted(released & _images(context, evidence) ^ versions.keys()):
        raise BrokenError(f"{VERSIONS_FILE} and the stack differ in {', '.join(wrong)}.", remedy)
    for name, tags in versions.items():
        available = {"latest", *(ref.removeprefix("refs/tags/") for ref in context.remote(name).refs())}
        if not tags or (absent := [each for each in tags if each not in available]):
            raise BrokenError(f"{name} has no release {', '.join(absent) if tags else 'to take'}.", remedy)
    combinations = math.prod(map(len, versions.values()))
    evidence.saw.append(f"{combinations} combinations of {', '.join(versions)}")


def _images(context: VerificationContext, evidence: Evidence) -> set[str]:
    return {service.image.rpartition("/")[2] for service in services_of(context, evidence).values()}


def with_another_backend(context: VerificationContext, evidence: Evidence) -> None:
    """The frontend built for a backend that shares no line with ours; then the whole suite."""
    tests, frontend = tests_of(context), _frontend(context)
    program = context.clone(tests.name, evidence) / OWN_BACKEND
    if not program.exists():
        raise SkippedError(f"{tests.name} has no {OWN_BACKEND}.", "Add a second backend that keeps the contract.")
    backend, port = free_port(), free_port()
    programs = suite_environment(context, evidence)
    command = [programs / "python", program, str(backend)]
    log = context.folder / "stack" / "own-backend.log"
    server = context.keep(serve(evidence, command, program.parent, log, clean_environment()))
    address = f"http://127.0.0.1:{backend}"
    server.wait_for(address)
    variables = {api_variable(context, frontend, evidence): address}
    page(context, context.repository(frontend), port, variables, evidence)
    addresses = {_engine(context): address, frontend: f"http://127.0.0.1:{port}"}
    run_suite(context, evidence, addresses, "another backend")


def with_another_frontend(context: VerificationContext, evidence: Evidence) -> None:
    """The engine with a page that shares no line with ours, in the browser."""
    from migration.verification.compose.programs import python_service

    tests, engine = tests_of(context), context.repository(_engine(context))
    folder = context.clone(tests.name, evidence) / OWN_FRONTEND
    if not folder.exists():
        raise SkippedError(f"{tests.name} has no {OWN_FRONTEND}.", "Add a second page that keeps the contract.")
    port, backend = free_port(), free_port()
    folder_server(context, folder, port, evidence)
    origin = {"ALLOWED_ORIGINS": f"http://127.0.0.1:{port}"}
    python_service(context, engine, backend, origin, evidence).wait_for(f"http://127.0.0.1:{backend}/")
    address = f"http://127.0.0.1:{backend}"
    addresses = {engine.name: address, _frontend(context): f"http://127.0.0.1:{port}/?backend={address}"}
    run_suite(context, evidence, addresses, "another frontend", "tests/test_browser.py")


def api_variable(context: VerificationContext, name: str, evidence: Evidence) -> str:
    """The variable with the address of the page's backend: the contract's, or the only one of .env.example.

    Raises BrokenError where no variable is named, SkippedError where several may be it.
    """
    contract = context.repository(name).contract
    if contract and contract.address_variable:
        return contract.address_variable
    example = context.clone(name, evidence) / ".env.example"
    lines = example.read_text().splitlines() if example.exists() else []
    pairs = [line.partition("=")[::2] for line in lines if line.startswith("VITE_")]
    names = [key for key, value in pairs if "://" in value or _OF_AN_ADDRESS.search(key)]
    if not names:
        raise BrokenError(f"{name} has no .env.example that names its backend's variable.", "Add one.")
    if len(names) > 1:
        remedy = f"Write contract.address_variable of {name} into the plan."
        raise SkippedError(f"Each of {', '.join(names)} may hold the address of the backend of {name}.", remedy)
    return names[0]


def _frontend(context: VerificationContext) -> str:
    return next(repository.name for repository in context.plan.repositories if repository.kind == "vite-application")


def _engine(context: VerificationContext) -> str:
    return next(
        repository.name
        for repository in context.plan.repositories
        if repository.contract and repository.contract.generated_by
    )
