"""The proof of rewritten messages: what was asked for passes, anything else is found."""

from array import array

import pytest

from migration.desired_state.code_selection import MessageRules
from migration.proof.evidence import Graph, Versions
from migration.proof.message_checks import MessageCheck

FIRST, ASIDE, LAST = (digit.encode() * 40 for digit in "abc")
NEW = {0: b"1" * 40, 1: b"2" * 40, 2: b"3" * 40}
GRAPH = Graph({FIRST: 0, ASIDE: 1, LAST: 2}, [(), (0,), (0,)], Versions([], array("i", [])))
ALL = MessageRules(hashes=True, issues="acme/mono", provenance=True)
TRAILER = f"\nMonorepo-Commit: {'c' * 40}\n"
A, B, ONE, TWO = "a" * 40, "b" * 40, "1" * 40, "2" * 40


def holds(old: str, new: str, rules: MessageRules = ALL, header: bytes = b"") -> bool:
    compare = MessageCheck(rules, GRAPH, NEW).of_commit(2, b"author a\n" + header + b"\n")
    return compare(f"\n\n{old}".encode(), f"\n\n{new}".encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("plain\n", "plain\n"),
        (f"Reverts {A} ({A[:7]})\n", f"Reverts {ONE} ({ONE[:7]})\n"),
        (f"{A[:7]}\n", f"{ONE[:9]}\n"),
        (f"picked from {B}\n", f"picked from {B}\n"),
        (f"https://x/{A} acme/mono@{A}\n", f"https://x/{A} acme/mono@{A}\n"),
        ("#12, GH-3\n", "acme/mono#12, acme/mono#3\n"),
        ("", ""),
        ("no newline", "no newline\n"),
    ],
)
def test_what_was_asked_for_holds(old: str, new: str) -> None:
    assert holds(old, new + TRAILER)
    assert not holds(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("plain\n", "other\n"),
        ("plain\n", "plain \n"),
        (f"Reverts {A}.\n", f"Reverts {A}.\n"),
        (f"Reverts {A}\n", f"Reverts {TWO}\n"),
        (f"Reverts {A}\n", f"Reverts {ONE[:39]}\n"),
        (f"{A[:9]}\n", f"{ONE[:7]}\n"),
        (f"picked from {B}\n", f"picked from {TWO}\n"),
        ("#12\n", "acme/mono#13\n"),
        ("#12\n", "other/repo#12\n"),
    ],
)
def test_anything_else_is_found(old: str, new: str) -> None:
    assert not holds(old, new + TRAILER)


def test_the_trailer_must_name_the_commit_once() -> None:
    assert not holds("plain\n", "plain\n" + TRAILER.replace("c", "a"))
    assert not holds("plain\n", "plain\n" + TRAILER + TRAILER)


def test_what_is_no_text_may_stay() -> None:
    assert holds("a\0b\n", "a\0b\n")
    assert holds("fixes #1\n", "fixes #1\n", header=b"encoding UTF-7\n")


def test_only_what_is_switched_on_may_change() -> None:
    assert not holds("#12\n", "acme/mono#12\n", MessageRules(hashes=True))
    assert not holds(f"{A}\n", f"{ONE}\n", MessageRules(issues="acme/mono"))
    assert not holds("plain\n", "plain\n" + TRAILER, MessageRules(hashes=True, issues="acme/mono"))
