"""From built files to a version in the registry that is never replaced."""

import contextlib
import http
import io
import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.metadata import Metadata
from packaging.utils import canonicalize_name
from packaging.version import Version

from migration.errors import BuildError, RegistryError, VersionTakenError
from migration.packages.index.release_metadata import metadata_of

if TYPE_CHECKING:
    from migration.packages.publish.build import Distributions


def files_to_upload(name: str, version: str, built: Mapping[str, str], published: Mapping[str, str]) -> list[str]:
    """The names of the files that the registry lacks: all, some when an upload was cut, or none.

    built, published: name to SHA-256. Raises VersionTakenError when the registry has another file of this version.
    """
    for file, digest in published.items():
        if built.get(file) != digest:
            local = f"sha256 {built[file]}" if file in built else "not made"
            raise VersionTakenError(
                f"{name} {version} is in the registry with other content: {file} is sha256 {digest} there, and {local} "
                f"here. A published version is never replaced. Set `version` of {name} to {_next(version)} in the "
                "plan, or take back what changed in its folder."
            )
    return [file for file in built if file not in published]


def _next(version: str) -> str:
    """The version that comes next: the release of a pre-release, otherwise the next one of its last part."""
    known = Version(version)
    if known.is_prerelease:
        return known.base_version
    *front, last = known.release
    return ".".join(map(str, [*front, last + 1]))


def check_metadata(
    name: str, version: str, needs: Sequence[str], private: Sequence[str], built: "Distributions"
) -> None:
    """Hold what the files say of themselves against the plan. private: every package of the plan.

    Raises BuildError.
    """
    from twine.commands.check import check

    with _what_twine_prints() as output:
        if check([str(built.sdist), str(built.wheel)], strict=False):
            raise BuildError(f"{name}: its metadata would not be shown whole: {output.getvalue().strip()}")
    metadata = Metadata.from_raw(metadata_of(built.wheel))
    if (canonicalize_name(metadata.name), metadata.version) != (canonicalize_name(name), Version(version)):
        raise BuildError(
            f"{name} {version}: its manifest calls it {metadata.name} {metadata.version}. Use one name in the plan "
            "and there."
        )
    asked = {canonicalize_name(each.name) for each in metadata.requires_dist or ()}
    known = {canonicalize_name(each): each for each in private}
    if unplanned := asked & known.keys() - {canonicalize_name(each) for each in (name, *needs)}:
        names = ", ".join(sorted(known[each] for each in unplanned))
        raise BuildError(
            f"{name} needs {names}, and the plan does not say so. Add it to `depends_on` of {name}, so that it is "
            "published first."
        )


_PATIENCE = 60.0  # seconds of silence
_twine = threading.Lock()


@contextlib.contextmanager
def _what_twine_prints() -> Iterator[io.StringIO]:
    """Standard output belongs to Pulumi; it is one for all threads, so one call of twine goes after the other."""
    logger, output = logging.getLogger("twine"), io.StringIO()
    handler = logging.StreamHandler(output)
    with _twine, contextlib.redirect_stdout(output):
        logger.addHandler(handler)
        logger.propagate = False
        try:
            yield output
        finally:
            logger.removeHandler(handler)


def upload(files: Sequence[Path], publish_url: str, user: str, token: str) -> None:
    """Upload with twine. Raises RegistryError with the registry's own words."""
    import requests
    from twine.commands.upload import upload as twine_upload
    from twine.exceptions import TwineException
    from twine.repository import Repository
    from twine.settings import Settings

    class Patient(requests.adapters.HTTPAdapter):
        """twine would wait indefinitely. Nothing is sent again by itself: the next run looks what arrived."""

        def send(self, *arguments: Any, **options: Any) -> requests.Response:
            return super().send(*arguments, **{**options, "timeout": _PATIENCE})

    class PatientSettings(Settings):
        def create_repository(self) -> Repository:
            repository = super().create_repository()
            for scheme in ("http://", "https://"):
                repository.session.mount(scheme, Patient())
            return repository

    settings = PatientSettings(
        repository_url=publish_url, username=user, password=token, non_interactive=True, disable_progress_bar=True
    )
    try:
        with _what_twine_prints():
            twine_upload(settings, [str(file) for file in files])
    except (TwineException, requests.RequestException) as error:
        names = ", ".join(file.name for file in files)
        full = "Its disk may be full: make room there. " if _is_servers_fault(error) else ""
        raise RegistryError(
            f"{publish_url} does not take {names}: {error}. {full}Run the same again: what arrived stays, the rest is "
            "sent."
        ) from None


def _is_servers_fault(error: Exception) -> bool:
    response = getattr(error, "response", None)
    return response is not None and response.status_code >= http.HTTPStatus.INTERNAL_SERVER_ERROR
