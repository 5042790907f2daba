"""Lists in pages. https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from sandbox.rest.calls import Call, Reply, whole_number

Item = TypeVar("Item")


def page(call: Call, items: Sequence[Item], show: Callable[[Item], Any], wrap: str | None = None) -> Reply:
    """One page of a list, with the Link header to the others: `per_page` and `page` of the query say which.

    wrap: for lists inside an object: the key of the list, beside total_count.
    """
    query = dict(call.request.query_params)
    size = min(whole_number(query.get("per_page", "")) or 30, 100)
    number = whole_number(query.get("page", "")) or 1
    last = max(-(-len(items) // size), 1)
    rows = [show(item) for item in items[(number - 1) * size : number * size]]
    targets = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
    if number >= last:
        del targets["next"], targets["last"]
    if number == 1:
        del targets["prev"], targets["first"]
    address = f"{call.site.api}{call.request.scope['path'].partition('/api/v3')[2]}"
    links = [f'<{address}?{urlencode({**query, "page": to})}>; rel="{rel}"' for rel, to in targets.items()]
    body = {"total_count": len(items), wrap: rows} if wrap else rows
    return Reply(body, headers={"Link": ", ".join(links)} if links else {})
