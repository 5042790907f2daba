from pathlib import Path

import pytest

from migration.plan import PlanError, read_plan
from tests.migration.plan.conftest import ErrorsOf

SHORT = "monorepo: {name: symfony}\nrepositories: [{name: console, moves: [{from: src/Console}]}]\n"


def test_a_plan_needs_no_more_than_a_name_and_a_folder(tmp_path: Path) -> None:
    file = tmp_path / "migration.yaml"
    file.write_text(SHORT)
    plan = read_plan(file)
    (repository,) = plan.repositories
    assert (plan.monorepo.default_branch, repository.default_branch, repository.visibility) == (
        "main",
        "main",
        "private",
    )
    assert [(move.source, move.target) for move in repository.moves] == [("src/Console", ".")]
    assert repository.tags is None
    assert [wave.name for wave in plan.waves] == [repository.wave]


def test_a_byte_order_mark_is_no_part_of_the_plan(tmp_path: Path) -> None:
    file = tmp_path / "migration.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + SHORT.encode())
    assert read_plan(file).monorepo.name == "symfony"


def test_a_plan_cannot_be_changed(tmp_path: Path) -> None:
    file = tmp_path / "migration.yaml"
    file.write_text(SHORT)
    with pytest.raises(ValueError, match="frozen"):
        setattr(read_plan(file).monorepo, "name", "laravel")  # noqa: B010 (mypy knows it, too)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"plan\.yaml: there is no such file\. Check the path"):
        read_plan(tmp_path / "plan.yaml")


def test_a_folder_in_place_of_the_plan_is_told(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="this is a folder"):
        read_plan(tmp_path)


def test_a_path_through_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PlanError, match="cannot be opened"):
        read_plan(tmp_path / "file" / "migration.yaml")


@pytest.mark.parametrize("content", [b"", b"\n# later\n", b"---\n", b"~"])
def test_an_empty_plan_is_told_how_to_begin(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "migration.yaml"
    file.write_bytes(content)
    with pytest.raises(PlanError, match=r"the plan is empty\. Begin with `monorepo:`"):
        read_plan(file)


def test_a_byte_that_is_not_utf8_is_found(tmp_path: Path) -> None:
    file = tmp_path / "migration.yaml"
    file.write_bytes(b"monorepo:\n  name: M\xfcller\n")
    with pytest.raises(PlanError, match=r":2:10: the byte 0xfc is not UTF-8\. Save the file as UTF-8\."):
        read_plan(file)


def test_a_control_character_is_found(errors_of: ErrorsOf) -> None:
    assert errors_of("monorepo:\n  name: a\x07b\n") == [
        "2:10: the character U+0007 is not allowed in YAML. Remove it, or write it as '\\u…' in quotes."
    ]


def test_broken_yaml_has_its_place_and_no_traceback(errors_of: ErrorsOf) -> None:
    (fault,) = errors_of("monorepo: {name: x}\nrepositories: [\n  - a: b: c\n")
    assert fault.startswith("3:")
    assert "invalid YAML" in fault
    assert "Look at this line" in fault


@pytest.mark.parametrize("text", ["a: [1, 2", "a: 'b", "a:\n\tb: c", "a: *nowhere", "--- a\n--- b", "%", "a: b\n c: d"])
def test_yaml_that_ends_early_or_makes_no_sense_is_one_fault(errors_of: ErrorsOf, text: str) -> None:
    (fault,) = errors_of(text)
    assert "invalid YAML" in fault


def test_every_fault_is_told_at_once_in_the_order_of_the_file(errors_of: ErrorsOf) -> None:
    faults = errors_of(
        """\
        monorepo: {nmae: x}
        waves: [{name: first}]
        repositories:
          - name: one two
            wave: frist
            topics: Python
            moves:
              - from: libs/auth
              - {from: ../secrets, to: secrets}
          - name: billing
            wave: first
            moves:
              - to: 3
              - from: libs/auth
        """
    )
    assert [fault.split(": ")[:2] for fault in faults] == [
        ["1:11", "monorepo.name"],
        ["1:12", "monorepo.nmae"],
        ["4:11", "repositories[0].name"],
        ["5:11", "repositories[0].wave"],
        ["6:13", "repositories[0].topics"],
        ["9:16", "repositories[0].moves[1].from"],
        ["13:9", "repositories[1].moves[0].from"],
        ["13:13", "repositories[1].moves[0].to"],
        ["14:15", "repositories[1].moves[1].from"],
    ]


def test_each_fault_says_where_what_and_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "migration.yaml"
    file.write_text("monorepo: {name: x}\nrepositories:\n  - name: a\n    topics: [Big]\n")
    with pytest.raises(PlanError) as caught:
        read_plan(file)
    (fault,) = caught.value.faults
    assert (fault.file, fault.line, fault.column, fault.key) == (str(file), 4, 14, "repositories[0].topics[0]")
    assert (fault.problem, fault.remedy) == (
        "'Big' is not a topic",
        "GitHub takes at most 50 lowercase letters, digits and hyphens.",
    )
    assert str(caught.value) == f"{file}:4:14: repositories[0].topics[0]: {fault.problem}. {fault.remedy}"
