"""One REST request: authentication, body, pages, errors, GitHub's headers.

It must not know kinds of records.
"""
