"""What arrives in a new repository, rule by rule."""

from pathlib import Path

import pytest

from migration.desired_state.code_selection import CodeSelection, FolderMove
from migration.errors import SplitError
from migration.split.splitting import split_monorepo
from tests.migration.conftest import MonorepoBuilder, Splitter, git


def test_a_folder_becomes_the_root(builder: MonorepoBuilder, splitter: Splitter) -> None:
    first = builder.commit({"engine/main.py": "1", "README": "all"}, message="Begin")
    builder.point("main", builder.commit({"engine/main.py": "2", "README": "all"}, first, message="Go on"))
    split = splitter.split_one(FolderMove(source="engine"))
    head = split.histories["new"].head
    assert splitter.files(head) == {"main.py": "2"}
    assert splitter.subjects(head) == ["Go on", "Begin"]
    assert splitter.git("rev-parse", "refs/multirepo/new/head") == head
    assert split.monorepo_head == git(builder.path, "rev-parse", "main")


def test_a_folder_lands_below_its_target(builder: MonorepoBuilder, splitter: Splitter) -> None:
    builder.point("main", builder.commit({"engine/main.py": "1"}))
    split = splitter.split_one(FolderMove(source="engine", target="services/engine"))
    assert splitter.files(split.histories["new"].head) == {"services/engine/main.py": "1"}


def test_the_whole_monorepo_can_move(builder: MonorepoBuilder, splitter: Splitter) -> None:
    head = builder.commit({"engine/main.py": "1", "README": "all"})
    builder.point("main", head)
    assert splitter.split_one(FolderMove(source="")).histories["new"].head == head


def test_several_folders_share_one_history(builder: MonorepoBuilder, splitter: Splitter) -> None:
    first = builder.commit({"libs/a/f": "1"}, message="a begins")
    second = builder.commit({"libs/a/f": "1", "libs/b/f": "1"}, first, message="b begins")
    third = builder.commit({"libs/a/f": "1", "libs/b/f": "1", "other": "1"}, second, message="neither")
    builder.point("main", builder.commit({"libs/a/f": "2", "libs/b/f": "2"}, third, message="both"))
    history = splitter.split_one(
        FolderMove(source="libs/a", target="a"), FolderMove(source="libs/b", target="b")
    ).histories["new"]
    assert splitter.subjects(history.head) == ["both", "b begins", "a begins"]
    assert splitter.files(history.head) == {"a/f": "2", "b/f": "2"}


def test_where_two_moves_meet_folders_merge(builder: MonorepoBuilder, splitter: Splitter) -> None:
    builder.point("main", builder.commit({"a/same": "1", "a/only/a": "a", "b/same": "1", "b/only/b": "b"}))
    split = splitter.split_one(FolderMove(source="a"), FolderMove(source="b"))
    assert splitter.files(split.histories["new"].head) == {"same": "1", "only/a": "a", "only/b": "b"}


def test_two_moves_with_different_files_on_one_path_are_refused(builder: MonorepoBuilder, splitter: Splitter) -> None:
    first = builder.commit({"a/app/x.py": "a", "b/x.py": "a", "b/y.py": "b"})
    second = builder.commit({"a/app/x.py": "a", "a/app/y.py": "a", "b/x.py": "b", "b/y.py": "b"}, first)
    builder.point("main", builder.commit({"a/app/x.py": "a", "b/y.py": "b"}, second))
    moves = FolderMove(source="a"), FolderMove(source="b", target="app")
    with pytest.raises(SplitError) as refused:
        splitter.split_one(*moves)
    assert str(refused.value) == (
        "new: Moves bring different files to one path, and one of the files would be lost: "
        f"app/x.py (from a and b, commit {second[:12]}), app/y.py (from a and b, commit {second[:12]}). "
        "Add the path to `exclude` of one of the moves, or change its `to`."
    )
    split = splitter.split_one(moves[0], FolderMove(source="b", target="app", exclude=("/?.py",)))
    assert splitter.files(split.histories["new"].head) == {"app/x.py": "a"}


def test_a_file_and_a_folder_on_one_path_are_refused(builder: MonorepoBuilder, splitter: Splitter) -> None:
    builder.point("main", builder.commit({"a/app": "a", "b/x.py": "b"}))
    for order in (1, -1):
        with pytest.raises(SplitError, match=r"lost: app \(from (a and b|b and a), commit "):
            splitter.split_one(*[FolderMove(source="a"), FolderMove(source="b", target="app")][::order])


def test_a_path_that_two_moves_fill_in_turn_has_the_history_of_both(
    builder: MonorepoBuilder, splitter: Splitter
) -> None:
    first = builder.commit({"a/x.py": "1", "b/z": "1"}, message="x in a")
    builder.point("main", builder.commit({"b/x.py": "2", "b/z": "1"}, first, message="x in b"))
    head = splitter.split_one(FolderMove(source="a"), FolderMove(source="b")).histories["new"].head
    assert splitter.git("log", "--format=%s", str(head), "--", "x.py").split("\n") == ["x in b", "x in a"]


