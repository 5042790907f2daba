"""Where the parts are. Nothing here knows how they were started."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright


@pytest.fixture(scope="session")
def engine() -> str:
    return os.environ.get("MAESTRO_ENGINE_ADDRESS", "http://localhost:8000").rstrip("/")


@pytest.fixture(scope="session")
def frontend() -> str:
    return os.environ.get("MAESTRO_FRONTEND_ADDRESS", "http://localhost:4200")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's own sandbox refuses root
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=os.environ.get("BROWSER"), args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture
def pages(browser: Browser) -> Iterator[tuple[Page, Page]]:
    """Two people, each with a browser of their own. Whatever their consoles say against the page fails the test."""
    contexts = [browser.new_context(viewport={"width": 800, "height": 500}) for _ in range(2)]
    first, second = (context.new_page() for context in contexts)
    errors: list[str] = []
    for page in (first, second):
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield first, second
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def screenshots() -> Path | None:
    folder = os.environ.get("SCREENSHOTS")
    if folder is None:
        return None
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder)
