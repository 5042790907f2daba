"""Running git on a repository, and its object formats: packs, trees, refs, merges without a work tree.

It must not know the plan.
"""
