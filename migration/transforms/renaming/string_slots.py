"""Places in Python code whose string is a dotted path: to a function, in a setting, in a list of arguments."""

from collections.abc import Callable

import libcst as cst

_FUNCTIONS = frozenset(
    (
        "Flask",
        "PackageLoader",
        "__import__",
        "autodiscover_tasks",
        "delattr",
        "find_spec",
        "files",
        "getLogger",
        "get_data",
        "import_module",
        "import_object",
        "import_string",
        "importorskip",
        "include",
        "is_resource",
        "iter_modules",
        "load_object",
        "locate",
        "open_binary",
        "open_text",
        "patch",
        "read_binary",
        "read_text",
        "resolve_name",
        "resource_filename",
        "resource_stream",
        "resource_string",
        "run_module",
        "setattr",
        "walk_packages",
    )
)
"""Functions whose first argument may be a dotted path: of importlib, unittest.mock, pytest, pkgutil, logging, runpy,
pkg_resources, pydoc, Jinja, Flask, Celery and Django."""

_KEYWORDS = frozenset(
    ("entry_points", "imports", "include", "package_data", "package_dir", "packages", "py_modules", "package", "app")
)
_KEYS = frozenset(("class", "()", "factory", "filters", "handler", "BACKEND", "NAME", "ENGINE", "_target_"))
"""Keys of dictionaries that name code: of logging.config.dictConfig, Django and Hydra."""

_SETTINGS = frozenset(
    (
        "ASGI_APPLICATION",
        "AUTHENTICATION_BACKENDS",
        "CELERY_IMPORTS",
        "DEFAULT_AUTO_FIELD",
        "DJANGO_SETTINGS_MODULE",
        "INSTALLED_APPS",
        "MIDDLEWARE",
        "ROOT_URLCONF",
        "TEMPLATES",
        "WSGI_APPLICATION",
        "pytest_plugins",
        "packages",
        "py_modules",
    )
)

Parent = Callable[[cst.CSTNode], cst.CSTNode | None]


def is_dotted_path(string: cst.CSTNode, parent: Parent) -> bool:
    """Whether the place of a string, or of a fixed part of one, takes a dotted path to Python code."""
    child, node = string, parent(string)
    while node is not None and not isinstance(node, cst.BaseSmallStatement):
        match node:
            case cst.Arg(keyword=cst.Name(value=keyword)):
                return keyword in _KEYWORDS
            case cst.Call():
                return _takes_it(node, child)
            case cst.DictElement() if node.value is child and isinstance(node.key, cst.SimpleString):
                if node.key.raw_value in _KEYS:
                    return True
            case cst.DictElement() if node.key is child and _is_below("loggers", node, parent):
                return True
            case cst.Subscript():
                return False
        child, node = node, parent(node)
    match node:
        case cst.Assign(targets=[cst.AssignTarget(target=target)]) | cst.AnnAssign(target=target):
            return _setting(target) in _SETTINGS
    return False


def follows_dash_m(string: cst.SimpleString, parent: Parent) -> bool:
    """Whether a string is the element after "-m" in a list, a tuple or the arguments of a call."""
    element = parent(string)
    if not isinstance(element, cst.Element | cst.Arg):
        return False
    match parent(element):
        case cst.List(elements=siblings) | cst.Tuple(elements=siblings) | cst.Call(args=siblings):
            place = next(index for index, sibling in enumerate(siblings) if sibling is element)
            before = siblings[place - 1].value if place else None
            return isinstance(before, cst.SimpleString) and before.raw_value in ("-m", "-A", "--app", "--cov")
    return False


def _takes_it(call: cst.Call, argument: cst.CSTNode) -> bool:
    """The first argument of a function in the list; of a mapping's `setdefault`, the second, if the key is known."""
    name = call.func.attr if isinstance(call.func, cst.Attribute) else call.func
    if not isinstance(name, cst.Name) or not call.args:
        return False
    if name.value == "setdefault" and len(call.args) > 1 and call.args[1] is argument:
        key = call.args[0].value
        return isinstance(key, cst.SimpleString) and key.raw_value in _SETTINGS
    if name.value == "run":  # uvicorn.run("synth.app:app")
        match call.func:
            case cst.Attribute(value=cst.Name(value="uvicorn" | "hypercorn" | "granian")):
                return call.args[0] is argument
        return False
    return name.value in _FUNCTIONS and call.args[0] is argument


def _is_below(key: str, node: cst.CSTNode, parent: Parent) -> bool:
    mapping = parent(node)
    holder = parent(mapping) if mapping else None
    return isinstance(holder, cst.DictElement) and _text(holder.key) == key


def _text(node: cst.BaseExpression) -> str:
    return str(node.raw_value) if isinstance(node, cst.SimpleString) else ""


def _setting(target: cst.BaseExpression) -> str:
    """The name, or the key, that an assignment sets."""
    match target:
        case cst.Name(value=name):
            return name
        case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as key))]):
            return str(key.raw_value)
    return ""
