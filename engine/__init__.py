"""Programs that are built from Go modules into a cache: the Pulumi engine, unless one is on PATH, and our scanner.

selection.py decides about the engine, pulumi_build.py builds it, language_host.py runs Python for a built one;
scanner.py is the scanner for secrets; go_build.py and cache.py serve both.
"""

from engine.go_build import EngineError, Progress
from engine.scanner import ensure_secret_scanner
from engine.selection import Engine, ensure_engine

__all__ = ["Engine", "EngineError", "Progress", "ensure_engine", "ensure_secret_scanner"]
