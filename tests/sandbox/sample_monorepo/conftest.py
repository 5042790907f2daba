import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.sample_monorepo.making import make_sample_monorepo


@dataclass(frozen=True)
class Clone:
    path: Path

    def git(self, *arguments: str) -> str:
        return self.raw(*arguments).decode().strip()

    def raw(self, *arguments: str) -> bytes:
        environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        command = ["git", "-C", str(self.path), "-c", "core.quotePath=false", *arguments]
        return subprocess.run(command, env=environment, check=True, capture_output=True).stdout

    def lines(self, *arguments: str) -> list[str]:
        return self.git(*arguments).splitlines()

    def found(self, message: str) -> str:
        """The one commit whose subject is this message."""
        subjects = [line.split(" ", 1) for line in self.lines("log", "--all", "--format=%H %s")]
        (commit,) = [commit for commit, subject in subjects if subject == message]
        return commit


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """maestro-platform, to be read only."""
    folder = tmp_path_factory.mktemp("sample") / "maestro-platform"
    make_sample_monorepo(folder)
    return Clone(folder)
