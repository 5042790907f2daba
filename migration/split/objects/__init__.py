"""New commits, tags and messages as bytes of git's object format.

It must not know the saved split.
"""
