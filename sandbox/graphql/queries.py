"""Where queries start. https://docs.github.com/graphql/reference/queries"""

from datetime import UTC, datetime
from typing import Any

from sandbox.graphql.context import Context, ResolveError, context_of
from sandbox.graphql.nodes import node
from sandbox.tenant.entities import Account, RepositoryRecord
from sandbox.tenant.permissions import Permission


def _account(context: Context, login: str, kind: str) -> Account:
    account = context.tenant.account(login)
    if account is None or account.type != kind:
        article = "an" if kind == "Organization" else "a"
        raise ResolveError("NOT_FOUND", f"Could not resolve to {article} {kind} with the login of '{login}'.")
    return account


def _repository(_: Any, info: Any, owner: str, name: str, **arguments: Any) -> RepositoryRecord:
    context = context_of(info)
    account = context.tenant.account(owner)
    found = context.tenant.repository(account, name) if account else None
    if account and found is None and arguments.get("followRenames", True):
        found = context.tenant.renamed(account, name)
    if found is None or context.permission(found) < Permission.READ:
        raise ResolveError("NOT_FOUND", f"Could not resolve to a Repository with the name '{owner}/{name}'.")
    return found


async def _nodes(_: Any, info: Any, ids: list[str]) -> list[Any]:
    """One that is not there is null, with an error of its own, beside those that are."""
    found: list[Any] = []
    for each in ids:
        try:
            found.append(await node(context_of(info), each))
        except ResolveError as error:
            found.append(error)
    return found


def _rate_limit(_: Any, info: Any, **arguments: Any) -> dict[str, Any]:
    rate = context_of(info).rate
    reset = datetime.fromtimestamp(rate["reset"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "cost": 1,
        "limit": rate["limit"],
        "nodeCount": 0,
        "remaining": rate["remaining"],
        "resetAt": reset,
        "used": rate["used"],
    }


RESOLVERS = {
    "Query": {
        "id": lambda _, info: "Q_sandbox",
        "repository": _repository,
        "organization": lambda _, info, login: _account(info.context, login, "Organization"),
        "user": lambda _, info, login: _account(info.context, login, "User"),
        "repositoryOwner": lambda _, info, login: info.context.tenant.account(login),
        "viewer": lambda _, info: info.context.user,
        "rateLimit": _rate_limit,
        "node": lambda _, info, id: node(info.context, id),
        "nodes": _nodes,
    }
}
