"""The page about a migration, in a real browser: whole without a network, readable by everybody."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock
from platformdirs import user_cache_path
from playwright.sync_api import Page, sync_playwright

from migration.plan import Plan, read_plan
from migration.verification.compose.browser import find_browser
from migration.verification.harness.check import Evidence, Outcome, SkippedError, Verdict
from migration.verification.report import ReportData, RepositoryRow, page
from migration.verification.report.pictures import Edge, after, before, picture
from migration.verification.report.record import Verification
from tests.conftest import PROJECT

AXE = "4.14.1"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f00050001ff56c7"
    "2f0d0000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan(PROJECT / "migration.yaml")


@pytest.fixture
def standing(plan: Plan, tmp_path: Path) -> ReportData:
    shot = tmp_path / "shot.png"
    shot.write_bytes(PIXEL)
    holds = Verdict(
        name="history.proof",
        part="History",
        line="Every commit arrived as it was",
        outcome=Outcome.PASSES,
        ran=("./multirepo prove",),
        saw=("281 commits <of> 7 repositories",),
        seconds=1.5,
        screenshots={"together": str(shot)},
    )
    fails = replace(holds, name="a", part="Engine", outcome=Outcome.FAILS, why="gone & away", remedy="Make it.")
    unjudged = replace(fails, name="b", outcome=Outcome.SKIPPED, why="no browser")
    return ReportData(
        plan=plan,
        stages={"foundation": "cutover", "quality": "moving", "product": "rolled_back"},
        repositories=[
            RepositoryRow(
                name=repository.name,
                url=f"https://x.example/{repository.name}",
                description="d",
                wave=repository.wave,
                history=None,
            )
            for repository in plan.repositories
        ],
        verification=Verification(
            key="k",
            seen_at="2026-01-31T10:00:00+00:00",
            seconds=2,
            verdicts=(holds, fails, unjudged),
            people=plan.confirmations,
        ),
        monorepo_head="0" * 40,
        stack="dev",
    )


def test_nothing_is_loaded_and_everything_is_escaped(standing: ReportData) -> None:
    text = page(standing)
    assert "<script" not in text
    assert not re.findall(r'(?:src|@import|url\()\s*=?\s*["\']?(?!data:)(https?:|//)', text)
    assert "281 commits &lt;of&gt; 7" in text
    assert "gone &amp; away" in text


def test_the_pictures_show_what_ties_the_parts_before_and_after(plan: Plan) -> None:
    assert "maestro-engine needs shared/packages/core-api" in before(plan)
    assert "quality-fabric needs shared/packages/core-api" in before(plan)
    opened = after(plan)
    assert "maestro-engine needs package registry" in opened
    assert "maestro-frontend needs maestro-engine" in opened
    assert "quality-fabric needs" not in opened


def of_two_libraries(depends_on: list[str]) -> Plan:
    """Two repositories with one package each at their root, and what the second's package needs."""
    package = {"path": ".", "version": "1.0.0"}
    repositories = [
        {"name": "base", "moves": [{"from": "libs/base"}], "packages": [{"name": "base", **package}]},
        {
            "name": "api",
            "moves": [{"from": "libs/api"}],
            "packages": [{"name": "api", **package, "depends_on": depends_on}],
            "consumes": depends_on,
        },
    ]
    return Plan.model_validate(
        {"monorepo": {"name": "m"}, "repositories": [{"wave": "all", **each} for each in repositories]}
    )


def test_packages_at_the_root_of_two_repositories_are_two_folders_of_the_monorepo() -> None:
    assert "libs/api needs libs/base" in before(of_two_libraries(["base"]))


def test_a_cycle_is_drawn_and_ends() -> None:
    edges = [Edge(source="a", target="b"), Edge(source="b", target="a"), Edge(source="a", target="a")]
    assert picture(["a", "b"], edges, "t").count('class="tight"') == 3


@pytest.fixture(scope="module")
def axe() -> str:
    """axe-core, https://github.com/dequelabs/axe-core, kept for the next run."""
    folder = user_cache_path("multirepo", ensure_exists=True) / f"axe-{AXE}"
    with FileLock(f"{folder}.lock"):
        script = folder / "node_modules" / "axe-core" / "axe.min.js"
        if not script.exists():
            install = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), f"axe-core@{AXE}"]
            subprocess.run(install, check=True, capture_output=True)
    return script.read_text()


@pytest.fixture(scope="module")
def opened() -> Iterator[Page]:
    try:
        executable = find_browser(Evidence())
    except SkippedError as missing:
        pytest.skip(str(missing))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


@pytest.mark.parametrize("colors", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_is_readable_on_a_phone_in_the_dark_and_by_a_screen_reader(
    standing: ReportData, opened: Page, axe: str, tmp_path: Path, colors: str, width: int
) -> None:
    (tmp_path / "report.html").write_text(page(standing))
    output: list[str] = []
    opened.on("console", lambda message: output.append(message.text))
    opened.on("pageerror", lambda error: output.append(str(error)))
    opened.emulate_media(color_scheme="dark" if colors == "dark" else "light")
    opened.set_viewport_size({"width": width, "height": 800})
    opened.goto((tmp_path / "report.html").as_uri())
    assert opened.get_by_role("heading", name="Checklist").is_visible()
    assert opened.get_by_text("gone & away").is_visible()
    assert opened.evaluate("document.documentElement.scrollWidth") <= width, "the page itself scrolls sideways"
    assert output == []
    opened.evaluate(axe)
    found = opened.evaluate("axe.run().then(result => result.violations)")
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == [], json.dumps(found)[:2000]
