"""Lists in pages. https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from sandbox.rest.calls import Call, Reply

Item = TypeVar("Item")


def page(call: Call, items: Sequence[Item], show: Callable[[Item], Any], wrap: str | None = None) -> Reply:
    """One page of a list, with the Link header to the others: `per_page` and `page` of the query say which.

    wrap: for lists inside an object: the key of the list, beside total_count.
    """
    query = dict(call.request.query_params)
    size = min(max(_number(query.get("per_page"), 30), 1), 100)
    number = max(_number(query.get("page"), 1), 1)
    last = max(-(-len(items) // size), 1)
    rows = [show(item) for item in items[(number - 1) * size : number * size]]
    targets = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
    if number >= last:
        del targets["next"], targets["last"]
    if number == 1:
        del targets["prev"], targets["first"]
    address = f"{call.site.html}{call.request.scope['path'].removeprefix(f'/{call.tenant.name}')}"
    links = [f'<{address}?{urlencode({**query, "page": to})}>; rel="{rel}"' for rel, to in targets.items()]
    body = {"total_count": len(items), wrap: rows} if wrap else rows
    return Reply(body, headers={"Link": ", ".join(links)} if links else {})


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() else otherwise
