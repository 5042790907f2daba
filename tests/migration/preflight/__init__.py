"""Tests of the preflight: a broken world for each finding, and a clean one."""
