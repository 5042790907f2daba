"""Checks of what the rendered pipelines and the other managed files need of the moved files.

Read the plan and the heads of the new histories; know nothing of GitHub.
"""
