"""Documents that contain code: Markdown and reStructuredText, and notebooks. Code in them is one program."""

import json
import re
from collections.abc import Iterator
from typing import Any

from migration.transforms.renaming.doctests import Code, examples_renamed, parts_renamed
from migration.transforms.renaming.settings_files import settings_renamed
from migration.transforms.renaming.text import ModuleInText

_FENCE = re.compile(
    r"^(?P<indent>[ \t]*)(?P<fence>```+|~~~+)[ \t]*\{?\.?(?P<language>[\w+-]*)[^\n]*\n"
    r"(?P<body>.*?)^[ \t]*(?P=fence)[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_PYTHON = ("python", "py", "python3", "pycon", "ipython")
_SHELL = ("", "bash", "sh", "shell", "console", "zsh", "makefile", "dockerfile")
_SETTINGS = ("yaml", "yml", "toml", "ini", "cfg")


def document_renamed(text: str, names: ModuleInText, code: Code) -> str:
    """Prose, and each block by its language; all Python blocks of a document are one program."""
    blocks = list(_FENCE.finditer(text))
    python = [block for block in blocks if block["language"].lower() in _PYTHON and ">>> " not in block["body"]]
    renamed = _python_blocks([_unindent(block) for block in python], code)
    bodies = {block.start(): _indent(new, block) for block, new in zip(python, renamed, strict=True) if new is not None}
    parts, position = [], 0
    for block in blocks:
        parts.append(_outside(text[position : block.start("body")], names, code))
        language, body = block["language"].lower(), block["body"]
        if block in python:
            parts.append(bodies.get(block.start(), body))
        elif language in _PYTHON:
            parts.append(examples_renamed(body, code, lambda line: line))
        elif language in _SHELL:
            parts.append(names.command(names.paths(body)))
        else:
            parts.append(settings_renamed(body, names) if language in _SETTINGS else names.paths(body))
        position = block.end("body")
    return "".join([*parts, _outside(text[position:], names, code)])


def _outside(text: str, names: ModuleInText, code: Code) -> str:
    return examples_renamed(text, code, lambda line: names.command(names.prose(line)))


def _python_blocks(blocks: list[str], code: Code) -> list[str | None]:
    """All as one program, or where that is not Python each by itself; None for one that stays."""
    together = parts_renamed(blocks, code)
    if together is not None:
        return list(together)
    alone = [parts_renamed([block], code) for block in blocks]
    return [parts[0] if parts else None for parts in alone]


def _unindent(block: re.Match[str]) -> str:
    indent = block["indent"]
    return "\n".join(line.removeprefix(indent) for line in block["body"].split("\n"))


def _indent(text: str, block: re.Match[str]) -> str:
    indent = block["indent"]
    return "\n".join(f"{indent}{line}" if line else line for line in text.split("\n"))


def notebook_renamed(text: str, names: ModuleInText, code: Code) -> str:
    """The cells of a notebook; its outputs stay. As a whole or not at all: https://nbformat.readthedocs.io/"""
    try:
        notebook = json.loads(text)
        cells = [cell for cell in notebook["cells"] if cell["source"]]
        sources = ["".join(cell["source"]) for cell in cells]
    except (ValueError, KeyError, TypeError):
        return text
    style = next(_styles(text, notebook), None)
    is_code = [
        cell["cell_type"] == "code" and not source.startswith("%%") for cell, source in zip(cells, sources, strict=True)
    ]
    renamed = parts_renamed([source for source, is_it in zip(sources, is_code, strict=True) if is_it], code)
    if style is None or renamed is None:
        return text
    rest = iter(renamed)
    for cell, source, is_it in zip(cells, sources, is_code, strict=True):
        new = next(rest) if is_it else _other_cell(cell, source, names, code)
        cell["source"] = new.splitlines(keepends=True) if isinstance(cell["source"], list) else new
    return json.dumps(notebook, **style) + text[len(text.rstrip("\n")) :]


def _other_cell(cell: dict[str, Any], source: str, names: ModuleInText, code: Code) -> str:
    return document_renamed(source, names, code) if cell["cell_type"] == "markdown" else names.command(source)


def _styles(text: str, notebook: Any) -> Iterator[dict[str, Any]]:
    """How the file is written, so that only the changed lines differ."""
    for indent in (1, 2, 4, None):
        for ascii_only in (False, True):
            style: dict[str, Any] = {"indent": indent, "ensure_ascii": ascii_only}
            if json.dumps(notebook, **style) == text.rstrip("\n"):
                yield style
