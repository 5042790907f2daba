"""Results that follow from what goes into them alone: each is made once, and kept in a file."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path


def made_once(folder: Path, ingredients: list[object], make: Callable[[], bytes]) -> bytes:
    """What `make` gives for these ingredients, which JSON can hold: from `folder`, once it was made."""
    result = folder / hashlib.sha256(json.dumps(ingredients, sort_keys=True).encode()).hexdigest()
    if not result.exists():
        made = make()
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = result.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(made)
        unfinished.rename(result)
    return result.read_bytes()
