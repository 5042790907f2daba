"""What installers need to know of a published version before they download it."""

import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import NormalizedName

if TYPE_CHECKING:
    from packaging.metadata import RawMetadata


@dataclass(frozen=True, kw_only=True)
class ReleaseMetadata:
    """One version of a package. files: name to SHA-256. The rest is as its metadata has it, word for word.

    https://packaging.python.org/en/latest/specifications/core-metadata/
    """

    name: str
    version: str
    summary: str
    requires_python: str
    requires_dist: tuple[str, ...]
    files: Mapping[str, str]


Releases = Callable[[Iterable[NormalizedName]], Mapping[NormalizedName, ReleaseMetadata]]
"""The releases of these packages, under the plan's versions. May build them first, and raise PackagesError."""


def release_of(wheel: Path, files: Mapping[str, str]) -> ReleaseMetadata:
    """What a wheel says of itself. files: all files of its version, name to SHA-256."""
    metadata = metadata_of(wheel)
    return ReleaseMetadata(
        name=metadata["name"],
        version=metadata["version"],
        summary=metadata.get("summary", ""),
        requires_python=metadata.get("requires_python", ""),
        requires_dist=tuple(metadata.get("requires_dist", ())),
        files=dict(sorted(files.items())),
    )


def metadata_of(wheel: Path) -> "RawMetadata":
    """https://packaging.python.org/en/latest/specifications/binary-distribution-format/"""
    from packaging.metadata import parse_email

    with zipfile.ZipFile(wheel) as archive:
        (name,) = [each for each in archive.namelist() if each.endswith(".dist-info/METADATA")]
        return parse_email(archive.read(name))[0]
