"""Bare repositories: read, written, pushed to.

It must not know GitHub's rules.
"""
