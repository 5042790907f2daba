"""One module for each kind of finding in a new history.

No check knows another, nor a server.
"""
