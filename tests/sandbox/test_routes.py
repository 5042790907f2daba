"""All routes: each says what it imitates."""

import inspect
import re
from pathlib import Path

from sandbox import routes
from sandbox.app import REST


def test_every_rest_handler_names_the_page_it_imitates() -> None:
    for module in REST:
        for name, handler in inspect.getmembers(module, inspect.iscoroutinefunction):
            if handler.__module__ == module.__name__ and not name.startswith("_"):
                page = r"https://docs\.github\.com/rest/[a-z/-]+#[a-z-]+(\n|$)"
                assert re.match(page, handler.__doc__ or ""), f"{module.__name__}.{name}"


def test_every_module_of_routes_is_checked() -> None:
    folder = Path(inspect.getfile(routes)).parent
    others = {"__init__", "git_http", "graphql", "job_tokens", "pages", "pushes", "release_notes", "tenants"}
    assert {path.stem for path in folder.rglob("*.py")} - others == {
        module.__name__.rpartition(".")[2] for module in REST
    }
