"""One module for each command of `./multirepo`.

No command imports another.
"""
