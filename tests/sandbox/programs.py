"""Clients in other languages, as their makers ship them: built or fetched once, into the user's cache."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

GH = Path(__file__).parent / "gh"
OCTOKIT = "5.0.5"


def github_cli() -> Path | str:
    """`gh`, built from the Go module beside this file; otherwise in one sentence why there is none.

    Takes 1.2 minutes of processor time, once.
    """
    go = shutil.which("go")
    if go is None:
        return "gh is built with Go, and there is no go on PATH."
    pins = hashlib.sha256((GH / "go.sum").read_bytes()).hexdigest()[:16]
    program = user_cache_path("multirepo", ensure_exists=True) / "gh" / pins / "gh"
    program.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(program.with_suffix(".lock")):
        if not program.exists():
            building = program.with_suffix(".building")
            settings = {"CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly", "GOWORK": "off", "GOTOOLCHAIN": "local"}
            command = [go, "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", str(building)]
            package = "github.com/cli/cli/v2/cmd/gh"
            subprocess.run([*command, package], cwd=GH, env=os.environ | settings, check=True)
            building.rename(program)
    return program


def octokit() -> Path | str:
    """The folder from which `node` finds octokit; otherwise in one sentence why there is none."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return "octokit needs Node, and there is no node or npm on PATH."
    folder = user_cache_path("multirepo", ensure_exists=True) / "octokit" / OCTOKIT
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            building = folder.with_suffix(".building")
            shutil.rmtree(building, ignore_errors=True)
            building.mkdir()
            command = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(building)]
            done = subprocess.run([*command, f"octokit@{OCTOKIT}"], capture_output=True, text=True, check=False)
            if done.returncode:
                return f"npm cannot fetch octokit: {done.stderr.strip()[-200:]}"
            building.rename(folder)
    return folder
