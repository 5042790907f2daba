"""The next version in a clone, as a person writes it: in the manifest and in the changelog."""

import json
from collections.abc import Iterator
from pathlib import Path

import tomlkit
from packaging.version import InvalidVersion, Version

from migration.verification.harness.check import BrokenError


def version_of(project: Path) -> str | None:
    """What the manifest in this folder says; None without one, or where the version is made of the tag."""
    if (manifest := project / "pyproject.toml").exists():
        table = _python_table(tomlkit.parse(manifest.read_text()))
        return str(table["version"]) if "version" in table else None
    if (manifest := project / "package.json").exists():
        version = json.loads(manifest.read_text()).get("version")
        return None if version is None else str(version)
    return None


def patches_after(version: str) -> Iterator[str]:
    """The patch releases that may follow, the next one first. Raises BrokenError for what is not a version."""
    try:
        major, minor, patch = (*Version(version).release, 0, 0)[:3]
    except InvalidVersion:
        raise BrokenError(
            f"{version!r} is not a version.", "Write it as PEP 440 and semver have it, like 1.2.3."
        ) from None
    while True:
        patch += 1
        yield f"{major}.{minor}.{patch}"


def write_version(project: Path, version: str) -> None:
    """Into the manifest and the lock file of npm, where they have the version, and into the changelog."""
    if (manifest := project / "pyproject.toml").exists():
        document = tomlkit.parse(manifest.read_text())
        if "version" in (table := _python_table(document)):
            table["version"] = version
            manifest.write_text(tomlkit.dumps(document))
    for name in ("package.json", "package-lock.json"):
        if (manifest := project / name).exists():
            content = json.loads(manifest.read_text())
            for holder in (content, content.get("packages", {}).get("", {})):
                if "version" in holder:
                    holder["version"] = version
            manifest.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    changelog = project / "CHANGELOG.md"
    title, _, earlier = (changelog.read_text() if changelog.exists() else "# Changelog\n").partition("\n")
    changelog.write_text(f"{title}\n\n## {version}\n\n- A patch.\n{earlier}")


def _python_table(document: tomlkit.TOMLDocument) -> dict[str, object]:
    tool = document.get("tool", {})
    tables = (document.get("project", {}), tool.get("poetry", {}))
    return next((table for table in tables if "version" in table), {})
