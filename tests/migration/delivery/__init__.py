"""Tests of migration/delivery."""
