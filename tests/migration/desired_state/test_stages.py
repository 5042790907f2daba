import pytest

from migration.desired_state import DesiredStateError, Stage, desired_state
from migration.plan import Plan

PLAN = Plan.model_validate(
    {
        "monorepo": {"name": "mono"},
        "waves": [{"name": "foundation"}, {"name": "product"}],
        "repositories": [{"name": "shared", "wave": "foundation"}, {"name": "engine", "wave": "product"}],
    }
)


def names(stages: dict[str, str]) -> list[str]:
    return [repository.name for repository in desired_state(PLAN, stages).repositories]


def test_nothing_of_a_planned_wave_exists() -> None:
    assert names({"foundation": "moving", "product": "planned"}) == ["shared"]


def test_a_wave_that_the_stack_does_not_name_is_planned() -> None:
    assert names({"product": "moving"}) == ["engine"]
    assert names({}) == []


@pytest.mark.parametrize("stage", [Stage.MOVING, Stage.CUTOVER])
def test_the_repositories_of_a_wave_that_moves_or_has_moved_are_open(stage: Stage) -> None:
    assert [repository.archived for repository in desired_state(PLAN, {"product": stage}).repositories] == [False]


def test_the_repositories_of_a_wave_that_was_rolled_back_are_archived() -> None:
    assert [repository.archived for repository in desired_state(PLAN, {"product": "rolled_back"}).repositories] == [
        True
    ]


def test_unknown_waves_and_stages_are_told_at_once_with_the_nearest() -> None:
    with pytest.raises(DesiredStateError) as caught:
        desired_state(PLAN, {"foundatoin": "moving", "product": "cut-over", "foundation": ""})
    assert str(caught.value).split("\n") == [
        "multirepo:waves.foundatoin in the stack file: the plan has no wave 'foundatoin'. Did you mean 'foundation'?",
        "multirepo:waves.product in the stack file: 'cut-over' is not a stage of a wave. Did you mean 'cutover'?",
        "multirepo:waves.foundation in the stack file: '' is not a stage of a wave. "
        "The stages are: planned, moving, cutover, rolled_back.",
    ]


def test_the_rest_of_the_monorepo_is_cut_over_last() -> None:
    rest = {"name": "rest", "wave": "foundation", "moves": [{"from": "."}]}
    engine = {"name": "engine", "wave": "product", "moves": [{"from": "engine"}]}
    waves = [{"name": "foundation"}, {"name": "product"}]
    plan = Plan.model_validate({"monorepo": {"name": "mono"}, "waves": waves, "repositories": [rest, engine]})
    with pytest.raises(DesiredStateError, match="is cut over last, and engine is not cut over yet"):
        desired_state(plan, {"foundation": "cutover", "product": "moving"})
    for stage in ("cutover", "rolled_back"):
        assert len(desired_state(plan, {"foundation": "cutover", "product": stage}).repositories) == 2
