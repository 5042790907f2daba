"""No file is taken by two moves, by the paths of the history; and lists of the only files that move."""

from dataclasses import replace
from pathlib import Path

import pytest

from migration.desired_state import desired_state
from migration.desired_state.code_selection import CodeSelection, FolderMove
from migration.errors import SplitError
from migration.plan import Plan
from migration.proof import prove_split
from migration.split.overlap import demand_no_overlap
from migration.split.splitting import split_monorepo
from tests.migration.conftest import MonorepoBuilder, git, git_bytes


def check(builder: MonorepoBuilder, workspace: Path, outer: FolderMove, inner: FolderMove) -> None:
    selections = {"outer": CodeSelection(moves=(outer,)), "inner": CodeSelection(moves=(inner,))}
    demand_no_overlap(split_monorepo(builder.path, "main", selections, workspace), selections)


@pytest.fixture
def billing(builder: MonorepoBuilder) -> MonorepoBuilder:
    first = builder.commit({"app/billing/fine": "1", "app/billing/old/total": "1", "app/f": "1"})
    builder.point("main", builder.commit({"app/billing/fine": "1", "app/billing/rest": "1", "app/f": "1"}, first))
    return builder


def test_files_that_a_pattern_does_not_exclude_are_named(billing: MonorepoBuilder, tmp_path: Path) -> None:
    with pytest.raises(SplitError) as refused:
        check(
            billing,
            tmp_path / "w",
            FolderMove(source="app", exclude=("/billing/fi*",)),
            FolderMove(source="app/billing"),
        )
    assert str(refused.value).startswith(
        "outer and inner: Two moves take app/billing/old/total, app/billing/rest. Exclude these files from one of"
    )


def test_two_moves_of_one_repository_are_checked_too(billing: MonorepoBuilder, tmp_path: Path) -> None:
    moves = FolderMove(source="app", exclude=("/billing/fi*",)), FolderMove(source="app/billing", target="b")
    selections = {"new": CodeSelection(moves=moves)}
    with pytest.raises(SplitError, match="new: Two moves take app/billing/old/total, app/billing/rest"):
        demand_no_overlap(split_monorepo(billing.path, "main", selections, tmp_path / "w"), selections)


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        (("/billing/",), ()),
        (("/billing/fine", "/billing/old", "rest"), ()),
        (("/billing/fi*",), ("/old/", "rest")),
    ],
)
def test_patterns_that_share_the_files_out_pass(
    billing: MonorepoBuilder, tmp_path: Path, outer: tuple[str, ...], inner: tuple[str, ...]
) -> None:
    moves = FolderMove(source="app", exclude=outer), FolderMove(source="app/billing", exclude=inner)
    check(billing, tmp_path / "w", *moves)


@pytest.mark.parametrize(
    ("include", "exclude", "moved"),
    [
        (["*.proto"], [], {"a.proto", "docs/b.proto", "lib/docs/c.proto"}),
        (["*.proto"], ["/docs/"], {"a.proto", "lib/docs/c.proto"}),
        (["/docs/"], [], {"docs/b.proto", "docs/deep/d.md"}),
        (["docs"], [], {"docs/b.proto", "docs/deep/d.md", "lib/docs/c.proto"}),
        (["lib/docs", "a.proto"], [], {"a.proto", "lib/docs/c.proto"}),
    ],
)
def test_only_included_files_move(
    builder: MonorepoBuilder, tmp_path: Path, include: list[str], exclude: list[str], moved: set[str]
) -> None:
    paths = ("a.proto", "docs/b.proto", "docs/deep/d.md", "lib/docs/c.proto", "lib/code.py")
    builder.point("main", builder.commit({f"x/{path}": path for path in paths}))
    move = {"from": "x", "include": include, "exclude": exclude}
    plan = Plan.model_validate({"monorepo": {"name": "mono"}, "repositories": [{"name": "new", "moves": [move]}]})
    (desired,) = desired_state(plan, {"migration": "moving"}).repositories
    assert desired.code
    split = split_monorepo(builder.path, "main", {"new": desired.code}, tmp_path / "w")
    listing = git_bytes(split.git_dir, "ls-tree", "-r", "--name-only", str(split.histories["new"].head))
    assert set(listing.decode().split()) == moved


def test_a_shared_folder_has_the_same_history_in_each_repository_as_git_subtree_gives(
    builder: MonorepoBuilder, tmp_path: Path
) -> None:
    first = builder.commit({"proto/a": "1", "app/f": "1"})
    second = builder.commit({"proto/a": "1", "app/f": "2"}, first)
    builder.point("main", builder.commit({"proto/a": "2", "proto/deep/b": "1", "app/f": "2"}, second))
    move = FolderMove(source="proto")
    selections = {
        "owner": CodeSelection(moves=(move,)),
        "copy": CodeSelection(moves=(replace(move, shared=True),)),
        "outer": CodeSelection(moves=(FolderMove(source="app"), replace(move, target="proto", shared=True))),
        "inner": CodeSelection(moves=(replace(move, source="proto/deep", shared=True),)),
    }
    split = split_monorepo(builder.path, "main", selections, tmp_path / "w")
    demand_no_overlap(split, selections)
    assert prove_split(split, builder.path, selections).failures == ()
    git(tmp_path, "clone", "--quiet", str(builder.path), "clone")
    expected = git(tmp_path / "clone", "subtree", "-q", "split", "--prefix=proto", "main")
    assert split.histories["owner"].head == split.histories["copy"].head == expected
    assert split.histories["outer"].commits == 3
    assert split.histories["inner"].files == 1
