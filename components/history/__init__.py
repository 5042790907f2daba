"""The histories that move, and the resource that carries each to its repository.

It must not know a repository's settings.
"""
