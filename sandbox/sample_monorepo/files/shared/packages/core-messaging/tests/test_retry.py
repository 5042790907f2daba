from maestro_core_messaging import retry_delays


def test_delays_double_up_to_the_longest():
    assert list(retry_delays(5, first=1, longest=3)) == [1, 2, 3, 3]


def test_one_attempt_waits_for_nothing():
    assert list(retry_delays(1)) == []