def test_each_repository_gets_its_own_history(builder: MonorepoBuilder, splitter: Splitter) -> None:
    first = builder.commit({"a/f": "1"}, message="a")
    builder.point("main", builder.commit({"a/f": "1", "b/f": "1"}, first, message="b"))
    split = splitter.split({name: CodeSelection(moves=(FolderMove(source=name),), tags=()) for name in ("a", "b")})
    assert list(split.histories) == ["a", "b"]
    assert splitter.subjects(split.histories["a"].head) == ["a"]
    assert splitter.subjects(split.histories["b"].head) == ["b"]


def test_history_from_before_a_rename_stays(builder: MonorepoBuilder, splitter: Splitter) -> None:
    first = builder.commit({"ml/f": "1"}, message="under the first name")
    second = builder.commit({"brain/f": "1"}, first, message="renamed, files unchanged")
    third = builder.commit({"synth/f": "1"}, second, message="renamed again, files unchanged")
    builder.point("main", builder.commit({"synth/f": "2"}, third, message="under today's name"))
    history = splitter.split_one(FolderMove(source="synth", earlier=("brain", "ml"))).histories["new"]
    assert splitter.subjects(history.head) == ["under today's name", "under the first name"]


def test_an_earlier_name_counts_only_while_the_newer_one_is_not_there(
    builder: MonorepoBuilder, splitter: Splitter
) -> None:
    first = builder.commit({"ml/f": "1"})
    second = builder.commit({"synth/f": "1"}, first)
    builder.point("main", builder.commit({"synth/f": "1", "ml/unrelated": "1"}, second))
    history = splitter.split_one(FolderMove(source="synth", earlier=("ml",))).histories["new"]
    assert splitter.files(history.head) == {"f": "1"}
    assert history.commits == 1


def test_a_folder_that_moved_down_inside_itself_takes_only_its_part(
    builder: MonorepoBuilder, splitter: Splitter
) -> None:
    first = builder.commit({"engine/f": "1"})
    builder.point("main", builder.commit({"engine/core/f": "2", "engine/web/f": "1"}, first))
    history = splitter.split_one(FolderMove(source="engine/core", earlier=("engine",))).histories["new"]
    assert splitter.files(history.head) == {"f": "2"}
    assert history.commits == 2


def test_excluded_files_are_in_no_commit(builder: MonorepoBuilder, splitter: Splitter) -> None:
    first = builder.commit({"a/f": "1", "a/secret.env": "1", "a/build/x": "1"}, message="begin")
    second = builder.commit({"a/f": "1", "a/secret.env": "2", "a/build/x": "2"}, first, message="excluded only")
    builder.point("main", builder.commit({"a/f": "2", "a/sub/keep.env": "1"}, second, message="end"))
    history = splitter.split_one(FolderMove(source="a", exclude=("*.env", "!keep.env", "/build/"))).histories["new"]
    assert splitter.subjects(history.head) == ["end", "begin"]
    assert splitter.files(history.head) == {"f": "2", "sub/keep.env": "1"}
    assert splitter.files(f"{history.head}~1") == {"f": "1"}


@pytest.mark.parametrize(
    ("patterns", "remaining"),
    [
        (("build", "!docs"), {"f", "docs/g", ":top"}),
        (("[[:alpha:]]",), {":top", "docs/build/xx"}),
        (("/docs/**/",), {"f", "docs/g", ":top"}),
        (("docs/", "!docs/g"), {"f", ":top"}),
        (("*", "!/docs/", "!/docs/g"), {"docs/g"}),
        (("nothing", "# a comment", "f/", "docs/g/"), {"f", "docs/g", "docs/build/xx", ":top"}),
    ],
)
def test_excludes_mean_what_they_mean_to_git(
    builder: MonorepoBuilder, splitter: Splitter, patterns: tuple[str, ...], remaining: set[str]
) -> None:
    builder.point("main", builder.commit(dict.fromkeys(("a/f", "a/docs/g", "a/docs/build/xx", "a/:top"), "1")))
    assert (
        set(splitter.files(splitter.split_one(FolderMove(source="a", exclude=patterns)).histories["new"].head))
        == remaining
    )


