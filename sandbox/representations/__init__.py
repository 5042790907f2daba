"""Records as the JSON that GitHub documents.

It must not change anything.
"""
