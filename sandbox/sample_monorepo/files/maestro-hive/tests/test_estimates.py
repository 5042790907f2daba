import pytest

from maestro_hive.estimates import Estimate, total


def test_the_likely_case_weighs_most():
    assert Estimate(1, 2, 9).expected == 3


def test_spreads_partly_cancel_out():
    days, deviation = total([Estimate(0, 9, 18), Estimate(0, 12, 24)])
    assert (days, deviation) == (21, 5)


def test_the_worst_case_is_not_better_than_the_best():
    with pytest.raises(ValueError, match="from best to worst"):
        Estimate(3, 2, 1)
