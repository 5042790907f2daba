"""All checks side by side."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed

from migration.verification.check import Check, Verdict, judged

Progress = Callable[[Verdict, int, int], None]
"""Called after each check: its verdict, how many are judged, and of how many."""


def judge_all(checks: Iterable[Check], progress: Progress) -> list[Verdict]:
    """The verdicts in the order of the checks. They are run beside each other; the longest should come first."""
    listed = list(checks)
    # One more than there are cores: many a check waits for the network or a server.
    with ThreadPoolExecutor((os.cpu_count() or 1) + 1) as pool:
        futures = {pool.submit(judged, check): at for at, check in enumerate(listed)}
        verdicts: dict[int, Verdict] = {}
        for future in as_completed(futures):
            verdicts[futures[future]] = future.result()
            progress(future.result(), len(verdicts), len(listed))
    return [verdicts[at] for at in range(len(listed))]
