"""The checks of the checklist: one module for each part of it.

It must not know the report.
"""
