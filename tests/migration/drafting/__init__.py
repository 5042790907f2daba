"""Tests of migration/drafting."""
