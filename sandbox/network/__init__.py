"""Sockets, host names, faults on demand, rate limits, the request log.

It must not know what a tenant holds.
"""
