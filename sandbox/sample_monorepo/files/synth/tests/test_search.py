from maestro_monitoring import Metrics
from synth.search import search
from synth.synthesis import synthesise


def test_the_best_candidate_wins():
    dataset = synthesise((2.0,), 1.0, rows=40, noise=0, seed=4)
    model = search(dataset, Metrics(), candidates=(100.0, 0.0))
    assert model.error(dataset) < 1e-12


def test_every_fit_is_counted():
    metrics = Metrics()
    search(synthesise((2.0,), 1.0, rows=40, noise=0, seed=5), metrics)
    assert "synth_fit_total 5\n" in metrics.text()
