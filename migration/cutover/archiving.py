"""The notice that stands where the monorepo's README stood. Pure."""

from collections.abc import Mapping

from migration.git.tree_changes import Changes, Files

README = "README.md"


def archive(files: Files, name: str, repositories: Mapping[str, str], date: str, version: str) -> Changes:
    """The README replaced. repositories: name to web address. date: of the migration. version: the monorepo's last."""
    others = (path for path in files if "/" not in path and path.lower().startswith("readme") and path != README)
    contents: dict[str, bytes | None] = dict.fromkeys(others)
    listed = "".join(f"- [{repository}]({url})\n" for repository, url in repositories.items())
    contents[README] = (
        "# ⚠️ This repository has been archived\n\n"
        f"{name} has been split into independent repositories:\n\n{listed}\n"
        "This repository is kept for historical reference only.\n\n"
        f"**Migration Date**: {date}\n**Last Active Version**: {version}\n"
    ).encode()
    return Changes(contents=contents)
