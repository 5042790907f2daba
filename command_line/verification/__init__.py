"""Running the checklist against a stack, and the page about it.

It must not decide what a check means.
"""
