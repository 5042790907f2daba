"""The page, in real browsers."""

import uuid
from pathlib import Path

from playwright.sync_api import Page, expect


def test_what_one_person_creates_another_sees_at_once(
    pages: tuple[Page, Page], frontend: str, screenshots: Path | None
) -> None:
    first, second = pages
    name = f"browser {uuid.uuid4()}"
    for page in pages:
        page.goto(frontend)
        expect(page.get_by_role("status")).to_have_text("Live", timeout=15_000)
    first.get_by_label("Name of the workflow").fill(name)
    first.get_by_role("button", name="Create").click()
    entry = second.get_by_role("listitem").filter(has_text=name)
    expect(entry).to_be_visible(timeout=15_000)
    expect(entry).to_contain_text("succeeded", timeout=30_000)
    if screenshots:
        second.screenshot(path=screenshots / "frontend.png")


def test_what_was_created_before_is_listed(pages: tuple[Page, Page], frontend: str, engine: str) -> None:
    page, _ = pages
    name = f"earlier {uuid.uuid4()}"
    page.request.post(f"{engine}/api/workflows", data={"name": name})
    page.goto(frontend)
    expect(page.get_by_role("listitem").filter(has_text=name)).to_be_visible(timeout=15_000)
