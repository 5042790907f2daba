"""The split: one pass over the monorepo's history makes the history of every repository, saved for the next run.

splitting     the pass and its result
workspace     the repository that holds monorepo and split
checkpoint    what the next run continues from
commit_map    monorepo commit to new commit
whereabouts   where a commit, tag or path went

It must not know GitHub.
"""
