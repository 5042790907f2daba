"""Properties of every plan and of every file that is nearly one."""

import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from migration.plan import Plan, PlanError, PlanFault, read_plan

ODD_VALUES: list[Any] = [None, 1.5, True, "x/..", [], {}, [[]]]
words = st.text(string.ascii_lowercase, min_size=1, max_size=6)
lines = st.text(string.ascii_letters + string.digits + " :#'\"-äß{[*&!%@,", max_size=20)
folders = (
    st.lists(st.text("abcxyz-_ä.", min_size=3, max_size=6), min_size=1, max_size=3)
    .map("/".join)
    .filter(lambda path: ".." not in path.split("/") and "." not in path.split("/"))
)


@st.composite
def plans(draw: st.DrawFn) -> dict[str, Any]:
    """A valid plan as plain data, with the keys that are left out where drawn so."""
    names = draw(st.lists(words, min_size=1, max_size=4, unique=True))
    return {
        "monorepo": {"name": "the-monorepo"},
        "waves": [{"name": f"wave-{name}", "week": week} for week, name in enumerate(names, 1)],
        "repositories": [
            {
                "name": name,
                "wave": f"wave-{name}",
                "description": draw(lines),
                "topics": draw(st.lists(words, max_size=3)),
                "visibility": draw(st.sampled_from(["private", "internal", "public"])),
                "moves": [
                    {
                        "from": f"{name}-{number}/{folder}",
                        "to": f"to-{number}",
                        "earlier": [f"old-{name}-{number}/{folder}"],
                    }
                    for number, folder in enumerate(draw(st.lists(folders, max_size=3)))
                ],
                "packages": [{"name": name, "path": ".", "version": "0.1.0", "depends_on": names[:number][-2:]}],
                "transforms": {"add_files": draw(st.dictionaries(words, lines, max_size=2))},
            }
            for number, name in enumerate(names)
        ],
    }


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("plan") / "migration.yaml"


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key or index) of the data, from the outside in."""
    for step in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, step
        yield from places(value[step])


@settings(max_examples=40, deadline=None)
@given(data=plans(), flow=st.booleans())
def test_every_valid_plan_is_read_as_meant_and_written_back(file: Path, data: dict[str, Any], flow: bool) -> None:
    file.write_text(yaml.safe_dump(data, default_flow_style=flow, allow_unicode=True))
    plan = read_plan(file)
    assert plan == Plan.model_validate(data)
    file.write_text(yaml.safe_dump(plan.model_dump(mode="json", by_alias=True, exclude_unset=True)))
    assert read_plan(file) == plan


def is_told_in_plain_words(fault: PlanFault) -> bool:
    return bool(fault.line and fault.problem and fault.remedy.endswith((".", "?")) and "\n" not in str(fault))


@settings(max_examples=80, deadline=None)
@given(data=plans(), choice=st.randoms(use_true_random=False), value=st.sampled_from(ODD_VALUES))
def test_a_damaged_plan_is_read_or_refused_in_plain_words(file: Path, data: Any, choice: Any, value: Any) -> None:
    for _ in range(choice.randint(1, 3)):
        container, step = choice.choice(list(places(data)) or [([data], 0)])
        match choice.choice(["remove", "replace", "add"]):
            case "remove":
                del container[step]
            case "replace":
                container[step] = value
            case _ if isinstance(container, dict):
                container["unknown"] = value
    file.write_text(yaml.safe_dump(data))
    faults: tuple[PlanFault, ...] = ()
    try:
        read_plan(file)
    except PlanError as error:
        faults = error.faults
    assert all(is_told_in_plain_words(fault) for fault in faults)


@settings(max_examples=60, deadline=None)
@given(text=st.text(" \n-:{}[]&*a!<>|'\"#%@`,?~0", max_size=40))
def test_no_text_makes_a_traceback(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(PlanError):
        read_plan(file)


@settings(max_examples=40, deadline=None)
@given(content=st.binary(max_size=60))
def test_no_bytes_make_a_traceback(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(PlanError):
        read_plan(file)
