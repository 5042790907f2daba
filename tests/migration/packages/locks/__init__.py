"""Tests of migration/packages/locks."""
