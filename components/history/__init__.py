"""The histories that move, and the resource that pushes each to its repository.

It must not know a repository's settings.
"""
