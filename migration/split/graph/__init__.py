"""Commits as integers, and which of them each repository keeps (pure).

It must not run git.
"""
