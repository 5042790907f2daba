"""The background process: start, stop, status, state on disk.

It must not import the application.
"""
