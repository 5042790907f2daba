"""The monorepo that is migrated again and again, and its plan."""

from collections.abc import Mapping
from typing import Any

NAME = "platform"
PLAN: Mapping[str, Any] = {
    "monorepo": {"name": NAME},
    "teams": [{"name": "core"}],
    "defaults": {
        "protection": {},
        "labels": [{"name": "migration", "color": "5319e7"}],
        "environments": [{"name": "production", "reviewers": ["core"], "tags": ["v*"]}],
        "actions": {},
        "vulnerability_alerts": True,
    },
    "repositories": [
        {
            "name": "engine",
            "kind": "python-service",
            "topics": ["api"],
            "moves": [{"from": "engine"}],
            "teams": {"core": "maintain"},
            "code_owners": {"*": ["core"]},
            "transforms": {"rename_modules": {"motor": "acme_motor"}},
        },
        {"name": "site", "moves": [{"from": "site", "to": "web"}]},
        {"name": "docs", "kind": "documentation", "transforms": {"add_files": {"README.md": "# Docs\n"}}},
    ],
}
PACKAGES: Mapping[str, Any] = {
    "name": "shared",
    "kind": "python-packages",
    "moves": [{"from": "packages"}],
    "packages": [
        {"name": "acme-logging", "path": "logging", "version": "0.1.0", "depends_on": ["acme-config"]},
        {"name": "acme-config", "path": "config", "version": "0.1.0"},
    ],
}
"""Joins the plan when everything else has moved."""
INDEX = "survival/prod"
_PACKAGE = """\
[project]
name = "acme-{name}"
version = "0.0.1"
description = "Of this world"
requires-python = ">=3.11"
dependencies = [{needs}]

[build-system]
requires = ["poetry-core>=2"]
build-backend = "poetry.core.masonry.api"

[tool.poetry]
packages = [{{ include = "acme_{name}" }}]
"""
BEGINNING = {
    "README.md": "# Platform\n",
    "engine/run.py": "import motor\n\nmotor.start()\n",
    "engine/motor/__init__.py": "def start():\n    pass\n",
    "engine/pyproject.toml": '[project]\nname = "engine"\nversion = "1.0.0"\n',
    "site/index.html": "<p>1</p>\n",
    ".github/workflows/engine.yml": "on: {push: {paths: [engine/**]}}\njobs: {test: {runs-on: x, steps: []}}\n",
    "packages/config/acme_config/__init__.py": "LEVEL = 1\n",
    "packages/config/pyproject.toml": _PACKAGE.format(name="config", needs=""),
    "packages/logging/acme_logging/__init__.py": "",
    "packages/logging/pyproject.toml": _PACKAGE.format(name="logging", needs='"acme-config"'),
}
