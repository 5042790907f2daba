"""A Docker daemon to build images and start containers on."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from migration.verification.harness.check import Evidence, SkippedError
from migration.verification.harness.commands import clean_environment, run

# Compose's own builder: 2.37 hands images to bake, which leaves their network out.
# https://github.com/docker/compose/issues/12951
_BUILDER = {"DOCKER_BUILDKIT": "1", "COMPOSE_BAKE": "false"}


@dataclass(frozen=True, kw_only=True)
class Docker:
    """host: the daemon's address, on this machine. compose: the words that start Docker Compose.

    demanded: the command line requires containers. find_base: from an image that a Dockerfile
    or a compose file names to one that the daemon has, which is that or a stand-in; raises SkippedError.
    """

    host: str
    compose: tuple[str, ...]
    demanded: bool
    find_base: Callable[[str], str]

    def base(self, image: str, evidence: Evidence) -> str:
        """What to build on, or to run, for an image of somebody else. Raises SkippedError."""
        found = self.find_base(image)
        if found != image:
            evidence.saw.append(f"{found} stands in for {image}")
        return found

    @contextmanager
    def where_possible(self, evidence: Evidence) -> Iterator[None]:
        """Leave out what is inside when an image that it needs cannot be had, unless containers are demanded."""
        try:
            yield
        except SkippedError as missing:
            if self.demanded:
                raise
            evidence.saw.append(f"not in containers: {missing.why}")

    def run_compose(self, evidence: Evidence, cwd: Path, remedy: str, *arguments: object, **variables: str) -> str:
        """What Compose printed. variables: its environment's own. Raises BrokenError."""
        environment = clean_environment(DOCKER_HOST=self.host, **_BUILDER, **variables)
        return run(evidence, [*self.compose, "--progress", "plain", *arguments], cwd, remedy, environment)

    def remove_image(self, name: str) -> None:
        """Take the name off the image; what was built stays in the daemon's cache."""
        command = ["docker", "--host", self.host, "image", "rm", "--force", name]
        subprocess.run(command, capture_output=True, check=False)
