"""Messages whose references the plan wants followed, in whole histories."""

import hashlib
import itertools
import re
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from migration.desired_state.code_selection import CodeSelection, FolderMove, MessageRules, TagMapping
from migration.proof import prove_split
from migration.split.splitting import Split
from tests.migration.conftest import MARIA, MonorepoBuilder, Splitter
from tests.migration.split.test_random_histories import RANDOM, Step, ancestors, build, histories

HASHES = MessageRules(hashes=True)
ALL = MessageRules(hashes=True, issues="acme/mono", provenance=True)
ALL_TAGS = (TagMapping(source="*", target="*"),)


def split(splitter: Splitter, rules: MessageRules, tags: tuple[TagMapping, ...] = ()) -> Split:
    """Split folder `a`, and hold the result against the proof."""
    selections = {"new": CodeSelection(moves=(FolderMove(source="a"),), tags=tags, messages=rules)}
    done = splitter.split(selections)
    assert prove_split(done, splitter.builder.path, selections).failures == ()
    return done


def message(splitter: Splitter, revision: str | None) -> str:
    return splitter.contents([str(revision)])[0].decode().partition("\n\n")[2]


def test_a_revert_names_the_new_commit(builder: MonorepoBuilder, splitter: Splitter) -> None:
    first = builder.commit({"a/f": "1"})
    second = builder.commit({"a/f": "2"}, first)
    text = f"Revert\n\nThis reverts commit {second}.\nSee {second[:8]} and {second[:12].upper()}.\n"
    builder.point("main", builder.commit({"a/f": "1"}, second, message=text))
    head = split(splitter, HASHES).histories["new"].head
    new = splitter.commit_map()[second]
    assert message(splitter, head) == f"Revert\n\nThis reverts commit {new}.\nSee {new[:8]} and {new[:12]}.\n"


def test_commits_that_did_not_move_keep_their_ids(builder: MonorepoBuilder, splitter: Splitter) -> None:
    elsewhere = builder.commit({"b/f": "1"})
    text = f"After {elsewhere}, {elsewhere[:7]} and {'0' * 40}\n"
    builder.point("main", builder.commit({"a/f": "1", "b/f": "1"}, elsewhere, message=text))
    assert message(splitter, split(splitter, HASHES).histories["new"].head) == text


def test_only_what_is_behind_a_commit_is_followed(builder: MonorepoBuilder, splitter: Splitter) -> None:
    """What else there is depends on when the monorepo was looked at: a message would change from run to run."""
    first = builder.commit({"a/f": "1"})
    aside = builder.commit({"a/f": "2"}, first)
    picked = builder.commit({"a/f": "2", "b": "1"}, first, message=f"Pick\n\n(cherry picked from commit {aside})\n")
    builder.point("main", picked)
    alone = split(splitter, HASHES, ALL_TAGS).histories["new"].head
    builder.point("refs/tags/aside", aside)
    assert split(splitter, HASHES, ALL_TAGS).histories["new"].head == alone
    assert aside in splitter.commit_map()
    assert message(splitter, alone) == f"Pick\n\n(cherry picked from commit {aside})\n"


def alike(tree: str) -> tuple[str, str]:
    """Two messages with which commits of this tree, the first of their builders, have ids that begin with the same
    seven digits."""
    found: dict[str, str] = {}
    who = f"{MARIA} 1600000060 +0100"
    for attempt in itertools.count():
        content = f"tree {tree}\nauthor {who}\ncommitter {who}\n\n{attempt}\n".encode()
        start = hashlib.sha1(b"commit %d\0" % len(content) + content).hexdigest()[:7]
        if start in found:
            return found[start], f"{attempt}\n"
        found[start] = f"{attempt}\n"
    raise AssertionError


def first_commit(builder: MonorepoBuilder, files: str, text: str) -> str:
    builder.commits = 0
    return builder.commit(files, message=text)


def test_an_abbreviation_that_two_commits_behind_share_stays(builder: MonorepoBuilder, splitter: Splitter) -> None:
    tree = builder.tree({"a/f": "1"})
    first, second = (first_commit(builder, tree, text) for text in alike(tree))
    text = f"{first[:7]} {first[:8]} {second}\n"
    builder.point("main", builder.commit({"a/f": "2"}, first, second, message=text))
    head = split(splitter, HASHES).histories["new"].head
    new = splitter.commit_map()
    assert message(splitter, head) == f"{first[:7]} {new[first][:8]} {new[second]}\n"


def test_an_abbreviation_is_read_among_the_commits_behind(builder: MonorepoBuilder, splitter: Splitter) -> None:
    tree = builder.tree({"a/f": "1"})
    first, second = (first_commit(builder, tree, text) for text in alike(tree))
    builder.point("refs/tags/other", second)
    builder.point("main", builder.commit({"a/f": "2"}, first, message=f"{first[:7]}\n"))
    head = split(splitter, HASHES, ALL_TAGS).histories["new"].head
    assert message(splitter, head) == f"{splitter.commit_map()[first][:7]}\n"


def test_an_abbreviation_grows_until_it_means_one_commit(builder: MonorepoBuilder, splitter: Splitter) -> None:
    texts = alike(builder.tree({"f": "1"}))
    first, second = (first_commit(builder, builder.tree({"a/f": "1"}), text) for text in texts)
    builder.point("main", builder.commit({"a/f": "2"}, first, second, message=f"{first[:7]} {second[:12]}\n"))
    head = split(splitter, HASHES).histories["new"].head
    new = splitter.commit_map()
    assert new[first][:7] == new[second][:7]
    assert message(splitter, head) == f"{new[first][:8]} {new[second][:12]}\n"


