"""A devpi-server in a container of our own image: on Docker's machine, behind its loopback address.

https://www.pulumi.com/registry/packages/docker/
"""

import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pulumi
import pulumi_docker as docker

from components.stack.registry_settings import DevpiContainer, DevpiServer
from components.stack.settings import PROJECT, WORKSPACE, SettingsError

_IMAGE = Path(__file__).with_name("image")
_PLUGIN = PROJECT / "sandbox" / "registry" / "read_access.py"
_HOME = "/var/lib/devpi"
_PASSWORD_HASH = "/run/secrets/devpi-root-password-hash"
_PATIENCE = 180  # seconds for the first start, which makes a database


class DevpiServerContainer(pulumi.ComponentResource):
    """Image, volume and container; the volume stays when the stack goes. Leaves everything else of Docker alone.

    Of the administrator's password the container gets the hash that devpi keeps, in a file. It is set once, with the
    database: another one afterwards changes nothing. Docker lets no other user than root own such a file, so the
    password itself has no place there.
    """

    def __init__(self, name: str, args: DevpiServer, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register them. Raises SettingsError without a password."""
        server = args
        assert server.container
        settings = server.container
        super().__init__("multirepo:registry:DevpiServerContainer", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        image = _image(name, settings, child)
        retained = pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(retain_on_delete=True))
        volume = docker.Volume(f"{name}-volume", name=settings.name, opts=retained)
        once = pulumi.ResourceOptions(ignore_changes=["uploads"], delete_before_replace=True)
        self.container = docker.Container(
            f"{name}-container",
            name=settings.name,
            image=image.image_id,
            ports=[docker.ContainerPortArgs(internal=3141, external=settings.port, ip="127.0.0.1")],
            volumes=[docker.ContainerVolumeArgs(volume_name=volume.name, container_path=_HOME)],
            uploads=[
                docker.ContainerUploadArgs(
                    file=_PASSWORD_HASH, content=pulumi.Output.secret(_password_hash(server)), permissions="0444"
                )
            ],
            capabilities=docker.ContainerCapabilitiesArgs(drops=["ALL"]),
            security_opts=["no-new-privileges:true"],
            restart="unless-stopped",
            wait=True,  # until the image's health check passes
            wait_timeout=_PATIENCE,
            opts=pulumi.ResourceOptions.merge(child, once),
        )
        self.register_outputs({"address": server.address})


def _password_hash(server: DevpiServer) -> str:
    """As devpi keeps it. A file that a container gets before its start is root's, so others must be able to read it."""
    import argon2

    try:
        return argon2.PasswordHasher().hash(server.password())
    except ValueError as error:
        raise SettingsError(f"{error} It becomes the password of the registry that this stack creates.") from None


def _image(name: str, settings: DevpiContainer, options: pulumi.ResourceOptions) -> docker.RemoteImage:
    """Built by Docker when something that goes into it changes."""
    files = {file.name: file.read_bytes() for file in (*sorted(_IMAGE.iterdir()), _PLUGIN) if file.is_file()}
    ingredients = [
        settings.base.encode(),
        *(part for file, content in files.items() for part in (file.encode(), content)),
    ]
    digest = hashlib.sha256(b"\0".join(ingredients)).hexdigest()[:16]
    return docker.RemoteImage(
        f"{name}-image",
        name=f"multirepo-devpi:{digest}",
        build=docker.RemoteImageBuildArgs(context=_context(digest, files), build_args={"BASE": settings.base}),
        triggers={"digest": digest},
        keep_locally=True,
        opts=options,
    )


def _context(digest: str, files: Mapping[str, bytes]) -> str:
    """The folder that Docker builds from, as a path from the project's: the same on each machine."""
    folder = WORKSPACE / "registry-image" / digest
    if not folder.exists():
        unfinished = folder.with_name(f"{digest}.{os.getpid()}")
        unfinished.mkdir(parents=True)
        for file, content in files.items():
            (unfinished / file).write_bytes(content)
        try:
            unfinished.rename(folder)
        except OSError:  # another process has made it
            shutil.rmtree(unfinished)
    return str(folder.relative_to(PROJECT))
