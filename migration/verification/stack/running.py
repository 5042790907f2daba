"""The services of a compose file as processes, wired as the file says."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from migration.plan import Repository
from migration.verification.check import BrokenError, Evidence
from migration.verification.commands import free_port
from migration.verification.stack.compose import Service, read_services
from migration.verification.stack.programs import page, postgres, python_service
from migration.verification.world import World

COMPOSE_FILE = "docker-compose.yml"


@dataclass(frozen=True, kw_only=True)
class Stack:
    """What runs. addresses: service to where it is served, without a slash at the end.


    suite: what the test service finds in its environment. how: in words.
    """

    addresses: Mapping[str, str]
    suite: Mapping[str, str]
    how: str


@dataclass
class _Starting:
    world: World
    tests: Repository
    services: Mapping[str, Service]
    ports: Mapping[str, int]
    password: str = field(repr=False)

    def local(self, value: str) -> str:
        """A value of the file with the addresses of containers as those of the processes."""
        for name, service in self.services.items():
            for port in {service.port, service.published, 5432 if service.image == "postgres" else None} - {None}:
                for host in (name, "localhost"):
                    if host == name or port == service.published:
                        value = re.sub(rf"(?<![\w-]){host}:{port}\b", f"127.0.0.1:{self.ports[name]}", value)
        return value

    def environment(self, name: str) -> dict[str, str]:
        """What a service finds in its environment."""
        return {key: self.local(value) for key, value in self.services[name].environment.items()}


def stack(world: World, evidence: Evidence) -> Stack:
    """The whole stack, started once for all checks that need it. Raises BrokenError, NotJudgedError."""
    return world.once("stack", evidence, lambda gathered: _started(world, gathered))


def tests_of(world: World) -> Repository:
    """The repository that tests the whole stack. Raises BrokenError."""
    found = [one for one in world.plan.repositories if one.kind == "compose-tests"]
    if not found:
        raise BrokenError(
            "The plan has no repository of the kind compose-tests.", "Add one that tests the whole stack."
        )
    return found[0]


def services_of(world: World, evidence: Evidence, password: str = "") -> Mapping[str, Service]:
    """What its compose file says."""
    tests = tests_of(world)
    file = world.clone(tests.name, evidence) / COMPOSE_FILE
    if not file.exists():
        raise BrokenError(f"{tests.name} has no {COMPOSE_FILE}.", f"Add it with `transforms` of {tests.name}.")
    try:
        return read_services(file.read_text(), {"POSTGRES_PASSWORD": password})
    except KeyError as variable:
        raise BrokenError(f"{COMPOSE_FILE} needs {variable}, which nothing sets.", "Give it a default.") from None


def _started(world: World, evidence: Evidence) -> Stack:
    password = secrets.token_urlsafe(24)
    services = services_of(world, evidence, password)
    ports = {name: free_port() for name in services}
    tests = tests_of(world)
    starting = _Starting(world, tests, services, ports, password)
    addresses = {}
    for name in _in_order(services):
        service, repository = services[name], _repository_of(world, services[name])
        if service.image == "postgres":
            database = starting.environment(name).get("POSTGRES_DB", "postgres")
            ports[name] = postgres(world, name, database, password, evidence)[1]
            continue
        if repository is None or name == tests.test_service:
            continue  # the suite is run against the others, not beside them
        if repository.kind == "vite-application":
            page(world, repository, ports[name], starting.environment(name), evidence)
        else:
            server = python_service(world, repository, ports[name], starting.environment(name), evidence)
            server.wait_for(f"http://127.0.0.1:{ports[name]}/")
        addresses[name] = f"http://127.0.0.1:{ports[name]}"
    evidence.saw.append(", ".join(f"{name} at {address}" for name, address in addresses.items()))
    suite = starting.environment(str(tests.test_service)) if tests.test_service in services else {}
    how = "processes with a real PostgreSQL, from the services of the compose file, not in containers"
    return Stack(addresses=addresses, suite=suite, how=how)


def _in_order(services: Mapping[str, Service]) -> list[str]:
    """Each after what it depends on."""
    ordered: list[str] = []

    def add(name: str) -> None:
        if name not in ordered:
            for other in services[name].depends_on:
                add(other)
            ordered.append(name)

    for name in services:
        add(name)
    return ordered


def _repository_of(world: World, service: Service) -> Repository | None:
    name = service.image.rpartition("/")[2]
    return next((one for one in world.plan.repositories if one.name == name), None)
