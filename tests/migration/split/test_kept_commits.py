"""Keep or drop, on plain numbers. Position 0 stands for no commit, commits begin at 2; tree 0 stands for no folder."""

from collections.abc import Sequence

import pytest

from migration.split.graph.kept_commits import CommitGraph, KeptCommits, choose_commits, reached_from

ROOT: tuple[int, ...] = ()


def choose(*commits: tuple[Sequence[int], int]) -> KeptCommits:
    """commits: (parents, tree) of each."""
    graph = CommitGraph()
    for parents, _ in commits:
        graph.append(*parents)
    return choose_commits(graph, [0, 0, *(tree for _, tree in commits)])


def test_commits_before_the_folder_have_no_counterpart() -> None:
    chosen = choose((ROOT, 0), ([2], 0), ([3], 1))
    assert (chosen.commits, chosen.parents) == ([0, 4], [(), ()])
    assert list(chosen.mapped[2:]) == [0, 0, 1]


def test_a_commit_that_changes_nothing_stands_for_its_parent() -> None:
    chosen = choose((ROOT, 1), ([2], 1), ([3], 2))
    assert (chosen.commits, chosen.parents) == ([0, 2, 4], [(), (), (1,)])
    assert list(chosen.mapped[2:]) == [1, 1, 2]


def test_a_deletion_is_kept_and_joins_both_lives() -> None:
    chosen = choose((ROOT, 1), ([2], 0), ([3], 0), ([4], 1))
    assert (chosen.commits, chosen.parents) == ([0, 2, 3, 5], [(), (), (1,), (2,)])
    assert list(chosen.mapped[2:]) == [1, 2, 2, 3]


def test_a_merge_with_a_line_from_before_the_folder_falls_away() -> None:
    assert choose((ROOT, 0), ([2], 1), ([2], 0), ([3, 4], 1)).commits == [0, 3]


def test_a_merge_that_undoes_the_folder_is_kept() -> None:
    chosen = choose((ROOT, 0), ([2], 1), ([2], 0), ([3, 4], 0))
    assert (chosen.commits, chosen.parents) == ([0, 3, 5], [(), (), (1,)])


@pytest.mark.parametrize("parents", [(3, 2), (2, 3)])
def test_a_merge_with_its_own_ancestor_falls_away_when_it_took_the_younger_side(parents: tuple[int, int]) -> None:
    assert choose((ROOT, 1), ([2], 2), (parents, 2)).commits == [0, 2, 3]


def test_a_merge_with_its_own_ancestor_is_kept_when_it_took_the_older_side() -> None:
    chosen = choose((ROOT, 1), ([2], 2), ([3, 2], 1))
    assert (chosen.commits, chosen.parents[3]) == ([0, 2, 3, 4], (2, 1))


def test_a_merge_of_two_lines_that_agree_by_chance_is_kept() -> None:
    chosen = choose((ROOT, 1), ([2], 2), ([2], 2), ([3, 4], 2))
    assert (chosen.commits, chosen.parents[4]) == ([0, 2, 3, 4, 5], (2, 3))


def test_two_parents_that_became_one_count_once() -> None:
    chosen = choose((ROOT, 1), ([2], 1), ([2], 1), ([3, 4], 2))
    assert (chosen.commits, chosen.parents) == ([0, 2, 5], [(), (), (1,)])


def test_an_octopus_whose_arms_became_one_falls_away() -> None:
    assert choose((ROOT, 1), ([2], 1), ([2], 1), ([2], 1), ([3, 4, 5], 1)).commits == [0, 2]


def test_an_octopus_is_kept_for_an_arm_that_is_not_the_first_or_second() -> None:
    chosen = choose((ROOT, 1), ([2], 1), ([2], 1), ([2], 2), ([3, 4, 5], 3))
    assert (chosen.commits, chosen.parents[3]) == ([0, 2, 5, 6], (1, 2))


def test_ancestry_is_found_across_a_criss_cross() -> None:
    chosen = choose((ROOT, 1), ([2], 2), ([2], 3), ([3, 4], 4), ([4, 3], 5), ([5, 6], 6), ([7, 3], 6))
    assert chosen.commits == [0, 2, 3, 4, 5, 6, 7]
    assert chosen.mapped[8] == 6


def test_what_the_tips_reach_is_told() -> None:
    chosen = choose((ROOT, 1), ([2], 2), ([2], 3), ([4], 4))
    assert list(reached_from(chosen, [5])) == [0, 1, 0, 1, 1]
