"""Builds the wheel: all packages below one namespace, so that a program's own `components` stays its own.

In the checkout they are at the top, where Pulumi looks for `__main__.py`; pyproject.toml has everything else.
"""

import re
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

PACKAGES = ("migration", "components", "component_package", "engine", "sandbox")
IMPORT = re.compile(rf"^(\s*from )({'|'.join(PACKAGES)})(?=[.\s])", re.MULTILINE)


class NamespacedBuild(build_py):
    """Copies each package to `multirepo.PACKAGE`, and its absolute imports with it."""

    def run(self) -> None:
        """Write everything to the folder that the wheel is made of."""
        root = Path(self.build_lib) / "multirepo"
        root.mkdir(parents=True)
        (root / "__init__.py").write_text(
            '"""multirepo: components for Pulumi programs, and what they are made of."""\n'
        )
        for package in PACKAGES:
            shutil.copytree(package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
        for module in root.rglob("*.py"):
            if "files" not in module.relative_to(root).parts:  # those of the sample are data
                module.write_text(IMPORT.sub(r"\1multirepo.\2", module.read_text()))


setup(packages=["multirepo"], package_dir={"multirepo": "component_package"}, cmdclass={"build_py": NamespacedBuild})
