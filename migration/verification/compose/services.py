"""The services of the plan's compose file, and what both ways to start them share."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from migration.plan import Repository
from migration.verification.compose.compose_file import Service, read_services
from migration.verification.harness.check import BrokenError, Evidence
from migration.verification.harness.context import VerificationContext

COMPOSE_FILE = "docker-compose.yml"
PASSWORD = "POSTGRES_PASSWORD"


@dataclass(frozen=True, kw_only=True)
class ComposeStack:
    """What runs. addresses: service to where it is served, without a slash at the end.

    suite: what the test service finds in its environment, as seen from this machine. test: runs the test service's own
    command against the stack; what it printed. how: in words.
    """

    addresses: Mapping[str, str]
    suite: Mapping[str, str]
    test: Callable[[Evidence], str]
    how: str


@dataclass(frozen=True)
class Published:
    """Where the services are on this machine. ports: service to port, for those that can be reached."""

    services: Mapping[str, Service]
    ports: Mapping[str, int]

    def environment(self, name: str, *, inside: bool) -> dict[str, str]:
        """What a service finds in its environment. inside: of a network in which services have names."""
        return {key: self._local(value, inside) for key, value in self.services[name].environment.items()}

    def _local(self, value: str, inside: bool) -> str:
        for name, service in self.services.items():
            if name not in self.ports:
                continue
            own = {service.port, service.published, 5432 if service.image == "postgres" else None} - {None}
            places = [] if inside else [(name, port) for port in own]
            if service.published:
                places.append(("localhost", service.published))
            for host, port in places:
                value = re.sub(rf"(?<![\w-]){host}:{port}\b", f"127.0.0.1:{self.ports[name]}", value)
        return value


def tests_of(context: VerificationContext) -> Repository:
    """The repository that tests the whole stack. Raises BrokenError."""
    found = [repository for repository in context.plan.repositories if repository.kind == "compose-tests"]
    if not found:
        raise BrokenError(
            "The plan has no repository of the kind compose-tests.", "Add one that tests the whole stack."
        )
    return found[0]


def services_of(context: VerificationContext, evidence: Evidence, password: str = "") -> Mapping[str, Service]:
    """What its compose file says."""
    tests = tests_of(context)
    file = context.clone(tests.name, evidence) / COMPOSE_FILE
    if not file.exists():
        raise BrokenError(f"{tests.name} has no {COMPOSE_FILE}.", f"Add it with `transforms` of {tests.name}.")
    try:
        return read_services(file.read_text(), {PASSWORD: password})
    except KeyError as variable:
        raise BrokenError(f"{COMPOSE_FILE} needs {variable}, which nothing sets.", "Give it a default.") from None


def repository_of(context: VerificationContext, service: Service) -> Repository | None:
    """Whose image the service runs; None for one of somebody else."""
    name = service.image.rpartition("/")[2]
    return next((repository for repository in context.plan.repositories if repository.name == name), None)
