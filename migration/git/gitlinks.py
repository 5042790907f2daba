"""Submodules of a commit: gitlinks in its trees, and their entries in .gitmodules at its root.

https://git-scm.com/docs/gitmodules
"""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from migration.git.command import GitError, run_git

SETTINGS = ".gitmodules"
_GITLINK = b"160000"


@dataclass(frozen=True, kw_only=True)
class SubmoduleEntry:
    """One section. settings: its other keys, in their order; path and url are not among them."""

    name: str
    path: str
    url: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """As it is in the file."""
        lines = {"path": self.path, "url": self.url, **self.settings}
        values = "".join(f"\t{key} = {_quoted(value)}\n" for key, value in lines.items() if value)
        return f"[submodule {_quoted(self.name, always=True)}]\n{values}"


def submodule_entries(git_dir: Path, commit: str) -> dict[str, SubmoduleEntry]:
    """Those of a commit, by path."""
    asked = ("config", "--blob", f"{commit}:{SETTINGS}", "-z", "--get-regexp", r"^submodule\..*\..*$")
    try:
        answer = run_git(*asked, directory=git_dir)
    except GitError:  # no such file, or nothing in it
        return {}
    sections: dict[str, dict[str, str]] = {}
    for setting in os.fsdecode(answer).split("\0")[:-1]:
        key, _, value = setting.partition("\n")
        section, _, name = key.rpartition(".")
        sections.setdefault(section.removeprefix("submodule."), {})[name] = value
    return {
        values["path"]: SubmoduleEntry(
            name=name,
            path=values["path"],
            url=values.get("url", ""),
            settings={key: value for key, value in values.items() if key not in ("path", "url")},
        )
        for name, values in sections.items()
        if "path" in values
    }


def gitlinks(git_dir: Path, commit: str) -> dict[str, str]:
    """Path to commit id of each gitlink."""
    listed = run_git("ls-tree", "-r", "-z", "--full-tree", commit, directory=git_dir).split(b"\0")[:-1]
    found = (line.partition(b"\t") for line in listed if line.startswith(_GITLINK))
    return {os.fsdecode(path): facts.rpartition(b" ")[2].decode() for facts, _, path in found}


def submodule_sources(places: Iterable[tuple[str, str]], path: str) -> list[str]:
    """Where a path of the new repository can be in the monorepo. places: source and target of each move."""
    found = []
    for source, target in places:
        folder, place = ("" if each == "." else each for each in (source, target))
        if not place or path.startswith(f"{place}/"):
            found.append(f"{folder}/{path[len(place) :].lstrip('/')}".lstrip("/"))
    return found


def since(git_dir: Path, commit: str, path: str) -> str:
    """The commit behind `commit` that last brought an entry to this path; "" where git does not say."""
    asked = ("log", "-1", "--full-history", "--diff-filter=AT", "--format=%H", commit, "--", f":(literal){path}")
    return run_git(*asked, directory=git_dir).decode().strip()


def absolute_url(url: str, address: str) -> str:
    """A submodule's address; one that is relative, as git reads it beside a repository of this address."""
    if not url.startswith(("./", "../")) or not address:
        return url
    base = address.rstrip("/")
    while url.startswith(("./", "../")):
        if url.startswith("../"):
            base = re.sub(r"[/:][^/:]*$", lambda cut: ":" if cut[0].startswith(":") else "", base)
        url = url.partition("/")[2]
    return f"{base}{url}" if base.endswith(":") else f"{base}/{url}"


def _quoted(value: str, *, always: bool = False) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"' if always or escaped != value or re.search(r"[#;]|^\s|\s$", value) else value
