"""Git database, refs, branches, commits, checks, and git over smart HTTP.

https://docs.github.com/rest/git
"""
