"""Texts of a repository that need something outside of it: paths, links, imports, package indexes. Pure."""
