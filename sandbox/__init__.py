"""A local GitHub: REST, GraphQL, git over smart HTTP, many isolated tenants in one process on 127.0.0.1.

process         start, stop, status, reset of the daemon
administration  asked of a running daemon: tenants, tokens, what secrets hold, faults
request_log     what was asked of it, as lines and as values
app             the Starlette application itself
routes          REST, one module per chapter of GitHub's documentation
graphql         GraphQL, on the part of GitHub's schema in schema.graphql
enforcement     branch protection and rulesets, held against every change of a ref
upstream        a second check of the sandbox: the acceptance tests of GitHub's Terraform provider

Each route names the GitHub documentation page it imitates; what is not imitated answers 501.
"""
