"""The documentation is consistent: links lead somewhere, and decisions have one form."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from command_line.command_table import COMMANDS
from components.stack.exit_codes import MEANINGS

PROJECT = Path(__file__).parent.parent
DECISIONS = sorted((PROJECT / "docs" / "adr").glob("*.md"))
SECTIONS = ["Status", "Context", "Decision", "Consequences", "Alternatives considered"]
CODE_BLOCK = re.compile(r"^( *)```.*?^\1```", re.MULTILINE | re.DOTALL)
CODE_SPAN = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)


def pages() -> list[Path]:
    """The pages of this project, without those of its sample and of what a migration adds."""
    named = [
        PROJECT / name
        for name in (
            "README.md",
            "CHANGELOG.md",
            "SECURITY.md",
            "benchmarks/README.md",
            "engine/README.md",
            "sandbox/README.md",
        )
    ]
    return [*named, *sorted((PROJECT / "docs").rglob("*.md"))]


def build_anchor(heading: str) -> str:
    """The fragment that GitHub gives a heading: lower case, without punctuation, spaces as hyphens."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def find_anchors(page: Path) -> set[str]:
    """The fragments of a page; a heading that repeats gets a number, as on GitHub."""
    anchors: set[str] = set()
    for heading in HEADING.findall(CODE_BLOCK.sub("", page.read_text(encoding="utf-8"))):
        base = anchor = build_anchor(heading)
        count = 0
        while anchor in anchors:
            count += 1
            anchor = f"{base}-{count}"
        anchors.add(anchor)
    return anchors


def find_links(page: Path) -> list[str]:
    """The targets of the page's links and pictures, outside of code."""
    return LINK.findall(CODE_SPAN.sub("", CODE_BLOCK.sub("", page.read_text(encoding="utf-8"))))


def find_broken_links(page: Path) -> Iterator[str]:
    for target in find_links(page):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, fragment = unquote(target).partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists():
            yield f"{target}: there is no such file"
        elif fragment and fragment not in find_anchors(file):
            yield f"{target}: there is no such heading"


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(PROJECT)))
def test_each_relative_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    assert list(find_broken_links(page)) == []


def test_a_link_to_a_missing_file_or_heading_is_found(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# Other page\n\n## Twice\n\n## Twice\n\n```\n# A comment\n```\n")
    page = tmp_path / "page.md"
    page.write_text(
        "# Run `multirepo`, twice\n\n[a](other.md#twice-1) [b](#run-multirepo-twice) [c](https://example.com/no.md)\n\n"
        "`[d](no.md)` ![e](no.svg) [f](other.md#a-comment) [g](#other-page)\n"
    )
    assert list(find_broken_links(page)) == [
        "no.svg: there is no such file",
        "other.md#a-comment: there is no such heading",
        "#other-page: there is no such heading",
    ]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(PROJECT)))
def test_each_page_has_one_title(page: Path) -> None:
    text = CODE_BLOCK.sub("", page.read_text(encoding="utf-8"))
    assert text.startswith("# ")
    assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.name)
def test_each_decision_has_its_sections_and_its_title_as_file_name(page: Path) -> None:
    title, *sections = HEADING.findall(CODE_BLOCK.sub("", page.read_text(encoding="utf-8")))
    number, _, decision = title.partition(". ")
    assert sections == SECTIONS
    assert page.name == f"{int(number):04}-{build_anchor(decision)}.md"


def test_each_decision_has_its_own_number() -> None:
    numbers = [page.name[:4] for page in DECISIONS]
    assert len(set(numbers)) == len(numbers)


def test_every_page_of_the_documentation_is_linked_from_another_page() -> None:
    linked = {
        (page.parent / target.partition("#")[0]).resolve()
        for page in pages()
        for target in find_links(page)
        if not re.match(r"[a-z]+:", target) and not target.startswith("#")
    }
    orphans = {page for page in (PROJECT / "docs").glob("*.md") if page not in linked}
    assert {page.name for page in orphans} == set()


def read_first_column(page: str, heading: str) -> list[str]:
    """The first cell of each row of the table under a heading; the words before the table are skipped."""
    text = (PROJECT / page).read_text(encoding="utf-8")
    section = re.split(r"^#+ ", text[text.index(heading) + len(heading) :], maxsplit=1, flags=re.MULTILINE)[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    return [row.split("|")[1].strip() for row in rows[2:]]


def test_the_readme_has_the_table_of_exit_codes() -> None:
    rows = [f"| {int(code)} | {meaning.text} | {meaning.actor} |" for code, meaning in MEANINGS.items()]
    table = "\n".join(row.replace("|  |", "| |") for row in rows)
    assert f"|---|---|---|\n{table}\n" in (PROJECT / "README.md").read_text(encoding="utf-8")


def test_the_page_of_commands_lists_every_command() -> None:
    names = [cell.strip("`").split(" ")[0] for cell in read_first_column("docs/commands.md", "# Commands")]
    assert sorted(names) == sorted(COMMANDS)


def test_each_threat_names_a_test_that_exists() -> None:
    page = (PROJECT / "docs" / "security.md").read_text()
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)` \|$", page, re.MULTILINE)
    assert len(named) == len(re.findall(r"^\| .* \|$", page.partition("## Threats and tests")[2], re.MULTILINE)) - 1
    assert [name for file, name in named if f"def {name}(" not in (PROJECT / file).read_text()] == []
