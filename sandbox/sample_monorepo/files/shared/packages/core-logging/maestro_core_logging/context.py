"""What is known about the request that is being served."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_request: ContextVar[str | None] = ContextVar("request", default=None)


def current_request() -> str | None:
    """The id of the request being served, None outside a request."""
    return _request.get()


@contextmanager
def request_id(value: str) -> Iterator[None]:
    """Every event inside the block carries this id."""
    token = _request.set(value)
    try:
        yield
    finally:
        _request.reset(token)
