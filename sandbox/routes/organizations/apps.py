"""GitHub Apps, as far as clients ask for them. https://docs.github.com/rest/apps/apps"""

from sandbox import errors
from sandbox.records.apps import app_with
from sandbox.representations.teams import app_object
from sandbox.rest.calls import Call, Reply
from sandbox.rest.routing import route


async def get_app(call: Call) -> Reply:
    """https://docs.github.com/rest/apps/apps#get-an-app"""
    app = app_with(slug=call.parameter("slug"))
    if app is None:
        raise errors.not_found()
    return Reply(app_object(call.site, app))


ROUTES = [route("GET", "/apps/{slug}", get_app)]
