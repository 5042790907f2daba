"""A module's name in text: in prose, in commands and in settings, by what the place says that it means."""

import re

from migration.transforms.renaming.paths import path_renamed
from migration.transforms.renaming.places import PythonModule

_MEMBER = r"(?P<rest>(?:\.[A-Za-z_]\w*)*)"
_PATH = re.compile(r"(?<![\w./@$~:{}-])(?:\./)?[\w.*?\[\]-]+(?:/[\w.*?\[\]-]+)*/?(?![\w/])")
_FILE_NAMES = frozenset(
    [
        "cfg",
        "conf",
        "css",
        "csv",
        "db",
        "env",
        "html",
        "ini",
        "js",
        "json",
        "local",
        "lock",
        "log",
        "md",
        "net",
        "org",
        "pid",
        "py",
        "rst",
        "sh",
        "sock",
        "sql",
        "sqlite",
        "sqlite3",
        "toml",
        "tsv",
        "txt",
        "xml",
        "yaml",
        "yml",
        "com",
        "io",
        "dev",
        "internal",
        "example",
        "test",
    ]
)
"""After a dot in prose these more often end a file's or a host's name than they name a member of a module."""

_PATH_TOOLS = r"(?:ruff|mypy|pyright|pytest|black|isort|flake8|pylint|bandit|coverage|pyflakes|vulture|ty|pyupgrade)"
_TARGET_TOOLS = (
    r"(?:gunicorn|uvicorn|hypercorn|daphne|granian|celery|dramatiq|arq|flask|taskiq|huey_consumer|faststream)"
)


class ModuleInText:
    """Finds one module's name in the text of one file. folder: of the file."""

    def __init__(self, module: PythonModule, folder: str = "") -> None:
        self.module = module
        self._folder = folder
        old = re.escape(module.old)
        self._word = re.compile(rf"(?<!\w){re.escape(module.leaf)}(?!\w)")
        self._whole = re.compile(rf"{old}{_MEMBER}(?P<object>:[A-Za-z_][\w.]*)?")
        self._mention = re.compile(rf"(?<![\w.\-/@$:]){old}{_MEMBER}(?![\w:@/-])")
        self._from = re.compile(rf"\b(?P<before>from ){old}{_MEMBER}(?=\s+import\b)")
        self._plain_import = re.compile(rf"\b(?P<before>(?<!\w )import ){old}{_MEMBER}(?![\w.])")
        self._entry = re.compile(rf"(?<![\w.\-/@$:]){old}{_MEMBER}:(?P<object>[A-Za-z_][\w.]*)(?![\w/:-])")
        value = rf"{old}{_MEMBER}(?P<after>(?::[A-Za-z_][\w.]*)?)(?![\w/-])"
        # A list of words, as a Dockerfile or YAML has it, separates by quotes and commas.
        apart = r"""(?:[ =]|["'],? ?["']|["']?, *["']?|["']?\n\s*- )["']?"""
        python = r"(?:python|pypy|executable|coverage)[^;|&]{0,80}?|\[\s*[\"']?"
        named = "--cov|--cov-source|--source|--source-pkgs|--pyargs|--app|-A|--module|--package|--include-package"
        options = rf"(?:{python})(?<![\w-])-m|{named}"
        variables = r"FLASK_APP|DJANGO_SETTINGS_MODULE|UVICORN_APP|CELERY_APP|PYTEST_PLUGINS|APP_MODULE"
        self._option = re.compile(rf"(?P<before>(?<![\w-])(?:{options}){apart}|(?:{variables})(?:: *|=)[\"']?){value}")
        self._target = re.compile(rf"(?P<before>(?<![\w./-]){_TARGET_TOOLS}\b(?:[^\n;|&]*?)(?<=[ \"',])){value}")
        self._tool = re.compile(rf"(?<![\w./-]){_PATH_TOOLS}\b[^\n;|&]*")

    def has_word(self, text: str) -> bool:
        """Whether the old name is still a word of it."""
        return bool(self._word.search(text))

    def lines_left(self, text: str) -> list[int]:
        """The numbers, from 1, of the lines that still have the old name as a word."""
        return [number for number, line in enumerate(text.splitlines(), 1) if self._word.search(line)]

    def dotted(self, text: str) -> str | None:
        """A text that is a dotted path by its place, like "synth.api:app"; None where it is not the module's."""
        return self.module.new + text[len(self.module.old) :] if self._whole.fullmatch(text) else None

    def prose(self, text: str) -> str:
        """Sentences about code: what names a member of the module, an import of it, or a file that moved."""

        def member(match: re.Match[str]) -> str:
            rest = match["rest"].removeprefix(".")
            if not rest or rest.rpartition(".")[2].lower() in _FILE_NAMES or not self._is_near(rest):
                return match[0]
            return self.module.new + match["rest"]

        renamed = self._mention.sub(member, text)
        renamed = self._from.sub(self._with_new_name, renamed)
        return self.paths(self._plain_import.sub(self._with_new_name, renamed))

    def command(self, text: str) -> str:
        """A line of a shell, or one word of a command: options, entry points, and files that moved."""
        renamed = self._option.sub(self._with_new_name, text)
        renamed = self._entry.sub(self._entry_point, renamed)
        renamed = self._target.sub(self._with_new_name, renamed)
        return self.paths(self._tool.sub(lambda match: self._each_path(match[0], bare=True), renamed))

    def paths(self, text: str) -> str:
        """Only the paths that lead to a file that moved."""
        return self._each_path(text, bare=False)

    def _each_path(self, text: str, bare: bool) -> str:
        def follow(match: re.Match[str]) -> str:
            path = match[0].rstrip(".")
            if not self._word.search(path) or not (bare or "/" in path or path.endswith((".py", ".pyi"))):
                return match[0]
            return (path_renamed(path, self.module, self._folder) or path) + match[0][len(path) :]

        return _PATH.sub(follow, text)

    def _with_new_name(self, match: re.Match[str]) -> str:
        groups = match.groupdict()
        if not self._is_member(match["rest"], (groups.get("after") or "").removeprefix(":")):
            return match[0]
        return f"{match['before']}{self.module.new}{match['rest']}{groups.get('after') or ''}"

    def _entry_point(self, match: re.Match[str]) -> str:
        known = bool(self.module.definitions) and self._is_member(match["rest"], match["object"])
        return f"{self.module.new}{match['rest']}:{match['object']}" if known else match[0]

    def _is_member(self, rest: str, inside: str = "") -> bool:
        return self.module.has(".".join(filter(None, (rest.removeprefix("."), inside))))

    def _is_near(self, rest: str) -> bool:
        """A member, or an attribute of one: further names are rather those of a host or a topic."""
        parts = rest.split(".")
        known = self.module.definitions
        modules = max((depth for depth in range(len(parts) + 1) if ".".join(parts[:depth]) in known), default=0)
        return bool(known) and len(parts) - modules <= 2 and self.module.has(rest)
