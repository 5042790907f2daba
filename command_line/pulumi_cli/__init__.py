"""Pulumi as a child process: up, refresh, its state and its lock.

It must not know which stack it works on.
"""
