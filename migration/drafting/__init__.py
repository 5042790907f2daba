"""A first plan for a monorepo, from the files of its newest commit.

It must not know GitHub, nor how a history is split.
"""
