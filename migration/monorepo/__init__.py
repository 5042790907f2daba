"""Monorepo."""
