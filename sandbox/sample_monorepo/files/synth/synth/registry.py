"""Models on disk. A version is never replaced."""

import json
import os
from dataclasses import asdict
from pathlib import Path

from synth.regression import LinearModel

HOME_VARIABLE = "SYNTH_HOME"


class RegistryError(LookupError):
    """There is no such model."""


def synth_home() -> Path:
    """Where models are kept: SYNTH_HOME, else ~/.synth."""
    return Path(os.environ.get(HOME_VARIABLE) or Path.home() / ".synth")


class Registry:
    """`<home>/<name>/<version>.json`; versions are 1, 2, 3 ..."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def versions(self, name: str) -> list[int]:
        """Known versions, the oldest first; empty for an unknown model."""
        return sorted(int(file.stem) for file in (self.home / name).glob("*.json"))

    def save(self, name: str, model: LinearModel) -> int:
        """The version that it became."""
        version = max(self.versions(name), default=0) + 1
        (self.home / name).mkdir(parents=True, exist_ok=True)
        # "x": two that save at once must not overwrite each other.
        with (self.home / name / f"{version}.json").open("x", encoding="utf-8") as file:
            json.dump(asdict(model), file)
        return version

    def load(self, name: str) -> LinearModel:
        """The newest version. Raises RegistryError."""
        versions = self.versions(name)
        if not versions:
            raise RegistryError(f"there is no model {name!r} in {self.home}")
        fields = json.loads((self.home / name / f"{versions[-1]}.json").read_text(encoding="utf-8"))
        return LinearModel(tuple(fields["columns"]), tuple(fields["weights"]), fields["intercept"])
