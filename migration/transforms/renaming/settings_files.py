"""A module's name in YAML, INI and other files of settings: by the key of each line."""

import re

from migration.transforms.renaming.text import ModuleInText

_KEYS = frozenset(
    (
        "()",
        "_target_",
        "class",
        "django_settings_module",
        "entry_point",
        "entrypoint",
        "factory",
        "flask_app",
        "handler",
        "ignore_imports",
        "files",
        "forbidden_modules",
        "include",
        "known_first_party",
        "layers",
        "module",
        "modules",
        "omit",
        "package",
        "packages",
        "plugins",
        "py_modules",
        "root_package",
        "root_packages",
        "script_location",
        "source",
        "source_modules",
        "source_pkgs",
        "testpaths",
        "console_scripts",
        "qualname",
        "version_locations",
    )
)
"""Keys whose values name Python code or its files: of logging, setuptools, coverage, import-linter, Alembic, mypy."""

_LINE = re.compile(r"""^(?P<start>\s*(?:-\s+)?)(?:(?P<key>["']?[\w()./-]+["']?)\s*[:=]\s*)?(?P<value>.*)$""")
_WORD = re.compile(r"""[^\s"',\[\]{}]+""")


def settings_renamed(text: str, names: ModuleInText) -> str:
    """Values of keys that name code follow, and commands; other values stay, such as topics, hosts and tables."""
    text = names.command(text)
    lines, key, indent = [], "", 0
    for line in text.split("\n"):
        match = _LINE.match(line)
        depth = len(line) - len(line.lstrip())
        if match and match["key"]:
            key, indent = match["key"].strip("\"'").lower(), depth
        elif line.strip() and depth <= indent and not line.lstrip().startswith("-"):
            key = ""
        comment = line.lstrip().startswith(("#", ";"))
        if comment:
            lines.append(names.prose(line))
        elif key in _KEYS and match:
            start = match.start("value")
            lines.append(line[:start] + _WORD.sub(lambda word: _value(word[0], names), line[start:]))
        else:
            lines.append(line)
    return _sections_renamed("\n".join(lines), names)


def _value(word: str, names: ModuleInText) -> str:
    star = re.sub(r"\.\*+$", "", word)
    renamed = names.dotted(star)
    return renamed + word[len(star) :] if renamed else names.paths(word)


def _sections_renamed(text: str, names: ModuleInText) -> str:
    """`[mypy-synth.*]`, and the names of loggers in YAML."""
    old = re.escape(names.module.old)
    text = re.sub(rf"^(\[mypy-){old}(?=[.\]])", rf"\g<1>{names.module.new}", text, flags=re.MULTILINE)
    loggers = re.compile(r"^(?P<indent>[ ]*)loggers:[ ]*\n(?P<body>(?:(?P=indent)[ ]+.*\n?|[ ]*\n)*)", re.MULTILINE)
    name = re.compile(rf"^(\s*[\"']?){old}(?=[\w.]*[\"']?:)", re.MULTILINE)
    return loggers.sub(lambda match: name.sub(rf"\g<1>{names.module.new}", match[0]), text)
