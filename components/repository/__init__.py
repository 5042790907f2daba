"""A repository on GitHub and everything that GitHub stores around its code.

It must not know the monorepo.
"""
