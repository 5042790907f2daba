"""The monorepo beside the repositories: backed up, frozen, unfrozen, archived.

It must not know a repository's settings.
"""
