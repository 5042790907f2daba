"""Local equivalents of what GitHub's runners bring: pipx, Python, Node, and programs that are only written down."""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import uv

from migration.verification.harness.check import SkippedError
from migration.verification.harness.commands import clean_environment

_RECORDED = ("gh", "docker", "aws")
_RECORDER = """\
#!/bin/sh
echo "$(basename "$0") $*" >> '{record}'
[ "$(basename "$0")" != aws ] || echo '{token}'
"""
# As the runners have it: a tool by its name and version, in an environment of its own.
_PIPX = """\
#!/bin/sh
set -e
command=$1
shift
requirement=
[ "$1" != --spec ] || {{ requirement=$2; shift 2; }}
tool=$1
shift
export UV_CACHE_DIR='{cache}'
case $command in
  install) exec '{uv}' tool install --quiet --force "$tool" ;;
  run) exec '{uv}' tool run --quiet --from "${{requirement:-$tool}}" "${{tool%%==*}}" "$@" ;;
esac
echo "pipx $command is not known here" >&2
exit 2
"""
MAPPINGS = {
    "actions/checkout": "a clone of the default branch",
    "actions/setup-python": "an environment of the Python of that version that is installed here",
    "actions/setup-node": "the Node of this machine",
    "actions/upload-artifact": "a folder",
    "actions/download-artifact": "a copy of that folder",
}
"""Action to what stands for it here. Others are written down, and not done."""


def write_programs(folder: Path, record: Path, token: str) -> None:
    """pipx by way of uv, and programs that write down what they are asked. token: the answer of `aws`."""
    scripts = {name: _RECORDER.format(record=record, token=token) for name in _RECORDED}
    scripts["pipx"] = _PIPX.format(uv=uv.find_uv_bin(), cache=_cache_of_tools())
    for name, text in scripts.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)


def _cache_of_tools() -> str:
    """Where uv keeps the tools of other checks too."""
    command = [uv.find_uv_bin(), "cache", "dir"]
    return subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=True).stdout.strip()


def python_of(version: str, home: Path) -> list[str]:
    """Folders for PATH: an environment with this version of Python, made once, and the Python itself, as clients that
    make environments of their own look for it. Raises SkippedError where none is here.
    """
    if not home.exists():
        command = [uv.find_uv_bin(), "venv", "--quiet", "--seed", "--no-python-downloads", "--python"]
        environment = clean_environment(UV_CACHE_DIR=_cache_of_tools())
        for found in (version, *_of_pyenv(version)):
            shutil.rmtree(home, ignore_errors=True)
            made = subprocess.run([*command, found, home], env=environment, capture_output=True, check=False)
            if made.returncode == 0:
                break
        else:
            raise SkippedError(f"No Python {version} is on this machine.", f"Install Python {version}.")
    settings = (home / "pyvenv.cfg").read_text()
    return [str(home / "bin"), *re.findall(r"^home\s*=\s*(.+)$", settings, re.MULTILINE)]


def _of_pyenv(version: str) -> list[str]:
    """pyenv's shims answer for the versions alone that it has switched on."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    return [str(path) for path in sorted(root.glob(f"versions/{version}*/bin/python"), reverse=True)]


def python_version(inputs: Mapping[str, str], workspace: Path) -> str:
    """What an `actions/setup-python` asks for; that of this program for any."""
    file = inputs.get("python-version-file")
    named = (workspace / file).read_text().strip() if file else inputs.get("python-version", "")
    return named.removesuffix(".x") or ".".join(platform.python_version_tuple()[:2])


def other_node(inputs: Mapping[str, str], workspace: Path) -> str:
    """A sentence where the Node of this machine is not the one that `actions/setup-node` asks for.

    Raises SkippedError without Node.
    """
    file = inputs.get("node-version-file")
    asked = (workspace / file).read_text() if file else inputs.get("node-version", "")
    try:
        own = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    except FileNotFoundError:
        raise SkippedError("node is not installed.", "Install node and verify again.") from None
    major = re.search(r"\d+", asked)
    is_other = major is not None and major[0] != own[1:].split(".")[0]
    return f"Node {own} of this machine instead of {asked.strip()}" if is_other else ""
