"""Tests of migration/git."""
