"""Results as text for a person, or as JSON.

It must not do the work it reports.
"""
