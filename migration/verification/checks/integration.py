"""The parts together: the stack of the compose file, the suite against it, and parts swapped for others."""

import json
import math
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
from migration.verification.harness.check import BrokenError, Check, Evidence, NotJudgedError
from migration.verification.harness.commands import clean_environment, free_port, run, serve
from migration.verification.harness.python_environments import environment_with
from migration.verification.harness.world import VerificationWorld

PART = "Integration"
VERSIONS_FILE = "versions.json"
OWN_BACKEND = "examples/own_backend/main.py"
OWN_FRONTEND = "examples/own_frontend"


def checks(world: VerificationWorld) -> Iterator[Check]:
    """The lines about everything together; none when the plan has no repository that tests it."""
    tests = next((one for one in world.plan.repositories if one.kind == "compose-tests"), None)
    if tests is None:
        return
    has_page = any(one.kind == "vite-application" for one in world.plan.repositories)
    yield Check(
        name="integration.suite",
        part=PART,
        line="Frontend + Backend work together" if has_page else "The services work together",
        judge=partial(work_together, world),
    )
    if tests.test_service:
        yield Check(
            name="integration.test-service",
            part=PART,
            line=f"{tests.test_service.replace('-', ' ').title()} can test the stack",
            judge=partial(_test_service, world),
        )
    yield Check(name="integration.compose", part=PART, line="Docker Compose works", judge=partial(_compose, world))
    if VERSIONS_FILE in tests.transforms.add_files:
        yield Check(
            name="integration.versions",
            part=PART,
            line="Released versions are tested together, the newest and the one before",
            judge=partial(_versions, world),
        )
    yield Check(name="integration.tests", part=PART, line="All tests passing", judge=partial(_every_test, world))
    yield from _pairs(world)


def _pairs(world: VerificationWorld) -> Iterator[Check]:
    """Whoever calls an API and whoever serves it, each under its own heading."""
    calling = [one for one in world.plan.repositories if one.contract and one.contract.types]
    serving = [one for one in world.plan.repositories if one.contract and one.contract.generated_by]
    for one, other in [
        pair for caller in calling for server in serving for pair in ((caller, server), (server, caller))
    ]:
        yield Check(
            name=f"{one.name}.works-with.{other.name}",
            part=title_of(one),
            line=f"Works with {other.name}",
            judge=partial(work_together, world),
        )


