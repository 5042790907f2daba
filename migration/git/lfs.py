"""Where git-lfs keeps the objects of a repository.

https://github.com/git-lfs/git-lfs/blob/main/docs/man/git-lfs-config.adoc
"""

import os
from pathlib import Path

from migration.git.command import run_git


def lfs_folder(monorepo: Path) -> Path:
    """Where git-lfs keeps objects: beside git's own, or where `lfs.storage` says (man git-lfs-config)."""
    answer = run_git("rev-parse", "--path-format=absolute", "--git-common-dir", directory=monorepo, user_config=True)
    common = Path(os.fsdecode(answer).rstrip("\n"))
    setting = run_git("config", "--default", "lfs", "--get", "lfs.storage", directory=monorepo, user_config=True)
    return common / os.fsdecode(setting).rstrip("\n") / "objects"
