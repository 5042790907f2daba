"""What is sent to the registry, and what is refused: a version is never replaced."""

from pathlib import Path

import pytest

from migration.packages.building import build_distributions
from migration.packages.devpi import Devpi
from migration.packages.errors import RegistryError, VersionTakenError
from migration.packages.publishing import files_to_upload, upload
from sandbox.registry.process import RunningRegistry
from tests.migration.packages.test_building import DATE, TREE

BUILT = {"a.tar.gz": "11", "a.whl": "22"}


@pytest.mark.parametrize(
    ("published", "missing"), [({}, ["a.tar.gz", "a.whl"]), ({"a.tar.gz": "11"}, ["a.whl"]), (BUILT, [])]
)
def test_what_is_there_with_the_same_content_is_not_sent_again(published: dict[str, str], missing: list[str]) -> None:
    assert files_to_upload("core", "0.1.0", BUILT, published) == missing


@pytest.mark.parametrize(
    ("version", "following"),
    [("0.1.0", "0.1.1"), ("1.0.0rc1", "1.0.0"), ("2.1", "2.2"), ("1.0.post1", "1.1"), ("0.1.0.dev3", "0.1.0")],
)
def test_other_content_is_refused_with_both_hashes_and_the_version_to_take(version: str, following: str) -> None:
    with pytest.raises(VersionTakenError) as caught:
        files_to_upload("core", version, BUILT, {"a.whl": "33"})
    assert f"core {version} is in the registry with other content: a.whl is sha256 33 there, and sha256 22" in str(
        caught.value
    )
    assert f"Set `version` of core to {following} in the plan" in str(caught.value)


def test_a_file_that_is_not_made_any_more_is_other_content() -> None:
    with pytest.raises(VersionTakenError, match=r"a\.egg is sha256 44 there, and not made here"):
        files_to_upload("core", "0.1.0", BUILT, {"a.egg": "44"})


def test_an_upload_that_was_cut_is_completed_and_nothing_is_replaced(
    registry_server: RunningRegistry, tmp_path: Path, build_environments: Path
) -> None:
    built = build_distributions(TREE, "api", DATE, tmp_path, build_environments)
    with Devpi(registry_server.address, "root", registry_server.root_password) as devpi:
        devpi.ensure_user("cut", "password")
        devpi.ensure_index("cut/prod", {"bases": ["root/pypi"], "volatile": False, "acl_upload": ["cut"]})
        token = devpi.create_token("cut", {"indexes": ["cut/prod"], "projects": ["maestro-api"]})
        address = f"{registry_server.address}/cut/prod/"

        def published() -> dict[str, str]:
            return {name: file.sha256 for name, file in devpi.files("cut/prod", "maestro-api", "0.1.0").items()}

        upload([built.sdist], address, "cut", token)  # and here it was cut
        missing = files_to_upload("maestro-api", "0.1.0", built.hashes, published())
        assert missing == [built.wheel.name]
        upload([tmp_path / name for name in missing], address, "cut", token)
        assert published() == built.hashes

        built.wheel.write_bytes(built.wheel.read_bytes() + b"\0")
        with pytest.raises(
            RegistryError, match=r"cut/prod/ does not take maestro_api-0\.1\.0-py3-none-any\.whl: .*409"
        ):
            upload([built.wheel], address, "cut", token)
        with pytest.raises(RegistryError, match="403"):
            upload([built.sdist], address, "cut", devpi.create_token("cut", {"projects": ["another"]}))
    assert token not in str(built)
