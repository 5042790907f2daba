"""Clients of a package index: devpi's own API, and the simple index (PEP 503, PEP 691).

It must not know the plan.
"""
