"""Images, built from fresh clones by the Dockerfiles in them.

https://docs.docker.com/reference/dockerfile/
"""

import json
import re
from functools import partial
from pathlib import Path

from migration.plan import Repository
from migration.verification.harness.check import Evidence, SkippedError
from migration.verification.harness.context import VerificationContext
from migration.verification.harness.docker import Docker

_ARGUMENT = re.compile(r"^ARG\s+(\w+)=(\S+)\s*$", re.MULTILINE | re.IGNORECASE)
_FROM = re.compile(r"^FROM\s+(?:--platform=\S+\s+)?(\S+)(?:\s+AS\s+(\S+))?\s*$", re.MULTILINE | re.IGNORECASE)


def bases(dockerfile: str) -> list[tuple[str, str]]:
    """The images that it builds on, but for its own stages: each with the argument that names it, or "".

    >>> bases("ARG BASE=debian:12\\nFROM ${BASE} AS build\\nFROM build")
    [('BASE', 'debian:12')]
    """
    arguments = dict(_ARGUMENT.findall(dockerfile))
    stages = {stage for _, stage in _FROM.findall(dockerfile)}
    found = []
    for image, _ in _FROM.findall(dockerfile):
        argument = image.strip("${}") if image.startswith("$") else ""
        if image not in stages and image != "scratch":
            found.append((argument, arguments.get(argument, image)))
    return list(dict.fromkeys(found))


def built_image(context: VerificationContext, docker: Docker, repository: Repository, evidence: Evidence) -> str:
    """The name of the image, once it is built. Raises BrokenError, SkippedError for a base that cannot be had."""
    return context.once(f"image {repository.name}", evidence, partial(_build, context, docker, repository))


def _build(context: VerificationContext, docker: Docker, repository: Repository, evidence: Evidence) -> str:
    clone = context.clone(repository.name, evidence)
    name = f"{repository.name}:{context.project}"
    # The registry's credentials are build secrets, as in the pipelines: no layer and no argument holds them.
    source = context.plan.package_source.name
    secrets = context.index.source_credentials(source) if context.index else {}
    build = {
        "context": str(clone),
        "dockerfile": repository.dockerfile,
        "args": _arguments(docker, clone / str(repository.dockerfile), evidence),
        "network": "host",  # the registry may listen on loopback alone, as the sandbox's does
        "secrets": list(secrets),
    }
    document = {
        "services": {repository.name: {"image": name, "build": build}},
        "secrets": {secret: {"environment": secret} for secret in secrets},
    }
    file = context.folder / "images" / f"{repository.name}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(document))
    remedy = f"Run `docker build .` in a clone of {repository.name} alone, and fix {repository.dockerfile}."
    docker.run_compose(evidence, file.parent, remedy, "--file", file, "build", **secrets)
    context.at_end(partial(docker.remove_image, name))
    evidence.saw.append(f"built {name} from {repository.dockerfile}")
    return name


def _arguments(docker: Docker, dockerfile: Path, evidence: Evidence) -> dict[str, str]:
    """What to give to the build so that it finds its bases."""
    arguments = {}
    for argument, image in bases(dockerfile.read_text()):
        found = docker.base(image, evidence)
        if found == image:
            continue
        if not argument:
            raise SkippedError(
                f"{image} cannot be had here, and {dockerfile.name} takes no other base.",
                f"Write `ARG BASE={image}` and `FROM ${{BASE}}`.",
            )
        arguments[argument] = found
    return arguments
