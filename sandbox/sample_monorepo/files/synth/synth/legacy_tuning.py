"""Random search, from before the ridge had a fixed set of candidates."""

import random

from synth.dataset import Dataset
from synth.regression import LinearModel, fit


def tune(dataset: Dataset, tries: int, seed: int) -> LinearModel:
    """The best of some random models."""
    dice = random.Random(seed)
    training, judging = dataset.split(4)
    models = [fit(training, 10 ** dice.uniform(-3, 2)) for _ in range(tries)]
    return min(models, key=lambda model: model.error(judging))
