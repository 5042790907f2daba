"""A renamed module is checked by importing it, and by looking for its old name."""

from typing import Any

import pytest

from migration.verification.harness.check import Outcome
from tests.migration.verification.conftest import Worlds, verdict_on

CODE = {
    "pyproject.toml": "[project]\nname = 'ml'\nversion = '1'\ndependencies = []\n",
    "maestro_ml/__init__.py": "",
    "maestro_ml/a.py": "from maestro_ml import b\n",
    "maestro_ml/b.py": "import sys\n",
}


def repository(**transforms: Any) -> list[dict[str, Any]]:
    transforms = {"rename_modules": {"synth": "maestro_ml"}, **transforms}
    return [{"name": "ml", "kind": "python-service", "transforms": transforms}]


def test_a_module_that_is_imported_under_its_new_name_passes(worlds: Worlds) -> None:
    files = {**CODE, "README.md": "Users type synth.\n"}
    verdict = verdict_on(worlds(repository(kept_names={"README.md": "a command"}), {"ml": files}), "ml.renamed-modules")
    assert (verdict.outcome, verdict.why) == (Outcome.PASSES, "")
    assert "3 modules of maestro_ml compiled and imported" in verdict.saw


@pytest.mark.breaks("*.renamed-modules")
@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"README.md": "Run synth.\n"}, "README.md:1: Run synth."),
        ({"tests/test_a.py": "def test():\n    from synth import a\n"}, "tests/test_a.py:0: imports synth"),
        (
            {"maestro_ml/c.py": "import importlib\nimportlib.import_module('syn' + 'th.a')\n"},
            "maestro_ml.c: ModuleNotFoundError: No module named 'synth'",
        ),
        ({"maestro_ml/d.py": "x = (\n"}, "SyntaxError"),
    ],
)
def test_what_is_left_of_the_old_name_is_found(worlds: Worlds, files: dict[str, str], message: str) -> None:
    verdict = verdict_on(worlds(repository(), {"ml": {**CODE, **files}}), "ml.renamed-modules")
    assert message in verdict.why


@pytest.mark.breaks("*.renamed-modules")
def test_a_consumer_that_imports_the_old_name_is_found(worlds: Worlds) -> None:
    package = {"name": "ml", "path": ".", "version": "1"}
    plan = [
        {**repository()[0], "packages": [package]},
        {"name": "api", "kind": "python-service", "consumes": ["ml"]},
    ]
    world = worlds(plan, {"ml": CODE, "api": {"api/a.py": "def f():\n    from synth import b\n"}})
    assert "api/a.py:0: imports synth" in verdict_on(world, "api.renamed-modules").why
