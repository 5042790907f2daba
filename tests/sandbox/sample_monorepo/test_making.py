import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.errors import SandboxError
from sandbox.sample_monorepo import SampleError
from sandbox.sample_monorepo.making import make_sample_monorepo
from tests.sandbox.sample_monorepo.conftest import Clone

# Changes whenever files/ or history.yaml do; then put the new id here and in no other place.
HEAD = "6f10122023393099e155963e24fd748ebe2295bd"
PROJECT = Path(__file__).parents[3]


def test_the_head_is_the_same_on_every_machine(sample: Clone) -> None:
    assert sample.git("rev-parse", "HEAD") == HEAD


def test_neither_settings_nor_place_nor_language_matter(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        "[init]\n\tdefaultBranch = trunk\n[core]\n\tautocrlf = true\n[user]\n\tname = Nobody\n"
        "[commit]\n\tgpgSign = true\n[i18n]\n\tcommitEncoding = ISO-8859-2\n"
    )
    surroundings = {
        "HOME": str(home),
        "TZ": "Pacific/Chatham",
        "LANG": "C",
        "LC_ALL": "C",
        "GIT_DIR": str(tmp_path / "elsewhere"),
        "GIT_AUTHOR_NAME": "Somebody",
        "GIT_DEFAULT_HASH": "sha256",
        "PYTHONHASHSEED": "7",
        "PATH": os.environ["PATH"],
    }
    folder = tmp_path / "ein Ordner" / "größe"
    program = (
        "import sys; from pathlib import Path; from sandbox.sample_monorepo import make_sample_monorepo;"
        "print(make_sample_monorepo(Path(sys.argv[1])))"
    )
    made = subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        env=surroundings,
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert made.stdout.strip() == HEAD
    assert Clone(folder).git("status", "--porcelain") == ""
    assert Clone(folder).git("symbolic-ref", "HEAD") == "refs/heads/main"


def test_a_person_can_work_in_it(sample: Clone) -> None:
    assert sample.git("rev-parse", "--is-bare-repository") == "false"
    assert sample.git("status", "--porcelain", "--ignored") == ""
    assert "worktree" not in (sample.path / ".git/config").read_text()


def test_git_finds_no_fault(sample: Clone) -> None:
    sample.git("fsck", "--strict", "--full")


def test_a_second_time_changes_nothing_and_keeps_what_people_did(tmp_path: Path) -> None:
    folder = tmp_path / "sample"
    make_sample_monorepo(folder)
    (folder / "note.txt").write_text("mine\n")
    clone = Clone(folder)
    clone.git("add", "note.txt")
    clone.git("-c", "user.name=Me", "-c", "user.email=me@maestro.example", "commit", "--quiet", "-m", "Mine")
    (folder / "unfinished.txt").write_text("not committed\n")
    mine = clone.git("rev-parse", "HEAD")
    clone.git("switch", "--quiet", "--detach", "platform-2024.01")
    assert make_sample_monorepo(folder) == mine
    assert (folder / "unfinished.txt").exists()


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    assert make_sample_monorepo(tmp_path) == HEAD
    assert (tmp_path / "README.md").exists()


@pytest.mark.parametrize("command", ["true", "git init --quiet ."])
def test_a_folder_with_something_else_is_refused_and_left_alone(tmp_path: Path, command: str) -> None:
    (tmp_path / "thesis.txt").write_text("years of work\n")
    subprocess.run(command.split(), cwd=tmp_path, check=True)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(SampleError, match=re.escape(f"{tmp_path} holds something else")):
        make_sample_monorepo(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before
    assert issubclass(SampleError, SandboxError)


def test_a_folder_inside_the_sample_is_not_mistaken_for_it(sample: Clone) -> None:
    with pytest.raises(SampleError, match="something else"):
        make_sample_monorepo(sample.path / "synth")


def test_a_place_where_no_folder_can_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder\n")
    with pytest.raises(SampleError, match="Cannot write"):
        make_sample_monorepo(tmp_path / "file" / "sample")


def test_nothing_is_left_beside_it(tmp_path: Path) -> None:
    make_sample_monorepo(tmp_path / "sample")
    assert [path.name for path in tmp_path.iterdir()] == ["sample"]
