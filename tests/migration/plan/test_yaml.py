"""What YAML allows, and what of it a plan does."""

from pathlib import Path

import pytest

from migration.plan import read_plan
from tests.migration.plan.conftest import ErrorsOf


def plan_with(repository: str) -> str:
    return f"monorepo: {{name: x}}\nrepositories:\n  - {{name: a, {repository}}}\n"


def test_a_key_that_stands_twice_is_told_with_the_first_line(errors_of: ErrorsOf) -> None:
    assert errors_of("monorepo: {name: x}\nrepositories: [{name: a}]\nmonorepo: {name: y}\n") == [
        "3:1: monorepo: the key stands twice, first in line 1. Keep one of them."
    ]


def test_anchors_and_merge_keys_are_read(tmp_path: Path) -> None:
    file = tmp_path / "migration.yaml"
    file.write_text(
        "monorepo: {name: x}\n"
        "repositories:\n"
        "  - &first {name: a, visibility: public, topics: &topics [python], homepage: https://a.example}\n"
        "  - {<<: [{visibility: internal}, *first], name: b, topics: *topics}\n"
    )
    _, second = read_plan(file).repositories
    assert (second.name, second.visibility, second.topics) == ("b", "internal", ("python",))
    assert second.homepage == "https://a.example"


def test_a_fault_in_a_merged_mapping_stands_where_it_was_written(errors_of: ErrorsOf) -> None:
    faults = errors_of("monorepo: &m {name: x, nmae: y}\nrepositories: [{name: a, transforms: {<<: *m}}]\n")
    assert [fault.split(": there")[0] for fault in faults] == [
        "1:15: repositories[0].transforms.name",
        "1:24: monorepo.nmae",
        "1:24: repositories[0].transforms.nmae",
    ]


def test_what_a_merge_key_brings_in_must_be_a_mapping(errors_of: ErrorsOf) -> None:
    (fault,) = errors_of("monorepo: {name: x}\nrepositories: [{name: a, <<: [b]}]\n")
    assert "what '<<' includes is not a mapping" in fault


def bomb(levels: int, begin: str, end: str) -> str:
    lines = [f"a0: &a0 {begin}x{end}"]
    lines += [f"a{n}: &a{n} {begin}{', '.join([f'*a{n - 1}'] * 10)}{end}" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    [
        bomb(9, "[", "]"),
        "a0: &a0 {x: 1}\n" + "\n".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 9)),
        "monorepo: &m {name: *m}",
        "monorepo: &m {<<: *m}",
        "repositories: &r [*r]",
        "[" * 5000,
        "[" * 5000 + "]" * 5000,
    ],
)
def test_aliases_that_unfold_without_measure_are_refused(errors_of: ErrorsOf, text: str) -> None:
    (fault,) = errors_of(text)
    assert "unfold without end" in fault


@pytest.mark.parametrize("value", ["!!python/object/apply:os.system [ls]", "!secret x", "!!binary eA==", "!!set {a}"])
def test_tags_of_yaml_are_refused(errors_of: ErrorsOf, value: str) -> None:
    faults = errors_of(plan_with(f"description: {value}"))
    assert any("is not for plans" in fault for fault in faults)


@pytest.mark.parametrize("written", ["on", "no", "Yes", "true", "1.0", "12", "0x1F", ".inf", "1:30"])
def test_text_that_yaml_reads_as_something_else_is_told_to_be_quoted(errors_of: ErrorsOf, written: str) -> None:
    (fault,) = errors_of(plan_with(f"description: {written}"))
    assert f"{written} is read as " in fault
    assert f'Put it in quotes: "{written}".' in fault
    assert errors_of(plan_with(f"description: '{written}'")) == []


def test_a_version_with_one_dot_is_told_to_be_quoted(errors_of: ErrorsOf) -> None:
    (fault,) = errors_of(plan_with("packages: [{name: p, path: p, version: 1.0}]"))
    assert fault.endswith('1.0 is read as a number where text is expected. Put it in quotes: "1.0".')


def test_a_date_needs_no_quotes(errors_of: ErrorsOf) -> None:
    assert (
        errors_of(
            "monorepo: {name: x}\nrepositories: [{name: a}]\nconfirmations: [{statement: ok, confirmed_on: 2026-01-31}]"
        )
        == []
    )


def test_a_key_that_yaml_reads_as_true_is_a_word_like_any_other(errors_of: ErrorsOf) -> None:
    assert errors_of(plan_with("teams: {on: push}") + "teams: [{name: 'on'}]") == []


def test_a_key_that_is_no_word_is_told(errors_of: ErrorsOf) -> None:
    (fault,) = errors_of(plan_with("? [x] : y"))
    assert "a key is a list or a mapping" in fault


def test_a_number_too_long_to_read_is_a_fault_like_any_other(errors_of: ErrorsOf) -> None:
    (fault,) = errors_of(
        f"monorepo: {{name: x}}\nwaves: [{{name: migration, week: {'9' * 5000}}}]\nrepositories: [{{name: a}}]"
    )
    assert "whole number" in fault
    assert len(fault) < 300
