"""How the checks report what they found, before it has a place in the file."""

import difflib
from collections.abc import Iterable
from typing import NamedTuple

from migration.plan.entries import Step

Location = tuple[Step, ...]


class PlanFinding(NamedTuple):
    """Something wrong at `location`, the keys and list indices that lead to it from the top of the plan."""

    location: Location
    problem: str
    remedy: str


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """A remedy: the nearest of the known words, or `otherwise` followed by all of them."""
    known = list(known)
    nearest = difflib.get_close_matches(word, known, n=1)
    return f"Did you mean '{nearest[0]}'?" if nearest else f"{otherwise} {', '.join(known) or '(none)'}."
