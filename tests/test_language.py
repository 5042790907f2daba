"""The language of texts and names: plain technical English, one term for one concept (docs/glossary.md).

Texts are all lines of Python, Markdown, Jinja and YAML; names are those that Python binds.
"""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
MATERIAL = ("sandbox/sample_monorepo/files/", "sandbox/sample_monorepo/history.yaml", "added_files/")
"""Programs, commit messages and texts of the sample's authors, not of this project."""

TEXTS = {
    r"\bmend(s|ed|ing)?\b": "fix",
    r"\banew\b": "again",
    r"\bthaw(s|ed|ing)?\b": "unfreeze",
    r"\b(tells?|told)\b": "report",
    r"\bjudg(e|es|ed|ing)\b": "check",
    r"(?<!look )(?<!looks )\bat GitHub\b": "on GitHub",
    r"\bwhoever\b": "the role",
    r"\b(stands?|stood) (under|at|there|in(?! for))\b": "is",
    r"\btak(e|es|en) (\S+ ){0,6}apart\b": "split",
    r"\bfor ever\b": "indefinitely",
    r"\bfor (other )?machines\b(?! that)": "as JSON",
    r"\b(un)?disturb\w*": "fault",
    r"\bwhat (came|comes|became|becomes) of\b": "result",
    r"(?<!there )\bis no (?!longer|more|help)[a-z]+": "is not a",
    r"\bcarr(y|ies|ied) (\w+ ){0,3}over\b": "sync",
}
NAMES = {
    "told|shown|kept|wanted|given|said|seen|gone": "noun",
    "one|at|here|there|above|below|ours": "noun",
    r"tell(_\w+)?|mend\w*|look(ed|_through)|thaw\w*|exodus": "verb",
    "Wanted|Kept|Carried|Moved|Seen|Named|Looked|Standing|Past|Place|World": "noun",
}
ALLOWED: dict[tuple[str, str], str] = {
    ("components/monorepo/monorepo_provider.py", "thawed"): "a property in the state",
    ("components/monorepo/monorepo_in_stages.py", "thawed"): "a property in the state",
    ("components/monorepo/monorepo_operations.py", "thawed"): "a property in the state",
    ("tests/components/monorepo/test_monorepo_operations.py", "thawed"): "a property in the state",
    ("docs/state.md", "thawed"): "a property in the state",
}
"""(file, words) that mean something else there, with the reason."""

CLEAN: tuple[str, ...] = (
    ".github",
    "CHANGELOG.md",
    "Pulumi.dev.yaml",
    "Pulumi.yaml",
    "README.md",
    "__main__.py",
    "benchmarks",
    "command_line",
    "components/drift",
    "components/github",
    "components/history",
    "components/monorepo",
    "components/packages",
    "components/program",
    "components/registry",
    "components/repository",
    "components/stack",
    "docs",
    "engine",
    "examples",
    "migration.schema.json",
    "migration.yaml",
    "migration/__init__.py",
    "migration/cutover",
    "migration/delivery",
    "migration/desired_state",
    "migration/discovery",
    "migration/errors.py",
    "migration/git",
    "migration/monorepo",
    "migration/packages",
    "migration/plan",
    "migration/preflight",
    "migration/proof",
    "migration/split",
    "migration/transforms",
    "migration/verification",
    "policies",
    "sandbox",
    "tests/benchmarks",
    "tests/command_line",
    "tests/components/drift",
    "tests/components/github",
    "tests/components/history",
    "tests/components/monorepo",
    "tests/components/packages",
    "tests/components/registry",
    "tests/components/repository",
    "tests/components/stack",
    "tests/conftest.py",
    "tests/end_to_end",
    "tests/engine",
    "tests/github_workflows",
    "tests/migration/conftest.py",
    "tests/migration/cutover",
    "tests/migration/delivery",
    "tests/migration/desired_state",
    "tests/migration/discovery",
    "tests/migration/git",
    "tests/migration/monorepo",
    "tests/migration/packages",
    "tests/migration/plan",
    "tests/migration/preflight",
    "tests/migration/proof",
    "tests/migration/split",
    "tests/migration/transforms",
    "tests/migration/verification",
    "tests/policies",
    "tests/sandbox",
    "tests/test_added_files.py",
)
"""Paths that are held to the rules; a folder includes everything below it."""


def files(*patterns: str) -> Iterator[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=PROJECT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if not name.startswith(MATERIAL) and name != "tests/test_language.py" and (PROJECT / name).is_file():
            yield name


def banned_words(name: str, text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, instead in TEXTS.items():
            for hit in re.finditer(pattern, line, re.IGNORECASE):
                if (name, hit[0]) not in ALLOWED:
                    yield f"{name}:{number}: '{hit[0]}': {instead}"


def banned_names(name: str, source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.FunctionDef(name=bound) | ast.AsyncFunctionDef(name=bound) | ast.ClassDef(name=bound):
                pass
            case ast.Name(id=bound, ctx=ast.Store()) | ast.arg(arg=bound):
                pass
            case _:
                continue
        for pattern, instead in NAMES.items():
            if re.fullmatch(f"_*(?:{pattern})", bound) and (name, bound) not in ALLOWED:
                yield f"{name}:{node.lineno}: name '{bound}': {instead}"


def in_scope(name: str) -> bool:
    return any(name == path or name.startswith(f"{path}/") for path in CLEAN)


def findings(names: Iterator[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        text = (PROJECT / name).read_text(encoding="utf-8", errors="replace")
        found += banned_words(name, text)
        if name.endswith(".py"):
            found += banned_names(name, text)
    return found


def test_texts_and_names_are_plain_technical_english() -> None:
    assert (
        findings(name for name in files("*.py", "*.md", "*.jinja", "*.yml", "*.yaml", "*.json") if in_scope(name)) == []
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# Mend it", "Mend"),
        ("'made anew'", "anew"),
        ('"""A name at GitHub."""', "at GitHub"),
        ("wanted = 1", "wanted"),
        ("class Kept: pass", "Kept"),
        ("def f(one: int) -> None: pass", "one"),
    ],
)
def test_a_banned_word_or_name_is_found(text: str, words: str) -> None:
    found = [*banned_words("x.py", text), *banned_names("x.py", text)]
    assert any(f"'{words}'" in line for line in found)


def test_every_allowed_place_still_needs_its_permission() -> None:
    unused = [key for key in ALLOWED if key[1] not in (PROJECT / key[0]).read_text(encoding="utf-8")]
    assert unused == []
