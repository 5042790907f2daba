"""Suites that run against any deployed application."""
