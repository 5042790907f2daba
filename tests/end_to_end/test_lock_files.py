"""Lock files from the monorepo, brought to the registry: what the real Poetry and uv say of them, in a clean room."""

import hashlib
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.utils import NormalizedName, canonicalize_name

from migration.desired_state.pipelines import VERSIONS
from migration.packages.index.release_metadata import ReleaseMetadata, release_of
from migration.packages.locks.lock_files import Locking
from migration.plan import Plan
from migration.transforms.applying import transform
from tests.conftest import PROJECT
from tests.end_to_end.test_clean_room import OURS, Room, make_wheel, public_index, published, room
from tests.migration.packages.conftest import PLAN

__all__ = ["public_index", "published", "room"]  # the fixtures

POETRY = """\
[tool.poetry]
name = "{name}"
version = "0.0.1"
description = ""
authors = []

[tool.poetry.dependencies]
python = ">=3.11"
"""
STANDARD = """\
[project]
name = "{name}"
version = "0.0.1"
requires-python = ">=3.11"
dependencies = {needs}

[tool.uv.sources]
"""


@pytest.fixture
def monorepo(room: Room) -> Room:
    """The room of a repository that still stands beside the folders of our packages."""
    (room.folder / "synth").mkdir()
    return replace(room, folder=room.folder / "synth")


def write_packages(monorepo: Room, manifest: str, public: str) -> None:
    """maestro-logging, which needs maestro-config and a public package."""
    for name, needs in (("maestro-config", []), ("maestro-logging", ["maestro-config", "public-colours"])):
        folder = monorepo.folder.parent / "shared" / name
        folder.mkdir(parents=True)
        private = [f'{need} = {{path = "../{need}"}}\n' for need in needs if need in OURS]
        text = manifest.format(name=name, needs=needs) + "".join(private) + (public if needs else "")
        (folder / "pyproject.toml").write_text(text)


def locking(folder: Path) -> Locking:
    def releases(names: Iterable[NormalizedName]) -> Mapping[NormalizedName, ReleaseMetadata]:
        wheels = [make_wheel(folder, name, "0.1.0", needs) for name, needs in OURS.items()]
        made = [release_of(wheel, {wheel.name: hashlib.sha256(wheel.read_bytes()).hexdigest()}) for wheel in wheels]
        return {
            canonicalize_name(resource.name): resource for resource in made if canonicalize_name(resource.name) in names
        }

    def file_url(_package: str, _version: str, file: str, digest: str) -> str:
        return f"{folder.name}/+f/{digest[:3]}/{digest[3:16]}/{file}"

    return Locking(releases=releases, packages=(), file_url=file_url, poetry=VERSIONS["poetry"], folder=folder)


def moved(monorepo: Room, lock_file: str, chosen: Locking) -> None:
    """Leave the monorepo: the folders of the packages are gone, manifest and lock file are transformed."""
    shutil.rmtree(monorepo.folder.parent / "shared")
    plan = Plan.model_validate(PLAN)
    synth = next(repository for repository in plan.repositories if repository.name == "synth")
    files = {name: (monorepo.folder / name).read_bytes() for name in ("pyproject.toml", lock_file)}
    transformed = transform(files, plan, synth, monorepo.index, chosen)
    assert transformed.stale_lock_files == ()
    for name, content in transformed.changes.contents.items():
        assert content is not None
        (monorepo.folder / name).write_bytes(content)


def relocked_by(monorepo: Room, lock_file: str, before: bytes, *command: str | Path, **environment: str) -> bytes:
    """What the tool itself makes of the monorepo's lock file, with the manifest as it has become."""
    locked = (monorepo.folder / lock_file).read_bytes()
    (monorepo.folder / lock_file).write_bytes(before)
    monorepo.run(*command, **environment)
    theirs = (monorepo.folder / lock_file).read_bytes()
    (monorepo.folder / lock_file).write_bytes(locked)
    return theirs


