"""Plans as text, and what is wrong with them."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from migration.plan import PlanError, read_plan

ErrorsOf = Callable[[str], list[str]]


@pytest.fixture
def errors_of(tmp_path: Path) -> ErrorsOf:
    """What reading the text as a plan says: one line for each fault, without the file's name; [] for a good plan."""

    def read(text: str) -> list[str]:
        file = tmp_path / "migration.yaml"
        file.write_text(dedent(text))
        try:
            read_plan(file)
        except PlanError as error:
            return [line.removeprefix(f"{file}:") for line in str(error).split("\n")]
        return []

    return read
