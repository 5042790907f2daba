"""The paths that a folder had before, proposed from renames and from lines that survive.

It must not know how a history is delivered.
"""
