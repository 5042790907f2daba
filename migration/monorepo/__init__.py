"""The source: the monorepo fetched into a repository of ours, copied for a rehearsal, backed up.

It must not know how a history is split.
"""
