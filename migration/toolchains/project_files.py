"""The files of a repository from which its pipelines are rendered."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

_READ = re.compile(
    r"pyproject\.toml|setup\.cfg|requirements[\w.-]*\.(?:txt|in)|[\w-]+requirements\.txt|package\.json"
    r"|\.python-version|\.nvmrc|\.node-version|vite\.config\.[cm]?[jt]s"
)


def is_read(path: str) -> bool:
    """Whether the pipelines depend on the text of this file, and not only on its presence."""
    return _READ.fullmatch(PurePosixPath(path).name) is not None and "node_modules" not in path.split("/")


@dataclass(frozen=True, kw_only=True)
class ProjectFiles:
    """paths: of all files, "/" between names. texts: path to content, of those that `is_read`."""

    paths: frozenset[str] = frozenset()
    texts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, files: Mapping[str, str]) -> "ProjectFiles":
        """Of files with all their contents."""
        return cls(paths=frozenset(files), texts={path: text for path, text in files.items() if is_read(path)})

    def over(self, added: Mapping[str, str]) -> "ProjectFiles":
        """With these files written over them."""
        own = ProjectFiles.of(added)
        return ProjectFiles(paths=self.paths | own.paths, texts={**self.texts, **own.texts})

    def has(self, folder: str, *names: str) -> bool:
        """Whether one of these files is in the folder."""
        return any(_join(folder, name) in self.paths for name in names)

    def text(self, folder: str, name: str) -> str:
        """The content of a file of the folder; "" without one."""
        return self.texts.get(_join(folder, name), "")

    def toml(self, folder: str, name: str = "pyproject.toml") -> Mapping[str, Any]:
        """A manifest; empty where it is missing or no TOML, which its client reports."""
        try:
            return tomllib.loads(self.text(folder, name))
        except tomllib.TOMLDecodeError:
            return {}

    def within(self, folder: str) -> list[str]:
        """The paths below a folder, relative to it, sorted."""
        base = "" if folder == "." else f"{folder}/"
        return sorted(path.removeprefix(base) for path in self.paths if path.startswith(base))


def _join(folder: str, name: str) -> str:
    return name if folder == "." else f"{folder}/{name}"
