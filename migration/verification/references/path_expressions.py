"""Expressions of Python code that make a path from the place of the file, and lead out of the repository. Pure."""

import ast
import posixpath
from collections.abc import Iterator, Mapping

_SAME = frozenset(("Path", "PurePath", "PosixPath", "abspath", "realpath", "normpath", "str", "fspath", "expanduser"))
_OPENERS = frozenset(
    (
        "Path",
        "PurePath",
        "open",
        "read_text",
        "read_csv",
        "read_json",
        "load_dotenv",
        "chdir",
        "listdir",
        "walk",
        "glob",
    )
)


def paths_outside(path: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The line and the path of each expression that leads above the repository's root.

    path: of the file, from the root. Names that the module assigns once are followed; a step that returns is not
    reported.
    """
    names = _assigned(tree)
    for node in _largest(tree, path, names):
        target = _path_of(node, path, names)
        if target is not None and target.split("/")[0] == "..":
            yield node.lineno, target


def opened_paths(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Relative paths with `..` that a call would open, with their lines; other strings are no paths."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            is_path = name in ("append", "insert") and ast.unparse(node.func).startswith("sys.path")
            arguments = node.args if is_path or name in _OPENERS else []
            arguments = [*arguments, *(keyword.value for keyword in node.keywords if keyword.arg == "cwd")]
            texts = [argument for argument in arguments if isinstance(argument, ast.Constant)]
            yield from ((text.lineno, str(text.value)) for text in texts if str(text.value).split("/")[0] == "..")


def _assigned(tree: ast.AST) -> dict[str, ast.expr]:
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).append(node.value)
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def _largest(node: ast.AST, path: str, names: Mapping[str, ast.expr]) -> Iterator[ast.expr]:
    """Expressions that are a path, without those that are a part of one."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr) and not isinstance(child, ast.Name) and _path_of(child, path, names) is not None:
            yield child
        else:
            yield from _largest(child, path, names)


def _path_of(node: ast.expr, file: str, names: Mapping[str, ast.expr], depth: int = 0) -> str | None:
    """The normalised path from the root that an expression makes of `__file__`; None for any other expression."""

    def of(inner: ast.expr) -> str | None:
        return _path_of(inner, file, names, depth + 1) if depth < 20 else None

    match node:
        case ast.Name(id="__file__"):
            return file
        case ast.Name(id=name) if name in names:
            return of(names[name])
        case ast.Attribute(value=inner, attr="parent"):
            return _join(of(inner), "..")
        case ast.Subscript(value=ast.Attribute(value=inner, attr="parents"), slice=ast.Constant(value=int(number))):
            return _join(of(inner), *[".."] * (number + 1)) if number >= 0 else None
        case ast.BinOp(left=left, op=ast.Div(), right=ast.Constant(value=str(part))):
            return _join(of(left), part)
        case ast.BinOp(left=left, op=ast.Add(), right=ast.Constant(value=str(part))) if part.startswith("/"):
            return _join(of(left), part.lstrip("/"))
        case ast.Call(func=ast.Attribute(attr="resolve" | "absolute" | "expanduser", value=inner), args=[]):
            return of(inner)
        case ast.Call(func=func, args=[first, *rest]):
            return _of_call(func, of(first), rest)
    return None


def _of_call(func: ast.expr, first: str | None, rest: list[ast.expr]) -> str | None:
    name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    parts = [part.value for part in rest if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    if first is not None and name == "dirname" and not rest:
        return _join(first, "..")
    if first is not None and len(parts) == len(rest) and (name == "join" or name in _SAME):
        return _join(first, *parts)
    return None


def _join(path: str | None, *parts: str) -> str | None:
    return None if path is None else posixpath.normpath(posixpath.join(path, *parts))
