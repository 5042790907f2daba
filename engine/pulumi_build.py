"""Builds the Pulumi engine and the GitHub provider, with what runs Python programs for them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from engine.go_build import SOURCES, Build, GoModule, GoRunner, Progress

BUILD_INPUTS = (
    "pulumi_cli/go.mod",
    "pulumi_cli/go.sum",
    "github_provider/go.mod",
    "github_provider/go.sum",
    "github_provider/main.go",
    "language_host.py",
    "pulumi-language-python",
)
"""Everything a build depends on, relative to SOURCES."""

SDK_MODULE = "github.com/pulumi/pulumi/sdk/v3"
SDK_SCRIPTS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")


def pulumi_version() -> str:
    """The pinned version of the engine, as pulumi_cli/go.mod has it, without the leading v."""
    text = (SOURCES / "pulumi_cli" / "go.mod").read_text()
    match = re.search(r"github\.com/pulumi/pulumi/pkg/v3 v(\d+\.\d+\.\d+)", text)
    assert match is not None
    return match[1]


def pulumi_build() -> Build:
    """4 minutes on 2 processors with empty caches."""
    version = f"-X {SDK_MODULE}/go/common/version.Version={pulumi_version()}"
    return Build(
        what="the Pulumi engine",
        modules=(
            GoModule("pulumi_cli", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", "pulumi", f"-s -w {version}", 0.75),
            GoModule("github_provider", ".", "pulumi-resource-github", "-s -w", 0.25),
        ),
        processor_minutes=8,
        room="4 GB",
        without_go="There is neither Pulumi nor Go on PATH.",
        instead=f"Install Pulumi {pulumi_version()} or later (https://www.pulumi.com/docs/install/), or ",
        last_resort="install Pulumi, which makes this build needless",
    )


def build_engine(go: Path, folder: Path, log_file: Path, progress: Progress) -> None:
    """Fill `folder`: bin/ with the engine, home/ as its PULUMI_HOME with the GitHub plugin.

    log_file gets everything that Go says. Raises EngineError, OSError.
    """
    with log_file.open("w", encoding="utf-8") as log:
        engine = pulumi_build()
        runner = GoRunner(engine, go, log, progress)
        runner.download()
        runner.compile(folder / "bin")
        sdk = "".join(runner.lines(engine.modules[0], "list", "-m", "-f", "{{.Dir}}", SDK_MODULE))
    for script in (*(Path(sdk) / name for name in SDK_SCRIPTS), SOURCES / "pulumi-language-python"):
        shutil.copyfile(script, folder / "bin" / script.name)
        (folder / "bin" / script.name).chmod(0o755)
    shutil.copyfile(SOURCES / "language_host.py", folder / "bin" / "language_host.py")
    _install_plugin(folder)


def _install_plugin(folder: Path) -> None:
    """Move the provider to where `pulumi plugin install` would: from PATH the engine warns of it at every run."""
    program = folder / "bin" / "pulumi-resource-github"
    version = subprocess.run([program, "-version"], capture_output=True, text=True, check=True).stdout.strip()
    plugin = folder / "home" / "plugins" / f"resource-github-v{version}"
    plugin.mkdir(parents=True)
    program.rename(plugin / program.name)
