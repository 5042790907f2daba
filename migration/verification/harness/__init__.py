"""Programs, clones and environments that checks run in.

It must not know the checks.
"""
