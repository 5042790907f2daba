"""Paths that lead to a file of the renamed module: those follow, others of the same name stay."""

import posixpath
from fnmatch import fnmatchcase

from migration.transforms.renaming.places import PythonModule

_GLOB = frozenset("*?[")


def path_renamed(written: str, module: PythonModule, folder: str = "") -> str | None:
    """The path as it is written, with the new name; None where it leads to nothing that moved.

    folder: of the file that has the path. Paths are read from there and from the roots of projects; one that leads to
    a file that does not move is not the module's.
    """
    if written.startswith("/") or "//" in written or "${" in written:
        return None
    for base in dict.fromkeys((*module.roots, folder)):
        target = posixpath.normpath(posixpath.join(base, written))
        moved = (_glob_renamed if _GLOB & set(written) else _plain_renamed)(target, module)
        if moved is not None:
            return _as_written(written, target, moved)
    return None


def _plain_renamed(path: str, module: PythonModule) -> str | None:
    if path in module.moves:
        return module.moves[path]
    for folder, target in module.folders.items():
        inside = path.removeprefix(folder)
        if path == folder or (inside.startswith("/") and any(moved.startswith(f"{path}/") for moved in module.moves)):
            return target + inside
    return None


def _glob_renamed(pattern: str, module: PythonModule) -> str | None:
    for folder, target in module.folders.items():
        inside = pattern.removeprefix(folder)
        matches = any(fnmatchcase(moved, pattern.replace("**/", "*")) for moved in module.moves)
        if inside != pattern and inside.startswith("/") and matches:
            return target + inside
    return None


def _as_written(written: str, old: str, new: str) -> str:
    """`./synth/` and `src/synth/x.py` keep what they have before and after the name."""
    end = len(written) - len(written.rstrip("/"))
    shared = 0
    while shared < min(len(old), len(new)) and old[shared] == new[shared]:
        shared += 1
    shared = old.rfind("/", 0, shared) + 1
    tail_old, tail_new = old[shared:], new[shared:]
    body = written[: len(written) - end] if end else written
    return body[: len(body) - len(tail_old)] + tail_new + written[len(body) :] if body.endswith(tail_old) else new
