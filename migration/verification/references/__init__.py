"""Texts of a repository that need something outside of it. Pure.

outside_references   paths, links, imports and tags of the monorepo, by the language of each file
path_expressions     Python expressions that make a path from `__file__`
index_settings       second package indexes, passwords in addresses, installs without a build secret
"""
