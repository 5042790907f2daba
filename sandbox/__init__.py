"""A local GitHub: REST, git over smart HTTP, many isolated worlds in one process on 127.0.0.1.

process         start, stop, status, reset of the daemon
administration  worlds and tokens, asked of a running daemon
request_log     what was asked of it, as lines and as values
app             the Starlette application itself

Each route names the GitHub documentation page it imitates; what is not imitated answers 501.
"""
