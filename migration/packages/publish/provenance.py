"""Where a published version comes from: a manifest in its repository, which anybody can hold against the registry.

The manifest is the message of an annotated tag object at the commit that was built. Its ref is not a tag: it starts no
pipeline, moves no `git describe`, and is not among people's tags. Nothing is forced, so it stays as it was written.
"""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from migration.errors import ProvenanceError
from migration.git.command import run_git
from migration.git.remote import Remote
from migration.packages.index.simple_index import SimpleIndex
from migration.packages.publish.build_sources import BuildSource

_WRITER = "multirepo <multirepo@users.noreply.github.com>"

Manifest = Mapping[str, Any]
"""name, version; files: name to SHA-256; repository, commit, folder: what was built; monorepo_commit: where the
monorepo was then; sha256: of all other entries as JSON with sorted keys and no spaces, so that a copy proves itself.
"""


def ref_of(name: str, version: str) -> str:
    """Where the manifest of a version is, in the repository that it was built from."""
    return f"refs/published/{name}/{version}"


def manifest_of(source: BuildSource, files: Mapping[str, str], monorepo_commit: str) -> Manifest:
    """The manifest of a version that is published now. files: name to SHA-256."""
    content: dict[str, Any] = {
        "name": source.name,
        "version": source.version,
        "files": dict(sorted(files.items())),
        "repository": source.repository,
        "commit": source.commit,
        "folder": source.folder,
        "monorepo_commit": monorepo_commit,
    }
    return content | {"sha256": _digest(content)}


def record(manifest: Manifest, date: int, git_dir: Path, remote: Remote) -> Manifest:
    """Write the manifest into the repository; keep the one that is there already, if it lists the same files.

    date: seconds since 1970. git_dir: has the commit. Raises ProvenanceError, RemoteError.
    """
    name, version = manifest["name"], manifest["version"]
    known = recorded(remote, name, version)
    if known is not None:
        if known["files"] != manifest["files"]:
            raise ProvenanceError(
                f"{manifest['repository']} says in {ref_of(name, version)} that {name} {version} was published with "
                "other content. A published version is never replaced, in no registry: raise `version` in the plan."
            )
        return known
    text = (
        f"object {manifest['commit']}\ntype commit\ntag published/{name}/{version}\n"
        f"tagger {_WRITER} {date} +0000\n\n{json.dumps(manifest, indent=2, ensure_ascii=False)}\n"
    )
    made = run_git("mktag", "--no-strict", directory=git_dir, standard_input=text.encode()).decode().strip()
    remote.push(git_dir, {ref_of(name, version): made})
    return manifest


def recorded(remote: Remote, name: str, version: str) -> Manifest | None:
    """The manifest that the repository has; None where it has none. Raises RemoteError, ProvenanceError."""
    ref = ref_of(name, version)
    tag = remote.refs(ref).get(ref)
    if tag is None:
        return None
    with tempfile.TemporaryDirectory(prefix="multirepo-manifest-") as folder:
        git_dir = Path(folder, "repository.git")
        remote.fetch_commit(git_dir, ref)
        header, _, message = run_git("cat-file", "tag", tag, directory=git_dir).decode().partition("\n\n")
    try:
        manifest: dict[str, Any] = json.loads(message)
        commit, files = manifest["commit"], dict(manifest["files"])
        proved = _digest({key: value for key, value in manifest.items() if key != "sha256"}) == manifest["sha256"]
    except (ValueError, KeyError, TypeError) as error:
        raise ProvenanceError(f"{ref} of {remote.url} is not a manifest ({error!r}). It was edited by hand.") from None
    if not proved or not files or header.splitlines()[0] != f"object {commit}":
        raise ProvenanceError(f"{ref} of {remote.url} does not match its digest: it was changed.")
    return manifest


def faults(manifest: Manifest, name: str, version: str, repository: str, found: Mapping[str, str]) -> list[str]:
    """What is wrong with a version, a sentence each; none where it is what was published. Pure.

    repository: the one that the plan says holds the package. found: the files in the registry, name to SHA-256.
    """
    expected = {"name": name, "version": version, "repository": repository}
    problems = [
        f"its manifest is of the {key} {manifest.get(key)}, not {value}"
        for key, value in expected.items()
        if manifest.get(key) != value
    ]
    published: Mapping[str, str] = manifest["files"]
    for file in sorted({*published, *found}):
        if file not in found:
            problems.append(f"the registry has no {file}")
        elif file not in published:
            problems.append(f"the registry has {file}, which was not published")
        elif found[file] != published[file]:
            problems.append(f"{file} is sha256 {found[file]} in the registry, and was published as {published[file]}")
    return problems


def verify_published(remote: Remote, index: SimpleIndex, name: str, version: str, repository: str) -> list[str]:
    """Hold a published version against its manifest, from addresses alone: no state of Pulumi, no listing is trusted.

    remote: the repository that holds the package. index: the registry. repository: its name in the plan. Every file of
    the version is downloaded and hashed. The faults, a sentence each; empty when the version is what was published.
    Raises RemoteError when the repository does not answer, RegistryError when the registry does not.
    """
    try:
        manifest = recorded(remote, name, version)
    except ProvenanceError as error:
        return [str(error)]
    if manifest is None:
        return [f"{repository} has no {ref_of(name, version)}: run pulumi up --refresh, which writes it"]
    found = {file: hashlib.sha256(index.content(url)).hexdigest() for file, url in index.files(name, version).items()}
    return faults(manifest, name, version, repository, found)


def _digest(content: Mapping[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
