"""The files of the head, and what they looked like on the way there.

A document is a file below `files/`. The history grows it in steps: each step reaches one part further, what
has just arrived lacks its comments, and quotes are single until a commit formats the code.
"""

import re
from collections.abc import Mapping
from math import ceil
from pathlib import Path, PurePosixPath

FILES = Path(__file__).parent / "files"
CODE = {".py", ".ts", ".tsx"}
MANIFESTS = {"pyproject.toml", "package.json"}
# A part begins after blank lines, at something that is not indented or at a method.
PART = re.compile(r"\n\n+(?=\S|    (?:def|async def|@))")
FIRST_DEFINITION = re.compile(r"^(?:class|def|async def|@|export|test\()", re.MULTILINE)
SHORT_DOCSTRING = re.compile(r'^ +"""[^"\n]*"""\n(?= +\S)', re.MULTILINE)
COMMENT_LINE = re.compile(r"^ *# .*\n", re.MULTILINE)
VERSION = re.compile(r'^(version = |  "version": )"[^"]*"', re.MULTILINE)


def read_documents() -> dict[str, bytes]:
    """All documents by path, in order. Windows scripts get the line ends that they have at the head."""
    found = sorted(path for path in FILES.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(FILES).as_posix(): _content(path) for path in found}


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    return content.replace(b"\n", b"\r\n") if path.suffix == ".cmd" else content


def grown(path: str, content: bytes, step: int, steps: int) -> bytes:
    """The document after `step` of its `steps`. The last step gives it whole."""
    if step == steps or b"\0" in content:
        return content
    text = content.decode()
    if path.endswith("CHANGELOG.md"):
        return _oldest_sections(text, step, steps).encode()
    ends = _ends(path, text)
    reached = ends[ceil(len(ends) * step / steps) - 1]
    before = ends[ceil(len(ends) * (step - 1) / steps) - 1] if step > 1 else 0
    return (text[:before] + _draft(path, text[before:reached])).encode()


def reworded(content: bytes, words: Mapping[str, str]) -> bytes:
    """The document with older words in place of those it has. words: old to new."""
    text = content.decode()
    for old, new in words.items():
        text = text.replace(new, old)
    return text.encode()


def _ends(path: str, text: str) -> list[int]:
    """Where each part ends. The imports of a program belong to its first definition."""
    first = FIRST_DEFINITION.search(text) if PurePosixPath(path).suffix in CODE else None
    start = first.end() if first else 0
    return [*(match.start() + 1 for match in PART.finditer(text, start)), len(text)]


def _oldest_sections(text: str, step: int, steps: int) -> str:
    """A changelog grows at its top."""
    title, *sections = text.split("\n## ")
    return "\n## ".join([title, *sections[-ceil(len(sections) * step / steps) :]])


def _draft(path: str, part: str) -> str:
    """Without short docstrings and comments."""
    if not path.endswith(".py"):
        return part
    return COMMENT_LINE.sub("", SHORT_DOCSTRING.sub("", part))


def with_version(path: str, content: bytes, version: str) -> bytes:
    """The document with this version, if it is a manifest."""
    if PurePosixPath(path).name not in MANIFESTS:
        return content
    return VERSION.sub(rf'\g<1>"{version}"', content.decode(), count=1).encode()


def unformatted(path: str, content: bytes) -> bytes:
    """The document with single quotes, if it is code. Lines where that could change the meaning stay."""
    if PurePosixPath(path).suffix not in CODE:
        return content
    lines = content.decode().split("\n")
    return "\n".join(line if "'" in line or '""' in line else line.replace('"', "'") for line in lines).encode()
