"""Synthetic measurements: known truth, chosen noise."""

import random

from synth.dataset import Dataset


def synthesise(weights: tuple[float, ...], intercept: float, rows: int, noise: float, seed: int) -> Dataset:
    """Rows that follow the weights, up to Gaussian noise. The same seed gives the same rows."""
    dice = random.Random(seed)
    inputs = tuple(tuple(dice.uniform(-1, 1) for _ in weights) for _ in range(rows))
    targets = tuple(
        intercept + sum(w * x for w, x in zip(weights, row, strict=True)) + dice.gauss(0, noise)
        for row in inputs
    )
    columns = tuple(f"synthetic_{number}" for number in range(len(weights)))
    return Dataset(columns, inputs, targets)
