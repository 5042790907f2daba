"""What stays in the monorepo and decides about moved files is reported by name, with what brings it."""

from tests.migration.conftest import git
from tests.migration.preflight.conftest import PreflightContext

OWNERS = "# who\n* @all\n/app/ @us\n/other/ @them\nother/ @those\nlib/ @lib\napp/docs/*.md @writers\n"


def test_root_files_code_owners_tags_and_notes_are_reported(world: PreflightContext) -> None:
    files = {
        "app/a": "1\n", "app/lib/b": "1\n",
        ".pre-commit-config.yaml": "x\n", "ruff.toml": "x\n", "uv.lock": "x\n", "README.md": "x\n",
        ".gitignore": "*.log\n", ".github/CODEOWNERS": OWNERS,
    }  # fmt: skip
    (commit,) = world.commits(files)
    world.repositories[0] |= {"tags": [{"from": "v*", "to": "v*"}], "transforms": {"inherit": ["attributes"]}}
    for tag in ("v1", "other-1", "frozen/new"):
        world.builder.point(f"refs/tags/{tag}", commit)
    git(world.builder.path, "notes", "add", "-m", "Reviewed", commit)
    reported = {each.name: each for each in world.look().left_behind}
    assert set(reported) == {
        ".pre-commit-config.yaml", "ruff.toml", "uv.lock", ".gitignore", ".github/CODEOWNERS: * @all",
        ".github/CODEOWNERS: /app/ @us", ".github/CODEOWNERS: lib/ @lib",
        ".github/CODEOWNERS: app/docs/*.md @writers", "tags other-1", "notes commits",
    }  # fmt: skip
    assert reported["ruff.toml"].about == ("new",)
    assert "transforms.inherit" in reported[".gitignore"].remedy


def test_tags_on_commits_that_change_no_repository_are_reported(world: PreflightContext) -> None:
    own, other = world.commits({"app/a": "1\n"}, {"app/a": "1\n", "top": "1\n"})
    for tag, commit in (("v1", own), ("v2", other)):
        world.builder.point(f"refs/tags/{tag}", commit)
    assert "tags v2" in {each.name for each in world.look().left_behind}


def test_nothing_is_reported_where_nothing_stays(world: PreflightContext) -> None:
    world.commits({"app/a": "1\n", "app/ruff.toml": "x\n", ".gitignore": "*.log\n"})
    assert world.look().left_behind == ()
