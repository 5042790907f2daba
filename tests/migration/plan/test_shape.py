"""Keys and types: the file against the model."""

import pytest

from tests.migration.plan.conftest import ErrorsOf


def test_an_unknown_key_is_told_with_the_nearest_known_one(errors_of: ErrorsOf) -> None:
    assert errors_of("monorepo: {name: x}\nrepositories:\n  - name: a\n    vissibility: public\n") == [
        "4:5: repositories[0].vissibility: there is no such key. Did you mean 'visibility'?"
    ]


def test_an_unknown_key_like_no_other_is_told_with_all_that_are_known(errors_of: ErrorsOf) -> None:
    assert errors_of("monorepo: {name: x, qqq: 1}\nrepositories: [{name: a}]\n") == [
        "1:21: monorepo.qqq: there is no such key. Known here: name, default_branch, notice, archive_open_work."
    ]


def test_the_names_of_the_model_are_no_keys(errors_of: ErrorsOf) -> None:
    faults = errors_of("monorepo: {name: x}\nrepositories: [{name: a, moves: [{source: libs}]}]")
    assert [fault.split(": ")[2].split(".")[0] for fault in faults] == ["this key is missing", "there is no such key"]


def test_a_missing_key_is_told_with_what_belongs_there(errors_of: ErrorsOf) -> None:
    assert errors_of("monorepo: {default_branch: main}\nrepositories: [{name: a, moves: [{to: b}]}]\n") == [
        "1:11: monorepo.name: this key is missing. Add `name:`. Its name.",
        "2:34: repositories[0].moves[0].from: this key is missing. Add `from:`. "
        "The folder, or the file, in the monorepo today, like 'libs/auth'; '.' is the rest, which no other move takes.",
    ]


def test_a_plan_without_its_two_parts_misses_both(errors_of: ErrorsOf) -> None:
    assert [fault.split(": ")[1] for fault in errors_of("teams: []")] == ["monorepo", "repositories"]


@pytest.mark.parametrize("text", ["monorepo", "[monorepo]", "3"])
def test_a_plan_that_is_no_mapping_is_one_misshapen_thing(errors_of: ErrorsOf, text: str) -> None:
    (fault,) = errors_of(text)
    assert fault.endswith("stands where a mapping is expected. Write a mapping.")


@pytest.mark.parametrize(
    ("repository", "fault"),
    [
        ("topics: python", "'python' stands alone where a list is expected. Put it in brackets: [python]."),
        ("moves: {from: libs}", "a mapping stands where a list is expected. Write a list."),
        ("moves: [libs]", "'libs' stands where a mapping is expected. Write a mapping."),
        ("description: [a]", "a list stands where text is expected. Write text."),
        ("description:", "nothing stands here where text is expected. Write it, or remove the key."),
        ("teams: [a]", "a list stands where a mapping is expected. Write a mapping."),
        ("visibility: privat", "'privat' is not possible here. Did you mean 'private'?"),
        ("kind: python", "'python' is not possible here. Did you mean 'python-service'?"),
        ("visibility: [public]", "a list is not possible here. Choose one of: private, internal, public."),
    ],
)
def test_a_wrong_type_is_told_with_the_right_one(errors_of: ErrorsOf, repository: str, fault: str) -> None:
    (line,) = errors_of(f"monorepo: {{name: x}}\nrepositories: [{{name: a, {repository}}}]")
    assert line.endswith(f": {fault}")


@pytest.mark.parametrize(
    ("week", "fault"),
    [
        ('"1"', "'1' is text where a whole number is expected. Leave the quotes off: 1."),
        ("yes", "'yes' stands where a whole number is expected. Write a whole number."),
        ("1.5", "'1.5' stands where a whole number is expected. Write a whole number."),
        ("0", "'0' is not possible here. Input should be greater than or equal to 1."),
    ],
)
def test_a_week_is_a_whole_number_from_one(errors_of: ErrorsOf, week: str, fault: str) -> None:
    (line,) = errors_of(
        f"monorepo: {{name: x}}\nwaves: [{{name: migration, week: {week}}}]\nrepositories: [{{name: a}}]"
    )
    assert line.endswith(f": {fault}")


def test_a_plan_that_moves_nothing_is_told(errors_of: ErrorsOf) -> None:
    assert errors_of("monorepo: {name: x}\nrepositories: []") == [
        "2:15: repositories: the list is empty. Name at least one."
    ]


def test_misshapen_parts_hide_no_fault_of_the_others_and_cause_none(errors_of: ErrorsOf) -> None:
    faults = errors_of(
        """\
        monorepo: {name: x}
        waves: [{week: 1}, {name: last}]
        repositories:
          - {name: [a], wave: first, moves: [nothing, {from: libs}], consumes: [lost]}
          - {name: b, wave: last, moves: [{from: libs/auth}], packages: [{path: p, version: 0.1.0}]}
        """
    )
    assert [": ".join(fault.split(": ")[:2]) for fault in faults] == [
        "2:9: waves[0].name",
        "4:12: repositories[0].name",
        "4:38: repositories[0].moves[0]",
        "5:42: repositories[1].moves[0].from",
        "5:66: repositories[1].packages[0].name",
    ]
