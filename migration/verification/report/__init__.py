"""The page about a migration: one HTML file that needs no network.

page      what stands on it
pictures  the dependencies before and after, as SVG
"""

from migration.verification.report.page import ReportData, RepositoryRow, page

__all__ = ["ReportData", "RepositoryRow", "page"]
