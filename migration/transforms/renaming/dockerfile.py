"""A module's name in a Dockerfile: https://docs.docker.com/reference/dockerfile/"""

import posixpath
import re
from dataclasses import dataclass, field

from migration.transforms.renaming.paths import path_renamed
from migration.transforms.renaming.text import ModuleInText

_INSTRUCTION = re.compile(r"^(\s*)([A-Za-z]+)(\s+)")
_WORDS = re.compile(r"""[^\s"',\[\]]+""")


@dataclass
class _Stage:
    """name: after AS, or its number. workdir: inside the image. copied: path in the image to path in the repository."""

    name: str
    workdir: str = "/"
    copied: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)


def dockerfile_renamed(text: str, names: ModuleInText, folder: str) -> str:
    """A Dockerfile in which commands follow, and paths that lead to the module, in the context and in the image.

    folder: of the Dockerfile; the build context is that, or the root of a project.
    """
    stages: list[_Stage] = [_Stage("")]
    lines = []
    for line in text.split("\n"):
        instruction = _INSTRUCTION.match(line)
        word = instruction[2].upper() if instruction else ""
        if word == "FROM":
            alias = re.search(r"\s[aA][sS]\s+(\S+)", line)
            stages.append(_Stage(alias[1] if alias else str(len(stages) - 1)))
        elif word == "WORKDIR" and instruction:
            stages[-1].workdir = posixpath.join(stages[-1].workdir, line[instruction.end() :].strip().strip('"'))
        if word in ("COPY", "ADD") and instruction:
            head = line[: instruction.end()]
            lines.append(head + _copy_renamed(line[instruction.end() :], stages, names, folder))
        elif word in ("FROM", "WORKDIR", "LABEL", "ARG", "USER", "EXPOSE", "VOLUME"):
            lines.append(line)
        else:
            lines.append(_in_image(names.command(line), stages[-1]))
    return "\n".join(lines)


def _copy_renamed(rest: str, stages: list[_Stage], names: ModuleInText, folder: str) -> str:
    """The words after COPY. The destination follows where it is the folder that the module's own becomes."""
    words = [match for match in _WORDS.finditer(rest) if not match[0].startswith("--")]
    origin = re.search(r"--from=(\S+)", rest)
    if len(words) < 2:
        return rest
    *sources, destination = words
    stage, changed = stages[-1], {}
    for source in sources:
        if origin:
            new = _rename_in(source[0], next((each for each in stages if each.name == origin[1]), _Stage("")))
        else:
            new = path_renamed(source[0].lstrip("/") or ".", names.module, folder)
            new = f"/{new}" if new and source[0].startswith("/") else new
        if new and new != source[0]:
            changed[source.start()] = new
    target = posixpath.normpath(posixpath.join(stage.workdir, destination[0]))
    old, new_name = names.module.leaf, names.module.new.rpartition(".")[2]
    is_folder = any(posixpath.basename(source[0].rstrip("/")) == old for source in sources if source.start() in changed)
    if is_folder and posixpath.basename(target) == old:
        name = posixpath.basename(destination[0].rstrip("/"))
        start = destination[0].rstrip("/")[: -len(name)]
        changed[destination.start()] = start + new_name + destination[0][len(start) + len(name) :]
        stage.renamed[target] = posixpath.join(posixpath.dirname(target), new_name)
    elif not origin:
        for source in sources:
            stage.renamed |= _moved_below(target, source[0], names, folder)
    for match in reversed(words):
        if match.start() in changed:
            rest = rest[: match.start()] + changed[match.start()] + rest[match.end() :]
    return rest


def _moved_below(target: str, source: str, names: ModuleInText, folder: str) -> dict[str, str]:
    """Where the module is in the image, after a folder above it was copied: `COPY . /app` makes /app/synth."""
    folders = {}
    for base in dict.fromkeys((*names.module.roots, folder)):
        context = posixpath.normpath(posixpath.join(base, source))
        for old, new in names.module.folders.items():
            inside = old if context == "." else old.removeprefix(f"{context}/")
            if context == "." or inside != old:
                after = new if context == "." else new.removeprefix(f"{context}/")
                folders[posixpath.join(target, inside)] = posixpath.join(target, after)
    return folders


def _rename_in(path: str, stage: _Stage) -> str | None:
    """A path of an image that leads to the module."""
    for old, new in stage.renamed.items():
        if path.rstrip("/") == old or path.startswith(f"{old}/"):
            return new + path[len(old) :]
    return None


def _in_image(line: str, stage: _Stage) -> str:
    return _WORDS.sub(lambda match: _rename_in(match[0], stage) or match[0], line) if stage.renamed else line