def test_poetry_finds_its_lock_file_as_it_would_have_written_it(monorepo: Room, tmp_path: Path) -> None:
    write_packages(monorepo, POETRY, 'public-colours = "*"\n')
    (monorepo.folder / "pyproject.toml").write_text(
        '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = "^3.11"\n'
        'maestro-logging = {path = "../shared/maestro-logging", develop = true, optional = true}\n'
        '[tool.poetry.extras]\nlogs = ["maestro-logging"]\n'
        f'[[tool.poetry.source]]\nname = "public"\nurl = "{monorepo.public}"\npriority = "primary"\n',
    )
    poetry = monorepo.tools("poetry", VERSIONS["poetry"])
    environment = {"POETRY_VIRTUALENVS_IN_PROJECT": "true", "POETRY_CACHE_DIR": str(tmp_path / "cache")}
    environment |= {"POETRY_HTTP_BASIC_MAESTRO_USERNAME": monorepo.reader}
    environment |= {"POETRY_HTTP_BASIC_MAESTRO_PASSWORD": monorepo.token}
    monorepo.run(poetry, "lock", **environment)
    before = (monorepo.folder / "poetry.lock").read_bytes()
    assert b"../shared/maestro-config" in before

    environments_folder = (
        PROJECT / ".multirepo" / "test-tools" / "build-environments"
    )  # Poetry is not installed for each run
    environments_folder.mkdir(parents=True, exist_ok=True)
    (tmp_path / "build-environments").symlink_to(environments_folder)
    moved(monorepo, "poetry.lock", locking(tmp_path))
    monorepo.run(poetry, "check", "--lock", **environment)
    monorepo.run(poetry, "sync", "--all-extras", "--no-interaction", **environment)
    monorepo.run(monorepo.folder / ".venv/bin/python", "-c", "import maestro_logging, maestro_config")
    locked = (monorepo.folder / "poetry.lock").read_bytes()
    assert relocked_by(monorepo, "poetry.lock", before, poetry, "lock", **environment) == locked


def test_uv_finds_its_lock_file_as_it_would_have_written_it(monorepo: Room, tmp_path: Path) -> None:
    write_packages(monorepo, STANDARD, "")
    (monorepo.folder / "pyproject.toml").write_text(
        '[project]\nname = "synth"\nversion = "1"\nrequires-python = ">=3.11"\n'
        "dependencies = [\"maestro-logging; sys_platform != 'win32'\"]\n[dependency-groups]\nall = []\n"
        '[tool.uv.sources]\nmaestro-logging = {path = "../shared/maestro-logging"}\n'
    )
    uv = monorepo.tools("uv", VERSIONS["uv"])
    environment = {
        "UV_DEFAULT_INDEX": monorepo.public,
        "UV_CACHE_DIR": str(tmp_path / "cache"),
        "UV_PYTHON": sys.executable,
    }
    environment |= {"UV_INDEX_MAESTRO_USERNAME": monorepo.reader, "UV_INDEX_MAESTRO_PASSWORD": monorepo.token}
    monorepo.run(uv, "lock", **environment)
    before = (monorepo.folder / "uv.lock").read_bytes()
    assert b"../shared/maestro-config" in before

    root = monorepo.index.removesuffix("+simple/")
    chosen = locking(tmp_path)
    moved(
        monorepo,
        "uv.lock",
        replace(chosen, file_url=lambda *known: root + chosen.file_url(*known).partition("/")[2]),
    )
    monorepo.run(uv, "lock", "--check", "--offline", **environment)
    monorepo.run(uv, "sync", "--locked", **environment)
    monorepo.run(monorepo.folder / ".venv/bin/python", "-c", "import maestro_logging, maestro_config")
    locked = (monorepo.folder / "uv.lock").read_bytes()
    assert relocked_by(monorepo, "uv.lock", before, uv, "lock", **environment) == locked
