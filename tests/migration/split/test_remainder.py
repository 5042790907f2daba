"""`from: .`: what no other move takes, in every commit, as `git rev-list` and filter-repo give it."""

import subprocess
import sys
import tempfile
from pathlib import Path

from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from migration.desired_state import desired_state
from migration.desired_state.code_selection import CodeSelection, FolderMove, PreviousPath
from migration.plan import Plan
from migration.proof import prove_split
from migration.split.overlap import demand_no_overlap
from migration.split.splitting import split_monorepo
from migration.split.whereabouts import Whereabouts
from tests.migration.conftest import MonorepoBuilder, Splitter, git
from tests.migration.split.test_random_histories import RANDOM, Step, build, histories


def rest_of(*others: FolderMove, exclude: tuple[str, ...] = ()) -> CodeSelection:
    return CodeSelection(moves=(FolderMove(source="", others=others, exclude=exclude),), tags=())


def test_the_rest_is_what_filter_repo_leaves_without_the_moved_paths(
    builder: MonorepoBuilder, splitter: Splitter, tmp_path: Path
) -> None:
    text = b"subject\n\nbody\n"
    last = builder.commit({"a/f": "1", "b/x/g": "1", "b/y": "1", "top": "1", "tool": "1"}, message=text)
    for files in (
        {"a/f": "2", "b/x/g": "1", "b/y": "1", "top": "1", "tool": "1"},
        {"a/f": "2", "b/x/g": "1", "b/y": "2", "top": "1", "tool": "2"},
        {"a/f": "2", "b/x/g": "3", "top": "1", "tool": "2", "new/deep/h": "1"},
    ):
        last = builder.commit(files, last, message=text)
    builder.point("main", last)
    others = FolderMove(source="a"), FolderMove(source="b/x"), FolderMove(source="tool")
    selections = {"rest": rest_of(*others), "b": CodeSelection(moves=others[1:2], tags=())}
    split = splitter.split(selections)
    demand_no_overlap(split, selections)
    assert prove_split(split, builder.path, selections).failures == ()
    assert splitter.files(split.histories["rest"].head) == {"top": "1", "new/deep/h": "1"}
    git(tmp_path, "clone", "--quiet", "--bare", "--no-tags", str(builder.path), "filtered.git")
    command = [sys.executable, "-m", "git_filter_repo", "--force", "--quiet", "--preserve-commit-hashes"]
    command += ["--invert-paths", "--path", "a/", "--path", "b/x/", "--path", "tool"]
    subprocess.run(command, cwd=tmp_path / "filtered.git", check=True, stdout=subprocess.DEVNULL)
    assert split.histories["rest"].head == git(tmp_path / "filtered.git", "rev-parse", "main")


def test_the_rest_has_what_a_move_leaves_behind_and_not_its_earlier_names(
    builder: MonorepoBuilder, splitter: Splitter
) -> None:
    first = builder.commit({"old/f": "1", "old/f.key": "1", "top": "1"})
    builder.point("main", builder.commit({"new/f": "1", "new/f.key": "1", "old/other": "1", "top": "1"}, first))
    move = FolderMove(source="new", earlier=("old",), exclude=("*.key",))
    selections = {"rest": rest_of(move, exclude=("/top",))}
    split = splitter.split(selections)
    head = str(split.histories["rest"].head)
    assert splitter.files(f"{head}^") == {"old/f.key": "1"}
    assert splitter.files(head) == {"new/f.key": "1", "old/other": "1"}
    assert prove_split(split, builder.path, selections).failures == ()


def test_the_rest_of_a_plan_is_the_same_in_each_wave(builder: MonorepoBuilder, splitter: Splitter) -> None:
    builder.point("main", builder.commit({"a/f": "1", "b/g": "1", "c/h": "1", "proto/p": "1", "top": "1"}))
    shared = {"from": "proto", "to": "proto", "shared": True}
    repositories = [
        {"name": "a", "wave": "first", "moves": [{"from": "a"}, shared]},
        {"name": "rest", "wave": "first", "moves": [{"from": "."}, {"from": "c", "to": "moved"}]},
        {"name": "b", "wave": "last", "moves": [{"from": "b"}, {"from": "not/there/yet"}]},
    ]
    waves = [{"name": "first"}, {"name": "last"}]
    plan = Plan.model_validate({"monorepo": {"name": "mono"}, "waves": waves, "repositories": repositories})
    desired = desired_state(plan, {"first": "moving"}).repositories
    selections = {each.name: each.code for each in desired if each.code}
    split = splitter.split(selections)
    assert splitter.files(split.histories["rest"].head) == {"moved/h": "1", "proto/p": "1", "top": "1"}
    assert prove_split(split, builder.path, selections).failures == ()
    where = Whereabouts(split, selections, {})
    assert [place.repository for place in where.find("top").places] == ["rest"]
    assert [(place.repository, "a copy, rest owns it" in place.what) for place in where.find("proto/p").places] == [
        ("a", True),
        ("rest", False),
    ]
    assert where.find("b/g").places == ()


def test_the_rest_goes_on_in_the_next_split_as_in_one(builder: MonorepoBuilder, tmp_path: Path) -> None:
    first = builder.commit({"a/f": "1", "top": "1"})
    builder.point("main", first)
    selections = {"rest": rest_of(FolderMove(source="a"))}
    split_monorepo(builder.path, "main", selections, tmp_path / "w")
    builder.point("main", builder.commit({"a/f": "2", "top": "2"}, builder.commit({"a/f": "2", "top": "1"}, first)))
    after = split_monorepo(builder.path, "main", selections, tmp_path / "w")
    assert after.histories == split_monorepo(builder.path, "main", selections, tmp_path / "fresh").histories
    assert after.histories["rest"].commits == 2


OTHERS = st.builds(
    FolderMove,
    source=st.sampled_from(("a", "b", "lib", "lib/x")),
    earlier=st.lists(st.sampled_from(("b", "lib/y", PreviousPath(path="b", until="0" * 40))), max_size=1).map(tuple),
    exclude=st.sampled_from(((), ("*.pyc",), ("/sub/",))),
) | st.builds(FolderMove, source=st.sampled_from(("a/f", "top")))


FILE_IN_A_MERGED_BRANCH = [
    Step((), (0,) * 4, {"b/f": "1"}),
    Step((0,), (0,) * 4, {"a/f": "1"}),
    Step((0,), (0,) * 4, {"b/f": "2"}),
    Step((2, 1), (0,) * 4, {}),
    Step((3, 2), (0,) * 4, {}),
    Step((4,), (0,) * 4, {"top": "1"}),
]


@settings(RANDOM, max_examples=20, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@example(FILE_IN_A_MERGED_BRANCH, [FolderMove(source="a/f")])
@given(histories(), st.lists(OTHERS, min_size=1, max_size=3))
def test_the_proof_of_any_rest_passes(steps: list[Step], others: list[FolderMove]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        built = build(steps, Path(folder))
        limited = [
            FolderMove(
                source=move.source,
                earlier=tuple(
                    entry if isinstance(entry, str) else PreviousPath(path=entry.path, until=built.ids[-1])
                    for entry in move.earlier
                ),
                exclude=move.exclude,
            )
            for move in others
        ]
        selections = {"rest": rest_of(*limited)}
        split = built.splitter.split(selections)
        assert prove_split(split, built.splitter.builder.path, selections).failures == ()
