"""docs/architecture.md: its picture and its paths are those of the code."""

import re

from tests.architecture_picture import PAGE, page_with, picture
from tests.test_layout import PROJECT


def test_the_picture_is_drawn_from_the_imports() -> None:
    """When it fails: python -m tests.architecture_picture"""
    assert PAGE.read_text(encoding="utf-8") == page_with(picture())


def test_every_module_that_the_page_names_exists() -> None:
    named = re.findall(r"`((?:migration|components|command_line|sandbox|engine|policies)/[\w/.]+)`", PAGE.read_text())
    assert len(named) > 20
    missing = [name for name in named if not any((PROJECT / f"{name}{end}").exists() for end in ("", ".py"))]
    assert missing == []
