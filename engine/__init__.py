"""The Pulumi engine: the one on PATH when it is new enough, otherwise one built from Go modules into a cache.

selection.py decides and keeps the cache, go_build.py builds, language_host.py runs Python for a built engine.
"""

from engine.go_build import EngineError, Progress
from engine.selection import Engine, ensure_engine

__all__ = ["Engine", "EngineError", "Progress", "ensure_engine"]
