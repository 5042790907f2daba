"""Keep or drop, on plain numbers. trees: 0 is no folder."""

from array import array

import pytest

from migration.code_move.split import UNBORN, Kept, choose_commits, only_reachable


def test_commits_before_the_folder_have_no_counterpart() -> None:
    kept = choose_commits([(), (0,), (1,)], [0, 0, 1])
    assert kept == Kept([2], [()], array("i", [UNBORN, UNBORN, 0]))


def test_a_commit_that_changes_nothing_stands_for_its_parent() -> None:
    kept = choose_commits([(), (0,), (1,)], [1, 1, 2])
    assert kept == Kept([0, 2], [(), (0,)], array("i", [0, 0, 1]))


def test_a_deletion_is_kept_and_joins_both_lives() -> None:
    kept = choose_commits([(), (0,), (1,), (2,)], [1, 0, 0, 1])
    assert kept == Kept([0, 1, 3], [(), (0,), (1,)], array("i", [0, 1, 1, 2]))


def test_a_merge_with_a_line_from_before_the_folder_falls_away() -> None:
    kept = choose_commits([(), (0,), (0,), (1, 2)], [0, 1, 0, 1])
    assert kept.commits == [1]


def test_a_merge_that_undoes_the_folder_is_kept() -> None:
    kept = choose_commits([(), (0,), (0,), (1, 2)], [0, 1, 0, 0])
    assert (kept.commits, kept.parents) == ([1, 3], [(), (0,)])


@pytest.mark.parametrize("parents", [(1, 0), (0, 1)])
def test_a_merge_with_its_own_ancestor_falls_away_when_it_took_the_younger_side(parents: tuple[int, int]) -> None:
    kept = choose_commits([(), (0,), parents], [1, 2, 2])
    assert kept.commits == [0, 1]


def test_a_merge_with_its_own_ancestor_is_kept_when_it_took_the_older_side() -> None:
    kept = choose_commits([(), (0,), (1, 0)], [1, 2, 1])
    assert (kept.commits, kept.parents[2]) == ([0, 1, 2], (1, 0))


def test_a_merge_of_two_lines_that_agree_by_chance_is_kept() -> None:
    kept = choose_commits([(), (0,), (0,), (1, 2)], [1, 2, 2, 2])
    assert (kept.commits, kept.parents[3]) == ([0, 1, 2, 3], (1, 2))


def test_two_parents_that_became_one_count_once() -> None:
    kept = choose_commits([(), (0,), (0,), (1, 2)], [1, 1, 1, 2])
    assert (kept.commits, kept.parents) == ([0, 3], [(), (0,)])


def test_ancestry_is_found_across_a_criss_cross() -> None:
    parents = [(), (0,), (0,), (1, 2), (2, 1), (3, 4), (5, 1)]
    kept = choose_commits(parents, [1, 2, 3, 4, 5, 6, 6])
    assert kept.commits == [0, 1, 2, 3, 4, 5]
    assert kept.mapped[6] == 5


def test_commits_that_no_tip_reaches_are_left_out() -> None:
    kept = choose_commits([(), (0,), (0,), (2,)], [1, 2, 3, 4])
    assert only_reachable(kept, [3]) == Kept([0, 2, 3], [(), (0,), (1,)], array("i", [0, UNBORN, 1, 2]))