def test_two_commits_that_become_one_count_once(builder: MonorepoBuilder, splitter: Splitter) -> None:
    """The same change by the same person in the same second, on two branches that differ elsewhere."""
    begin = builder.commit({"a/f": "1"})
    aside = builder.commit({"a/f": "1", "b/f": "1"}, begin)
    left = builder.commit({"a/f": "2"}, begin, message="same")
    builder.commits -= 1
    right = builder.commit({"a/f": "2", "b/f": "1"}, aside, message="same")
    builder.point("main", builder.commit({"a/f": "2", "b/f": "1"}, left, right))
    history = splitter.split_one(FolderMove(source="a")).histories["new"]
    assert splitter.commit_map()[left] == splitter.commit_map()[right]
    assert splitter.git("rev-parse", f"{history.head}^@") == splitter.commit_map()[left]
    assert (history.commits, history.merges) == (3, 0)


def test_a_folder_deleted_and_added_again_keeps_its_history_and_no_other(
    builder: MonorepoBuilder, splitter: Splitter
) -> None:
    first = builder.commit({"a/f": "1", "b/f": "1"}, message="begin")
    second = builder.commit({"b/f": "1"}, first, message="delete")
    third = builder.commit({"b/f": "2"}, second, message="elsewhere")
    builder.point("main", builder.commit({"a/f": "1", "b/f": "2"}, third, message="again"))
    history = splitter.split_one(FolderMove(source="a")).histories["new"]
    assert splitter.subjects(history.head) == ["again", "delete", "begin"]
    assert splitter.files(f"{history.head}~1") == {}
    assert splitter.git("fsck", "--strict", "--no-dangling", "--no-progress") == ""


def test_an_empty_commit_falls_away(builder: MonorepoBuilder, splitter: Splitter) -> None:
    first = builder.commit({"a/f": "1"}, message="begin")
    second = builder.commit({"a/f": "1"}, first, message="nothing")
    builder.point("main", builder.commit({"a/f": "2"}, second, message="end"))
    assert splitter.subjects(splitter.split_one(FolderMove(source="a")).histories["new"].head) == ["end", "begin"]


def test_a_merge_of_two_kept_lines_stays_a_merge(builder: MonorepoBuilder, splitter: Splitter) -> None:
    first = builder.commit({"a/f": "1"})
    left = builder.commit({"a/f": "2"}, first, message="left")
    right = builder.commit({"a/f": "1", "a/g": "1"}, first, message="right")
    builder.point("main", builder.commit({"a/f": "2", "a/g": "1"}, left, right, message="merge"))
    history = splitter.split_one(FolderMove(source="a")).histories["new"]
    assert history.merges == 1
    assert splitter.git("log", "-1", "--format=%s", f"{history.head}^1") == "left"
    assert splitter.git("log", "-1", "--format=%s", f"{history.head}^2") == "right"


def test_a_merge_of_a_line_that_did_not_touch_the_folder_falls_away(
    builder: MonorepoBuilder, splitter: Splitter
) -> None:
    first = builder.commit({"a/f": "1"}, message="begin")
    left = builder.commit({"a/f": "2"}, first, message="left")
    right = builder.commit({"a/f": "1", "b/f": "1"}, first, message="elsewhere")
    builder.point("main", builder.commit({"a/f": "2", "b/f": "1"}, left, right, message="merge"))
    history = splitter.split_one(FolderMove(source="a")).histories["new"]
    assert splitter.subjects(history.head) == ["left", "begin"]


def test_an_octopus_keeps_all_its_arms(builder: MonorepoBuilder, splitter: Splitter) -> None:
    first = builder.commit({"a/f": "1"})
    arms = [builder.commit({"a/f": "1", f"a/{name}": "1"}, first) for name in "xyz"]
    builder.point("main", builder.commit({"a/f": "1", "a/x": "1", "a/y": "1", "a/z": "1"}, *arms))
    history = splitter.split_one(FolderMove(source="a")).histories["new"]
    assert len(splitter.git("log", "-1", "--format=%P", str(history.head)).split()) == 3


def test_several_roots_are_fine(builder: MonorepoBuilder, splitter: Splitter) -> None:
    arms = [builder.commit({"a/x": "1"}), builder.commit({"a/y": "1"}), builder.commit({"elsewhere": "1"})]
    builder.point("main", builder.commit({"a/x": "1", "a/y": "1", "elsewhere": "1"}, *arms))
    history = splitter.split_one(FolderMove(source="a")).histories["new"]
    assert (history.commits, history.merges) == (3, 1)


def test_links_modes_and_gitlinks_arrive_as_they_are(builder: MonorepoBuilder, splitter: Splitter) -> None:
    files = {
        "link": ("120000", "../../etc/passwd"),
        "run": ("100755", "#!/bin/sh"),
        "old": ("100664", "group-writable, as early git wrote it"),
        "module": ("160000", "1" * 40),
    }
    builder.point("main", builder.commit({f"a/{name}": file for name, file in files.items()}))
    moved = splitter.split_one(FolderMove(source="a"), FolderMove(source="a", target="sub")).histories["new"]
    assert splitter.git("rev-parse", f"{moved.head}:sub") == builder.tree(files)


