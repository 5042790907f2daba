"""The one address of GraphQL. https://docs.github.com/graphql"""

from sandbox.errors import GitHubError
from sandbox.graphql.context import Context
from sandbox.graphql.execution import run
from sandbox.rest.bodies import optional
from sandbox.rest.calls import Call, Reply
from sandbox.rest.endpoint import endpoint

DOCUMENTATION = "https://docs.github.com/graphql/guides/forming-calls-with-graphql"


async def post(call: Call) -> Reply:
    """https://docs.github.com/graphql/guides/forming-calls-with-graphql"""
    if call.user is None or call.token is None:
        message = "This endpoint requires you to be authenticated."
        raise GitHubError(401, message, documentation_url=f"{DOCUMENTATION}#authenticating-with-graphql")
    query = optional(call.body, "query", str)
    if query is None:
        message = "A query attribute must be specified and must be a string."
        return Reply({"errors": [{"message": message}]}, resource="graphql")
    context = Context(call.tenant, call.user, call.token, call.site, call.count(0, "graphql"))
    variables = optional(call.body, "variables", dict, {})
    answer = await run(query, variables, optional(call.body, "operationName", str), context)
    return Reply(answer, resource="graphql")


ENDPOINT = endpoint(post)
