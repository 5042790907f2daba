"""The private packages: built from the moved code, published, and named to those who lock them.

It must not push a history.
"""
