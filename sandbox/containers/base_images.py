"""The images that Dockerfiles build on: the public ones, or stand-ins where no registry of images is reachable."""

import os
import shutil
import subprocess
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from sandbox.containers.daemon import docker
from sandbox.errors import SandboxError

SOURCES = Path(__file__).with_name("base_images")
DEBIAN = "multirepo-stand-in/debian:bookworm"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


@dataclass(frozen=True, kw_only=True)
class BaseImages:
    """Those of one daemon. compose: the words that start Docker Compose. may_make: whether to make stand-ins."""

    host: str
    compose: tuple[str, ...]
    may_make: bool
    _found: dict[str, str | SandboxError] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def find(self, image: str) -> str:
        """What to build on where a Dockerfile or a compose file says `image`: that, or its stand-in.

        image: as Docker writes it, with a tag: "python:3.11-slim". Raises SandboxError with what to do.
        """
        with self._lock:  # several builds ask at once
            if image not in self._found:
                try:
                    self._found[image] = self._find(image)
                except SandboxError as error:
                    self._found[image] = error
            found = self._found[image]
        if isinstance(found, SandboxError):
            raise found
        return found

    def _find(self, image: str) -> str:
        if self._is_here(image):
            return image
        service, stand_in = _stand_in_for(image)
        if stand_in and self._is_here(stand_in):
            if self.may_make:
                self._make(service, stand_in)  # nothing to do, unless what it is made of has changed
            return stand_in
        pulled = docker(self.host, "pull", "--quiet", image)
        if pulled.returncode == 0:
            return image
        why = f"{image} cannot be pulled: {pulled.stderr.strip()}"
        if stand_in is None:
            raise SandboxError(f"{why}\nThere is no stand-in for it: load it with `docker load`.")
        if not self.may_make:
            raise SandboxError(f"{why}\nGive --docker to have a stand-in for it made, or load it.")
        self._make(service, stand_in)
        return stand_in

    def _is_here(self, image: str) -> bool:
        return docker(self.host, "image", "inspect", image).returncode == 0

    def _make(self, service: str, stand_in: str) -> None:
        if not self._is_here(DEBIAN):
            self._import_debian()
        command = [*self.compose, "--progress", "plain", "build", service]
        environment = {**os.environ, "DOCKER_HOST": self.host, "COMPOSE_BAKE": "false"}
        done = subprocess.run(command, cwd=SOURCES, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            output = "\n".join((done.stdout + done.stderr).splitlines()[-12:])
            raise SandboxError(f"{stand_in} cannot be built:\n{output}")

    def _import_debian(self) -> None:
        if shutil.which("debootstrap") is None or os.geteuid() != 0:
            raise SandboxError(
                "No registry of images is reachable, and stand-ins take debootstrap, and root to run it.\n"
                "Install it (Debian: apt install debootstrap), or load the public images with `docker load`."
            )
        with tempfile.TemporaryDirectory(prefix="multirepo-debian-") as folder:
            tree = Path(folder) / "tree"
            command = ["debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", str(tree)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise SandboxError(f"debootstrap fails: {done.stdout[-500:]}{done.stderr[-500:]}")
            for archive in tree.glob("var/cache/apt/archives/*.deb"):
                archive.unlink()
            # Where the network has a certificate authority of its own, whatever is built must know it.
            shutil.copy(CERTIFICATES, tree / CERTIFICATES.relative_to("/"))
            with subprocess.Popen(["tar", "-C", tree, "-c", "."], stdout=subprocess.PIPE) as packed:
                assert packed.stdout is not None
                imported = docker(self.host, "import", "-", DEBIAN, stdin=packed.stdout.fileno())
        if imported.returncode:
            raise SandboxError(f"docker import fails: {imported.stderr.strip()}")


def _stand_in_for(image: str) -> tuple[str, str | None]:
    """The service of docker-compose.yml that builds it, and its name there; "" and None for no such."""
    services = yaml.safe_load((SOURCES / "docker-compose.yml").read_text())["services"]
    for service, entry in services.items():
        stand_in = str(entry["image"])
        if image.startswith(f"{service}:{stand_in.rpartition(':')[2]}"):
            return service, stand_in
    return "", None
