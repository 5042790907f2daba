"""The list of commits that blame passes over, after they got new ids."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from migration.transforms.blame_ignore_revs import with_new_ids
from tests.migration.conftest import git

MOVED, STAYED, NEW = "a" * 40, "b" * 40, "c" * 40


def new_id(old: str) -> str | None:
    return {MOVED: NEW}.get(old)


def rewritten(text: str) -> str:
    return with_new_ids(text.encode(), new_id).decode()


def test_a_commit_that_moved_has_its_new_id() -> None:
    assert (
        rewritten(f"# Run black\n{MOVED}\n\n{MOVED.upper()} # again\r\n") == f"# Run black\n{NEW}\n\n{NEW} # again\r\n"
    )


def test_a_commit_that_did_not_move_is_left_out_with_its_comment() -> None:
    text = f"# How to use this file\n\n# elsewhere\n{STAYED}\n\n# here\n{MOVED}\n{STAYED}\n"
    assert rewritten(text) == f"# How to use this file\n\n# here\n{NEW}\n"


def test_what_is_no_id_stays() -> None:
    text = "# abc\n\n\nnot an id\nabcdef1\n"
    assert rewritten(text) == text


@given(
    st.lists(st.sampled_from((f"{MOVED}\n", f"  {MOVED}\t\n", "# comment\n", "\n", " \n", f"{MOVED} # x\r\n", "odd\n")))
)
def test_a_list_of_moved_commits_keeps_every_other_byte(lines: list[str]) -> None:
    assert rewritten("".join(lines)) == "".join(lines).replace(MOVED, NEW)


def test_git_takes_the_result(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "-b", "main", ".")
    (tmp_path / "f").write_text("1\n")
    git(tmp_path, "add", "f")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    (tmp_path / "f").write_text(" 1\n")
    git(tmp_path, "commit", "--quiet", "-a", "-m", "only spaces")
    first, second = git(tmp_path, "rev-parse", "HEAD~", "HEAD").split()
    moved = with_new_ids(f"# spaces\n{MOVED} # all\n".encode(), lambda _: second)
    (tmp_path / "revs").write_bytes(moved)
    assert git(tmp_path, "blame", "-l", "--root", "--ignore-revs-file", "revs", "f").startswith(first)
