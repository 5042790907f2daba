"""Repositories and what hangs on them: contents, releases, webhooks, keys, Pages.

https://docs.github.com/rest/repos
"""
