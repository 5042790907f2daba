"""Pulumi cli."""