def test_counts_say_what_arrived(builder: MonorepoBuilder, splitter: Splitter) -> None:
    signature = b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\n"
    first = builder.commit({"a/f": "1"}, headers=signature)
    second = builder.commit({"a/f": "2", "a/sub/g": "1"}, first, author="María Lindqvist <other@example.org>")
    third = builder.commit({"a/f": "3", "a/sub/g": "1"}, second, headers=b"mergetag object 1\n type commit\n")
    builder.point("main", builder.commit({"a/f": "3", "a/sub/g": "1"}, third, author="Nobody <nobody@example.org>"))
    history = splitter.split_one(FolderMove(source="a")).histories["new"]
    assert (history.commits, history.merges, history.authors, history.files) == (3, 0, 2, 2)
    assert history.dropped_signatures == 2
    assert "gpgsig" not in splitter.git("cat-file", "-p", f"{history.head}~2")


def test_a_folder_that_lives_only_on_a_tagged_branch_has_tags_and_no_head(
    builder: MonorepoBuilder, splitter: Splitter
) -> None:
    first = builder.commit({"b/f": "1"})
    builder.point("refs/tags/old", builder.commit({"b/f": "1", "a/f": "1"}, first))
    builder.point("main", first)
    history = splitter.split({"new": CodeSelection(moves=(FolderMove(source="a"),))}).histories["new"]
    assert (history.head, history.files, list(history.tags)) == (None, 0, ["old"])
    assert splitter.files(history.tags["old"]) == {"f": "1"}


def test_a_folder_that_no_commit_has_is_refused_with_the_nearest_named(
    builder: MonorepoBuilder, splitter: Splitter
) -> None:
    builder.point("main", builder.commit({"services/billing/f": "1", "docs/f": "1"}))
    with pytest.raises(SplitError, match=r"'services/biling'.*services/billing"):
        splitter.split_one(FolderMove(source="services/biling"))
    with pytest.raises(SplitError, match="'legacy'"):
        splitter.split_one(FolderMove(source="docs", earlier=("legacy",)))


def test_grafts_and_replacements_of_the_monorepo_have_no_effect(builder: MonorepoBuilder, splitter: Splitter) -> None:
    first = builder.commit({"a/f": "1"}, message="begin")
    second = builder.commit({"a/f": "2"}, first, message="end")
    builder.point("main", second)
    builder.point(f"refs/replace/{second}", builder.commit({"a/f": "3"}, message="replacement"))
    (builder.path / "info").mkdir()
    (builder.path / "info" / "grafts").write_text(f"{second}\n")
    assert splitter.subjects(splitter.split_one(FolderMove(source="a")).histories["new"].head) == ["end", "begin"]


def test_settings_of_the_user_have_no_effect(
    builder: MonorepoBuilder, splitter: Splitter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    builder.point("main", builder.commit({"a/f": "1"}, headers=b"encoding ISO-8859-1\n", message=b"\xe9\n"))
    first = splitter.split_one(FolderMove(source="a")).histories
    settings = "[log]\nshowSignature = true\nshowRoot = false\ndate = iso\n[i18n]\nlogOutputEncoding = UTF-16\n"
    (tmp_path / ".gitconfig").write_text(settings + "[core]\nabbrev = 5\n[pack]\ncompression = 9\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    again = Splitter(builder, tmp_path / "another workspace")
    assert again.split_one(FolderMove(source="a")).histories == first


def test_a_sha256_monorepo_is_split_as_well(tmp_path: Path) -> None:
    builder = MonorepoBuilder(tmp_path / "monorepo.git", object_format="sha256")
    splitter = Splitter(builder, tmp_path / "workspace")
    first = builder.commit({"lib/a/f": "1"}, headers=b"gpgsig-sha256 abc\n", message="begin")
    builder.point("main", builder.commit({"lib/a/f": "2"}, first, message="end"))
    history = splitter.split_one(FolderMove(source="lib/a", target="sub")).histories["new"]
    assert splitter.subjects(history.head) == ["end", "begin"]
    assert splitter.files(history.head) == {"sub/f": "2"}
    assert history.dropped_signatures == 1
    assert list(splitter.commit_map()) == [first, git(builder.path, "rev-parse", "main")]


def test_progress_is_told(builder: MonorepoBuilder, splitter: Splitter) -> None:
    builder.point("main", builder.commit({"a/f": "1"}))
    phases: list[str] = []
    selection = CodeSelection(moves=(FolderMove(source="a"),))
    split_monorepo(
        builder.path, "main", {"new": selection}, splitter.workspace, lambda phase, done, total: phases.append(phase)
    )
    assert list(dict.fromkeys(phases)) == ["reading the graph", "reading trees", "choosing commits", "writing commits"]
