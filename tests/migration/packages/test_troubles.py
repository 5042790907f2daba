"""Each common trouble is recognised by causing it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from migration.packages.index.devpi_client import DevpiClient
from migration.packages.troubles import Trouble, troubles
from sandbox.registry.registry_process import RunningRegistry

SAMPLE = Path(__file__).parents[3] / "sandbox/sample_monorepo/files"
MANIFEST = """\
[tool.poetry.dependencies]
maestro-api = {{version = "^0.1.0", source = "maestro"}}
[[tool.poetry.source]]
name = "maestro"
url = "{index}"
priority = "explicit"
"""


def found(folder: Path, **environment: str) -> list[Trouble]:
    return troubles(folder, environment)


def test_a_healthy_clone_has_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "module").mkdir()
    (tmp_path / "module" / "__init__.py").write_text("value = 1\n")
    (tmp_path / "Dockerfile").write_text(
        "FROM python\nCOPY --from=builder /x /y\nCOPY . /app\nADD --chown=1 mod*/ /m\n"
    )
    subprocess.run([sys.executable, "-c", "import module"], cwd=tmp_path, env={}, check=True)
    assert (tmp_path / "module" / "__pycache__").exists()
    assert found(tmp_path) == []


def test_a_module_of_which_only_the_cache_is_left_is_told_with_the_command_that_helps(tmp_path: Path) -> None:
    (tmp_path / "synth").mkdir()
    (tmp_path / "synth" / "search.py").write_text("value = 1\n")
    importing = [sys.executable, "-c", "import synth.search"]
    subprocess.run(importing, cwd=tmp_path, env={}, check=True)
    (tmp_path / "synth" / "search.py").unlink()  # as git does when a module gets another name
    failing = subprocess.run(importing, cwd=tmp_path, env={}, capture_output=True, text=True, check=False)
    assert "No module named 'synth.search'" in failing.stderr  # and not: No module named 'synth'
    (trouble,) = found(tmp_path)
    assert trouble.place == "synth"
    subprocess.run(trouble.remedy.removeprefix("Run: ").partition(" && ")[0], shell=True, check=True)
    assert found(tmp_path) == []


@pytest.fixture
def private(registry_server: RunningRegistry) -> Iterator[tuple[str, DevpiClient]]:
    with DevpiClient(registry_server.address, "root", registry_server.root_password) as devpi:
        devpi.ensure_user("doctor", "password")
        devpi.ensure_index("doctor/prod", {"bases": [], "acl_upload": ["doctor"]})
        devpi.ensure_index("doctor/prod", {"acl_pkg_read": ["doctor"]})
        yield f"{registry_server.address}/doctor/prod/+simple/", devpi


def test_a_registry_that_refuses_is_told_by_what_is_wrong_with_the_token(
    private: tuple[str, DevpiClient], tmp_path: Path
) -> None:
    from migration.packages.publish.upload import upload
    from tests.end_to_end.test_clean_room import make_wheel

    index, devpi = private
    (tmp_path / "pyproject.toml").write_text(MANIFEST.format(index=index))
    names = ("POETRY_HTTP_BASIC_MAESTRO_USERNAME", "POETRY_HTTP_BASIC_MAESTRO_PASSWORD")
    token = devpi.create_token("doctor", {})
    valid = dict(zip(names, ("doctor", token), strict=True))
    assert [each.problem for each in found(tmp_path, **valid)] == ["it has no package maestro-api"]
    wheel = make_wheel(tmp_path, "maestro-api", "0.1.0", [])
    upload([wheel], index.replace("+simple/", ""), "doctor", token)
    assert found(tmp_path, **valid) == []

    (unset,) = found(tmp_path)
    assert "no token is set (403 for maestro-api)" in unset.problem
    assert all(name in unset.remedy for name in names)
    soon = devpi.create_token("doctor", {"expires": int(time.time()) + 1})
    time.sleep(1.1)
    (expired,) = found(tmp_path, **dict(zip(names, ("doctor", soon), strict=True)))
    assert "the token is refused: it expired, or was replaced" in expired.problem
    for number in devpi.tokens("doctor"):
        devpi.delete_token("doctor", number)
    (refused,) = found(tmp_path, **valid)
    assert "the token is refused: it expired, or was replaced" in refused.problem
    assert token not in repr(refused)


def test_a_registry_that_is_down_is_told_with_its_address(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(MANIFEST.format(index="http://127.0.0.1:9/+simple/"))
    (trouble,) = found(tmp_path)
    assert "http://127.0.0.1:9/+simple/ does not answer" in trouble.problem


def test_an_image_that_copies_what_stayed_in_the_monorepo_is_told_for_each_folder() -> None:
    problems = [each.problem for each in found(SAMPLE / "maestro-engine")]
    assert problems == [
        "it copies 'shared', which is not in this repository",
        "it copies 'maestro-engine', which is not in this repository",
    ]