def test_issues_and_provenance_are_written_out(builder: MonorepoBuilder, splitter: Splitter) -> None:
    first = builder.commit({"a/f": "1"}, message="Begin (#1)\n\nSigned-off-by: M <m@example.org>\n")
    second = builder.commit({"a/f": "2"}, first, message=f"Go on from {first} (#2)\n")
    builder.point("main", second)
    head = split(splitter, ALL).histories["new"].head
    new = splitter.commit_map()
    assert message(splitter, head) == (f"Go on from {new[first]} (acme/mono#2)\n\nMonorepo-Commit: {second}\n")
    assert message(splitter, new[first]).endswith(f"Signed-off-by: M <m@example.org>\nMonorepo-Commit: {first}\n")
    trailers = splitter.git("log", "--format=%(trailers:key=Monorepo-Commit,valueonly,separator=)", str(head))
    assert trailers.split("\n") == [second, first]


def test_tags_are_followed_too_and_get_no_trailer(builder: MonorepoBuilder, splitter: Splitter) -> None:
    first = builder.commit({"a/f": "1"})
    builder.point("main", first)
    builder.point("refs/tags/v1", builder.annotated_tag("v1", first, f"Release {first[:10]}, closes #3\n"))
    tags = split(splitter, ALL, ALL_TAGS).histories["new"].tags
    new = splitter.commit_map()[first]
    assert message(splitter, tags["v1"]) == f"Release {new[:10]}, closes acme/mono#3\n"


def test_a_message_in_another_encoding_keeps_its_other_bytes(builder: MonorepoBuilder, splitter: Splitter) -> None:
    first = builder.commit({"a/f": "1"})
    latin = b"\xfcber %b\n" % first.encode()
    second = builder.commit({"a/f": "2"}, first, message=latin, headers=b"encoding ISO-8859-1\n")
    wide = f"fixes #12, {first}\n".encode("utf-16")
    builder.point("main", builder.commit({"a/f": "3"}, second, message=wide, headers=b"encoding UTF-16\n"))
    split(splitter, ALL)
    new = splitter.commit_map()
    assert splitter.contents([new[second]])[0].endswith(
        b"\n\n\xfcber %b\n\nMonorepo-Commit: %b\n" % (new[first].encode(), second.encode())
    )
    head = splitter.builder.path / "refs/heads/main"
    assert splitter.contents([new[head.read_text().strip()]])[0].endswith(b"\n\n" + wide)


def test_with_nothing_switched_on_the_ids_are_those_of_before(builder: MonorepoBuilder, splitter: Splitter) -> None:
    first = builder.commit({"a/f": "1"}, message="fixes #1\n")
    builder.point("main", builder.commit({"a/f": "2"}, first, message=f"Reverts {first}\n"))
    head = split(splitter, MessageRules()).histories["new"].head
    assert message(splitter, head) == f"Reverts {first}\n"
    assert head != split(splitter, HASHES).histories["new"].head
    assert head == split(splitter, MessageRules()).histories["new"].head


def test_a_sha256_repository_is_followed(tmp_path: Path) -> None:
    builder = MonorepoBuilder(tmp_path / "monorepo.git", "sha256")
    splitter = Splitter(builder, tmp_path / "workspace")
    first = builder.commit({"a/f": "1"})
    builder.point("main", builder.commit({"a/f": "2"}, first, message=f"Reverts {first}, {first[:40]}\n"))
    head = split(splitter, ALL).histories["new"].head
    new = splitter.commit_map()[first]
    assert message(splitter, head).startswith(f"Reverts {new}, {new[:40]}\n")


REFERENCES = st.lists(st.tuples(st.integers(0, 11), st.sampled_from((7, 9, 40))), max_size=3)


@RANDOM
@given(histories(), st.lists(REFERENCES, min_size=12, max_size=12))
def test_every_reference_to_a_moved_commit_behind_ends_at_the_commit_that_stands_for_it(
    steps: list[Step], references: list[list[tuple[int, int]]]
) -> None:
    """A message can only name commits that were there before it, behind it or not."""
    referring = [
        replace(
            step, message=step.message + b"".join(b" <%d:%d>" % each for each in to if each[0] < number), headers=b""
        )
        for number, (step, to) in enumerate(zip(steps, references, strict=False))
    ]
    with tempfile.TemporaryDirectory() as folder:
        built = build(referring, Path(folder))
        if not built.ever_had("a"):
            return
        split(built.splitter, ALL, ALL_TAGS)
        new = built.splitter.commit_map()
        behind = ancestors(built.splitter.builder.path, "--all")
        for old, content in zip(new, built.splitter.contents(list(new.values())), strict=True):
            before = built.splitter.builder.content(old).partition(b"\n\n")[2].decode("latin-1").rstrip("\n")
            expected = re.sub(r"\b[0-9a-f]{7,40}\b", partial(followed, behind[old], new), before)
            assert content.partition(b"\n\n")[2].decode("latin-1").startswith(expected)
            assert content.count(f"Monorepo-Commit: {old}\n".encode()) == 1


def followed(behind: set[str], new: dict[str, str], reference: re.Match[str]) -> str:
    meant = [commit for commit in behind if commit.startswith(reference[0])]
    return new.get(meant[0], reference[0])[: len(reference[0])] if meant else reference[0]
