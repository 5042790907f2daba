"""Tests of migration/packages/publish."""
