"""Rules of a file of the monorepo that are about one moved folder, as its new repository must have them. Pure.

Each function takes the text of the file, the moved folder relative to it, and the folder's place in the new repository.
"""

import json
import re
from collections.abc import Callable, Iterator

from migration.git.path_patterns import matches_folder, rerooted

Rules = Callable[[str, str, str, bool], str]
"""(text, folder, target, whether the file is at the monorepo's root) to the text that is left."""

_ATTRIBUTES = re.compile(r'\s*("(?:[^"\\]|\\.)*"|\S+)(.*)', re.DOTALL)
_SECTION = re.compile(r"\s*\[(.+)\]\s*(?:[#;].*)?$")


def attributes_of(text: str, folder: str, target: str, at_root: bool) -> str:
    """Of .gitattributes: https://git-scm.com/docs/gitattributes. Macros stay: they are allowed at the root alone."""

    def follow(line: str) -> list[str]:
        found = _ATTRIBUTES.fullmatch(line)
        if not found or found[1].startswith("[attr]"):
            return [line]
        pattern = json.loads(found[1]) if found[1].startswith('"') else found[1]
        if pattern.endswith("/"):
            return []  # never matches a file
        return [_quoted(each) + found[2] for each in rerooted(pattern, folder, target, at_root=at_root)]

    return _by_paragraph(text, follow)


def ignored_of(text: str, folder: str, target: str, at_root: bool) -> str:
    """Of .gitignore: https://git-scm.com/docs/gitignore. A folder that is ignored whole stays so."""
    is_ignored = False

    def follow(line: str) -> list[str]:
        nonlocal is_ignored
        negation = "!" if line.startswith("!") else ""
        pattern = re.sub(r"(?<!\\) +$", "", line[len(negation) :])
        if matches_folder(pattern, folder):
            is_ignored = not negation
        return [negation + each for each in rerooted(pattern, folder, target, at_root=at_root)]

    left = _by_paragraph(text, follow)
    everything = f"/{target}/**\n" if target else "*\n"
    return everything if is_ignored else left


def editor_settings_of(text: str, folder: str, target: str, at_root: bool) -> str:
    """Of .editorconfig: https://spec.editorconfig.org. Sections are kept or dropped whole; `root` stays."""
    kept_lines: list[str] = []
    is_about = True
    for line in text.splitlines():
        section = _SECTION.match(line)
        if section:
            globs = rerooted(section[1], folder, target, at_root=at_root)
            is_about = bool(globs)
            line = f"[{globs[0]}]" if len(globs) == 1 else f"[{{{','.join(globs)}}}]"
        if is_about:
            kept_lines.append(line)
    has_settings = any(line.strip() and not line.lstrip().startswith(("#", ";")) for line in kept_lines)
    return "\n".join(kept_lines).strip("\n") + "\n" if has_settings else ""


def _by_paragraph(text: str, follow: Callable[[str], list[str]]) -> str:
    """The lines that are left, with the comments of paragraphs in which a rule is left."""
    return "\n".join(filter(None, (_followed(paragraph, follow) for paragraph in re.split(r"\n(?:[ \t\r]*\n)+", text))))


def _followed(paragraph: str, follow: Callable[[str], list[str]]) -> str:
    lines = list(_lines(paragraph, follow))
    return "".join(f"{line}\n" for _, line in lines) if any(is_rule for is_rule, _ in lines) else ""


def _lines(paragraph: str, follow: Callable[[str], list[str]]) -> Iterator[tuple[bool, str]]:
    for line in paragraph.splitlines():
        text = line.rstrip("\r")
        if not text.strip() or text.startswith("#"):
            yield False, text
        else:
            yield from ((True, each) for each in follow(text))


def _quoted(pattern: str) -> str:
    return json.dumps(pattern, ensure_ascii=False) if re.search(r'[\s"]', pattern) else pattern
