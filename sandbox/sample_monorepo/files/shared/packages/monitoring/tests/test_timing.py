from maestro_monitoring import Metrics, timed


def test_runs_and_seconds_are_counted():
    metrics = Metrics()
    with timed(metrics, "query"):
        pass
    assert "query_total 1\n" in metrics.text()
    assert "query_seconds" in metrics.text()
