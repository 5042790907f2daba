"""Split to refs of the new repositories: vendor branch, default branch, tags, notes; never forced.

It must not decide what a transform changes.
"""
