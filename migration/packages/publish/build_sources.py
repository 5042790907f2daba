"""What a package is made from: a commit of its new repository, as the split wrote it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from packaging.utils import canonicalize_name

from migration.constraints import compatible
from migration.git.command import run_git
from migration.packages.manifests.dependency_rules import DependencyRules, dependency_rules
from migration.plan import Package, Plan, Repository


@dataclass(frozen=True, kw_only=True)
class BuildSource:
    """What one version of a package is built from.

    commit: of the new repository. digest: changes with everything that goes into the package.
    folder: in the repository, "." for its root.
    """

    name: str
    version: str
    repository: str
    commit: str
    folder: str
    digest: str
    needs: Sequence[str]


def sources_of(plan: Plan, repository: Repository, git_dir: Path, commit: str) -> list[BuildSource]:
    """The source of each package of a repository, in the plan's order; from git's ids alone, so it costs nothing.

    git_dir: where the commit is.
    """
    rules = dependency_rules(plan, repository, None)
    folders = [package.path for package in repository.packages]
    trees = _trees(git_dir, commit, folders)
    return [
        BuildSource(
            name=package.name,
            version=package.version,
            repository=repository.name,
            commit=commit,
            folder=package.path,
            digest=_digest(package, trees.get(package.path, ""), repository, rules),
            needs=package.depends_on,
        )
        for package in repository.packages
    ]


def _digest(package: Package, tree: str, repository: Repository, rules: DependencyRules) -> str:
    """Of the folder's tree and of what the plan changes in it; more than that costs a build and no more.

    A package that it needs may get a new version that is compatible without a new version of this one.
    """
    versions = {name: rules.packages[canonicalize_name(name)].version for name in package.depends_on}
    bounds = {name: compatible(version).partition(",")[2] for name, version in versions.items()}
    changes = [package.version, bounds, repository.transforms.model_dump(exclude={"kept_names"})]
    return hashlib.sha256(json.dumps([tree, changes], sort_keys=True).encode()).hexdigest()


def _trees(git_dir: Path, commit: str, folders: list[str]) -> dict[str, str]:
    request = "".join(f"{commit}:{'' if folder == '.' else folder}\n" for folder in folders)
    answer = run_git("cat-file", "--batch-check=%(objectname)", directory=git_dir, standard_input=request.encode())
    lines = answer.decode().splitlines()
    return {folder: line for folder, line in zip(folders, lines, strict=True) if not line.endswith("missing")}


def files_of(git_dir: Path, commit: str) -> tuple[dict[str, bytes], dict[str, str]]:
    """Every file of the commit: path to content, of a symbolic link its target; and path to git's mode.

    Not by `git archive`, which changes what attributes say.
    """
    entries = run_git("ls-tree", "-r", "-z", commit, directory=git_dir).decode("utf-8", "surrogateescape")
    listed = [entry.split("\t", 1) for entry in entries.split("\0")[:-1]]
    ids = {path: details.split(" ")[2] for details, path in listed if not details.startswith("160000")}
    modes = {path: details.split(" ")[0] for details, path in listed if path in ids}
    request = "".join(f"{object_id}\n" for object_id in ids.values())
    answer = run_git("cat-file", "--batch=%(objectsize)", directory=git_dir, standard_input=request.encode())
    files, offset = {}, 0
    for path in ids:
        end = answer.index(b"\n", offset)
        size = int(answer[offset:end])
        files[path] = answer[end + 1 : end + 1 + size]
        offset = end + 1 + size + 1
    return files, modes


def last_change(git_dir: Path, commit: str, folder: str) -> int:
    """When the last commit that touched the folder was made, in seconds since 1970."""
    place = str(PurePosixPath(folder))
    return int(run_git("log", "-1", "--format=%ct", commit, "--", place, directory=git_dir).decode() or 0)
