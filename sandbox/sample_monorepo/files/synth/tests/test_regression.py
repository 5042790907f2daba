import pytest

from synth.regression import fit
from synth.synthesis import synthesise


def test_without_noise_the_truth_is_found():
    model = fit(synthesise((2.0, -3.0), 0.5, rows=20, noise=0, seed=1))
    assert model.weights == pytest.approx((2.0, -3.0))
    assert model.intercept == pytest.approx(0.5)


def test_a_ridge_holds_weights_back():
    dataset = synthesise((2.0,), 0.0, rows=20, noise=0.1, seed=2)
    assert fit(dataset, ridge=10).weights[0] < fit(dataset).weights[0]


def test_too_few_rows_are_refused():
    with pytest.raises(ValueError, match="too few"):
        fit(synthesise((1.0, 2.0, 3.0), 0.0, rows=2, noise=0, seed=3))
