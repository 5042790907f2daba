"""Edits of pyproject.toml: path dependencies become versions, and back (pure).

No I/O.
"""
