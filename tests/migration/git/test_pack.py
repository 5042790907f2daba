"""Packs that git accepts, strictly."""

import subprocess
import sys
from pathlib import Path

import pytest

from migration.git.object_format import FORMATS
from migration.git.pack import PackWriter
from tests.migration.conftest import git

CONTENTS = [b"x" * size for size in (0, 1, 15, 16, 2047, 2048, 70_000)]


@pytest.fixture(params=["sha1", "sha256"])
def packs(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    git(tmp_path, "init", "--quiet", "--bare", f"--object-format={request.param}", ".")
    return tmp_path / "objects" / "pack"


def written(packs: Path, size: int, first_large_offset: int = 1 << 31) -> tuple[str, list[str]]:
    object_format = FORMATS["sha1" if size == 20 else "sha256"]
    with PackWriter(packs, object_format, first_large_offset) as pack:
        tags = [pack.add(b"tag", b"object %b\n" % content).hex() for content in CONTENTS]
        pack.add(b"tree", b"")
        return pack.finish(), tags


def id_size(packs: Path) -> int:
    return 20 if git(packs.parent.parent, "rev-parse", "--show-object-format") == "sha1" else 32


def test_git_finds_every_object_again(packs: Path) -> None:
    name, tags = written(packs, id_size(packs))
    assert sorted(path.name for path in packs.iterdir()) == [f"{name}.idx", f"{name}.pack"]
    git(packs, "verify-pack", f"{name}.idx")
    for tag, content in zip(tags, CONTENTS, strict=True):
        assert git(packs, "cat-file", "tag", tag) == f"object {content.decode()}"


def test_the_index_is_the_one_git_would_write(packs: Path) -> None:
    name, _ = written(packs, id_size(packs))
    own_index = (packs / f"{name}.idx").read_bytes()
    git(packs, "index-pack", "-o", "again.idx", f"{name}.pack")
    assert (packs / "again.idx").read_bytes() == own_index


def test_large_offsets_go_to_the_second_table(packs: Path) -> None:
    name, tags = written(packs, id_size(packs), first_large_offset=64)
    git(packs, "verify-pack", f"{name}.idx")
    assert git(packs, "cat-file", "tag", tags[-1]) == f"object {CONTENTS[-1].decode()}"


def test_an_object_is_written_once(packs: Path) -> None:
    with PackWriter(packs, FORMATS["sha1" if id_size(packs) == 20 else "sha256"]) as pack:
        assert pack.add(b"tree", b"") == pack.add(b"tree", b"")
        name = pack.finish()
    assert int.from_bytes((packs / f"{name}.pack").read_bytes()[8:12], "big") == 1


def test_a_pack_that_was_not_finished_leaves_nothing(tmp_path: Path) -> None:
    with PackWriter(tmp_path, FORMATS["sha1"]) as pack:
        pack.add(b"tree", b"")
    assert list(tmp_path.iterdir()) == []


def test_a_process_killed_while_writing_leaves_no_pack(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path\n"
        "from migration.git.object_format import FORMATS\n"
        "from migration.git.pack import PackWriter\n"
        "with PackWriter(Path(sys.argv[1]), FORMATS['sha1']) as pack:\n"
        "    for number in range(100): pack.add(b'tag', os.urandom(100_000))\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert killed.returncode == -9
    assert list(tmp_path.glob("pack-*")) == []
