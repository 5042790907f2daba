"""All checks side by side."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed

from migration.verification.harness.check import Check, Verdict, run_check

Progress = Callable[[Verdict, int, int], None]
"""Called after each check: its verdict, the number of finished checks, and of all."""


def run_checks(checks: Iterable[Check], progress: Progress) -> list[Verdict]:
    """The verdicts in the order of the checks. They are run beside each other, from the last to the first.

    Checks of all repositories together are last in the list and take longest, so they start first.
    """
    listed = list(checks)
    # Far more than there are cores: many a check waits for the network, and every third for the same stack to stand.
    with ThreadPoolExecutor(4 * (os.cpu_count() or 1)) as pool:
        futures = {pool.submit(run_check, check): index for index, check in reversed(list(enumerate(listed)))}
        verdicts: dict[int, Verdict] = {}
        try:
            for future in as_completed(futures):
                verdicts[futures[future]] = future.result()
                progress(future.result(), len(verdicts), len(listed))
        except BaseException:  # Ctrl-C: only what has begun is waited for
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [verdicts[index] for index in range(len(listed))]
