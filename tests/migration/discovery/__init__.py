"""Tests of migration/discovery."""
