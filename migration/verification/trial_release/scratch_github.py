"""Copies of all repositories, in which a release may do what it likes."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from migration.git.command import git_environment
from migration.verification.harness.check import BrokenError, Evidence
from migration.verification.harness.context import VerificationContext

_AUTHOR = {"user.name": "multirepo verify", "user.email": "verify@multirepo.invalid", "commit.gpgSign": "false"}


@dataclass(frozen=True, kw_only=True)
class ScratchGitHub:
    """folder: the bare repositories. names: of the repositories. variables: by which git finds them and no others."""

    folder: Path
    names: tuple[str, ...]
    variables: Mapping[str, str]

    def refs(self, name: str) -> dict[str, str]:
        """The refs of a copy: name to object."""
        lines = self.git(self.folder / f"{name}.git", "show-ref").splitlines()
        return {ref: commit for commit, ref in (line.split(" ") for line in lines)}

    def clone(self, name: str, target: Path, branch: str, *, whole: bool = True) -> None:
        """A clone of a copy, at a branch or a tag. whole: with all of its history."""
        depth = [] if whole else ["--depth=1"]
        address = (self.folder / f"{name}.git").as_uri()
        self.git(self.folder, "clone", "--quiet", *depth, "--branch", branch, address, str(target))

    def git(self, folder: Path, *arguments: str) -> str:
        """What git says in a folder. Raises BrokenError."""
        command = ["git", "-C", str(folder), *arguments]
        environment = {**git_environment(user_config=False), **self.variables}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode and done.stderr:
            raise BrokenError(f"git {arguments[0]}: {done.stderr.strip()}", "Look at the repository by hand.")
        return done.stdout


def scratch_github(context: VerificationContext, folder: Path) -> ScratchGitHub:
    """The repositories of the plan as they are now.

    Whatever address of one of them a program pushes to, it reaches the copy; git speaks to no other host.
    """
    names = tuple(repository.name for repository in context.plan.repositories)
    folder.mkdir(parents=True)
    settings = [*_AUTHOR.items(), ("protocol.allow", "never"), ("protocol.file.allow", "always")]
    for name in names:
        addresses = [context.clone_url(name).removesuffix(".git")]
        addresses += [f"{host}{context.owner}/{name}" for host in ("https://github.com/", "git@github.com:")]
        # https://git-scm.com/docs/git-config#Documentation/git-config.txt-urlltbasegtinsteadOf
        settings += [(f"url.{folder / name}.insteadOf", address) for address in addresses]
    variables = {"GIT_CONFIG_COUNT": str(len(settings)), "GIT_TERMINAL_PROMPT": "0"}
    variables |= {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    for index, (key, value) in enumerate(settings):
        variables |= {f"GIT_CONFIG_KEY_{index}": key, f"GIT_CONFIG_VALUE_{index}": value}
    scratch = ScratchGitHub(folder=folder, names=names, variables=variables)
    for name in names:
        context.clone(name, Evidence())
        copy = folder / f"{name}.git"
        scratch.git(folder, "clone", "--quiet", "--mirror", context.git_dir(name).as_uri(), str(copy))
        scratch.git(copy, "symbolic-ref", "HEAD", f"refs/heads/{context.repository(name).default_branch}")
    return scratch
