"""A split that goes on from the one before gives what one from the beginning gives."""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from migration.desired_state.code_selection import CodeSelection, FolderMove, MessageRules, TagMapping
from migration.errors import SplitError
from migration.split import workspace
from migration.split.splitting import Split
from tests.migration.conftest import MonorepoBuilder, Splitter, git
from tests.migration.split.test_random_histories import MOVES, RANDOM, Step, build, histories

SELECTIONS = {"new": CodeSelection(moves=(FolderMove(source="a"),))}
EARLIER_NAME = FolderMove(source="a", earlier=("b",))
REFERENCES = MessageRules(hashes=True, issues="o/r", provenance=True)
CUTS = st.lists(st.tuples(st.integers(0, 11), st.sets(st.integers(0, 11), max_size=3)), min_size=2, max_size=4)
"""Moments in the life of a monorepo: (the commit that its branch names, the commits that tags name)."""


def packs(splitter: Splitter) -> list[str]:
    return sorted(path.name for path in (splitter.workspace / "split.git/objects/pack").glob("*.pack"))


def outcome(splitter: Splitter, selections: Mapping[str, CodeSelection]) -> object:
    """All that a split gives, or the refusal."""
    try:
        split = splitter.split(selections)
    except SplitError as error:
        return str(error)
    maps = {name: splitter.commit_map(name) for name in selections}
    return replace(split, git_dir=Path()), maps, splitter.git("for-each-ref")


@settings(RANDOM, max_examples=12)
@given(histories(), CUTS, st.lists(MOVES, min_size=1, max_size=2), st.sampled_from((MessageRules(), REFERENCES)))
@example(
    [Step((), (0,) * 4, {"a/f": "1"}), Step((), (0,) * 4, {"a/f": "2"}), Step((0, 1), (0,) * 4, {"a/f": "1"})],
    [(0, {1}), (2, set()), (1, set()), (2, {0})],
    [FolderMove(source="a")],
    MessageRules(),
)
def test_going_on_gives_the_same_as_beginning_anew(
    steps: list[Step], cuts: list[tuple[int, set[int]]], moves: list[FolderMove], messages: MessageRules
) -> None:
    """New roots, merges of old branches, folders that appear, tags that come, move and go, rewritten branches."""
    tags = (TagMapping(source="at*", target="was*"),)
    selections = {
        "tagged": CodeSelection(moves=tuple(moves), tags=tags, messages=messages),
        "new": CodeSelection(moves=(EARLIER_NAME,), tags=(), messages=messages),
    }
    with tempfile.TemporaryDirectory() as folder:
        built = build(steps, Path(folder))
        for number, (head, tagged) in enumerate(cuts):
            for tag in (built.splitter.builder.path / "refs/tags").iterdir():
                tag.unlink()
            for tag_number in tagged:
                built.splitter.builder.point(f"refs/tags/at{tag_number}", built.ids[tag_number % len(steps)])
            built.splitter.builder.point("main", built.ids[head % len(steps)])
            from_scratch = Splitter(built.splitter.builder, Path(folder) / f"new{number}")
            assert outcome(built.splitter, selections) == outcome(from_scratch, selections)
        if (built.splitter.workspace / "split.git").exists():
            built.splitter.git("fsck", "--connectivity-only", "--no-progress")


def grow(builder: MonorepoBuilder, splitter: Splitter, commits: int) -> Split:
    """Split after each of so many commits."""
    split, parents = None, list[str]()
    for number in range(commits):
        parents = [builder.commit({"a/f": str(number)}, *parents)]
        builder.point("main", parents[0])
        split = splitter.split(SELECTIONS)
    assert split is not None
    return split


def test_new_commits_go_into_a_pack_of_their_own(builder: MonorepoBuilder, splitter: Splitter) -> None:
    grow(builder, splitter, 1)
    (first,) = packs(splitter)
    builder.point("main", builder.commit({"a/f": "new"}, git(builder.path, "rev-parse", "main")))
    assert splitter.split(SELECTIONS).histories["new"].commits == 2
    assert len(packs(splitter)) == 2
    assert first in packs(splitter)


def test_commits_that_change_nothing_of_it_make_no_pack(builder: MonorepoBuilder, splitter: Splitter) -> None:
    before = grow(builder, splitter, 1)
    builder.point("main", builder.commit({"a/f": "0", "b/f": "1"}, before.monorepo_head))
    assert splitter.split(SELECTIONS).histories == before.histories
    assert len(packs(splitter)) == 1


def test_the_number_of_packs_is_bounded_without_beginning_anew(
    builder: MonorepoBuilder, splitter: Splitter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace, "_MOST_PACKS", 3)
    before = grow(builder, splitter, 10)
    assert 1 < len(packs(splitter)) <= 3
    assert splitter.git("fsck", "--strict", "--no-dangling", "--no-progress") == ""
    shutil.rmtree(splitter.workspace)
    assert replace(splitter.split(SELECTIONS), git_dir=before.git_dir) == before


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda file: file.unlink(), id="gone"),
        pytest.param(lambda file: file.write_bytes(b""), id="empty"),
        pytest.param(lambda file: file.write_bytes(file.read_bytes()[:-40]), id="cut"),
        pytest.param(lambda file: file.write_bytes(b"\1" + file.read_bytes()[1:]), id="one byte changed"),
    ],
)
def test_a_damaged_past_costs_time_only(
    builder: MonorepoBuilder, splitter: Splitter, damage: Callable[[Path], object]
) -> None:
    before = grow(builder, splitter, 2)
    damage(splitter.workspace / "split.git/multirepo-past")
    builder.point("main", builder.commit({"a/f": "new"}, before.monorepo_head))
    assert splitter.split(SELECTIONS).histories["new"].commits == 3
    assert len(packs(splitter)) == 1
    assert splitter.git("fsck", "--strict", "--no-dangling", "--no-progress") == ""


def test_the_past_of_another_plan_is_not_gone_on_from(builder: MonorepoBuilder, splitter: Splitter) -> None:
    before = grow(builder, splitter, 2)
    builder.point("main", builder.commit({"a/f": "new"}, before.monorepo_head))
    moved = {"new": CodeSelection(moves=(FolderMove(source="a", target="below"),))}
    assert splitter.files(splitter.split(moved).histories["new"].head) == {"below/f": "new"}
    assert splitter.split(moved).histories["new"].commits == 3
    assert len(packs(splitter)) == 1


def test_a_rewritten_monorepo_is_split_anew(builder: MonorepoBuilder, splitter: Splitter) -> None:
    grow(builder, splitter, 3)
    builder.point("main", builder.commit({"a/f": "rewritten"}))
    assert splitter.split(SELECTIONS).histories["new"].commits == 1
    assert len(packs(splitter)) == 1
