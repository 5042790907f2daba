"""Dependencies on folders beside a manifest: which of them become versions, and which lead nowhere."""

import posixpath
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from packaging.utils import NormalizedName, canonicalize_name

from migration.packages.manifests.dependency_rules import DependencyRules, PrivatePackage


@dataclass
class Manifest:
    """One pyproject.toml at work.

    path: in the repository. files: every path of the repository's tree. faults: gathered while it is changed.
    private: packages of the plan that it names. versioned: those that were folders, and are versions now.
    tested_with: names that groups alone have: what installs the package does not need them.
    appended: what was written at its end.
    """

    path: str
    files: Collection[str]
    rules: DependencyRules
    faults: list[str] = field(default_factory=list)
    private: set[NormalizedName] = field(default_factory=set)
    versioned: set[NormalizedName] = field(default_factory=set)
    tested_with: set[NormalizedName] = field(default_factory=set)
    appended: str = ""

    def becomes_version(self, name: str, path: str) -> bool:
        """Whether a dependency on this folder is to be one on a version. A folder of the repository itself may stay."""
        normal = canonicalize_name(name)
        if normal in self.rules.used or (normal in self.tested_with and normal in self.rules.packages):
            self.versioned.add(normal)
            return True
        problem = f"{self.path}: {name} is taken from the folder {path!r}"
        repository = self.rules.repository
        if normal in self.rules.packages:
            self.faults.append(
                f"{problem}, and the plan does not say that {repository} uses this package. "
                f"Add {name} to `consumes` of {repository}, so that it is published first, "
                "or to its `transforms.remove_dependencies`."
            )
        elif not self._is_inside(path):
            self.faults.append(
                f"{problem}, which is not in {repository}, and no repository of the plan publishes it. "
                f"Name it under `packages` of the one that holds it, move the folder to {repository} too, "
                f"or add {name} to `transforms.remove_dependencies`. If it is public, take it from PyPI; under "
                f'`transforms` of {repository}: `from_pypi: {{{name}: "*"}}`.'
            )
        return False

    def is_public(self, name: str) -> bool:
        """Whether the plan takes it from PyPI, instead of a folder that stays in the monorepo."""
        return canonicalize_name(name) in self.rules.public

    def lacking(self, named: Iterable[str]) -> list[PrivatePackage]:
        """Private packages that it needs, directly or not, and that are not among these."""
        present = {canonicalize_name(name) for name in named}
        own = [self.rules.packages[name] for name in sorted(self.private)]
        return [
            each for each in (*own, *self.rules.needed_by(self.private)) if canonicalize_name(each.name) not in present
        ]

    def is_beside(self, file: str) -> bool:
        """Whether a file of this name lies in the same folder."""
        return posixpath.join(posixpath.dirname(self.path), file) in self.files

    def version_of(self, name: str) -> str:
        """The version of a private package that the plan publishes."""
        return self.rules.packages[canonicalize_name(name)].version

    def _is_inside(self, path: str) -> bool:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), path.replace("\\", "/")))
        return target == "." or target in self.files or any(file.startswith(f"{target}/") for file in self.files)
