"""Tests of migration/split."""
