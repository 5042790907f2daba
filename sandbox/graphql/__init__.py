"""GitHub's GraphQL API: the part of its schema in schema.graphql, resolved from the tenant's records.

execution     a request: parse, check, run, and GitHub's shape of errors
context       who asks, in which tenant; reading git objects
connections   lists in pages
accounts, repositories, git_objects, protection   the fields of each type
mutations     what changes something
nodes         global ids: of a value, and back

https://docs.github.com/graphql
"""
