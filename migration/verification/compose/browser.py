"""Chromium: the machine's own, or Debian's, installed on demand."""

import os
import shutil
import subprocess

from migration.verification.harness.check import Evidence, SkippedError
from migration.verification.harness.context import VerificationContext

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
_INSTALL = ("apt-get", "install", "--yes", "--no-install-recommends", "chromium")


def browser(context: VerificationContext, evidence: Evidence) -> str:
    """The path of a Chromium. BROWSER names another one than the first on PATH."""
    return context.once("browser", evidence, find_browser)


def find_browser(evidence: Evidence) -> str:
    """The same, for callers without a context. Raises SkippedError."""
    if path := os.environ.get("BROWSER") or _on_path():
        return path
    if os.geteuid() == 0 and shutil.which("apt-get"):
        evidence.ran.append(" ".join(_INSTALL))
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(_INSTALL, env=quiet, capture_output=True, check=False)
        if path := _on_path():
            return path
    raise SkippedError("There is no Chromium on this machine.", "Install one (Debian: apt install chromium).")


def _on_path() -> str | None:
    return next(filter(None, map(shutil.which, _NAMES)), None)
