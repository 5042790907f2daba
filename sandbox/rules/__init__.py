"""GitHub's decisions: may this ref change, may this plan have that feature.

It must not answer requests.
"""
