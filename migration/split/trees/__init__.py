"""The moved folders' trees at each commit (pure).

It must not know which commits are kept.
"""
