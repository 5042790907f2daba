"""Tests of migration/packages/index."""
