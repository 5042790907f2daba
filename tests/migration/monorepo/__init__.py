"""Tests of migration/monorepo."""
