"""The page about a migration: one HTML file that needs no network.

page      what stands on it
pictures  the dependencies before and after, as SVG
"""

from migration.verification.report.page import Line, Standing, page

__all__ = ["Line", "Standing", "page"]
