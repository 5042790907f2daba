"""People who commit to repositories while a migration goes on: for rehearsals of weeks."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from command_line.terminal.failures import WeeksError

PEOPLE = {
    "Zoë Łukasz": "zoe@maestro.example",
    "Ravi Patel": "ravi@maestro.example",
    "Ana Souza": "ana@maestro.example",
}


@dataclass(frozen=True, kw_only=True)
class WrittenLine:
    """What somebody wrote, once: no other line of any repository is the same. repository: where it was written."""

    author: str
    repository: str
    path: str
    text: str


@dataclass
class PeopleAtWork:
    """Clones, commits and pushes. git_settings: a file with which git finds the token. lines: all that they wrote."""

    folder: Path
    git_settings: Path
    lines: list[WrittenLine] = field(default_factory=list)

    def write(self, url: str, repository: str, path: str, day: str) -> WrittenLine:
        """One of them adds a file with one line, and pushes."""
        author = list(PEOPLE)[len(self.lines) % len(PEOPLE)]
        line = WrittenLine(
            author=author, repository=repository, path=path, text=f"{author} wrote this to {repository}: {day}"
        )
        self.commit(url, repository, author, f"{day}: {path}", {path: f"{line.text}\n"})
        self.lines.append(line)
        return line

    def commit(self, url: str, repository: str, author: str, message: str, files: Mapping[str, str]) -> str:
        """Commit the files to the default branch, and push; the commit's id."""
        clone = self.clone(url, repository)
        for path, text in files.items():
            (clone / path).parent.mkdir(parents=True, exist_ok=True)
            (clone / path).write_text(text)
        self.git(clone, "add", "--all", author=author)
        self.git(clone, "commit", "--quiet", "--message", message, author=author)
        branch = self.git(clone, "rev-parse", "--abbrev-ref", "origin/HEAD").removeprefix("origin/")
        self.git(clone, "push", "--quiet", "origin", f"HEAD:{branch}")
        return self.git(clone, "rev-parse", "HEAD")

    def clone(self, url: str, repository: str) -> Path:
        """An up-to-date clone."""
        clone = self.folder / repository
        if not clone.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            self.git(self.folder, "clone", "--quiet", "--config", f"include.path={self.git_settings}", url, repository)
        self.git(clone, "fetch", "--quiet", "--prune", "origin")
        self.git(clone, "checkout", "--quiet", "-B", "work", "origin/HEAD")
        return clone

    def git(self, folder: Path, *arguments: str, author: str = "Zoë Łukasz") -> str:
        """git as that person, without the settings of the user who runs this."""
        identity = {
            f"GIT_{role}_{part}": text
            for role in ("AUTHOR", "COMMITTER")
            for part, text in (("NAME", author), ("EMAIL", PEOPLE[author]))
        }
        environment = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0"}
        done = subprocess.run(
            ["git", "-C", str(folder), "-c", f"include.path={self.git_settings}", *arguments],
            env={"PATH": os.environ.get("PATH", os.defpath), **environment, **identity},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise WeeksError(f"{author} could not git {' '.join(arguments)} in {folder}: {done.stderr.strip()}")
        return done.stdout.strip()

    def found(self, line: WrittenLine, url: str, repository: str, path: str) -> bool:
        """Whether a line is in the newest commit of a repository, with its author somewhere behind it."""
        clone = self.clone(url, repository)
        try:
            content = self.git(clone, "show", f"HEAD:{path}")
        except WeeksError:
            return False
        authors = self.git(clone, "log", "--format=%an", "HEAD", "--", path).splitlines()
        return line.text in content and line.author in authors
