"""GitHub as the program meets it: the connection, what exists, what it would reject.

It must not know how a history is delivered.
"""
