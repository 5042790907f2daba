"""Building OpenTofu and the provider's tests, from Go modules alone."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

from sandbox.errors import SandboxError

SOURCES = Path(__file__).parent
PROVIDER = "github.com/integrations/terraform-provider-github/v6"
BUILDS = {
    "provider.test": ("provider", ["test", "-c", "-trimpath"], f"{PROVIDER}/github"),
    "tofu": ("opentofu", ["build", "-trimpath", "-ldflags=-s -w"], "github.com/opentofu/opentofu/cmd/tofu"),
}


@dataclass(frozen=True)
class Programs:
    """What the tests need. fixtures: the folder that the tests must run in."""

    tofu: Path
    tests: Path
    fixtures: Path


def build(say: Callable[[str], None]) -> Programs:
    """The programs, built when they are missing or other versions are pinned now. Raises SandboxError."""
    go = shutil.which("go")
    if go is None:
        raise SandboxError(
            "The provider's tests are built with Go, and there is no go on PATH. Install it: https://go.dev/dl"
        )
    folder = user_cache_path("multirepo") / f"upstream-{_version()}"
    folder.mkdir(parents=True, exist_ok=True)
    for program, (module, command, package) in BUILDS.items():
        if not (folder / program).exists():
            say(f"Building {program} (once, a few minutes)")
            _go(go, module, *command, "-o", str(folder / f"{program}.new"), package)
            (folder / f"{program}.new").replace(folder / program)
    _go(go, "provider", "mod", "download", PROVIDER)
    root = _go(go, "provider", "list", "-m", "-f", "{{.Dir}}", PROVIDER)
    return Programs(tofu=folder / "tofu", tests=folder / "provider.test", fixtures=Path(root) / "github")


def _version() -> str:
    """A hash of what is pinned."""
    pins = [SOURCES / module / "go.mod" for module, *_ in BUILDS.values()]
    return hashlib.sha256(b"".join(pin.read_bytes() for pin in pins)).hexdigest()[:12]


def _go(go: str, module: str, *arguments: str) -> str:
    patched = {name: value for name, value in os.environ.items() if name not in {"GOFLAGS", "GOOS", "GOARCH"}}
    environment = patched | {"CGO_ENABLED": "0", "GOWORK": "off", "GOTOOLCHAIN": "local"}
    done = subprocess.run(
        [go, *arguments], cwd=SOURCES / module, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SandboxError(f"`go {arguments[0]}` in {SOURCES / module} failed: {done.stderr.strip()[-2000:]}")
    return done.stdout.strip()
