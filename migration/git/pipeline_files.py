"""The files of a tree from which pipelines are rendered."""

from pathlib import Path

from migration.git.tree_changes import TreeFiles
from migration.toolchains.project_files import ProjectFiles, is_read


def project_files(git_dir: Path, revision: str) -> ProjectFiles:
    """Of a tree or a commit. Bytes that are not UTF-8 are replaced. Raises GitError."""
    with TreeFiles(git_dir, revision) as files:
        texts = {path: files[path].decode(errors="replace") for path in files if is_read(path)}
        return ProjectFiles(paths=frozenset(files), texts=texts)
