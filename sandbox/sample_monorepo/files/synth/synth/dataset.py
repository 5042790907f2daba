"""Tables of numbers."""

import csv
from dataclasses import dataclass
from pathlib import Path


class DatasetError(ValueError):
    """The table cannot be read."""


@dataclass(frozen=True)
class Dataset:
    """Rows of inputs, and for each row the number to predict."""

    columns: tuple[str, ...]
    inputs: tuple[tuple[float, ...], ...]
    targets: tuple[float, ...]

    def split(self, every: int) -> tuple["Dataset", "Dataset"]:
        """Two parts: all rows but each n-th, and each n-th, to judge by."""
        held = [row for row in range(len(self.targets)) if row % every == 0]
        kept = [row for row in range(len(self.targets)) if row % every]
        return self._rows(kept), self._rows(held)

    def _rows(self, rows: list[int]) -> "Dataset":
        return Dataset(
            self.columns,
            tuple(self.inputs[row] for row in rows),
            tuple(self.targets[row] for row in rows),
        )


def read_dataset(path: Path, target: str) -> Dataset:
    """A CSV file with a header; every field a number. Raises DatasetError with file and line."""
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        names = reader.fieldnames or []
        if target not in names:
            raise DatasetError(f"{path} has no column {target!r}, only {list(names)}")
        columns = tuple(name for name in names if name != target)
        inputs, targets = [], []
        for row in reader:
            try:
                inputs.append(tuple(float(row[name]) for name in columns))
                targets.append(float(row[target]))
            except (TypeError, ValueError):
                raise DatasetError(f"{path}, line {reader.line_num}: every field must be a number") from None
    return Dataset(columns, tuple(inputs), tuple(targets))
