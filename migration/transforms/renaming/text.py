"""A module's name in text: where it surely is the module, and where it may be."""

import posixpath
import re
import tokenize
from io import BytesIO

from migration.transforms.renaming.places import PythonModule

_MADE_ANEW = ("poetry.lock", "uv.lock", "pdm.lock")


def is_python(path: str) -> bool:
    """Whether a file is Python code, by its name."""
    return path.endswith((".py", ".pyi"))


def text_of(path: str, content: bytes) -> str | None:
    """The text of a file; None for one that is not people's text: binary, or a lock file, which is made again."""
    if posixpath.basename(path) in _MADE_ANEW or b"\0" in content:
        return None
    try:
        encoding = tokenize.detect_encoding(BytesIO(content).readline)[0] if is_python(path) else "utf-8"
        return content.decode(encoding)
    except (UnicodeDecodeError, SyntaxError):
        return None


_NO_NAME_BEFORE = r"(?<![\w.\-/@$])"
"""Not the end of a longer name, of a path or of an address."""


class ModuleInText:
    """Finds one module's name in any text: prose, scripts, settings, strings, comments."""

    def __init__(self, module: PythonModule) -> None:
        self._module = module
        old = re.escape(module.old)
        members = "|".join(map(re.escape, sorted(module.members))) or r"(?!)"
        children = "|".join(map(re.escape, sorted(module.children))) or r"(?!)"
        self._sure = re.compile(
            rf"{_NO_NAME_BEFORE}(?P<before>(?:\./)?(?:src/)?)"
            rf"(?:{old}(?=\.(?:{members})\b)|{old}(?=/(?:(?:{children})(?![\w-])|\*)))"
            rf"|(?<![\w-])(?P<option>--cov[= ]|--cov-source[= ]|--source[= ]|-m )(?:{old}(?![\w./-]))"
        )
        self._path = re.compile(rf"^(?P<before>/?(?:[\w.-]+/)*){old}(?=/|$)")
        self._word = re.compile(rf"(?<!\w){old}(?!\w)")

    def renamed(self, text: str) -> str:
        """The text with the new name where the old one is followed by what the module has, or by an option for it."""

        def new_name(match: re.Match[str]) -> str:
            return (match["before"] or match["option"] or "") + self._module.new

        return self._sure.sub(new_name, text)

    def path_renamed(self, path: str) -> str:
        """A path of which the module's folder is a part."""
        return self._path.sub(lambda match: match["before"] + self._module.new, path)

    def lines_left(self, text: str) -> list[int]:
        """The numbers, from 1, of the lines that still have the old name as a word."""
        return [number for number, line in enumerate(text.splitlines(), 1) if self._word.search(line)]

    def is_left_in(self, text: str) -> bool:
        """Whether the old name is still a word of it."""
        return bool(self._word.search(text))


_COPY = re.compile(r"^(\s*(?:COPY|ADD)\s)(.*)$", re.IGNORECASE)


def dockerfile_renamed(text: str, names: ModuleInText) -> str:
    """A Dockerfile in which the paths that COPY and ADD name follow: https://docs.docker.com/reference/dockerfile/"""

    def line_renamed(line: str) -> str:
        if (match := _COPY.match(line)) is None:
            return line
        tokens = re.split(r'([\s"\[\],]+)', match[2])
        return match[1] + "".join(token if token.startswith("--") else names.path_renamed(token) for token in tokens)

    return "\n".join(map(line_renamed, text.split("\n")))