def run_suite(world: VerificationWorld, evidence: Evidence, addresses: dict[str, str], title: str, *files: str) -> None:
    """The tests of the repository that tests everything, against these addresses, in a real browser."""
    tests = tests_of(world).name
    clone = world.clone(tests, evidence)
    programs = suite_environment(world, evidence)
    shots = world.folder / "screenshots" / title
    where = {f"{name.upper().replace('-', '_')}_ADDRESS": address for name, address in addresses.items()}
    environment = clean_environment(**where, BROWSER=browser(world, evidence), SCREENSHOTS=str(shots))
    remedy = f"Start the stack by hand and run the suite of {tests} against it: its README says how."
    command = [programs / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short", *files]
    evidence.saw.append(run(evidence, command, clone, remedy, environment).strip().splitlines()[-1])
    if any(one.kind == "vite-application" for one in world.plan.repositories) and not any(shots.glob("*.png")):
        raise BrokenError(
            f"The suite of {tests} has shown no page: there is no screenshot.",
            "Let its test of the page write one into the folder that SCREENSHOTS names.",
        )
    evidence.screenshots |= {f"{title}: {shot.stem}": shot for shot in sorted(shots.glob("*.png"))}


def suite_environment(world: VerificationWorld, evidence: Evidence) -> Path:
    """What the suite needs, and the examples beside it."""

    def install(gathered: Evidence) -> Path:
        requirements = world.clone(tests_of(world).name, gathered) / "requirements.txt"
        if not requirements.exists():
            raise BrokenError("The suite has no requirements.txt.", "Add one, so that it can be installed.")
        return environment_with(world, "suite", ["--requirement", str(requirements)], gathered)

    return world.once("suite", evidence, install)


def work_together(world: VerificationWorld, evidence: Evidence) -> None:
    """A workflow created in one browser is seen in a second one; API and WebSocket do as the contract says."""
    world.once("the stack together", evidence, partial(_suite, world))


def _every_test(world: VerificationWorld, evidence: Evidence) -> None:
    """Those of each repository alone, and those of everything together."""
    for repository in world.plan.repositories:
        if has_tests(repository):
            passes_its_tests(world, repository, evidence)
    work_together(world, evidence)


def _suite(world: VerificationWorld, evidence: Evidence) -> None:
    running = stack(world, evidence)
    evidence.saw.append(f"started as {running.how}")
    run_suite(world, evidence, dict(running.addresses), "together")


def _test_service(world: VerificationWorld, evidence: Evidence) -> None:
    """Its own command of the compose file, against the stack."""
    running = stack(world, evidence)
    output = running.test(evidence)
    last = output.strip().splitlines()[-1].strip("= ")
    evidence.saw.append(last)
    if "passed" not in last or "skipped" in last:
        raise BrokenError(f"Not every check was run: {last}", f"Start the stack by hand: {evidence.ran[-1]}")


def _compose(world: VerificationWorld, evidence: Evidence) -> None:
    """Health checks, no fixed passwords, only images that exist; and the services come up."""
    tests = tests_of(world)
    services = services_of(world, evidence)
    text = (world.clone(tests.name, evidence) / COMPOSE_FILE).read_text()
    remedy = f"Mend {COMPOSE_FILE} of {tests.name}."
    if fixed := fixed_passwords(text):
        raise BrokenError(f"Passwords stand in it: {', '.join(fixed)}.", f"{remedy} Write ${{POSTGRES_PASSWORD:?}}.")
    released = {one.name for one in world.plan.repositories if one.dockerfile}
    for service in services.values():
        name = service.image.rpartition("/")[2]
        if "/" not in service.image and name not in released and name != "postgres":
            raise BrokenError(
                f"{service.name} uses the image {name}, which no repository of the plan releases.", remedy
            )
        if not service.has_health_check and service.name != tests.test_service:
            raise BrokenError(f"{service.name} has no health check.", remedy)
    running = stack(world, evidence)
    evidence.saw.append(f"{len(services)} services, {running.how}")


def _versions(world: VerificationWorld, evidence: Evidence) -> None:
    """A workflow starts the stack from every combination, and each is of releases that there are."""
    tests = tests_of(world)
    clone = world.clone(tests.name, evidence)
    remedy = f"Mend {VERSIONS_FILE} of {tests.name}: each repository with its newest release, then the one before."
    if not any(VERSIONS_FILE in path.read_text() for path in (clone / WORKFLOW_FOLDER).glob("*.yml")):
        raise BrokenError(f"No workflow of {tests.name} reads {VERSIONS_FILE}.", "Run pulumi up: it has one.")
    versions: dict[str, list[str]] = json.loads((clone / VERSIONS_FILE).read_text())
    released = {one.name for one in world.plan.repositories if one.dockerfile} - {tests.test_service}
    if wrong := sorted(released & _images(world, evidence) ^ versions.keys()):
        raise BrokenError(f"{VERSIONS_FILE} and the stack differ in {', '.join(wrong)}.", remedy)
    for name, wanted in versions.items():
        there = {"latest", *(ref.removeprefix("refs/tags/") for ref in world.remote(name).refs())}
        if not wanted or (absent := [one for one in wanted if one not in there]):
            raise BrokenError(f"{name} has no release {', '.join(absent) if wanted else 'to take'}.", remedy)
    combinations = math.prod(map(len, versions.values()))
    evidence.saw.append(f"{combinations} combinations of {', '.join(versions)}")


def _images(world: VerificationWorld, evidence: Evidence) -> set[str]:
    return {service.image.rpartition("/")[2] for service in services_of(world, evidence).values()}


def with_another_backend(world: VerificationWorld, evidence: Evidence) -> None:
    """The frontend built for a backend that shares no line with ours; then the whole suite."""
    tests, frontend = tests_of(world), _frontend(world)
    program = world.clone(tests.name, evidence) / OWN_BACKEND
    if not program.exists():
        raise NotJudgedError(f"{tests.name} has no {OWN_BACKEND}.", "Add a second backend that keeps the contract.")
    backend, port = free_port(), free_port()
    programs = suite_environment(world, evidence)
    command = [programs / "python", program, str(backend)]
    log = world.folder / "stack" / "own-backend.log"
    server = world.keep(serve(evidence, command, program.parent, log, clean_environment()))
    address = f"http://127.0.0.1:{backend}"
    server.wait_for(address)
    variables = {api_variable(world, frontend, evidence): address}
    page(world, world.repository(frontend), port, variables, evidence)
    addresses = {_engine(world): address, frontend: f"http://127.0.0.1:{port}"}
    run_suite(world, evidence, addresses, "another backend")


def with_another_frontend(world: VerificationWorld, evidence: Evidence) -> None:
    """The engine with a page that shares no line with ours, in the browser."""
    from migration.verification.compose.programs import python_service

    tests, engine = tests_of(world), world.repository(_engine(world))
    folder = world.clone(tests.name, evidence) / OWN_FRONTEND
    if not folder.exists():
        raise NotJudgedError(f"{tests.name} has no {OWN_FRONTEND}.", "Add a second page that keeps the contract.")
    port, backend = free_port(), free_port()
    folder_server(world, folder, port, evidence)
    origin = {"ALLOWED_ORIGINS": f"http://127.0.0.1:{port}"}
    python_service(world, engine, backend, origin, evidence).wait_for(f"http://127.0.0.1:{backend}/")
    address = f"http://127.0.0.1:{backend}"
    addresses = {engine.name: address, _frontend(world): f"http://127.0.0.1:{port}/?backend={address}"}
    run_suite(world, evidence, addresses, "another frontend", "tests/test_browser.py")


def api_variable(world: VerificationWorld, name: str, evidence: Evidence) -> str:
    """The variable that tells a page where its backend is, from the page's .env.example."""
    example = world.clone(name, evidence) / ".env.example"
    lines = example.read_text().splitlines() if example.exists() else []
    names = [line.partition("=")[0] for line in lines if line.startswith("VITE_")]
    if not names:
        raise BrokenError(f"{name} has no .env.example that names its backend's variable.", "Add one.")
    return names[0]


def _frontend(world: VerificationWorld) -> str:
    return next(one.name for one in world.plan.repositories if one.kind == "vite-application")


def _engine(world: VerificationWorld) -> str:
    return next(one.name for one in world.plan.repositories if one.contract and one.contract.generated_by)
