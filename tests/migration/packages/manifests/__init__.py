"""Tests of migration/packages/manifests."""
