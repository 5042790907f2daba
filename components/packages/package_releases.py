"""The releases of private packages for lock files: as published, or as this run will publish them."""

import json
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import NormalizedName, canonicalize_name

from components.stack.registry_settings import DevpiServer
from components.stack.settings import WORKSPACE, Settings
from migration.packages.cache.made_once import made_once
from migration.packages.index.release_metadata import ReleaseMetadata, release_of
from migration.packages.publish.build_sources import BuildSource, last_change, sources_of
from migration.plan import Plan
from migration.split.splitting import Split

if TYPE_CHECKING:
    from migration.packages.index.devpi_client import ReleaseFile

_PATIENCE = 5.0  # seconds


class PackageReleases:
    """The releases of a plan's packages. Costs nothing until it is called; then each is built once."""

    def __init__(self, settings: Settings, plan: Plan, split: Split) -> None:
        self._settings, self._plan, self._split = settings, plan, split

    def __call__(self, names: Iterable[NormalizedName]) -> Mapping[NormalizedName, ReleaseMetadata]:
        """The release of each name. Raises PackagesError where one can neither be built nor read."""
        assert self._settings.devpi
        requested = set(names)
        sources = {name: source for name, source in self._sources().items() if name in requested}
        return {
            name: self._release(source, files)
            for (name, source), files in zip(
                sources.items(), _published(self._settings.devpi, sources.values()), strict=True
            )
        }

    def _sources(self) -> dict[NormalizedName, BuildSource]:
        heads = {name: history.head for name, history in self._split.histories.items() if history.head}
        return {
            canonicalize_name(source.name): source
            for home in self._plan.repositories
            if home.packages and home.name in heads
            for source in sources_of(self._plan, home, self._split.git_dir, heads[home.name])
        }

    def _release(self, source: BuildSource, published: "Mapping[str, ReleaseFile]") -> ReleaseMetadata:
        """As it is built from what the folder holds, unless the registry has this version with other content."""
        date = last_change(self._split.git_dir, source.commit, source.folder)
        built = _cached_release([source.name, source.version, source.digest, date], lambda: self._build(source))
        hashes = {name: file.sha256 for name, file in published.items()}
        if hashes.items() <= built.files.items():
            return built  # the missing files will be uploaded
        return _cached_release([source.name, source.version, hashes], lambda: self._read(published))

    def _build(self, source: BuildSource) -> ReleaseMetadata:
        from components.packages.published_package_operations import build

        with tempfile.TemporaryDirectory(prefix="multirepo-distributions-") as output:
            built = build(source, self._settings, Path(output))
            return release_of(built.wheel, built.hashes)

    def _read(self, published: "Mapping[str, ReleaseFile]") -> ReleaseMetadata:
        from components.registry.devpi_operations import session
        from migration.errors import RegistryError
        from migration.packages.index.devpi_client import download

        server = self._settings.devpi
        assert server
        wheel = next((name for name in published if name.endswith(".whl")), None)
        if wheel is None:
            raise RegistryError(f"{server.index_url} has {', '.join(published)} of other content, and no wheel of it.")
        with session(server).passing_token(server.reader, indexes=[server.index]) as token:
            content = download(published[wheel].url, server.reader, token)
        with tempfile.TemporaryDirectory(prefix="multirepo-distributions-") as output:
            file = Path(output, wheel)
            file.write_bytes(content)
            return release_of(file, {name: file.sha256 for name, file in published.items()})


def _published(server: DevpiServer, sources: Iterable[BuildSource]) -> "list[Mapping[str, ReleaseFile]]":
    """The files of each version in the registry; none where it does not respond.

    A preview needs no password and no registry: what is built now is what an `up` would publish.
    """
    import httpx  # most previews need none of it

    from migration.packages.index.devpi_client import file_listing, release_files

    found: list[Mapping[str, ReleaseFile]] = []
    with httpx.Client(base_url=server.address, headers={"Accept": "application/json"}, timeout=_PATIENCE) as client:
        for source in sources:
            try:
                found.append(release_files(client.get(file_listing(server.index, source.name)), source.version))
            except (httpx.HTTPError, ValueError):
                return found + [{} for _ in list(sources)[len(found) :]]
    return found


def _cached_release(ingredients: list[object], make: Callable[[], ReleaseMetadata]) -> ReleaseMetadata:
    content = made_once(WORKSPACE / "releases", ingredients, lambda: json.dumps(asdict(make())).encode())
    known = json.loads(content)
    return ReleaseMetadata(**{**known, "requires_dist": tuple(known["requires_dist"])})
