"""The services of a compose file as containers, brought up from the file itself by Docker Compose.

https://docs.docker.com/reference/cli/docker/compose/up/
"""

import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from migration.verification.compose.compose_file import Service
from migration.verification.compose.images import built_image
from migration.verification.compose.services import (
    COMPOSE_FILE,
    PASSWORD,
    ComposeStack,
    Published,
    repository_of,
    services_of,
    tests_of,
)
from migration.verification.harness.check import BrokenError, Evidence
from migration.verification.harness.commands import free_port, outline
from migration.verification.harness.context import VerificationContext
from migration.verification.harness.docker import Docker

PATIENCE = 180
"""Seconds until every health check has to be content."""


@dataclass(frozen=True)
class _Project:
    """The compose file of the clone, with `here` laid over it."""

    context: VerificationContext
    docker: Docker
    override: Path
    password: str = field(repr=False)

    def compose(self, evidence: Evidence, *arguments: str) -> str:
        """What Compose printed. Raises BrokenError."""
        tests = tests_of(self.context)
        clone = self.context.clone(tests.name, evidence)
        which = ("--project-name", self.context.project, "--file", clone / COMPOSE_FILE, "--file", self.override)
        remedy = f"Run `docker compose {' '.join(arguments)}` in a clone of {tests.name}, and fix what it reports."
        return self.docker.run_compose(evidence, clone, remedy, *which, *arguments, **{PASSWORD: self.password})

    def down(self) -> None:
        """Remove its containers, networks and volumes."""
        with suppress(BrokenError):  # no check depends on it
            self.compose(Evidence(), "down", "--volumes", "--timeout", "1")


def contained(context: VerificationContext, docker: Docker, evidence: Evidence) -> ComposeStack:
    """Images built from the clones, then `docker compose up --wait`. Raises BrokenError, SkippedError."""
    tests = tests_of(context)
    services = services_of(context, evidence, f"${{{PASSWORD}}}")  # Compose fills it in: no file of ours holds it
    images = {name: _image(context, docker, service, evidence) for name, service in services.items()}
    published = Published(services, {name: free_port() for name, service in services.items() if service.port})
    override = context.folder / "stack" / "docker-compose.here.yml"
    override.parent.mkdir(parents=True, exist_ok=True)
    override.write_text(_override(published, images))
    project = _Project(context, docker, override, secrets.token_urlsafe(24))
    project.down()  # what a killed run may have left
    context.at_end(project.down)
    without = ["--scale", f"{tests.test_service}=0"] if tests.test_service in services else []
    try:
        project.compose(evidence, "up", "--wait", "--wait-timeout", str(PATIENCE), *without)
    except BrokenError as broken:
        output = project.compose(Evidence(), "logs", "--no-color", "--tail", "20")
        raise BrokenError(f"{broken.why}\nThe services said:\n{outline(output)}", broken.remedy) from None
    addresses = {name: f"http://127.0.0.1:{port}" for name, port in published.ports.items()}
    evidence.saw.append(", ".join(f"{name} at {address}" for name, address in addresses.items()))
    suite = published.environment(str(tests.test_service), inside=False) if without else {}
    return ComposeStack(
        addresses=addresses,
        suite=suite,
        test=lambda gathered: project.compose(gathered, "run", "--rm", "--no-TTY", str(tests.test_service)),
        how="containers by Docker Compose, from the compose file and images built of fresh clones",
    )


def _image(context: VerificationContext, docker: Docker, service: Service, evidence: Evidence) -> str:
    repository = repository_of(context, service)
    if repository and repository.dockerfile:
        return built_image(context, docker, repository, evidence)
    return docker.base(f"{service.image}:{service.tag}", evidence)


def _override(published: Published, images: Mapping[str, str]) -> str:
    """What is different on this machine: names of images, free ports, and the addresses that follow from them.

    JSON is YAML too, but for the tag by which a list replaces that of the file before:
    https://docs.docker.com/reference/compose-file/merge/#replace-value
    """
    lines = ["services:"]
    for name, service in published.services.items():
        entry = {
            "image": images[name],
            "pull_policy": "never",
            "environment": published.environment(name, inside=True),
        }
        lines += [f"  {name}:", *(f"    {key}: {json.dumps(value)}" for key, value in entry.items())]
        if name in published.ports:
            ports = [f"127.0.0.1:{published.ports[name]}:{service.port}"]
            lines.append(f"    ports: !override {json.dumps(ports)}")
    return "\n".join(lines) + "\n"
