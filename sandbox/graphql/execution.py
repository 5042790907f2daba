"""One GraphQL request: parsed, checked against the schema, run. https://docs.github.com/graphql/guides/forming-calls-with-graphql"""

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    execute,
    parse,
    specified_rules,
    validate,
)

from sandbox.graphql import accounts, git_objects, issues, mutations, nodes, protection, queries, repositories
from sandbox.graphql.context import Context, ResolveError

SCHEMA = Path(__file__).with_name("schema.graphql")
MODULES = (queries, accounts, repositories, git_objects, issues, protection, mutations)
# GitHub lets fields of several types share a key where one may be null and the other not; graphql-core does not.
RULES = [rule for rule in specified_rules if rule.__name__ != "OverlappingFieldsCanBeMergedRule"]
UNKNOWN_FIELD = re.compile(r"Cannot query field '(\w+)' on type '(\w+)'")


@cache
def schema() -> GraphQLSchema:
    """GitHub's schema as far as it is served, with our resolvers."""
    built = build_schema(SCHEMA.read_text())
    for kind in built.type_map.values():
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            kind.resolve_type = nodes.type_name
        elif isinstance(kind, GraphQLObjectType) and "id" in kind.fields and not kind.name.startswith("__"):
            kind.fields["id"].resolve = _id
    for module in MODULES:
        for name, resolvers in module.RESOLVERS.items():
            kind = built.type_map[name]
            assert isinstance(kind, GraphQLObjectType), name
            for field, resolve in resolvers.items():
                kind.fields[field].resolve = resolve
    return built


def _id(value: Any, info: Any) -> Any:
    return value["id"] if isinstance(value, dict) else nodes.global_id(value)


def default(value: Any, info: Any, **_: Any) -> Any:
    """A field without a resolver: the entry of that name, or the attribute in Python's spelling."""
    if isinstance(value, dict):
        return value[info.field_name]
    return getattr(value, re.sub(r"(?<!^)(?=[A-Z])", "_", info.field_name).lower())


@lru_cache(256)
def checked(query: str) -> DocumentNode | tuple[GraphQLError, ...]:
    """The query, ready to run, or what is wrong with it."""
    try:
        document = parse(query)
    except GraphQLError as error:
        return (error,)
    errors = validate(schema(), document, RULES)
    return tuple(errors) if errors else document


async def run(query: str, variables: dict[str, Any], operation: str | None, context: Context) -> dict[str, Any]:
    """The answer: `data`, and `errors` where there are any."""
    document = checked(query)
    if isinstance(document, tuple):
        return {"errors": [error_object(error) for error in document]}
    try:
        result = execute(
            schema(),
            document,
            context_value=context,
            variable_values=variables,
            operation_name=operation,
            field_resolver=default,
        )
        done = result if not hasattr(result, "__await__") else await result
    finally:
        await context.close()
    answer: dict[str, Any] = {"data": done.data}
    if done.errors:
        unexpected = [error for error in done.errors if _is_ours(error)]
        if unexpected:
            raise unexpected[0].original_error or unexpected[0]
        answer["errors"] = [error_object(error) for error in done.errors]
    return answer


def _is_ours(error: GraphQLError) -> bool:
    """Whether a resolver broke, rather than refused."""
    return error.original_error is not None and not isinstance(error.original_error, ResolveError | GraphQLError)


def error_object(error: GraphQLError) -> dict[str, Any]:
    """An error in GitHub's shape."""
    locations = [{"line": where.line, "column": where.column} for where in error.locations or ()]
    if isinstance(error.original_error, ResolveError):
        refused = error.original_error
        return {"type": refused.type, "path": error.path, "locations": locations, "message": str(refused)}
    unknown = UNKNOWN_FIELD.match(error.message)
    if unknown:
        field, kind = unknown.groups()
        return {
            "path": ["query", field],
            "extensions": {"code": "undefinedField", "typeName": kind, "fieldName": field},
            "locations": locations,
            "message": f"Field '{field}' doesn't exist on type '{kind}'",
        }
    return {"locations": locations, "message": error.message}
