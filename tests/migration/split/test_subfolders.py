"""Trees read one after the other, each read by what differs from the one before."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from migration.errors import SplitError
from migration.git.object_format import FORMATS
from migration.split.trees.subfolders import SubfolderReader

SHA1 = FORMATS["sha1"]
NAMES = (b"a", b"b", b"aa", b"c d")
WANTED = (b"a", b"aa", b"x")
MODES = (b"40000", b"100644", b"040000")
IDS = (b"1" * 20, b"40000 a\0" + b"2" * 12, b"\0" * 20)
Tree = Mapping[bytes, tuple[bytes, bytes]]
TREES = st.dictionaries(st.sampled_from(NAMES), st.tuples(st.sampled_from(MODES), st.sampled_from(IDS)))
FOLDER, FILE, OTHER = (b"40000", IDS[0]), (b"100644", IDS[0]), (b"40000", IDS[1])


def content(tree: Tree) -> bytes:
    return b"".join(b"%b %b\0%b" % (mode, name, tree_id) for name, (mode, tree_id) in tree.items())


@given(st.lists(TREES, max_size=6))
@example([{b"a": FOLDER, b"b": FILE}, {b"a": OTHER, b"b": FILE}])
@example([{b"a": FOLDER, b"b": FILE}, {b"b": FOLDER, b"a": FILE}, {b"a": FOLDER, b"b": FILE}])
@example([{b"a": FOLDER, b"aa": FOLDER}, {}, {b"aa": FOLDER, b"a": FOLDER}])
def test_the_folders_of_each_tree_are_found(trees: Sequence[Tree]) -> None:
    reader = SubfolderReader(WANTED, SHA1, worth_comparing=0)
    found: list[bytes | None] = [None] * len(WANTED)
    for tree in trees:
        for number, child in reader.changes(b"id", content(tree)):
            found[number] = child
        expected = [tree.get(name, FILE) for name in WANTED]
        assert found == [tree_id if mode.endswith(b"40000") else None for mode, tree_id in expected]


def test_only_what_differs_is_told() -> None:
    reader = SubfolderReader(WANTED, SHA1, worth_comparing=0)
    reader.changes(b"id", content({b"a": FOLDER, b"aa": FOLDER, b"b": FILE}))
    after = content({b"a": FOLDER, b"aa": OTHER, b"b": (b"100644", IDS[1])})
    assert list(reader.changes(b"id", after)) == [(1, IDS[1])]


@pytest.mark.parametrize("malformed", [b"40000 a", b"40000 a\0short", b"nonsense\0" + b"1" * 20])
def test_a_malformed_tree_is_refused_by_name(malformed: bytes) -> None:
    reader = SubfolderReader(WANTED, SHA1, worth_comparing=0)
    reader.changes(b"id", content({b"a": FOLDER}))
    with pytest.raises(SplitError, match=r"tree 6964 .* malformed"):
        reader.changes(b"id", malformed)
