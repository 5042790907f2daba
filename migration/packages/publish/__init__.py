"""From the tree of a commit to an sdist and a wheel in the registry, with their provenance.

It must not know how a history is split.
"""
