"""Which minor versions of Python a constraint takes: the answers of packaging and of Poetry 2.5.1."""

import pytest
from packaging.specifiers import SpecifierSet

from migration.constraints import admits_minor

MINORS = ("3.11", "3.12", "3.13", "3.14")


@pytest.mark.parametrize(
    "constraint",
    [
        *(">=3.12", ">=3.11", ">=3.14,<4", "<3.11", "!=3.11.*", "!=3.11.0", "~=3.12", "==3.13.*", ">3.11,<3.12"),
        *(">=3.11.4", ">=3.12.0rc1", "<3.12,>=3.11", "==3.12.7", ">=3.15", ""),
    ],
)
def test_a_specifier_of_pep_440_is_read_as_packaging_reads_it(constraint: str) -> None:
    specifiers = SpecifierSet(constraint)
    takes = [minor for minor in MINORS if any(f"{minor}.{patch}" in specifiers for patch in range(100))]
    assert [minor for minor in MINORS if admits_minor(constraint, minor)] == takes


@pytest.mark.parametrize(
    ("constraint", "minors"),
    [
        ("^3.12", ["3.12", "3.13", "3.14"]),
        ("~3.13", ["3.13"]),
        ("3.12.*", ["3.12"]),
        ("*", ["3.11", "3.12", "3.13", "3.14"]),
        ("^3.9,!=3.11.*", ["3.12", "3.13", "3.14"]),
        ("~3.9 || ^3.13", ["3.13", "3.14"]),
        ("<3.10 | >=3.14", ["3.14"]),
        (">=3.12 <3.14", ["3.12", "3.13"]),
        (">= 3.12", ["3.12", "3.13", "3.14"]),
    ],
)
def test_a_constraint_of_poetry_is_read_as_poetry_reads_it(constraint: str, minors: list[str]) -> None:
    assert [minor for minor in MINORS if admits_minor(constraint, minor)] == minors


def test_what_cannot_be_read_excludes_nothing() -> None:
    assert admits_minor("whatever", "3.11")
