"""From a machine to a Docker daemon that a verification can use, or none."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from command_line.terminal.console import Steps
from components.stack.settings import WORKSPACE
from engine import ensure_compose, installed_compose
from migration.verification.harness.check import SkippedError
from migration.verification.harness.docker import Docker
from sandbox.containers.base_images import BaseImages
from sandbox.containers.daemon import answering_daemon, docker_daemon
from sandbox.errors import SandboxError

IMAGES = WORKSPACE / "docker"
"""Where a daemon of ours keeps its images."""


@contextmanager
def containers(demanded: bool, progress: Steps) -> Iterator[Docker | None]:
    """The daemon for as long as it is needed.

    demanded: set up what is missing: Compose, the daemon, base images. Raises EngineError, SandboxError. Otherwise only
    what the machine has is used; None when it has no daemon, or no Compose.
    """
    if not demanded:
        host, compose = answering_daemon(), installed_compose()
        yield _docker(BaseImages(host=host, compose=compose, may_make=False), False) if host and compose else None
        return
    with ExitStack() as until_the_end:
        with progress.step("docker") as step:
            compose = ensure_compose(step.say)
            host = until_the_end.enter_context(docker_daemon(IMAGES))
            step.say(host)
        yield _docker(BaseImages(host=host, compose=compose, may_make=True), True)


def _docker(images: BaseImages, demanded: bool) -> Docker:
    def find(image: str) -> str:
        try:
            return images.find(image)
        except SandboxError as error:
            why, _, remedy = str(error).rpartition("\n")
            raise SkippedError(why, remedy) from None

    return Docker(host=images.host, compose=images.compose, demanded=demanded, find_base=find)
