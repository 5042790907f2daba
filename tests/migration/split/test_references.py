"""What is a reference in a message, and what it becomes."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migration.split.objects.references import cut, is_readable, with_issues_of, with_new_hashes, with_trailer

OLD = "0123456789abcdef0123456789abcdef01234567"
NEW = "fedcba9876543210fedcba9876543210fedcba98"


def new_id(old: str) -> str | None:
    return NEW[: len(old)] if OLD.startswith(old) else None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"This reverts commit {OLD}.", f"This reverts commit {NEW}."),
        (f"(cherry picked from commit {OLD})", f"(cherry picked from commit {NEW})"),
        ("See 0123456.", "See fedcba9."),
        ("0123456..01234567", "fedcba9..fedcba98"),
        ("0123456^ and 01234567~2:path", "fedcba9^ and fedcba98~2:path"),
        ("Fixes: 0123456789AB", "Fixes: fedcba987654"),
        ("`git show 0123456`", "`git show fedcba9`"),
        ("überarbeitet: 0123456ß", "überarbeitet: fedcba9ß"),
    ],
)
def test_an_id_of_a_moved_commit_becomes_the_new_one(before: str, after: str) -> None:
    assert with_new_hashes(before.encode(), new_id).decode() == after


@pytest.mark.parametrize(
    "message",
    [
        "012345 is too short",
        "1234567 is another",
        f"{OLD}0 is too long",
        f"x{OLD} and {OLD}_ are words",
        "v1.2-3-g0123456 counts commits of the monorepo",
        f"https://github.com/acme/mono/commit/{OLD}",
        f"(see <git+ssh://host/a?at={OLD}#L1>)",
        f"acme/mono@{OLD} says whose it is",
        f"objects/{OLD} and {OLD}/file are paths",
        "0123456@example.org",
    ],
)
def test_other_digits_stay(message: str) -> None:
    assert with_new_hashes(message.encode(), new_id).decode() == message


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("#12", "acme/mono#12"),
        ("Fix login (#12)", "Fix login (acme/mono#12)"),
        ("fixes #1, #2; [#3]: '#4'. #5", "fixes acme/mono#1, acme/mono#2; [acme/mono#3]: 'acme/mono#4'. acme/mono#5"),
        ("Merge pull request #7 from acme/topic", "Merge pull request acme/mono#7 from acme/topic"),
        ("GH-8, gh-9", "acme/mono#8, acme/mono#9"),
        ("修复#10问题", "修复acme/mono#10问题"),
        ("#1-#3", "acme/mono#1-acme/mono#3"),
    ],
)
def test_an_issue_says_whose_it_is(before: str, after: str) -> None:
    assert with_issues_of(before.encode(), "acme/mono").decode() == after


@pytest.mark.parametrize(
    "message",
    [
        "other/repo#12 and user#12",
        "&#123; is a brace",
        "https://example.org/page#12 and http://example.org/#12",
        "docs/#12",
        "#12a, #ab1, #1_2, # 12, ##12, #0, #012",
        "C#7 and F#4",
        "`#12` and `see #13`",
        r"\#12",
        "XGH-12, GH-12x, gh-pages",
        "user@#12",
        "#12345678901",
    ],
)
def test_what_github_does_not_link_stays(message: str) -> None:
    assert with_issues_of(message.encode(), "acme/mono").decode() == message


WORDS = st.sampled_from((OLD, OLD[:9], NEW, "#12", "a", "`", "/", "@", "\n", " ", "http://x/", "\xe9", "-", "&"))


@given(st.lists(WORDS, max_size=12).map(lambda words: "".join(words).encode("latin-1")))
def test_nothing_but_references_changes(message: bytes) -> None:
    hashes = with_new_hashes(message, new_id)
    assert len(hashes) == len(message)
    assert re.sub(rb"[0-9a-f]{7,}", b"", hashes) == re.sub(rb"[0-9a-f]{7,}", b"", message)
    assert with_issues_of(message, "acme/mono").replace(b"acme/mono#", b"#") == message


def test_a_long_message_without_references_takes_no_time() -> None:
    for word in (b"a" * 1_000_000, b"a+" * 500_000, b"`" * 1_000_000, b"0" * 1_000_000, b"#" * 1_000_000):
        assert with_issues_of(with_new_hashes(word, new_id), "acme/mono") == word


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        (b"\nencoding UTF-16\n\n", "fixes #12\n".encode("utf-16")),
        (b"\n\n", "fixes #12\n".encode("utf-16-le")),
        (b"\nencoding ISO-2022-JP\n\n", "１２ #12\n".encode("iso-2022-jp")),
        (b"\nencoding utf-7\n\n", b"+AEE- #12\n"),
    ],
)
def test_a_message_that_is_no_ascii_is_known(headers: bytes, message: bytes) -> None:
    text = cut(b"committer c" + headers + message)
    assert text.headers + text.message == b"committer c" + headers + message
    assert not is_readable(text)


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "shift_jis", "gb18030", "euc-jp"])
def test_a_message_that_keeps_ascii_is_readable(encoding: str) -> None:
    text = cut(b"author a\nencoding %b\n\nfixes #12 \x83a\n" % encoding.encode())
    assert text.message == b"fixes #12 \x83a\n"
    assert is_readable(text)


def test_a_commit_without_message_is_cut_where_it_ends() -> None:
    assert cut(b"author a\n").message == b""
    assert cut(b"author a\n\n").message == b""
    assert cut(b"\nmessage").message == b"message"


LINES = st.sampled_from(
    (
        "",
        "title",
        "K: v",
        "  more",
        "no trailer",
        "Signed-off-by: x",
        "(cherry picked from commit 12)",
        ": y",
        "---",
        " ",
    )
)


@settings(max_examples=40, deadline=None)
@given(st.lists(LINES, max_size=8), st.booleans())
def test_a_trailer_stands_where_git_puts_it(lines: list[str], has_title: bool) -> None:
    message = "".join(f"{line}\n" for line in (["title", ""] if has_title else []) + lines).encode()
    command = ["git", "-c", "core.commentChar=%", "interpret-trailers", "--no-divider", "--trailer", "Where: 123"]
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(command, input=message, capture_output=True, check=True, env=environment, cwd=Path("/"))
    result = with_trailer(message, "Where", "123")
    assert without_blank_ends(result) == without_blank_ends(done.stdout)
    begin = result.index(b"Where: 123\n")
    assert message in (result[: begin - cutting] + result[begin + len(b"Where: 123\n") :] for cutting in (0, 1))


def without_blank_ends(message: bytes) -> bytes:
    """git takes blank lines away before its trailer, where we leave them."""
    return re.sub(rb"(?: *\n)+(?=Where: 123)", b"\n", message).strip()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b"\nK: v\n"),
        (b"no newline", b"no newline\n\nK: v\n"),
        (b"t\n\nbody\n\n\n", b"t\n\nbody\n\nK: v\n\n\n"),
        (b"t\r\n\r\nbody\r\n", b"t\r\n\r\nbody\r\n\nK: v\n"),
    ],
)
def test_a_trailer_leaves_every_byte_before_it(before: bytes, after: bytes) -> None:
    assert with_trailer(before, "K", "v") == after
