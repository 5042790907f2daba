"""Programs that a machine lacks, in a cache: the Pulumi engine and others from Go modules, Go and more from wheels.

selection.py decides about the engine, pulumi_build.py builds it, language_host.py runs Python for a built one;
docker_plugin.py adds the Docker provider to it; compose.py is Docker Compose;
wheel_tools.py installs Go, Node and Java; go_command.py, go_build.py, built_program.py and cache.py serve the builds.
"""

from engine.compose import ensure_compose, installed_compose
from engine.docker_plugin import ensure_docker_plugin
from engine.go_build import EngineError, Progress
from engine.selection import Engine, ensure_engine, find_engine
from engine.wheel_tools import GO, JAVA, NODE, TOOLS, WheelTool, ensure_tool

__all__ = [
    "GO",
    "JAVA",
    "NODE",
    "TOOLS",
    "Engine",
    "EngineError",
    "Progress",
    "WheelTool",
    "ensure_compose",
    "ensure_docker_plugin",
    "ensure_engine",
    "ensure_tool",
    "find_engine",
    "installed_compose",
]
