"""Least squares."""

from dataclasses import dataclass

from synth.dataset import Dataset


@dataclass(frozen=True)
class LinearModel:
    """target = intercept + sum of weight * input."""

    columns: tuple[str, ...]
    weights: tuple[float, ...]
    intercept: float

    def predict(self, inputs: tuple[float, ...]) -> float:
        """The number for one row."""
        return self.intercept + sum(
            weight * value for weight, value in zip(self.weights, inputs, strict=True)
        )

    def error(self, dataset: Dataset) -> float:
        """Mean squared error."""
        squares = [
            (self.predict(inputs) - target) ** 2
            for inputs, target in zip(dataset.inputs, dataset.targets, strict=True)
        ]
        return sum(squares) / len(squares)


def fit(dataset: Dataset, ridge: float = 0.0) -> LinearModel:
    """The model of least squares; `ridge` holds large weights back. Raises ValueError for too few rows."""
    rows = [(1.0, *inputs) for inputs in dataset.inputs]
    size = len(dataset.columns) + 1
    matrix = [
        [sum(row[i] * row[j] for row in rows) + (ridge if i == j > 0 else 0.0) for j in range(size)]
        for i in range(size)
    ]
    right = [
        sum(row[i] * target for row, target in zip(rows, dataset.targets, strict=True)) for i in range(size)
    ]
    intercept, *weights = solve(matrix, right)
    return LinearModel(dataset.columns, tuple(weights), intercept)


def solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gauss elimination with the largest pivot first. Raises ValueError when there is no single solution."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(rows[row][column]))
        if abs(rows[pivot][column]) < 1e-12:
            raise ValueError("too few different rows to fit a model")
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for other in range(size):
            if other != column:
                factor = rows[other][column] / rows[column][column]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[column], strict=True)]
    return [rows[i][size] / rows[i][i] for i in range(size)]
