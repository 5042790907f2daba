"""Measurements in, models out."""
