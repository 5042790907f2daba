"""Lock files beside manifests whose dependencies changed: brought up to them, without asking anybody."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from posixpath import basename, dirname

from packaging.utils import NormalizedName, canonicalize_name

from migration.errors import LockFileError, PackagesError
from migration.packages.cache.made_once import made_once
from migration.packages.index.release_metadata import ReleaseMetadata, Releases
from migration.packages.manifests.dependency_rules import MANIFEST, DependencyRules

_PROGRAMS = tuple(Path(__file__).with_name(name) for name in ("poetry_solving.py", "uv_lock.py"))

COMMANDS = {"poetry.lock": "poetry lock", "uv.lock": "uv lock", "pdm.lock": "pdm lock"}


@dataclass(frozen=True, kw_only=True)
class StaleLockFile:
    """A lock file that still names dependencies as they were. command: makes it again, in its folder."""

    path: str
    why: str

    @property
    def command(self) -> str:
        """What to run in the folder of the file, and to commit."""
        return COMMANDS[basename(self.path)]


@dataclass(frozen=True, kw_only=True)
class Locking:
    """What it takes to bring lock files up to date.

    releases: of private packages; asked only when a lock file is out of date. packages: names of all of them.
    file_url: see `uv_lock.PrivateIndex`. poetry: the version that writes poetry.lock. folder: where its environment
    and earlier results are kept.
    """

    releases: Releases
    packages: tuple[NormalizedName, ...]
    file_url: Callable[[str, str, str, str], str]
    poetry: str
    folder: Path

    @cached_property
    def fingerprint(self) -> str:
        """Another one as soon as a release is another one. Never empty."""
        try:
            known = self.releases(self.packages)
        except PackagesError as error:
            return _digest(str(error).encode())
        return _digest(json.dumps({name: asdict(release) for name, release in known.items()}, sort_keys=True).encode())


def beside(files: Iterable[str], changed: Iterable[str]) -> list[str]:
    """The lock files beside these manifests."""
    folders = {dirname(path) for path in changed}
    return sorted(path for path in files if basename(path) in COMMANDS and dirname(path) in folders)


def relocked(
    files: Mapping[str, bytes], changed: Iterable[str], rules: DependencyRules, locking: Locking | None
) -> tuple[dict[str, bytes], tuple[StaleLockFile, ...]]:
    """New content of the lock files that can be brought up to date, and the others.

    files: the whole tree as it has become. changed: the manifests whose dependencies are not what they were.
    """
    lock_files = beside(files, changed)
    if not lock_files:
        return {}, ()
    contents: dict[str, bytes] = {}
    stale = []
    manifests = {path: files[path] for path in files if basename(path) == MANIFEST}
    for path in lock_files:
        try:
            if locking is None or rules.index_url is None:
                raise LockFileError("the files of the private packages are not known before they are published")
            contents[path] = _cached_lock(path, files[path], manifests, rules, locking)
        except PackagesError as error:
            stale.append(StaleLockFile(path=path, why=str(error)))
    return {path: content for path, content in contents.items() if content != files[path]}, tuple(stale)


def _cached_lock(
    path: str, lock: bytes, manifests: Mapping[str, bytes], rules: DependencyRules, locking: Locking
) -> bytes:
    """What it becomes; Poetry's solver takes its time, so that is kept."""
    named = rules.used | {canonicalize_name(each.name) for each in rules.needed_by(rules.used)}
    releases = locking.releases(sorted(named))
    ingredients: list[object] = [
        path,
        _digest(lock),
        {manifest: _digest(content) for manifest, content in manifests.items()},
    ]
    ingredients += [{name: asdict(release) for name, release in releases.items()}, rules.source.name]
    ingredients += [rules.index_url, locking.poetry, [_digest(program.read_bytes()) for program in _PROGRAMS]]
    return made_once(
        locking.folder / "lock-files",
        ingredients,
        lambda: _make(path, lock, manifests, releases, rules, locking),
    )


def _make(
    path: str,
    lock: bytes,
    manifests: Mapping[str, bytes],
    releases: Mapping[NormalizedName, ReleaseMetadata],
    rules: DependencyRules,
    locking: Locking,
) -> bytes:
    from migration.packages.locks import poetry_lock, uv_lock  # most previews need none of them

    if basename(path) == "poetry.lock":
        environments = locking.folder / "build-environments"
        return poetry_lock.relocked(
            lock, dirname(path), manifests, releases.values(), rules, locking.poetry, environments
        )
    if basename(path) == "uv.lock":
        index = uv_lock.PrivateIndex(index_url=str(rules.index_url), file_url=locking.file_url)
        return uv_lock.relocked(lock, dirname(path), manifests, releases, index)
    raise LockFileError("multirepo does not know its format")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
