"""The services of a compose file as processes, wired as the file says."""

import secrets
from collections.abc import Mapping
from functools import partial

from migration.verification.compose.compose_file import Service
from migration.verification.compose.programs import page, postgres, python_service
from migration.verification.compose.services import ComposeStack, Published, repository_of, services_of, tests_of
from migration.verification.harness.check import Evidence
from migration.verification.harness.commands import clean_environment, free_port, run
from migration.verification.harness.context import VerificationContext
from migration.verification.harness.python_environments import python_environment


def started(context: VerificationContext, evidence: Evidence) -> ComposeStack:
    """Every service, started after what it depends on. Raises BrokenError, SkippedError."""
    password = secrets.token_urlsafe(24)
    services = services_of(context, evidence, password)
    ports = {name: free_port() for name in services}
    test_service = tests_of(context).test_service
    published = Published(services, ports)
    addresses = {}
    for name in _in_order(services):
        service, repository = services[name], repository_of(context, services[name])
        environment = published.environment(name, inside=False)
        if service.image == "postgres":
            release, database = service.tag.partition(".")[0], environment.get("POSTGRES_DB", "postgres")
            ports[name] = postgres(context, release, database, password, evidence)
            continue
        if repository is None or name == test_service:
            continue  # the suite is run against the others, not beside them
        if repository.kind == "vite-application":
            page(context, repository, ports[name], environment, evidence)
        else:
            server = python_service(context, repository, ports[name], environment, evidence)
            server.wait_for(f"http://127.0.0.1:{ports[name]}/")
        addresses[name] = f"http://127.0.0.1:{ports[name]}"
    evidence.saw.append(", ".join(f"{name} at {address}" for name, address in addresses.items()))
    suite = published.environment(str(test_service), inside=False) if test_service in services else {}
    how = "processes with a real PostgreSQL, from the services of the compose file, not in containers"
    return ComposeStack(addresses=addresses, suite=suite, test=partial(run_test_service, context, suite), how=how)


def run_test_service(context: VerificationContext, suite: Mapping[str, str], evidence: Evidence) -> str:
    """Its own command of the compose file, in the clean environment of its clone."""
    repository = context.repository(str(tests_of(context).test_service))
    programs = python_environment(context, repository.name, ".", evidence)
    command = services_of(context, evidence)[repository.name].command
    clone = context.clone(repository.name, evidence)
    remedy = f"Run it in a clone of {repository.name} with the same variables."
    words = [programs / command[0], *command[1:]]
    return run(evidence, words, clone, remedy, clean_environment(**suite, PYTHONPATH=str(clone)))


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
