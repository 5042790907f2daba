"""What is left of a module's old name, and which of it the plan settles."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

from migration.transforms.renaming.places import Files, PythonModule, RenameError, find_module
from migration.transforms.renaming.renaming import Doubt, ModuleRenamer, is_python


def unsettled(doubts: Iterable[Doubt], files: Files, kept_names: Iterable[str]) -> tuple[Doubt, ...]:
    """The doubts that stand after the other transforms, without those in files whose names the plan keeps.

    files: the final tree. kept_names: patterns of paths, as in `transforms.kept_names`.
    """
    patterns = list(kept_names)
    return tuple(
        doubt
        for doubt in doubts
        if not any(fnmatchcase(doubt.path, pattern) for pattern in patterns) and _is_there(doubt, files)
    )


def names_left(files: Files, names: Mapping[str, str], kept_names: Iterable[str]) -> Iterator[Doubt]:
    """In a tree whose modules were renamed: lines with an old name that the plan does not keep.

    Imports of the old name come first: they fail.
    """
    patterns = list(kept_names)
    for old, new in names.items():
        renamer = ModuleRenamer(files, _renamed_module(files, old, new))
        for path, content in files.items():
            if is_python(path) and renamer.renamed(path, content) != content:
                yield Doubt(path=path, line=0, text=f"imports {old}, which is {new} now")
        for doubt in renamer.doubts(files):
            if not any(fnmatchcase(doubt.path, pattern) for pattern in patterns):
                yield doubt


def _renamed_module(files: Files, old: str, new: str) -> PythonModule:
    try:
        module = find_module(files, new, new)
    except RenameError:  # of another repository
        return PythonModule(old=old, new=new)
    return replace(module, old=old, moves={}, folders={})


def _is_there(doubt: Doubt, files: Files) -> bool:
    if doubt.line == 0:
        return doubt.path in files
    content = files.get(doubt.path, b"")
    return doubt.text in {line.strip() for line in content.decode(errors="replace").splitlines()}
