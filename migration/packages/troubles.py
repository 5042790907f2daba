"""What commonly goes wrong in a clone of a new repository, recognised by its cause: each with its remedy."""

import os
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urljoin

import httpx

from migration.packages.manifests.dependency_rules import MANIFEST

TIMEOUT = 10.0  # seconds
_UNSEEN = {".git", ".venv", "node_modules", ".mypy_cache", ".pytest_cache"}
_LINK = re.compile(r'href="([^"#]+)')
_REFUSED = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """place: where it is. problem: what is wrong there. remedy: what to do, a command where one does it."""

    place: str
    problem: str
    remedy: str


def troubles(folder: Path, environment: Mapping[str, str] = os.environ) -> list[Trouble]:
    """Everything that is found in the clone at `folder`."""
    return [*import_errors(folder), *registry_authentication(folder, environment), *image_build_failures(folder)]


def import_errors(folder: Path) -> Iterator[Trouble]:
    """Folders of which only Python's cache is left, as after a module was renamed or moved.

    Python still finds them, as namespace packages with nothing in them, and imports them instead of what is meant.
    """
    for place, _, files in os.walk(folder):
        path = Path(place)
        if path.name == "__pycache__" and not (set(path.relative_to(folder).parts) & _UNSEEN) and files:
            sources = [each for each in path.parent.rglob("*") if each.is_file() and "__pycache__" not in each.parts]
            if not sources:
                module = path.parent.relative_to(folder)
                yield Trouble(
                    place=str(module),
                    problem="only Python's cache is left of this module, and it can still be imported, empty",
                    remedy=f"Run: rm -r {shlex.quote(str(path.parent))} && poetry install --no-cache",
                )


def registry_authentication(folder: Path, environment: Mapping[str, str]) -> Iterator[Trouble]:
    """Sources of private packages that refuse the credentials in the environment, or do not answer."""
    manifest = folder / MANIFEST
    if not manifest.exists():
        return
    try:
        tool = tomllib.loads(manifest.read_text()).get("tool", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        yield Trouble(place=MANIFEST, problem=f"it cannot be read: {error}", remedy="Fix it.")
        return
    for name, url, packages, prefix in _sources(tool):
        start = f"{prefix}_{re.sub('[.-]', '_', name.upper())}"
        variables = (f"{start}_USERNAME", f"{start}_PASSWORD")
        credentials = (environment.get(variables[0], ""), environment.get(variables[1], ""))
        for package in packages[:1]:
            yield from _refusal(name, url, package, credentials, variables)


def _sources(tool: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str], str]]:
    """Name, address, packages that name it, and the client's prefix of variables."""
    poetry, uv = tool.get("poetry", {}), tool.get("uv", {})
    groups = [poetry, *poetry.get("group", {}).values()]
    asked = [item for group in groups for item in group.get("dependencies", {}).items()]
    for source in poetry.get("source", []):
        named = [key for key, entry in asked if isinstance(entry, dict) and entry.get("source") == source["name"]]
        yield source["name"], source.get("url", ""), named, "POETRY_HTTP_BASIC"
    for index in uv.get("index", []):
        pinned = uv.get("sources", {}).items()
        named = [key for key, entry in pinned if isinstance(entry, dict) and entry.get("index") == index.get("name")]
        yield index.get("name", ""), index.get("url", ""), named, "UV_INDEX"


def _refusal(
    name: str, url: str, package: str, credentials: tuple[str, str], variables: tuple[str, str]
) -> Iterator[Trouble]:
    """The listing of a package and its first file: some registries show their listings to everybody."""
    place = f"{MANIFEST}: source {name}"
    try:
        with httpx.Client(auth=credentials, timeout=TIMEOUT, headers={"Accept": "text/html"}) as client:
            page = f"{url.rstrip('/')}/{package}/"
            answer = client.get(page)
            links = _LINK.findall(answer.text) if answer.is_success else []
            answer = client.head(urljoin(page, links[0])) if links else answer
    except httpx.HTTPError as error:
        remedy = "Start it, or see whether this machine reaches it."
        yield Trouble(place=place, problem=f"{url} does not answer ({type(error).__name__})", remedy=remedy)
        return
    if answer.status_code in _REFUSED:
        problem = "no token is set" if not credentials[1] else "the token is refused: it expired, or was replaced"
        remedy = (
            f"Export {variables[0]} and {variables[1]} with a valid token; who manages the stack makes new ones with "
            "./multirepo rotate."
        )
        yield Trouble(place=place, problem=f"{problem} ({answer.status_code} for {package})", remedy=remedy)
    elif answer.status_code == httpx.codes.NOT_FOUND:
        remedy = "Run pulumi up with the wave of its repository moving: that publishes it."
        yield Trouble(place=place, problem=f"it has no package {package}", remedy=remedy)


def image_build_failures(folder: Path) -> Iterator[Trouble]:
    """Dockerfiles that copy what the repository does not have: https://docs.docker.com/reference/dockerfile/#copy"""
    for dockerfile in sorted(folder.rglob("Dockerfile*")):
        if set(dockerfile.relative_to(folder).parts) & _UNSEEN:
            continue
        text = re.sub(r"\\\n", " ", dockerfile.read_text(errors="replace"))
        for line in text.splitlines():
            for source in _copy(line):
                if not _is_in(folder, source):
                    yield Trouble(
                        place=str(dockerfile.relative_to(folder)),
                        problem=f"it copies {source!r}, which is not in this repository",
                        remedy="Copy what is here, and install private packages from the registry, with its token as "
                        "a build secret: RUN --mount=type=secret,id=… poetry install. Then build with --no-cache.",
                    )


def _copy(line: str) -> list[str]:
    """What a COPY or ADD takes from the build context; nothing for other lines, and where variables decide."""
    words = line.split()
    if not words or words[0].upper() not in ("COPY", "ADD") or "--from=" in line or "$" in line or "[" in line:
        return []
    sources = [word for word in words[1:] if not word.startswith("--")][:-1]
    return [each for each in sources if "://" not in each]


def _is_in(folder: Path, source: str) -> bool:
    """Whether the pattern of a COPY matches something in the build context."""
    parts = PurePosixPath(source.lstrip("/")).parts
    return ".." not in parts and (not parts or any(folder.glob("/".join(parts))))
