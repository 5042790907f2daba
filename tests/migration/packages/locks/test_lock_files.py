"""Lock files that follow their manifests. The clean room shows what the real Poetry and uv make of them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from migration.packages.index.release_metadata import ReleaseMetadata
from migration.packages.locks.lock_files import Locking, relocked
from migration.packages.manifests.conversion import with_versions
from migration.packages.manifests.dependency_rules import DependencyRules

Rules = Callable[..., DependencyRules]
RELEASES = {
    canonicalize_name(name): ReleaseMetadata(
        name=name,
        version="0.1.0",
        summary="",
        requires_python=">=3.11",
        requires_dist=needs,
        files={f"{name.replace('-', '_')}-0.1.0-py3-none-any.whl": digit * 64},
    )
    for name, needs, digit in (
        ("maestro-config", (), "c"),
        ("maestro-logging", ("maestro-config<0.2,>=0.1.0",), "d"),
    )
}
MANIFEST = """\
[project]
name = "synth"
version = "1"
requires-python = ">=3.11"
dependencies = ["maestro-logging"{more}]

[tool.uv.sources]
maestro-logging = {{ path = "../shared/packages/logging", editable = true }}
"""
LOCK = """\
version = 1
revision = 5
requires-python = ">=3.11"

[[package]]
name = "maestro-config"
version = "0.0.5"
source = { editable = "../shared/packages/config" }

[[package]]
name = "maestro-logging"
version = "0.0.5"
source = { editable = "../shared/packages/logging" }
dependencies = [
    { name = "maestro-config" },
]

[package.metadata]
requires-dist = [{ name = "maestro-config", editable = "../shared/packages/config" }]

[[package]]
name = "orphan"
version = "1.0"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "synth"
version = "1"
source = { virtual = "." }
dependencies = [
    { name = "maestro-logging" },
    { name = "orphan" },
]

[package.metadata]
requires-dist = [
    { name = "maestro-logging", editable = "../shared/packages/logging" },
    { name = "orphan" },
]
"""
WITHOUT_FOLDERS = """\
version = 1
revision = 5
requires-python = ">=3.11"

[[package]]
name = "maestro-config"
version = "0.1.0"
source = { registry = "https://packages.example/maestro/prod/+simple/" }
wheels = [
    { url = "https://packages.example/ccc/maestro_config-0.1.0-py3-none-any.whl", hash = "sha256:CCC" },
]

[[package]]
name = "maestro-logging"
version = "0.1.0"
source = { registry = "https://packages.example/maestro/prod/+simple/" }
dependencies = [
    { name = "maestro-config" },
]
wheels = [
    { url = "https://packages.example/ddd/maestro_logging-0.1.0-py3-none-any.whl", hash = "sha256:DDD" },
]

[[package]]
name = "synth"
version = "1"
source = { virtual = "." }
dependencies = [
    { name = "maestro-logging" },
]

[package.dev-dependencies]
maestro = [
    { name = "maestro-config" },
]

[package.metadata]
requires-dist = [{ name = "maestro-logging", specifier = ">=0.1.0,<0.2", index = "INDEX" }]

[package.metadata.requires-dev]
maestro = [{ name = "maestro-config", specifier = ">=0.1.0,<0.2", index = "INDEX" }]
"""


@pytest.fixture
def locking(tmp_path: Path) -> Locking:
    return Locking(
        releases=lambda names: {name: RELEASES[name] for name in names},
        packages=tuple(RELEASES),
        file_url=lambda _package, _version, file, digest: f"https://packages.example/{digest[:3]}/{file}",
        poetry="not to be installed",
        folder=tmp_path,
    )


def locked(files: dict[str, str], rules: DependencyRules, locking: Locking | None) -> tuple[dict[str, str], list[str]]:
    """The lock files that change, and why others do not."""
    tree = {path: text.encode() for path, text in files.items()}
    changed = with_versions(tree, rules)
    contents, stale = relocked(tree | changed, changed, rules, locking)
    message = [f"{each.path}: {each.why}. Run: {each.command}" for each in stale]
    return {path: content.decode() for path, content in contents.items()}, message


def test_uv_takes_private_packages_from_the_registry_and_forgets_what_nothing_needs(
    rules: Rules, locking: Locking
) -> None:
    files = {"pyproject.toml": MANIFEST.format(more=', "orphan"'), "uv.lock": LOCK}
    chosen = rules("synth", remove_dependencies=("orphan",))
    contents, message = locked(files, chosen, locking)
    expected = WITHOUT_FOLDERS.replace("INDEX", str(chosen.index_url))
    assert contents["uv.lock"] == expected.replace("CCC", "c" * 64).replace("DDD", "d" * 64)
    assert message == []
    assert locked({**files, "uv.lock": contents["uv.lock"]}, chosen, locking) == ({}, []), "again is nothing"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('requires-python = ">=3.11"\n\n', 'requires-python = ">=3.9"\n\n', "made for Python >=3.9, and the manifest"),
        ('    { name = "maestro-config" },\n', "", "does not have maestro-config, which maestro-logging needs"),
        ('"../shared/packages/config" }\n\n', '"../x" }\nsize = 1\n\n', "its maestro-config has size, which multirepo"),
        ("revision = 5\n", "revision = 5\n[manifest]\nrequirements = []\n", "its \\[manifest\\] has requirements"),
        ('"orphan"\nversion', '"orphaned"\nversion', "does not have orphan"),
    ],
)
def test_what_only_uv_can_tell_is_left_to_it(
    rules: Rules, locking: Locking, before: str, after: str, message: str
) -> None:
    assert before in LOCK
    files = {"pyproject.toml": MANIFEST.format(more=', "orphan"'), "uv.lock": LOCK.replace(before, after, 1)}
    contents, (why,) = locked(files, rules("synth"), locking)
    assert contents == {}
    assert message.replace("\\", "") in why
    assert why.endswith("Run: uv lock")


def test_lock_files_beside_other_manifests_stay_as_they_are(rules: Rules, locking: Locking) -> None:
    files = {"pyproject.toml": MANIFEST.format(more=""), "tools/pyproject.toml": "", "tools/uv.lock": LOCK}
    assert locked(files, rules("synth"), locking) == ({}, [])


@pytest.mark.parametrize("lock_file", ["poetry.lock", "uv.lock", "pdm.lock"])
def test_without_a_registry_of_our_own_they_are_told_with_the_command(rules: Rules, lock_file: str) -> None:
    contents, (why,) = locked({"pyproject.toml": MANIFEST.format(more=""), lock_file: ""}, rules("synth"), None)
    assert contents == {}
    assert f"{lock_file}: the files of the private packages are not known before they are published" in why
    assert why.endswith(f"Run: {lock_file.removesuffix('.lock')} lock")
