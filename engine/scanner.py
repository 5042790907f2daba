"""The scanner for secrets: gitleaks' rules in a small program of ours, built from Go modules into a cache."""

from __future__ import annotations

from pathlib import Path

from engine.built_program import built_program
from engine.go_build import Build, GoModule, Progress

BUILD_INPUTS = ("secret_scanner/go.mod", "secret_scanner/go.sum", "secret_scanner/main.go")

BUILD = Build(
    what="the scanner for secrets",
    modules=(GoModule("secret_scanner", ".", "secret-scanner", "-s -w", 1.0),),
    processor_minutes=1,
    room="0.5 GB",
    without_go="The histories must be searched for secrets before they are pushed, and there is no Go on PATH.",
    instead="",
    last_resort="report what the log says",
)


def ensure_secret_scanner(progress: Progress) -> Path:
    """The program, built first if need be (half a minute, once per machine and set of pins).

    Its name changes with its rules. For its input and output, see secret_scanner/main.go.
    progress: as for `ensure_engine`. Raises EngineError with what to do.
    """
    return built_program("secret-scanner", BUILD_INPUTS, BUILD, progress) / "secret-scanner"
