"""Commits and tags, byte by byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration.errors import SplitError
from migration.git.rewrite import author_of, carry_commit, link_commit, rewrite_tag, tag_target

OLD, TREE, PARENT = b"0" * 40, b"\xaa" * 20, b"\xbb" * 20
WHO = b"author A <a@example.org> 1 +0000\ncommitter C <c@example.org> 2 -0000\n"
LINKS = b"tree " + b"aa" * 20 + b"\nparent " + b"bb" * 20 + b"\n"


def rewritten(rest: bytes, parents: int = 1) -> tuple[bytes, int]:
    carried, dropped = carry_commit(b"tree %b\n" % OLD + b"parent %b\n" % OLD * parents + rest)
    assert link_commit(carried, TREE, [PARENT]) == LINKS + carried
    return carried, dropped


@given(st.binary(), st.integers(0, 3))
def test_whatever_follows_the_links_arrives_unchanged(message: bytes, parents: int) -> None:
    assert rewritten(WHO + b"\n" + message, parents) == (WHO + b"\n" + message, 0)


@pytest.mark.parametrize("name", [b"gpgsig", b"gpgsig-sha256", b"mergetag"])
def test_signatures_go_and_the_headers_around_them_stay(name: bytes) -> None:
    signature = name + b" -----BEGIN\n \n  two\n -----END\n"
    rest = WHO + b"encoding ISO-8859-1\n%bHG:extra x\n\ngpgsig of words\n y\n"
    assert rewritten(rest % signature) == (rest % b"", 1)


def test_several_signatures_are_counted_one_by_one() -> None:
    assert rewritten(WHO + b"mergetag a\n b\nmergetag c\ngpgsig d\n\ntext\n") == (WHO + b"\ntext\n", 3)


def test_a_header_that_only_begins_like_a_signature_stays() -> None:
    assert rewritten(WHO + b"gpgsignature x\n\ntext\n") == (WHO + b"gpgsignature x\n\ntext\n", 0)


@pytest.mark.parametrize("rest", [b"", b"\n", b"\n\n", WHO, b"gpgsig", b"\ngpgsig a\n b\n\nc", b"author\n\0\n\n"])
def test_odd_ends_arrive_unchanged(rest: bytes) -> None:
    assert rewritten(rest) == (rest, 0)


@pytest.mark.parametrize("content", [b"", b"tree\n", b"tree xyz\n", b"parent " + OLD + b"\n", b"TREE " + OLD + b"\n"])
def test_what_does_not_begin_as_a_commit_is_refused(content: bytes) -> None:
    with pytest.raises(SplitError, match="does not begin with 'tree'"):
        carry_commit(content)


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("Zoë Łukasz <zoe@example.org>".encode(), "Zoë Łukasz <zoe@example.org>".encode()),
        (b"J\xf6rg <j@example.org>", b"J\xf6rg <j@example.org>"),
        (b"X  <", b"X  <"),
        (b"<>", b"<>"),
        (b"A <a> B <b>", b"A <a> B <b>"),
    ],
)
def test_an_author_is_name_and_address_as_written(line: bytes, author: bytes) -> None:
    commit = b"author %b 1 +0000\ncommitter C <c@example.org> 2 +0000\n\nauthor Z <z> 1 +0000\n"
    assert author_of(commit % line) == author


def test_a_commit_without_author_has_none() -> None:
    assert author_of(b"\nauthor Z <z> 1 +0000\n") == b""


def test_a_tag_says_what_it_names() -> None:
    target = tag_target(b"object %b\ntype tag\ntag v1\ntagger T <t> 1 +0000\n\ntext\n" % OLD)
    assert (target.object_id, target.kind) == (bytes(20), b"tag")


@given(st.binary())
def test_a_tag_keeps_everything_but_target_and_name(message: bytes) -> None:
    head = b"object %b\ntype commit\ntag %b\ntagger T <t> 1 +0000\n\n"
    result, _ = rewrite_tag(head % (OLD, b"old") + message, PARENT, lambda name: name + b"er")
    assert result == head % (b"bb" * 20, b"older") + message


def test_only_the_last_signature_of_a_tag_is_one() -> None:
    begin = b"-----BEGIN PGP SIGNATURE-----\n"
    tag = b"object %b\ntype commit\ntag v1\n\nquotes:\n" % OLD + begin + b"quoted\n"
    assert rewrite_tag(tag + begin + b"real\n", bytes(20), lambda name: name) == (tag, 1)


def test_what_does_not_begin_as_a_tag_is_refused() -> None:
    with pytest.raises(SplitError, match="does not begin with 'object'"):
        tag_target(b"type commit\n")
