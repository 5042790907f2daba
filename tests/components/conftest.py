"""The one fake of the component tests: Pulumi's engine, because it is not ours."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pulumi
import pytest

EventLoops = set[asyncio.AbstractEventLoop]


class RecordingEngine(pulumi.runtime.Mocks):
    """Keeps what was registered; answers with the inputs, as an engine does in a preview."""

    def __init__(self, event_loops: EventLoops) -> None:
        self.registered: dict[str, pulumi.runtime.MockResourceArgs] = {}
        self._event_loops = event_loops

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        self._event_loops.add(asyncio.get_event_loop())
        self.registered[args.name] = args
        return f"{args.name}-id", dict(args.inputs)

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise AssertionError(f"no component may look things up: {args.token}")

    def run(self, program: Callable[[], object]) -> None:
        """Run a program to its end: registration goes on after the program returned."""
        pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]


@pytest.fixture(scope="session")
def event_loops() -> Iterator[EventLoops]:
    """Pulumi's mocks give each of their threads an event loop and leave it open; closed here, at the end."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loops = {loop}
    yield loops
    asyncio.set_event_loop(None)
    for opened in loops:
        opened.close()


@pytest.fixture
def recording(event_loops: EventLoops) -> RecordingEngine:
    mocks = RecordingEngine(event_loops)
    pulumi.runtime.set_mocks(mocks, project="multirepo", stack="test", preview=False)
    return mocks
