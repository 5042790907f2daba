"""Reading the commit maps that a split keeps: which commit of a new repository stands for which of the monorepo."""

from pathlib import Path


def read_commit_map(git_dir: Path, repository: str, id_size: int) -> list[tuple[str, str]]:
    """(commit of the monorepo, commit of the repository) for each that moved, parents before children.

    git_dir: of the split. id_size: bytes in an id. Two commits of the monorepo can have become one.
    """
    raw = (git_dir / f"commit-map-{repository}").read_bytes()
    ids = raw.hex("\n", id_size).split("\n") if raw else []
    return list(zip(ids[::2], ids[1::2], strict=True))
