import pytest

from maestro_monitoring import Metrics


def test_counters_are_kept_by_label():
    metrics = Metrics()
    metrics.count("created", template="library")
    metrics.count("created", template="service")
    metrics.count("created", template="service")
    assert 'created{template="service"} 2\n' in metrics.text()


def test_a_counter_never_shrinks():
    with pytest.raises(ValueError, match="may only grow"):
        Metrics().count("created", -1)


def test_quotes_in_labels_are_escaped():
    metrics = Metrics()
    metrics.count("created", name='a "b"')
    assert r'created{name="a \"b\""} 1' in metrics.text()
