"""A small monorepo, split by a plan, and looked through."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from migration.desired_state import desired_state
from migration.desired_state.code_selection import CodeSelection
from migration.plan import Plan
from migration.preflight import Finding, PreflightReport, SecretScanner, preflight
from migration.preflight.scan import Progress
from migration.split.splitting import Split, split_monorepo
from tests.migration.conftest import MonorepoBuilder


def made_up_token(name: str) -> str:
    """What looks like a token of GitHub; made here, so that no file of this project holds one."""
    return "ghp" + "_" + hashlib.sha256(name.encode()).hexdigest()[:36]


class PreflightContext:
    """The folder app goes to the repository "new"; whatever else a test plans."""

    def __init__(self, builder: MonorepoBuilder, workspace: Path, scanner: SecretScanner) -> None:
        self.builder = builder
        self.workspace = workspace
        self.scanner = scanner
        self.repositories: list[dict[str, Any]] = [{"name": "new", "moves": [{"from": "app"}]}]
        self.rules: dict[str, Any] = {}
        self.history: dict[str, Any] = {}

    def commits(self, *trees: dict[str, Any]) -> list[str]:
        """A line of commits with these files each; the monorepo's ids."""
        ids: list[str] = []
        for files in trees:
            ids.append(self.builder.commit(files, *ids[-1:]))
        self.builder.point("main", ids[-1])
        return ids

    @property
    def plan(self) -> Plan:
        document = {"monorepo": {"name": "mono"}, "repositories": self.repositories, "preflight": self.rules}
        return Plan.model_validate({**document, "history": self.history})

    @property
    def selections(self) -> dict[str, CodeSelection]:
        state = desired_state(self.plan, {"migration": "moving"})
        return {repository.name: repository.code for repository in state.repositories if repository.code}

    def split(self) -> Split:
        return split_monorepo(self.builder.path, "main", self.selections, self.workspace)

    def look(self, progress: Progress = lambda phase, done, total: None) -> PreflightReport:
        return preflight(self.split(), self.builder.path, self.plan, self.scanner, progress)

    def findings(self, check: str) -> list[Finding]:
        return [finding for finding in self.look().findings if finding.check == check]

    def paths(self, check: str) -> list[str]:
        return [finding.path for finding in self.findings(check)]


@pytest.fixture(scope="session")
def scanner(tmp_path_factory: pytest.TempPathFactory) -> SecretScanner:
    """The real one, with a cache of matches of its own."""
    return replace(SecretScanner.installed(), cache_dir=tmp_path_factory.mktemp("secrets"))


@pytest.fixture
def world(builder: MonorepoBuilder, tmp_path: Path, scanner: SecretScanner) -> PreflightContext:
    return PreflightContext(builder, tmp_path / "workspace", scanner)
