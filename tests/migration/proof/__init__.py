"""Tests of migration/proof."""
