"""Programs that are nothing but Go modules, built into the user's cache."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import platformdirs

from engine.cache import build_once, key_of
from engine.go_build import Build, GoRunner, Progress
from engine.go_command import go_command


def built_program(name: str, inputs: Iterable[str], build: Build, progress: Progress) -> Path:
    """The folder with the programs of a build that is nothing but modules, built first if need be.

    name: of the folder in the user's cache; the one inside it changes with the inputs. Raises EngineError.
    """
    folder = platformdirs.user_cache_path("multirepo") / name / key_of(inputs)
    if not folder.is_dir():
        go = go_command(build, progress)

        def compiled(unfinished: Path, log_file: Path) -> None:
            with log_file.open("w", encoding="utf-8") as log:
                runner = GoRunner(build, go, log, progress)
                runner.download()
                runner.compile(unfinished / "bin")

        build_once(folder, build.what, compiled, progress)
    return folder / "bin"
