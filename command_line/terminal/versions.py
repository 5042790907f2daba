"""The versions of this project, of its engine and of its GitHub provider."""

import re
import tomllib

from components.stack.settings import PROJECT
from engine.pulumi_build import pulumi_version


def project_version() -> str:
    """As pyproject.toml has it."""
    version: str = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
    return version


def describe_versions() -> str:
    """One line for each: the project, the pinned engine, the pinned provider."""
    pinned = re.search(r"^pulumi-github==(\S+)", (PROJECT / "requirements.txt").read_text(), re.MULTILINE)
    assert pinned
    return f"multirepo {project_version()}\nPulumi {pulumi_version()}\nGitHub provider {pinned[1]}"
