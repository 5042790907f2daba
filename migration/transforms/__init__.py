"""Stage 5: changes of the newest tree of a moved history. Pure: from files to files.

It must not know how a history is delivered.
"""
