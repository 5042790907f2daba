"""The history: every commit that touched a moved folder has arrived, and is what the plan makes of it."""

import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from migration.desired_state import CodeSelection
from migration.git.command import git_environment
from migration.plan import VENDOR_BRANCH
from migration.proof import prove_split
from migration.split.splitting import Split
from migration.verification.harness.check import BrokenError, Check, Evidence
from migration.verification.harness.context import VerificationContext

PART = "History"


@dataclass(frozen=True, kw_only=True)
class SplitUnderTest:
    """What was split, and from where."""

    split: Split
    monorepo: Path
    selections: Mapping[str, CodeSelection]


def checks(context: VerificationContext, moved: SplitUnderTest) -> Iterator[Check]:
    """The promise that no commit is lost."""
    yield Check(
        name="history.proof", part=PART, line="Every commit arrived as it was", run=partial(_proof, context, moved)
    )
    yield Check(
        name="history.arrived",
        part=PART,
        line="The repositories hold the proved history",
        run=partial(_check_arrived, context, moved),
    )


def _proof(_world: VerificationContext, moved: SplitUnderTest, evidence: Evidence) -> None:
    evidence.ran.append("./multirepo prove")
    proof = prove_split(moved.split, moved.monorepo, moved.selections, lambda *_: None)
    if proof.failures:
        raise BrokenError("\n".join(map(str, proof.failures[:10])), "Run ./multirepo prove: it names every commit.")
    commits = sum(repository.commits for repository in proof.repositories)
    files = sum(repository.files for repository in proof.repositories)
    evidence.saw.append(
        f"{commits:,} commits of {len(proof.repositories)} repositories, with {files:,} versions of files, held "
        f"against {proof.monorepo_commits:,} of the monorepo"
    )


def _check_arrived(context: VerificationContext, moved: SplitUnderTest, evidence: Evidence) -> None:
    for name, history in moved.split.histories.items():
        if history.head is None:
            continue
        context.clone(name, evidence)
        for branch in (VENDOR_BRANCH, context.repository(name).default_branch):
            command = ["merge-base", "--is-ancestor", history.head, f"refs/heads/{branch}"]
            git = ["git", "-C", str(context.git_dir(name)), *command]
            environment = git_environment(user_config=False)
            if subprocess.run(git, env=environment, capture_output=True, check=False).returncode:
                raise BrokenError(f"{branch} of {name} does not hold {history.head[:12]}.", "Run pulumi up.")
        evidence.saw.append(f"{name}: {history.commits} commits up to {history.head[:12]}")
