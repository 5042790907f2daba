"""Which regularisation fits best?"""

from collections.abc import Sequence

from maestro_monitoring import Metrics, timed
from synth.dataset import Dataset
from synth.regression import LinearModel, fit

CANDIDATES = (0.0, 0.01, 0.1, 1.0, 10.0)
HELD_BACK = 4


def search(dataset: Dataset, metrics: Metrics, candidates: Sequence[float] = CANDIDATES) -> LinearModel:
    """The model with the smallest error on rows that it has not seen."""
    training, judging = dataset.split(HELD_BACK)
    models = []
    for ridge in candidates:
        with timed(metrics, "synth_fit"):
            models.append(fit(training, ridge))
    return min(models, key=lambda model: model.error(judging))
