"""What a pyproject.toml asks for, as PEP 508 writes it: for projects that have no lock file."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from migration.constraints import specifiers
from migration.packages.manifests.poetry import dependency_tables
from migration.verification.harness.check import BrokenError, SkippedError

_PLATFORMS = {"darwin": "darwin", "linux": "linux", "win32": "win32", "windows": "win32"}


def manifest_document(manifest: Path) -> dict[str, Any]:
    """A pyproject.toml of a clone. Raises BrokenError when it does not exist, or is not TOML."""
    where = f"{manifest.parent.name}/{manifest.name}"
    try:
        return tomllib.loads(manifest.read_text())
    except FileNotFoundError:
        raise BrokenError(f"There is no {where}.", "Add one, so that it can be installed.") from None
    except tomllib.TOMLDecodeError as error:
        raise BrokenError(f"{where} is not TOML: {error}.", "Fix it.") from None


def requirements_of(manifest: Path, root: Path | None = None) -> list[str]:
    """The requirements with every extra and group; a folder of the repository by its address.

    root: of the clone, the manifest's folder if none is given. Raises BrokenError for a folder outside of it,
    SkippedError for a constraint that only Poetry can resolve.
    """
    document = manifest_document(manifest)
    project = document.get("project", {})
    groups = [*project.get("optional-dependencies", {}).values(), *document.get("dependency-groups", {}).values()]
    texts = [item for each in (project.get("dependencies", []), *groups) for item in each if isinstance(item, str)]
    source = _Folders(document, manifest, (root or manifest.parent).resolve())
    own = canonicalize_name(str(project.get("name", "")))
    named = [source.requirement(text) for text in texts if canonicalize_name(_name(text)) != own]
    return [*named, *_of_poetry(document, source)]


def python_constraint(document: Mapping[str, Any]) -> str:
    """The Python versions that a manifest takes, as PEP 440 writes them; "" for any."""
    python = document.get("tool", {}).get("poetry", {}).get("dependencies", {}).get("python", "")
    try:
        return str(document.get("project", {}).get("requires-python", "")) or (specifiers(python) if python else "")
    except ValueError:
        return ""


class _Folders:
    """Folders that uv and Poetry take packages from, instead of an index."""

    def __init__(self, document: Mapping[str, Any], manifest: Path, root: Path) -> None:
        self._manifest, self._root = manifest, root
        sources = document.get("tool", {}).get("uv", {}).get("sources", {})
        self._sources = {canonicalize_name(name): source for name, source in sources.items()}

    def requirement(self, text: str) -> str:
        """The requirement with the address of the folder that uv takes it from, if it is one."""
        source = self._sources.get(canonicalize_name(_name(text)))
        if not isinstance(source, Mapping):
            return text
        if "path" in source:
            return self.address(_name(text), source)
        return self._member(text) if source.get("workspace") else text

    def address(self, name: str, settings: Mapping[str, Any]) -> str:
        """`name @ file://…` of a folder in the repository. Raises BrokenError for another."""
        folder = (self._manifest.parent / str(settings.get("path", "..."))).resolve()
        if "path" not in settings or not folder.is_relative_to(self._root) or not folder.exists():
            raise BrokenError(
                f"{self._manifest.parent.name}/{self._manifest.name}: {name} is taken from {dict(settings)}, not from "
                "the registry.",
                "Name a published version of it.",
            )
        return f"{name} @ {folder.as_uri()}"

    def _member(self, text: str) -> str:
        for manifest in sorted(self._root.rglob("pyproject.toml")):
            name = manifest_document(manifest).get("project", {}).get("name", "")
            if canonicalize_name(name) == canonicalize_name(_name(text)):
                return f"{_name(text)} @ {manifest.parent.as_uri()}"
        return text


def _name(text: str) -> str:
    try:
        return Requirement(text).name
    except InvalidRequirement:
        raise BrokenError(f"{text!r} is not a requirement of PEP 508.", "Fix it in the manifest.") from None


def _of_poetry(document: Mapping[str, Any], folders: _Folders) -> Iterator[str]:
    for table in dependency_tables(document).values():
        for name, entry in table.items():
            if name != "python":
                for settings in entry if isinstance(entry, list) else [entry]:
                    yield _poetry_requirement(
                        name, settings if isinstance(settings, Mapping) else {"version": settings}, folders
                    )


def _poetry_requirement(name: str, settings: Mapping[str, Any], folders: _Folders) -> str:
    """https://python-poetry.org/docs/dependency-specification/"""
    marker = " and ".join(_markers(settings))
    end = f" ; {marker}" if marker else ""
    if "git" in settings or "url" in settings:
        revision = next((f"@{settings[key]}" for key in ("rev", "tag", "branch") if key in settings), "")
        address = f"git+{settings['git']}{revision}" if "git" in settings else settings["url"]
        return f"{name} @ {address}{end}"
    if "version" not in settings:
        return f"{folders.address(name, settings)}{end}"
    extras = f"[{','.join(settings['extras'])}]" if settings.get("extras") else ""
    return f"{name}{extras}{_versions(name, settings['version'])}{end}"


def _markers(settings: Mapping[str, Any]) -> Iterator[str]:
    if settings.get("markers"):
        yield f"({settings['markers']})"
    if settings.get("python"):
        for clause in _versions("python", settings["python"]).split(","):
            operator = clause.rstrip("0123456789.*")
            yield f"python_version {operator} '{clause.removeprefix(operator)}'"
    if settings.get("platform"):
        yield f"sys_platform == '{_PLATFORMS.get(settings['platform'], settings['platform'])}'"


def _versions(name: str, constraint: str) -> str:
    """In PEP 440's words; clauses may be apart by spaces alone."""
    if constraint.strip() == "*":
        return ""
    if "|" in constraint:
        raise SkippedError(f"Only Poetry can resolve {name} {constraint}.", "Add a poetry.lock to the repository.")
    clauses = constraint.replace(",", " ").split()
    joined: list[str] = []
    for clause in clauses:  # an operator may be apart from its version
        if joined and not any(character.isdigit() for character in joined[-1]):
            joined[-1] += clause
        else:
            joined.append(clause)
    return specifiers(",".join(joined))
