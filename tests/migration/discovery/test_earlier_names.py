"""The earlier names of moved folders, and the lines that blame reaches with them."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from migration.desired_state.code_selection import CodeSelection, FolderMove, PreviousPath
from migration.discovery.earlier_names import Discovery, discover
from migration.discovery.line_survival import SAMPLE, LineSurvival, measure_lines
from migration.discovery.origins import Kind
from migration.errors import SplitError
from migration.split.overlap import demand_no_overlap
from migration.split.splitting import split_monorepo
from tests.migration.conftest import MonorepoBuilder, git

OTHERS = {"other/keep": "kept\n", "README": "all\n"}


def text(name: str, lines: int = 12) -> str:
    return "".join(f"{name} line {number}\n" for number in range(lines))


def folder(path: str, names: str = "abcd", seed: str = "") -> dict[str, str]:
    """One file for each letter. The same seed and letter give the same content anywhere."""
    return {f"{path}/{name}": text(seed + name) for name in names}


class Explorer:
    def __init__(self, builder: MonorepoBuilder, workspace: Path) -> None:
        self.builder = builder
        self.workspace = workspace
        self.head = ""

    def commits(self, *trees: dict[str, str]) -> None:
        """A straight history of these trees, on top of what is there."""
        for tree in trees:
            self.head = self.builder.commit({**OTHERS, **tree}, *filter(None, [self.head]))
        self.builder.point("main", self.head)

    def discover(self, *moves: FolderMove) -> tuple[Discovery, ...]:
        return discover(self.builder.path, "main", {"new": CodeSelection(moves=moves)}, self.workspace)

    def found_for(self, source: str) -> Discovery:
        (discovery,) = self.discover(FolderMove(source=source))
        return discovery

    def lines(self, *moves: FolderMove) -> list[LineSurvival]:
        selections = {"new": CodeSelection(moves=moves)}
        return measure_lines(self.builder.path, "main", selections, self.discover(*moves), self.workspace)


@pytest.fixture
def explorer(builder: MonorepoBuilder, tmp_path: Path) -> Explorer:
    return Explorer(builder, tmp_path / "workspace")


def earlier(discovery: Discovery) -> tuple[str, ...]:
    assert discovery.moves[-1].source == discovery.move.source
    return discovery.moves[-1].names[1:]


def kinds(discovery: Discovery) -> list[tuple[str, str]]:
    return [(origin.kind.value, origin.source) for origin in discovery.origins]


def obstacles(discovery: Discovery) -> Iterable[str]:
    return [origin.obstacle for origin in discovery.origins]


def test_a_renamed_folder_has_its_old_name_with_the_evidence(explorer: Explorer) -> None:
    explorer.commits(folder("old"), folder("new"))
    discovery = explorer.found_for("new")
    assert discovery.moves == (FolderMove(source="new", earlier=("old",)),)
    (origin,) = discovery.origins
    assert (origin.commit, origin.date, origin.subject) == (explorer.head, "2020-09-13", "commit 2")
    assert (origin.files, origin.similarity, origin.share, origin.share_of_source) == (4, 100, 1.0, 1.0)


def test_files_that_changed_in_the_rename_count_as_renamed(explorer: Explorer) -> None:
    changed = {path: content + "one line more\n" for path, content in folder("new").items()}
    explorer.commits(folder("old"), changed)
    discovery = explorer.found_for("new")
    assert earlier(discovery) == ("old",)
    assert 50 < discovery.origins[0].similarity < 100


def test_a_folder_that_always_had_its_name_has_no_other(explorer: Explorer) -> None:
    explorer.commits(folder("new"), folder("new", "abcde"), folder("new", "bcdef"))
    discovery = explorer.found_for("new")
    assert not discovery.found
    assert discovery.origins == ()


def test_a_renamed_parent_gives_the_folder_its_earlier_name(explorer: Explorer) -> None:
    explorer.commits(
        {**folder("packages/auth"), **folder("packages/web", seed="w")},
        {**folder("libs/auth"), **folder("libs/web", seed="w")},
    )
    discovery = explorer.found_for("libs/auth")
    assert earlier(discovery) == ("packages/auth",)
    assert discovery.origins[0].parents == ("packages", "libs")


def test_a_parent_that_was_scattered_was_not_renamed(explorer: Explorer) -> None:
    seeds = {"auth": "", "web": "w", "api": "p"}
    explorer.commits(
        {path: content for name, seed in seeds.items() for path, content in folder(f"all/{name}", seed=seed).items()},
        {**folder("libs/auth"), **folder("libs/web", seed="w"), **folder("apps/api", seed="p")},
    )
    discovery = explorer.found_for("libs/auth")
    assert earlier(discovery) == ("all/auth",)
    assert discovery.origins[0].parents is None


def test_two_renames_in_a_row_give_both_names_the_oldest_last(explorer: Explorer) -> None:
    explorer.commits(folder("a"), folder("b"), folder("b", "abcde"), folder("c", "abcde"))
    assert earlier(explorer.found_for("c")) == ("b", "a")


def test_a_name_in_the_plan_is_kept_and_followed(explorer: Explorer) -> None:
    explorer.commits(folder("a"), folder("b"), folder("c"))
    (discovery,) = explorer.discover(FolderMove(source="c", earlier=("b",)))
    assert earlier(discovery) == ("b", "a")
    (complete,) = explorer.discover(FolderMove(source="c", earlier=("b", "a")))
    assert not complete.found


def test_a_name_that_was_taken_over_counts_until_then_and_brings_its_commits(explorer: Explorer) -> None:
    """The frontend that grew beside another: removed in one commit and renamed in the next, or both in one."""
    old, grown = folder("web", seed="old"), folder("new-web", "abcdef")
    beginning = ({**old, **folder("new-web", "ab")}, {**old, **folder("new-web", "abcd")}, {**old, **grown})
    explorer.commits(*beginning)
    before = explorer.head
    explorer.commits(grown, folder("web", "abcdef"))
    discovery = explorer.found_for("web")
    assert discovery.moves == (FolderMove(source="web", earlier=(PreviousPath(path="new-web", until=explorer.head),)),)
    own = set(git(explorer.builder.path, "rev-list", before, "--", "new-web").split())
    assert (discovery.commits, discovery.proposed_commits) == (3, len(own))


def test_a_name_that_was_taken_over_in_one_commit_counts_until_then(explorer: Explorer) -> None:
    old = folder("web", "wxyz", seed="old")
    explorer.commits({**old, **folder("new-web", "ab")}, {**old, **folder("new-web", "abcd")}, folder("web", "abcd"))
    discovery = explorer.found_for("web")
    assert discovery.moves == (FolderMove(source="web", earlier=(PreviousPath(path="new-web", until=explorer.head),)),)
    assert (discovery.commits, discovery.proposed_commits) == (2, 2)


def test_a_joined_project_is_proposed_for_its_folder_and_for_folders_in_it(
    builder: MonorepoBuilder, explorer: Explorer
) -> None:
    begin = builder.commit({"app/f": "1"})
    project = builder.commit({"core/a": "1", "setup": "1"}, builder.commit({"core/a": "0"}))
    merge = builder.commit({"app/f": "1", "lib/core/a": "1", "lib/setup": "1"}, begin, project)
    builder.point("main", merge)
    whole, inner, other = explorer.discover(
        FolderMove(source="lib"), FolderMove(source="lib/core"), FolderMove(source="app")
    )
    assert whole.moves == (FolderMove(source="lib", earlier=(PreviousPath(path="", joined_by=merge),)),)
    assert inner.moves == (FolderMove(source="lib/core", earlier=(PreviousPath(path="core", joined_by=merge),)),)
    assert not other.found
    assert (whole.commits, whole.proposed_commits, inner.proposed_commits) == (1, 2, 2)


def test_a_rename_and_its_way_back_do_not_go_round_in_circles(explorer: Explorer) -> None:
    explorer.commits(folder("a"), folder("b"), folder("a"))
    assert earlier(explorer.found_for("a")) == ("b",)


def test_a_folder_gathered_from_two_gets_both_histories(explorer: Explorer) -> None:
    sources = {**folder("core", "abcdef"), **folder("tests", "xy", "t")}
    gathered = {**folder("lib", "abcdef"), **folder("lib/tests", "xy", "t")}
    explorer.commits(sources, gathered)
    discovery = explorer.found_for("lib")
    assert discovery.moves == (FolderMove(source="tests", target="tests"), FolderMove(source="lib", earlier=("core",)))
    assert [(origin.source, origin.share) for origin in discovery.origins] == [("core", 0.75), ("tests", 0.25)]


def test_what_joins_a_folder_later_has_its_own_earlier_names(explorer: Explorer) -> None:
    explorer.commits(
        {**folder("lib"), **folder("spec", "xy", "t")},
        {**folder("lib"), **folder("tests", "xy", "t")},
        {**folder("lib"), **folder("lib/tests", "xy", "t")},
    )
    (discovery,) = explorer.discover(FolderMove(source="lib", target="code", exclude=("*.pyc",)))
    joined = FolderMove(source="tests", target="code/tests", earlier=("spec",), exclude=("*.pyc",))
    assert discovery.moves == (joined, discovery.move)


def test_what_joins_without_a_place_of_its_own_gets_one(explorer: Explorer) -> None:
    explorer.commits(
        {**folder("lib"), **folder("one", "pq", "1"), **folder("two", "xy", "2")},
        {**folder("lib"), **folder("lib", "pq", "1"), **folder("lib", "xy", "2")},
    )
    discovery = explorer.found_for("lib")
    assert {(move.source, move.target) for move in discovery.moves} == {("one", "one"), ("two", "two"), ("lib", "")}
    (lines,) = explorer.lines(FolderMove(source="lib"))
    assert (lines.planned, lines.proposed) == (0.5, 1.0)


def test_what_joined_and_was_deleted_since_is_not_proposed(explorer: Explorer) -> None:
    explorer.commits(
        {**folder("lib"), **folder("tests", "xy", "t")},
        {**folder("lib"), **folder("lib/tests", "xy", "t")},
        folder("lib"),
    )
    assert not explorer.found_for("lib").found


def test_what_joined_and_is_taken_by_another_move_is_told_but_not_proposed(explorer: Explorer) -> None:
    explorer.commits(
        {**folder("lib"), **folder("app", "pq", "p"), **folder("app/tests", "xy", "t")},
        {**folder("lib"), **folder("app", "pq", "p"), **folder("lib/tests", "xy", "t")},
    )
    lib, _ = explorer.discover(FolderMove(source="lib"), FolderMove(source="app", target="app"))
    assert not lib.found
    assert kinds(lib) == [(Kind.JOINED, "app/tests")]
    assert obstacles(lib) == ["another move takes app"]


def test_a_name_that_lives_again_after_joining_is_not_proposed(explorer: Explorer) -> None:
    joined = {**folder("lib"), **folder("lib/tests", "xy", "t")}
    explorer.commits(
        {**folder("lib"), **folder("tests", "xy", "t")},
        joined,
        {**joined, **folder("tests", "rst", "z")},
        joined,
    )
    discovery = explorer.found_for("lib")
    assert not discovery.found
    assert obstacles(discovery) == ["it stood for something else later"]


def test_a_single_file_that_moves_is_no_proposal(explorer: Explorer) -> None:
    explorer.commits(
        {**folder("a"), **folder("b", "xyz")},
        {**folder("a", "abc"), **folder("b", "xyz"), "b/d": text("d")},
    )
    assert explorer.found_for("b").origins == ()


def test_a_single_file_that_begins_a_folder_is_no_proposal_while_its_folder_lives(explorer: Explorer) -> None:
    explorer.commits(folder("a"), {**folder("a", "abc"), "b/d": text("d")})
    assert explorer.found_for("b").origins == ()


def test_a_folder_of_one_file_is_found(explorer: Explorer) -> None:
    explorer.commits({"a/main": text("main")}, {"b/main": text("main")})
    assert earlier(explorer.found_for("b")) == ("a",)


def test_files_that_are_sorted_into_new_folders_leave_a_folder_what_it_is(explorer: Explorer) -> None:
    sorted_in = {**folder("b/one", "abcd"), **folder("b/two", "efgh")}
    out = {**folder("b/three", "abcd"), **folder("b/two", "efg"), "elsewhere/h": text("h"), "elsewhere/i": text("i")}
    explorer.commits(
        {**sorted_in, "b/i": text("i")}, out, {f"c{path[1:]}": out[path] for path in out if path[0] == "b"}
    )
    assert earlier(explorer.found_for("c")) == ("b",)


def test_a_copy_is_no_proposal(explorer: Explorer) -> None:
    explorer.commits(folder("a"), {**folder("a"), **folder("vendor/a")})
    assert explorer.found_for("vendor/a").origins == ()


def test_empty_files_prove_nothing(explorer: Explorer) -> None:
    explorer.commits({"a/x": "", "a/y": "", "a/z": ""}, {"b/x": "", "b/y": "", "b/z": ""})
    assert explorer.found_for("b").origins == ()


def test_a_part_of_a_folder_that_lives_on_is_told_but_not_proposed(explorer: Explorer) -> None:
    explorer.commits(folder("a", "abcdefgh"), {**folder("a", "abcdef"), **folder("b", "gh")})
    discovery = explorer.found_for("b")
    assert not discovery.found
    assert kinds(discovery) == [(Kind.PART, "a")]


def test_nearly_all_of_a_folder_is_the_folder(explorer: Explorer) -> None:
    letters = "abcdefghijklmnopqrst"
    explorer.commits(folder("a", letters), {**folder("a", "a"), **folder("b", letters[1:])})
    assert earlier(explorer.found_for("b")) == ("a",)


def test_a_name_that_was_another_folder_before_is_told_but_not_proposed(explorer: Explorer) -> None:
    explorer.commits(
        folder("src", seed="first"),
        folder("first", seed="first"),
        {**folder("first", seed="first"), **folder("src", seed="second")},
        {**folder("first", seed="first"), **folder("second", seed="second")},
    )
    first, second = explorer.discover(FolderMove(source="first"), FolderMove(source="second", target="second"))
    assert earlier(first) == ("src",)
    assert not second.found
    assert "most of it went to first" in second.origins[0].obstacle


def test_a_folder_that_got_the_name_of_another_does_not_get_its_past(explorer: Explorer) -> None:
    explorer.commits(
        folder("old", seed="first"),
        folder("name", seed="first"),
        {**folder("elsewhere", seed="first"), **folder("fresh", seed="second")},
        {**folder("elsewhere", seed="first"), **folder("name", seed="second")},
    )
    discovery = explorer.found_for("name")
    assert earlier(discovery) == ("fresh",)
    assert [namesake.destination for namesake in discovery.namesakes] == ["elsewhere"]


def test_a_rename_on_a_branch_is_found_through_its_merge(explorer: Explorer) -> None:
    first = explorer.builder.commit({**OTHERS, **folder("old")})
    renamed = explorer.builder.commit({**OTHERS, **folder("new")}, first)
    main = explorer.builder.commit({**OTHERS, **folder("old"), "other/more": "m\n"}, first)
    explorer.builder.point("main", explorer.builder.commit({**folder("new"), "other/more": "m\n"}, main, renamed))
    discovery = explorer.found_for("new")
    assert earlier(discovery) == ("old",)
    assert discovery.origins[0].commit == renamed


def test_a_rename_made_by_a_merge_is_found(explorer: Explorer) -> None:
    older = explorer.builder.commit({**OTHERS, **folder("oldest")})
    first = explorer.builder.commit({**OTHERS, **folder("old")}, older)
    left = explorer.builder.commit({**OTHERS, **folder("old"), "other/left": "l\n"}, first)
    right = explorer.builder.commit({**OTHERS, **folder("old"), "other/right": "r\n"}, first)
    merge = explorer.builder.commit({**OTHERS, **folder("new")}, left, right)
    explorer.builder.point("main", merge)
    discovery = explorer.found_for("new")
    assert earlier(discovery) == ("old", "oldest")
    assert discovery.origins[0].commit == merge


def test_paths_may_hold_any_character_that_git_allows(explorer: Explorer) -> None:
    names = ("döcs", 'quo"ted', "tab\tbed", "back\\slash", "new\nline", "日本", " space ")
    old = {f"älter/{name}": text(name) for name in names}
    new = {f'jün"ger/{name}': text(name) for name in names}
    explorer.commits(old, new)
    move = FolderMove(source='jün"ger')
    assert earlier(explorer.found_for(move.source)) == ("älter",)
    (lines,) = explorer.lines(move)
    assert (lines.files, lines.planned, lines.proposed) == (7, 0.0, 1.0)


def test_a_folder_that_never_was_is_an_error(explorer: Explorer) -> None:
    explorer.commits(folder("a"))
    with pytest.raises(
        SplitError, match=r"^No commit of .* has a folder or file 'b'\. .* the nearest ones at \w+ are a/b"
    ):
        explorer.found_for("b")


def test_a_file_has_the_names_that_git_follows(explorer: Explorer) -> None:
    explorer.commits(
        {"a/money": text("m")},
        {"a/cash": text("m")},
        {"a/cash": text("m", 13)},
        {"b/cash": text("m", 13), **folder("b")},
    )
    discovery = explorer.found_for("b/cash")
    followed = git(explorer.builder.path, "log", "--follow", "--format=", "--name-only", "main", "--", "b/cash")
    assert discovery.moves == (FolderMove(source="b/cash", earlier=("a/cash", "a/money")),)
    assert [*dict.fromkeys(followed.split())] == ["b/cash", "a/cash", "a/money"]
    assert (discovery.commits, discovery.proposed_commits) == (1, 2)
    (lines,) = explorer.lines(FolderMove(source="b/cash", target="lib/cash"))
    assert (lines.files, lines.lines, lines.planned, lines.proposed) == (1, 13, 0.0, 1.0)
    (half,) = explorer.discover(FolderMove(source="b/cash", earlier=("a/cash",)))
    assert half.moves[0].names == ("b/cash", "a/cash", "a/money")


def test_a_folder_from_another_moved_folder_gets_a_move_of_its_own(explorer: Explorer) -> None:
    tax, rest = folder("a/tax", seed="t"), {**folder("a"), **folder("b", seed="b")}
    changed = {**tax, "a/tax/a": text("ta", 13)}
    explorer.commits({**tax, **rest}, {**changed, **rest})
    arrived = {path.replace("a/tax", "b/tax"): content for path, content in changed.items()}
    explorer.commits({**arrived, **rest}, {**arrived, **rest, "b/a": text("new")})
    selections = {name: CodeSelection(moves=(FolderMove(source=name),)) for name in ("a", "b")}
    _, discovery = discover(explorer.builder.path, "main", selections, explorer.workspace)
    part = FolderMove(source="b/tax", target="tax", earlier=("a/tax",))
    assert discovery.moves == (part, FolderMove(source="b", exclude=("/tax",)))
    followed = git(explorer.builder.path, "log", "--follow", "--format=%H", "main", "--", "b/tax/a").split()
    own = git(explorer.builder.path, "rev-list", "main", "--", "b", ":!b/tax").split()
    assert discovery.proposed_commits == len(followed[1:]) + len(own)  # the rename itself changes nothing
    split = split_monorepo(
        explorer.builder.path, "main", {"b": CodeSelection(moves=discovery.moves)}, explorer.workspace
    )
    proposed = {**selections, "b": CodeSelection(moves=discovery.moves)}
    demand_no_overlap(split, proposed)
    (lines,) = [
        lines
        for lines in measure_lines(explorer.builder.path, "main", selections, (_, discovery), explorer.workspace)
        if lines.planned < 1
    ]
    assert lines.proposed == 1.0
    (together, _) = explorer.discover(FolderMove(source="b"), FolderMove(source="a", target="a"))
    assert list(obstacles(together)) == ["another move takes a"]


def test_the_monorepo_is_only_read(explorer: Explorer) -> None:
    explorer.commits(folder("old"), folder("new"))
    before = sorted((path, path.stat().st_mtime_ns) for path in explorer.builder.path.rglob("*"))
    explorer.lines(FolderMove(source="new"))
    assert sorted((path, path.stat().st_mtime_ns) for path in explorer.builder.path.rglob("*")) == before


def test_lines_are_counted_with_and_without_the_names(explorer: Explorer) -> None:
    renamed = {**folder("new"), "new/a": text("a") + text("new", 4)}
    explorer.commits(folder("old"), renamed, {**renamed, "new/e": text("e")})
    (lines,) = explorer.lines(FolderMove(source="new"))
    written_before, written_since = 4 * 12, 4 + 12
    assert (lines.files, lines.lines, lines.all_files, lines.all_lines) == (5, 64, 5, 64)
    assert lines.planned == pytest.approx(written_since / (written_before + written_since))
    assert lines.proposed == 1.0


def test_lines_that_came_from_another_folder_stay_lost(explorer: Explorer) -> None:
    explorer.commits(
        {**folder("a"), **folder("b", "xyz")},
        {**folder("a", "abc"), **folder("b", "xyz"), "b/d": text("d")},
    )
    (lines,) = explorer.lines(FolderMove(source="b"))
    assert lines.planned == lines.proposed == pytest.approx(0.75)


def test_lines_follow_a_file_between_two_moves_of_one_repository(explorer: Explorer) -> None:
    explorer.commits(
        {**folder("a"), **folder("b", "xyz")},
        {**folder("a", "abc"), **folder("b", "xyz"), "b/d": text("d")},
    )
    _, lines = explorer.lines(FolderMove(source="a", target="a"), FolderMove(source="b", target="b"))
    assert lines.planned == 1.0


def test_lines_that_a_merge_brought_from_the_folders_old_place_are_lost(explorer: Explorer) -> None:
    first = explorer.builder.commit({**OTHERS, **folder("old")})
    maintained = {**OTHERS, **folder("old"), "old/a": text("a") + text("fix", 3)}
    branch = explorer.builder.commit(maintained, first)
    renamed = explorer.builder.commit({**OTHERS, **folder("new")}, first)
    merged = {**OTHERS, **folder("new"), "new/a": text("a") + text("fix", 3)}
    explorer.builder.point("main", explorer.builder.commit(merged, renamed, branch))
    (lines,) = explorer.lines(FolderMove(source="new"))
    assert (lines.planned, lines.proposed) == (0.0, 1.0)


def test_excluded_and_binary_files_are_not_counted(explorer: Explorer) -> None:
    explorer.commits({**folder("a"), "a/skip.pyc": text("skip"), "a/picture": "\0binary\n"})
    (lines,) = explorer.lines(FolderMove(source="a", exclude=("*.pyc",)))
    assert (lines.all_files, lines.all_lines) == (4, 48)


def test_a_large_folder_is_sampled_by_lines_and_the_same_each_time(explorer: Explorer) -> None:
    small = {f"old/{number}": text(str(number), 2) for number in range(SAMPLE * 2)}
    large = {"large": text("large", 400)}
    explorer.commits(
        {**small, **{f"old/{name}": content for name, content in large.items()}},
        {**{f"new/{path[4:]}": content for path, content in small.items()}, "new/large": large["large"]},
    )
    (lines,) = explorer.lines(FolderMove(source="new"))
    assert lines.all_files == SAMPLE * 2 + 1
    assert lines.files < SAMPLE
    assert lines.lines >= 400  # the file with most lines is never missed
    assert [lines] == explorer.lines(FolderMove(source="new"))


def test_the_shortcut_finds_what_blaming_the_whole_history_finds(explorer: Explorer) -> None:
    explorer.commits(folder("a"), folder("b"))
    changed = {**folder("b"), "b/a": text("a", 6) + text("new", 6), "b/e": text("c")}
    explorer.commits(changed, {f"c/{path[2:]}": content for path, content in changed.items()})
    (lines,) = explorer.lines(FolderMove(source="c", earlier=("b",)))
    split = explorer.workspace / "split.git"
    (head,) = git(split, "for-each-ref", "--format=%(objectname)", "refs/multirepo/new.planned").split()
    dates = [
        authored(repository, f"{revision}{place}{name}")
        for name in "abcde"
        for repository, revision, place in ((split, head, ":"), (explorer.builder.path, "main", ":c/"))
    ]
    pairs = [
        pair for first, second in zip(dates[::2], dates[1::2], strict=True) for pair in zip(first, second, strict=True)
    ]
    assert lines.planned == pytest.approx(sum(first == second for first, second in pairs) / len(pairs))
    assert 0 < lines.planned < 1


def authored(repository: Path, file: str) -> list[str]:
    """When each line was written, by blame of the whole history; no two commits of a test have one date."""
    revision, _, path = file.partition(":")
    porcelain = git(repository, "blame", "--line-porcelain", revision, "--", path).split("\n")
    return [line for line in porcelain if line.startswith("author-time ")]
