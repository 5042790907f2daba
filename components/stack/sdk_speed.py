"""Two habits of Pulumi's SDK for Python that a preview waits for, put right: a third of its time with 200 resources."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pulumi
from pulumi.runtime import stack


def quicken_sdk() -> None:
    """Change the SDK for the rest of this process.

    `pulumi.log.debug` waits for the engine once a line, a thousand times, and the engine drops those lines unless it
    was started with `--debug`: they are left out.

    At its end, a program waits for its outputs. Whenever one is there, the SDK waits for all others again,
    which is quadratic in their number: it waits until all are there, or one fails.
    """
    pulumi.log.debug = lambda *_, **__: None
    stack.asyncio = _WaitingOnce()  # type: ignore[assignment, attr-defined]


class _WaitingOnce:
    """The module `asyncio`, as `pulumi.runtime.stack` uses it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    @staticmethod
    async def wait(tasks: Iterable["asyncio.Task[Any]"], *, return_when: str) -> Any:
        """Let no task be waited for more than once, unless one failed meanwhile."""
        assert return_when == asyncio.FIRST_COMPLETED
        return await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
