"""A split is kept, found again, and rebuilt when it cannot be trusted."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from migration.desired_state.code_selection import CodeSelection, FolderMove, TagMapping
from migration.errors import SplitError
from migration.split.splitting import Split
from tests.migration.conftest import MonorepoBuilder, Splitter

SELECTIONS = {"new": CodeSelection(moves=(FolderMove(source="a"),))}
Damage = Callable[[Path], object]


@pytest.fixture
def first_split(builder: MonorepoBuilder, splitter: Splitter) -> Split:
    first = builder.commit({"a/f": "1"})
    builder.point("refs/tags/v1", builder.annotated_tag("v1", first))
    builder.point("main", builder.commit({"a/f": "2"}, first))
    return splitter.split(SELECTIONS)


def stamp(splitter: Splitter) -> int:
    return (splitter.workspace / "split.git" / "multirepo-split.json").stat().st_mtime_ns


def test_a_second_call_changes_nothing(splitter: Splitter, first_split: Split) -> None:
    def state() -> list[tuple[str, int]]:
        return sorted((str(path), path.stat().st_mtime_ns) for path in splitter.workspace.rglob("*"))

    before = state()
    assert splitter.split(SELECTIONS) == first_split
    assert state() == before


def test_the_same_input_gives_the_same_ids_elsewhere(
    builder: MonorepoBuilder, first_split: Split, tmp_path: Path
) -> None:
    assert Splitter(builder, tmp_path / "elsewhere").split(SELECTIONS).histories == first_split.histories


def test_a_new_commit_is_noticed(builder: MonorepoBuilder, splitter: Splitter, first_split: Split) -> None:
    builder.point("main", builder.commit({"a/f": "3"}, first_split.monorepo_head))
    again = splitter.split(SELECTIONS).histories["new"]
    assert again.commits == 3
    assert splitter.git("rev-parse", "refs/multirepo/new/head~1") == first_split.histories["new"].head


def test_a_new_tag_and_a_tag_that_is_gone_are_noticed(
    builder: MonorepoBuilder, splitter: Splitter, first_split: Split
) -> None:
    (builder.path / "refs/tags/v1").unlink()
    builder.point("refs/tags/v1/rc", first_split.monorepo_head)
    assert list(splitter.split(SELECTIONS).histories["new"].tags) == ["v1/rc"]
    assert splitter.git("for-each-ref", "--format=%(refname)", "refs/multirepo/new/tags") == (
        "refs/multirepo/new/tags/v1/rc"
    )


@pytest.mark.usefixtures("first_split")
def test_another_plan_is_noticed(splitter: Splitter) -> None:
    selection = CodeSelection(
        moves=(FolderMove(source="a", target="sub"),), tags=(TagMapping(source="v*", target="*"),)
    )
    history = splitter.split({"other": selection}).histories["other"]
    assert splitter.files(history.head) == {"sub/f": "2"}
    refs = splitter.git("for-each-ref", "--format=%(refname)").split("\n")
    assert refs == ["refs/multirepo/other/head", "refs/multirepo/other/tags/1"]


@pytest.mark.usefixtures("first_split")
def test_another_monorepo_is_noticed(splitter: Splitter, tmp_path: Path) -> None:
    builder = MonorepoBuilder(tmp_path / "another.git")
    builder.point("main", builder.commit({"a/f": "other"}))
    other = Splitter(builder, splitter.workspace)
    assert other.files(other.split(SELECTIONS).histories["new"].head) == {"f": "other"}


def _only(folder: Path, pattern: str) -> Path:
    (found,) = folder.rglob(pattern)
    found.chmod(0o644)
    return found


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda folder: _only(folder, "*.pack").unlink(), id="pack gone"),
        pytest.param(lambda folder: _only(folder, "*.idx").unlink(), id="index gone"),
        pytest.param(lambda folder: _only(folder, "*.pack").write_bytes(b"PACK"), id="pack cut"),
        pytest.param(lambda folder: (folder / "packed-refs").unlink(), id="refs gone"),
        pytest.param(lambda folder: (folder / "packed-refs").write_text("nonsense"), id="refs damaged"),
        pytest.param(lambda folder: (folder / "commit-map-new").write_bytes(b""), id="map cut"),
        pytest.param(lambda folder: (folder / "HEAD").unlink(), id="no repository any more"),
        pytest.param(lambda folder: (folder / "multirepo-split.json").write_text("{"), id="state cut"),
        pytest.param(lambda folder: (folder / "multirepo-split.json").write_text("[1]"), id="state foreign"),
        pytest.param(lambda folder: (folder / "multirepo-split.json").unlink(), id="state gone"),
        pytest.param(lambda folder: (folder / "multirepo-split.json").write_bytes(b"\xff"), id="state binary"),
        pytest.param(lambda folder: (folder / "objects/info/alternates").write_text("/x\n"), id="borrows elsewhere"),
    ],
)  # fmt: skip
def test_damage_is_noticed_and_mended(splitter: Splitter, first_split: Split, damage: Damage) -> None:
    damage(splitter.workspace / "split.git")
    assert splitter.split(SELECTIONS) == first_split
    assert splitter.git("fsck", "--strict", "--no-dangling", "--no-progress") == ""
    assert splitter.git("rev-parse", "refs/multirepo/new/head") == first_split.histories["new"].head


def test_what_a_killed_split_left_is_cleared_away(splitter: Splitter, first_split: Split) -> None:
    packs = splitter.workspace / "split.git" / "objects" / "pack"
    (packs / "tmp_pack").write_bytes(b"half")
    (splitter.workspace / "split.git" / "multirepo-split.json").unlink()
    assert splitter.split(SELECTIONS) == first_split
    assert sorted(path.suffix for path in packs.iterdir()) == [".idx", ".pack"]


def test_a_failed_split_leaves_the_one_before(builder: MonorepoBuilder, splitter: Splitter, first_split: Split) -> None:
    with pytest.raises(SplitError):
        splitter.split({"new": CodeSelection(moves=(FolderMove(source="missing"),))})
    before = stamp(splitter)
    assert splitter.split(SELECTIONS) == first_split
    assert stamp(splitter) == before


def test_the_split_before_can_be_pushed_while_the_next_is_made(
    builder: MonorepoBuilder, splitter: Splitter, first_split: Split
) -> None:
    builder.point("main", builder.commit({"a/f": "3"}, first_split.monorepo_head))
    splitter.split(SELECTIONS)
    head = first_split.histories["new"].head
    assert splitter.git("cat-file", "-t", str(head)) == "commit"


def test_a_workspace_that_cannot_be_written_is_told(builder: MonorepoBuilder, splitter: Splitter) -> None:
    builder.point("main", builder.commit({"a/f": "1"}))
    splitter.workspace.write_text("a file, not a folder")
    with pytest.raises(SplitError, match=r"/workspace: Cannot write the split"):
        splitter.split(SELECTIONS)


def test_several_processes_at_once_get_the_same(builder: MonorepoBuilder, splitter: Splitter, tmp_path: Path) -> None:
    first = builder.commit({"a/f": "1"})
    builder.point("main", builder.commit({"a/f": "2"}, first))
    program = (
        "import sys; from pathlib import Path\n"
        "from migration.split.splitting import split_monorepo\n"
        "from migration.desired_state.code_selection import CodeSelection, FolderMove\n"
        "selections = {'new': CodeSelection(moves=(FolderMove(source='a'),))}\n"
        "print(split_monorepo(Path(sys.argv[1]), 'main', selections, Path(sys.argv[2])))\n"
    )
    arguments = [sys.executable, "-c", program, str(builder.path), str(splitter.workspace)]
    running = [subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    printed = {process.communicate()[0] for process in running}
    assert [process.returncode for process in running] == [0, 0, 0]
    assert len(printed) == 1


def test_several_threads_at_once_get_the_same(builder: MonorepoBuilder, splitter: Splitter) -> None:
    builder.point("main", builder.commit({"a/f": "1"}))
    results: list[Split] = []
    threads = [threading.Thread(target=lambda: results.append(splitter.split(SELECTIONS))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 3
    assert results[0] == results[1] == results[2]
