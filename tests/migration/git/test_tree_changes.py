"""What a preview says of the plan's transforms."""

from migration.git.tree_changes import Changes, changed_files, in_words, transformed_tree
from tests.conftest import Repository


def test_changed_added_and_removed_files_are_counted(monorepo: Repository) -> None:
    git_dir = monorepo.path / ".git"
    contents = {"engine/main": b"9\n", "engine/new": b"n\n", "engine/other": b"o\n", "README": None}
    tree = transformed_tree(git_dir, "HEAD", [lambda _: Changes(contents=contents)])
    assert tree
    assert in_words(changed_files(git_dir, "HEAD", tree)) == "transforms change 1 file, add 2, remove 1"


def test_no_files_are_many_and_what_is_not_there_is_not_told() -> None:
    assert in_words({}) == "transforms change 0 files"


def test_symbolic_links_follow_the_folder_that_moves(monorepo: Repository) -> None:
    (monorepo.path / "engine/again").symlink_to("main")
    (monorepo.path / "readme").symlink_to("engine/main")
    (monorepo.path / "engine/up").symlink_to("../README")
    monorepo.git("add", "--all")
    monorepo.git("commit", "--quiet", "--message", "Links")
    main = (monorepo.path / "engine/main").read_bytes()
    changes = Changes(contents={"engine/main": None, "src/motor/main": main}, moves={"engine/main": "src/motor/main"})
    tree = transformed_tree(monorepo.path / ".git", "HEAD", [lambda _: changes])
    targets = {path: monorepo.git("show", f"{tree}:{path}") for path in ("src/motor/again", "readme", "src/motor/up")}
    assert targets == {"src/motor/again": "main", "readme": "src/motor/main", "src/motor/up": "../../README"}
    assert "engine/again" not in monorepo.git("ls-tree", "-r", "--name-only", str(tree)).splitlines()
