"""Where a published version comes from: written into its repository, once, and held against the registry."""

import hashlib
import json
from pathlib import Path

import pytest

from migration.errors import ProvenanceError
from migration.git.remote import Remote
from migration.packages.publish.build_sources import BuildSource
from migration.packages.publish.provenance import Manifest, faults, manifest_of, record, recorded
from tests.conftest import Repository, new_repository

FILES = {"core-0.1.0.tar.gz": "a" * 64, "core-0.1.0-py3-none-any.whl": "b" * 64}
REF = "refs/published/core/0.1.0"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = new_repository(tmp_path / "split")
    made.commit("Begin", core="1\n")
    made.git("init", "--quiet", "--bare", str(tmp_path / "remote.git"))
    return made


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return Remote(url=str(tmp_path / "remote.git"))


def manifest(repository: Repository, **files: str) -> Manifest:
    source = BuildSource(
        name="core",
        version="0.1.0",
        repository="shared",
        commit=repository.git("rev-parse", "HEAD"),
        folder="core",
        digest="",
        needs=(),
    )
    return manifest_of(source, files or FILES, "c" * 40)


def test_a_manifest_is_written_once_and_read_from_the_address_alone(repository: Repository, remote: Remote) -> None:
    first = record(manifest(repository), 1_600_000_000, repository.path, remote)
    assert recorded(remote, "core", "0.1.0") == first
    assert recorded(remote, "core", "0.1.1") is None
    refs = remote.refs(REF)
    repository.commit("Go on", other="1\n")
    assert record(manifest(repository), 1_600_000_060, repository.path, remote) == first, "what was published stays"
    assert remote.refs(REF) == refs
    with pytest.raises(ProvenanceError, match=r"core 0\.1\.0 was published with other content.*raise `version`"):
        record(manifest(repository, other="d" * 64), 1_600_000_060, repository.path, remote)


def test_a_copy_proves_itself(repository: Repository) -> None:
    made = dict(manifest(repository))
    digest = made.pop("sha256")
    canonical = json.dumps(made, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert digest == hashlib.sha256(canonical.encode()).hexdigest()


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("b" * 64, "f" * 64, "does not match its digest"),
        ('"name"', '"nome"', "does not match its digest"),
        ("{", "", "is not a manifest"),
        ('"files"', '"fails"', "is not a manifest"),
    ],
)
def test_a_manifest_that_somebody_changed_is_refused(
    repository: Repository, remote: Remote, before: str, after: str, message: str
) -> None:
    record(manifest(repository), 1_600_000_000, repository.path, remote)
    text = repository.git("cat-file", "tag", remote.refs(REF)[REF]).replace(before, after)
    aside = repository.path / "tag"
    aside.write_text(text + "\n")
    forged = repository.git("hash-object", "-t", "tag", "-w", str(aside))
    repository.git("push", "--quiet", "--force", remote.url, f"{forged}:{REF}")
    with pytest.raises(ProvenanceError, match=message):
        recorded(remote, "core", "0.1.0")


def test_a_manifest_at_another_commit_is_refused(repository: Repository, remote: Remote) -> None:
    record(manifest(repository), 1_600_000_000, repository.path, remote)
    text = repository.git("cat-file", "tag", remote.refs(REF)[REF])
    head, later = repository.git("rev-parse", "HEAD"), repository.commit("Go on", other="1\n")
    aside = repository.path / "tag"
    aside.write_text(text.replace(f"object {head}", f"object {later}") + "\n")
    forged = repository.git("hash-object", "-t", "tag", "-w", str(aside))
    repository.git("push", "--quiet", "--force", remote.url, f"{forged}:{REF}")
    with pytest.raises(ProvenanceError, match="does not match its digest"):
        recorded(remote, "core", "0.1.0")


def test_every_difference_is_told(repository: Repository) -> None:
    published = manifest(repository)
    assert faults(published, "core", "0.1.0", "shared", FILES) == []
    found = {"core-0.1.0.tar.gz": "e" * 64, "core-0.1.0.zip": "d" * 64}
    assert faults(published, "core", "0.2.0", "shared", found) == [
        "its manifest is of the version 0.1.0, not 0.2.0",
        "the registry has no core-0.1.0-py3-none-any.whl",
        f"core-0.1.0.tar.gz is sha256 {'e' * 64} in the registry, and was published as {'a' * 64}",
        "the registry has core-0.1.0.zip, which was not published",
    ]
