"""Bytes that no honest git writes: carried as they are, or refused; nothing is ever checked out or run."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from migration.desired_state.code_selection import FolderMove
from migration.errors import SplitError
from migration.git.object_format import FORMATS
from migration.split.trees.folder_trees import ABSENT
from migration.split.trees.subfolders import subfolder_pattern
from tests.migration.conftest import MonorepoBuilder, Splitter, git

SHA1 = FORMATS["sha1"]
HOSTILE_NAMES = (
    b"..",
    b".",
    b".git",
    b"-x",
    b"--upload-pack=x",
    b'"',
    b"new\nline",
    b"\xff\xfe",
    b"a\\b",
    b"$(touch x)",
)
OTHER, WANTED = b"\x11" * 20, b"\x22" * 20


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names_inside_a_folder_are_carried_unread(
    builder: MonorepoBuilder, splitter: Splitter, name: bytes
) -> None:
    blob = builder.write("blob", b"x")
    inner = builder.raw_tree([("100644", name, blob)])
    folder = builder.raw_tree([("40000", name, inner)])
    builder.point("main", builder.commit(builder.raw_tree([("40000", b"a", folder)])))
    history = splitter.split_one(FolderMove(source="a")).histories["new"]
    assert splitter.git("rev-parse", f"{history.head}^{{tree}}") == folder
    split = splitter.split_one(FolderMove(source="a"), FolderMove(source="a", target="a"))
    assert splitter.git("rev-parse", f"{split.histories['new'].head}:a") == folder
    assert not (splitter.workspace.parent / "x").exists()


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_folder_with_a_hostile_name_can_be_moved(builder: MonorepoBuilder, splitter: Splitter, name: bytes) -> None:
    folder = builder.tree({"f": "1"})
    builder.point("main", builder.commit(builder.raw_tree([("40000", name, folder)])))
    history = splitter.split_one(FolderMove(source=name.decode("utf-8", "surrogateescape"))).histories["new"]
    assert splitter.git("rev-parse", f"{history.head}^{{tree}}") == folder


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param(b"100644 x 40000 a\0" + OTHER, id="inside a longer name"),
        pytest.param(b"160000 m\0" + b"40000 a\0" + OTHER[:12], id="inside an id"),
        pytest.param(b"160000 m\0" + OTHER[:12] + b"40000 a\0" + b"100644 z\0" + OTHER, id="at the end of an id"),
        pytest.param(b"100644 a\0" + OTHER, id="a file"),
        pytest.param(b"160000 a\0" + OTHER, id="a submodule"),
        pytest.param(b"120000 a\0" + OTHER, id="a link"),
        pytest.param(b"40000 ab\0" + OTHER, id="a name that goes on"),
        pytest.param(b"40000 A\0" + OTHER, id="another case"),
    ],
)
def test_what_only_looks_like_the_folder_is_not_taken_for_it(entries: bytes) -> None:
    pattern = subfolder_pattern([b"a"], SHA1)
    found = pattern.fullmatch(entries)
    assert found is not None
    assert found.groups(ABSENT) == (ABSENT,)
    found = pattern.fullmatch(entries + b"40000 a\0" + WANTED)
    assert found is not None
    assert found[1] == WANTED


def test_a_mode_padded_with_zeros_is_a_folder_too() -> None:
    found = subfolder_pattern([b"a"], SHA1).fullmatch(b"040000 a\0" + WANTED)
    assert found is not None
    assert found[1] == WANTED


names = st.binary(min_size=1, max_size=6).filter(lambda name: not {0, 47} & set(name)) | st.sampled_from((b"a", b"b c"))
entries = st.tuples(
    st.sampled_from((b"40000", b"100644", b"160000", b"040000")), names, st.binary(min_size=20, max_size=20)
)


@given(st.lists(entries, max_size=6, unique_by=lambda entry: entry[1]))
def test_folders_are_found_in_any_tree(tree: list[tuple[bytes, bytes, bytes]]) -> None:
    folders = {name: object_id for mode, name, object_id in tree if mode.endswith(b"40000")}
    content = b"".join(b"%b %b\0%b" % entry for entry in tree)
    found = subfolder_pattern([b"a", b"b c"], SHA1).fullmatch(content)
    assert found is not None
    assert found.groups() == (folders.get(b"a"), folders.get(b"b c"))


@pytest.mark.parametrize(
    "content", [b"x", b"100644 a", b"100644 a\0" + OTHER[:19], b"100644\0" + OTHER, b" a\0" + OTHER]
)
@pytest.mark.parametrize("moves", [(FolderMove(source="a/b"),), (FolderMove(source="a"), FolderMove(source="b"))])
def test_a_malformed_tree_on_the_way_is_refused_with_its_id(
    builder: MonorepoBuilder, splitter: Splitter, content: bytes, moves: tuple[FolderMove, ...]
) -> None:
    broken, sound = builder.write("tree", content), builder.tree({"f": "1"})
    root = builder.raw_tree([("40000", b"a", broken), ("40000", b"b", sound)])
    builder.point("main", builder.commit(root))
    with pytest.raises(SplitError, match=f"{broken}.*git fsck"):
        splitter.split_one(*moves)


def test_two_entries_of_one_name_are_refused_where_the_tree_must_be_made_anew(
    builder: MonorepoBuilder, splitter: Splitter
) -> None:
    blob = builder.write("blob", b"x")
    twice = builder.raw_tree([("100644", b"f", blob), ("100755", b"f", blob)])
    builder.point("main", builder.commit(builder.raw_tree([("40000", b"a", twice)])))
    assert splitter.split_one(FolderMove(source="a")).histories["new"].commits == 1  # carried
    with pytest.raises(SplitError, match=twice):
        splitter.split_one(FolderMove(source="a", exclude=("*.pyc",)))


GOOD = b"author A <a> 1 +0000\ncommitter A <a> 1 +0000\n"


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=30), st.integers(0, len(GOOD)), st.booleans())
def test_a_malformed_commit_is_carried_or_refused(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, where: int, inserted: bool
) -> None:
    folder: Path = tmp_path_factory.mktemp("fuzz")
    builder = MonorepoBuilder(folder / "monorepo.git")
    splitter = Splitter(builder, folder / "workspace")
    rest = GOOD[:where] + noise + GOOD[where if inserted else where + len(noise) :] + b"\ntext\n"
    assume(b"mergetag" not in rest and b"gpgsig" not in rest)  # a signature goes wherever it stands
    commit = builder.write("commit", f"tree {builder.tree({'a/f': '1'})}\n".encode() + rest)
    builder.point("main", commit)
    try:
        head = splitter.split_one(FolderMove(source="a")).histories["new"].head
    except SplitError as error:
        assert "git" in str(error)  # noqa: PT017 - most examples are carried
        return
    assert head
    assert splitter.contents([head])[0].split(b"\n", 1)[1] == rest


def test_a_message_with_a_nul_is_carried(builder: MonorepoBuilder, splitter: Splitter) -> None:
    builder.point("main", builder.commit({"a/f": "1"}, message=b"be\0fore\n"))
    head = splitter.split_one(FolderMove(source="a")).histories["new"].head
    assert splitter.contents([str(head)])[0].endswith(b"\n\nbe\0fore\n")


def test_a_commit_without_tree_line_is_refused(builder: MonorepoBuilder, splitter: Splitter) -> None:
    builder.point("main", builder.write("commit", b"nonsense\n"))
    with pytest.raises(SplitError):
        splitter.split_one(FolderMove(source="a"))


def test_tag_names_with_bytes_that_are_no_text_arrive(builder: MonorepoBuilder, splitter: Splitter) -> None:
    from migration.desired_state.code_selection import CodeSelection

    commit = builder.commit({"a/f": "1"})
    builder.point("main", commit)
    git(builder.path, "update-ref", b"refs/tags/v\xff".decode("utf-8", "surrogateescape"), commit)
    selection = CodeSelection(moves=(FolderMove(source="a"),))
    for _ in range(2):  # made, and found again
        tags = splitter.split({"new": selection}).histories["new"].tags
        assert tags == {"v\udcff": splitter.commit_map()[commit]}
