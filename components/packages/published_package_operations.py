"""What the packages' provider does in its own process: from the resource's properties to the registry, and back."""

import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pulumi.dynamic import Config

from components.registry.devpi_operations import session, stack_devpi
from components.stack.locations import remote_of, workspace_of
from components.stack.provider_settings import settings_from
from components.stack.settings import WORKSPACE, Settings
from migration.errors import BuildError, RegistryError, TransformError
from migration.packages.index.devpi_client import download
from migration.packages.publish.build import SYMLINK, Distributions, build_distributions
from migration.packages.publish.build_sources import BuildSource, files_of, last_change
from migration.packages.publish.provenance import manifest_of, record, ref_of
from migration.packages.publish.upload import check_metadata, files_to_upload, upload
from migration.plan import read_plan
from migration.split.workspace import Workspace


def publish(props: Mapping[str, Any], config: Config) -> dict[str, Any]:
    """Build the version and upload the files that the registry lacks. The outputs: files, seen, manifest, recorded.

    Raises PackagesError.
    """
    settings = settings_from(config, props)
    source = _source(props)
    with tempfile.TemporaryDirectory(prefix="multirepo-distributions-") as output:
        built = build(source, settings, Path(output))
        missing = files_to_upload(source.name, source.version, built.hashes, published(props, config))
        if missing:
            _send(source, [Path(output, name) for name in missing], settings)
        hashes = built.hashes
    git_dir, remote = Workspace(workspace_of(settings)).git_dir, remote_of(settings, source.repository)
    date = last_change(git_dir, source.commit, source.folder)
    manifest = record(manifest_of(source, hashes, props["monorepo_commit"]), date, git_dir, remote)
    return {"files": hashes, "seen": hashes, "manifest": manifest, "recorded": True}


def is_recorded(props: Mapping[str, Any], config: Config) -> bool:
    """Whether the repository says where the version comes from."""
    ref = ref_of(props["name"], props["version"])
    return ref in remote_of(settings_from(config, props), props["repository"]).refs(ref)


def published(props: Mapping[str, Any], config: Config) -> dict[str, str]:
    """The files of the version that the registry has: name to SHA-256."""
    server = stack_devpi(config)
    files = session(server).files(server.index, props["name"], props["version"])
    return {name: file.sha256 for name, file in files.items()}


def _source(props: Mapping[str, Any]) -> BuildSource:
    names = ("name", "version", "repository", "commit", "folder", "digest")
    return BuildSource(**{name: props[name] for name in names}, needs=tuple(props["needs"]))


def build(source: BuildSource, settings: Settings, output: Path) -> Distributions:
    """Build the package from the commit's files as the plan's transforms leave them. Raises BuildError."""
    from migration.transforms.applying import transform  # a refresh needs none of it

    plan = read_plan(settings.plan_file)
    repository = next(repository for repository in plan.repositories if repository.name == source.repository)
    git_dir = Workspace(workspace_of(settings)).git_dir
    files, modes = files_of(git_dir, source.commit)
    links = {path: content for path, content in files.items() if modes[path] == SYMLINK}
    regular = {path: content for path, content in files.items() if path not in links}
    try:
        changes = transform(regular, plan, repository, index_url=None).changes
    except TransformError as error:
        raise BuildError(str(error)) from None
    tree = {path: content for path, content in {**links, **regular, **changes.contents}.items() if content is not None}
    modes |= {new: modes[old] for old, new in changes.moves.items()}
    date = last_change(git_dir, source.commit, source.folder)
    built = build_distributions(tree, source.folder, date, output, WORKSPACE / "build-environments", modes)
    private = [package.name for home in plan.repositories for package in home.packages]
    check_metadata(source.name, source.version, source.needs, private, built)
    return built


def _send(source: BuildSource, files: list[Path], settings: Settings) -> None:
    """With a token for this package alone, which ends with this run; then read back what arrived."""
    assert settings.devpi
    server, devpi = settings.devpi, session(settings.devpi)
    with devpi.passing_token(server.publisher, indexes=[server.index], projects=[source.name]) as token:
        upload(files, server.publish_url, server.publisher, token)
        arrived = devpi.files(server.index, source.name, source.version)
        for file in files:
            sent, stored = file.read_bytes(), arrived.get(file.name)
            if stored is None or download(stored.url, server.publisher, token) != sent:
                digest = hashlib.sha256(sent).hexdigest()
                raise RegistryError(
                    f"{server.publish_url} took {file.name} (sha256 {digest}) and serves other content. "
                    "The upload was not recorded. Check the proxy or cache before the index."
                )
