"""Documentation that does not stand alone."""

from typing import Any

import pytest

from migration.verification.harness.check import Outcome
from tests.migration.verification.conftest import Files, Worlds, verdict_on

LONG = "How to use it. " * 20
CONTRACT = '{"paths": {"/api/things": {"get": {}, "post": {}}}}'
SITE = "site_name: x\nvalidation: {omitted_files: warn}\nnav: [api.md, integration.md, migration.md]\n"
REPOSITORIES: list[dict[str, Any]] = [
    {
        "name": "engine",
        "kind": "python-service",
        "moves": [{"from": "services/engine", "earlier": ["engine"]}],
        "contract": {"file": "openapi.json", "generated_by": "generate.py"},
    },
    {"name": "docs", "kind": "documentation"},
]


def files(**pages: str) -> Files:
    """A whole world, with these pages of the site (`where` for docs/where.md) instead of its own."""
    site = {
        "api": "# API\n\nGET /api/things and POST /api/things\n",
        "integration": "# Integration\n\nWhatever calls engine.\n",
        "migration": "# Migration\n\n`services/engine/` and `engine/` became a repository.\n",
        **pages,
    }
    return {
        "engine": {"README.md": LONG, "openapi.json": CONTRACT},
        "docs": {
            "README.md": LONG,
            "mkdocs.yml": SITE,
            **{f"docs/{name}.md": text for name, text in site.items()},
        },
    }


@pytest.mark.parametrize("name", ["readme", "contracts", "patterns", "migration", "site"])
def test_whole_documentation_holds(worlds: Worlds, name: str) -> None:
    assert verdict_on(worlds(REPOSITORIES, files()), f"documentation.{name}").why == ""


@pytest.mark.breaks("documentation.readme")
@pytest.mark.parametrize(
    ("readme", "message"),
    [("# Engine\n", "engine has no README"), (f"{LONG}[more](docs/more.md)", "docs/more.md, which is not there")],
)
def test_a_readme_that_says_nothing_or_leads_nowhere(worlds: Worlds, readme: str, message: str) -> None:
    world = files()
    world["engine"]["README.md"] = readme
    assert message in verdict_on(worlds(REPOSITORIES, world), "documentation.readme").why


BROKEN_PAGES: list[tuple[dict[str, str], str, str]] = [
    ({"api": "GET /api/things"}, "contracts", "No page names POST /api/things."),
    ({"integration": "# Nothing"}, "patterns", "engine"),
    ({"migration": "`services/engine/` alone"}, "migration", "Nothing says where engine went."),
    ({"api": "[broken](nowhere.md)"}, "site", "nowhere.md"),
    ({"extra": "# Nothing leads here"}, "site", "extra.md"),
]


@pytest.mark.parametrize(
    ("pages", "name", "message"),
    [pytest.param(*each, marks=pytest.mark.breaks(f"documentation.{each[1]}")) for each in BROKEN_PAGES],
)
def test_a_page_that_is_not_whole(worlds: Worlds, pages: dict[str, str], name: str, message: str) -> None:
    verdict = verdict_on(worlds(REPOSITORIES, files(**pages)), f"documentation.{name}")
    assert verdict.outcome == Outcome.FAILS
    assert message in verdict.why
