"""Programs that are built from Go modules into a cache: the Pulumi engine, unless one is on PATH, and others.

selection.py decides about the engine, pulumi_build.py builds it, language_host.py runs Python for a built one;
docker_plugin.py adds the Docker provider to it; scanner.py is the scanner for secrets; compose.py is Docker Compose;
go_build.py and cache.py serve all of them.
"""

from engine.compose import ensure_compose, installed_compose
from engine.docker_plugin import ensure_docker_plugin
from engine.go_build import EngineError, Progress
from engine.scanner import ensure_secret_scanner
from engine.selection import Engine, ensure_engine

__all__ = [
    "Engine",
    "EngineError",
    "Progress",
    "ensure_compose",
    "ensure_docker_plugin",
    "ensure_engine",
    "ensure_secret_scanner",
    "installed_compose",
]
