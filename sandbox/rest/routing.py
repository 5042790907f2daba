"""Routes of the REST API: the paths below which GitHub serves a handler.

Paths are matched raw, percent-encoded as they were sent: "heads%2Fx" is one part, "heads/x" is two.
https://docs.github.com/rest
"""

from starlette.convertors import Convertor, register_url_convertor
from starlette.routing import Route

from sandbox.rest.calls import Handler, whole_number
from sandbox.rest.endpoint import endpoint


class IdConvertor(Convertor[int]):
    """A part of a path that is an id; 0 for a number that is too long for one."""

    regex = "[0-9]+"

    def convert(self, value: str) -> int:
        """The id."""
        return whole_number(value)

    def to_string(self, value: int) -> str:
        """The id as text."""
        return str(value)


register_url_convertor("id", IdConvertor())


def route(method: str, path: str, handler: Handler, array: str = "") -> Route:
    """A REST route below /{tenant}/api/v3. GET serves HEAD too. array: the field that a bare array stands for."""
    return Route(path, endpoint(handler, array), methods=[method])


def repository_routes(method: str, suffix: str, handler: Handler, array: str = "") -> list[Route]:
    """A route of a repository: by its owner and name, and by its number as redirects have it."""
    return [
        route(method, f"/repos/{{owner}}/{{repository}}{suffix}", handler, array),
        route(method, f"/repositories/{{repository_id:id}}{suffix}", handler, array),
    ]


def organization_routes(method: str, suffix: str, handler: Handler) -> list[Route]:
    """A route of an organization: by its login, and by its number as the provider asks."""
    return [
        route(method, f"/orgs/{{organization}}{suffix}", handler),
        route(method, f"/organizations/{{organization_id:id}}{suffix}", handler),
    ]
