"""Lists in pages. https://docs.github.com/graphql/guides/using-pagination-in-the-graphql-api"""

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sandbox.graphql.context import ResolveError

MOST = 100


def connection(
    items: Sequence[Any],
    arguments: Mapping[str, Any],
    name: str,
    edge: Callable[[Any], Mapping[str, Any]] = lambda item: {},
    node: Callable[[Any], Any] = lambda item: item,
) -> dict[str, Any]:
    """One page of a list. name: of the field, for messages. edge: what an edge has besides node and cursor."""
    first, last = arguments.get("first"), arguments.get("last")
    if first is None and last is None:
        raise ResolveError(
            "MISSING_PAGINATION_BOUNDARIES",
            f"You must provide a `first` or `last` value to properly paginate the `{name}` connection.",
        )
    for side, size in (("first", first), ("last", last)):
        if size is not None and size > MOST:
            raise ResolveError(
                "EXCESSIVE_PAGINATION",
                f"Requesting {size} records on the `{name}` connection exceeds the `{side}` limit of {MOST} records.",
            )
        if size is not None and size < 0:
            raise ResolveError("ARGUMENT_LIMIT", f"`{side}` on the `{name}` connection cannot be less than zero.")
    start = _position(arguments.get("after"), 0)
    end = _position(arguments.get("before"), len(items) + 1) - 1
    end = min(max(end, start), len(items))
    if first is not None:
        end = min(end, start + first)
    if last is not None:
        start = max(start, end - last)
    page = items[start:end]
    return {
        "totalCount": len(items),
        "nodes": [node(item) for item in page],
        "edges": [
            {"node": node(item), "cursor": _cursor(start + index + 1), **edge(item)} for index, item in enumerate(page)
        ],
        "pageInfo": {
            "startCursor": _cursor(start + 1) if page else None,
            "endCursor": _cursor(end) if page else None,
            "hasNextPage": end < len(items),
            "hasPreviousPage": start > 0,
        },
    }


def _cursor(position: int) -> str:
    return base64.b64encode(f"cursor:v2:{position}".encode()).decode()


def _position(cursor: str | None, otherwise: int) -> int:
    if cursor is None:
        return otherwise
    try:
        return int(base64.b64decode(cursor).decode().removeprefix("cursor:v2:"))
    except ValueError:
        raise ResolveError("INVALID_CURSOR_ARGUMENTS", f"`{cursor}` does not appear to be a valid cursor.") from None
