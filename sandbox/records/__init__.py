"""Stored values of one kind each: issues, pull requests, secrets, protection.

It must not know routes or rules.
"""
