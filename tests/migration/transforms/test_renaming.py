"""A module gets another name: what surely means it follows, what does not stays, and the rest is reported."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migration.transforms.renaming import RenameError, Renaming, rename_modules

NAMES = {"synth": "maestro_ml"}
PACKAGE = {"synth/__init__.py": b"VERSION = 1\n", "synth/registry.py": b"class Registry: ...\n"}


def rename(**files: str) -> Renaming:
    """Rename in a tree with the package and these files; "__" in a keyword stands for "/"."""
    tree = {name.replace("__", "/"): dedent(text).encode() for name, text in files.items()}
    return rename_modules(PACKAGE | tree, NAMES)


def code(before: str) -> str:
    """A Python file after the renaming."""
    path = "tests/test_it.py"
    changed = rename_modules(PACKAGE | {path: before.encode()}, NAMES).changes.get(path, before.encode())
    assert changed is not None
    return changed.decode()


def doubts(renaming: Renaming) -> list[tuple[str, int]]:
    return [(doubt.path, doubt.line) for doubt in renaming.doubts]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import synth", "import maestro_ml"),
        ("import synth.registry", "import maestro_ml.registry"),
        ("import os, synth.registry as r", "import os, maestro_ml.registry as r"),
        ("from synth import VERSION", "from maestro_ml import VERSION"),
        (
            "from synth.registry import (\n    Registry,  # ours\n)",
            "from maestro_ml.registry import (\n    Registry,  # ours\n)",
        ),
        ("import synth\nsynth.registry.Registry()", "import maestro_ml\nmaestro_ml.registry.Registry()"),
        ("import synth.registry\nx = [synth.registry]", "import maestro_ml.registry\nx = [maestro_ml.registry]"),
        ("def f():\n    import synth\n    return synth", "def f():\n    import maestro_ml\n    return maestro_ml"),
        (
            "def f(synth): pass\nimport synth\nf(synth=synth)",
            "def f(synth): pass\nimport maestro_ml\nf(synth=maestro_ml)",
        ),
        ("import_module('synth')", "import_module('maestro_ml')"),
        ("logging.getLogger('synth')", "logging.getLogger('maestro_ml')"),
        ("patch('synth.registry.Registry')", "patch('maestro_ml.registry.Registry')"),
        ("x = 1  # see synth.registry", "x = 1  # see maestro_ml.registry"),
        ('"""Reads synth/registry.py."""', '"""Reads maestro_ml/registry.py."""'),
    ],
)
def test_what_surely_means_the_module_follows(before: str, after: str) -> None:
    assert code(before + "\n") == after + "\n"


@pytest.mark.parametrize(
    "stays",
    [
        "synthesis = photosynthesis = 1",
        "from synthesis import synth",
        "from . import synth",
        "from .synth import x",
        "synth = 3\nprint(synth)",
        "import numpy as synth\nsynth.array",
        "def f(synth): return synth.registry",
        "x.synth.registry",
        "x = 'photosynthesis.registry'",
        "x = 'https://example.org/synth/registry'",
        "x = 'other.synth.registry'",
        "x = 'synth.unknown'",
        "x = f'synth.registry of {y}'",
        "x = rb'synth.VERSION'",
        "argparse.ArgumentParser(prog='synth')",
    ],
)
def test_what_is_something_else_stays(stays: str) -> None:
    assert code(stays + "\n") == stays + "\n"


def test_the_package_moves_with_all_that_is_in_it() -> None:
    moved = rename_modules(PACKAGE | {"synth/data/table.csv": b"synth\n"}, NAMES)
    assert moved.moves == {
        "synth/__init__.py": "maestro_ml/__init__.py",
        "synth/registry.py": "maestro_ml/registry.py",
        "synth/data/table.csv": "maestro_ml/data/table.csv",
    }
    assert moved.changes["synth/registry.py"] is None
    assert moved.changes["maestro_ml/registry.py"] == b"class Registry: ...\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"src/synth/a.py": b""}, {"src/synth/a.py": "src/maestro_ml/a.py"}),
        ({"synth.py": b""}, {"synth.py": "maestro_ml.py"}),
        ({"x/pyproject.toml": b"", "x/synth/a.py": b""}, {"x/synth/a.py": "x/maestro_ml/a.py"}),
        (
            {"pyproject.toml": b'[tool.poetry]\npackages = [{include = "synth", from = "lib"}]', "lib/synth/a.py": b""},
            {"lib/synth/a.py": "lib/maestro_ml/a.py"},
        ),
    ],
)
def test_the_module_is_found_where_a_build_looks_for_it(files: dict[str, bytes], expected: dict[str, str]) -> None:
    assert rename_modules(files, NAMES).moves == expected


def test_a_folder_of_the_name_elsewhere_is_not_the_module() -> None:
    assert "docs/synth/notes.py" not in rename(docs__synth__notes="").moves


def test_a_manifest_names_the_module_as_before() -> None:
    before = """\
        [tool.poetry]
        name = "synth"  # since 2021
        packages = [{include = "synth"}]

        [tool.poetry.scripts]
        synth = "synth.registry:main"

        [tool.poetry.plugins."pytest11"]
        checks = "synth"

        [tool.coverage.run]
        source = ["synth", "synthesis"]

        [tool.pytest.ini_options]
        addopts = "--cov=synth --strict"
        """
    after = before.replace('"synth"', '"maestro_ml"').replace('name = "maestro_ml"', 'name = "maestro-ml"')
    after = after.replace('"synth.registry', '"maestro_ml.registry').replace("--cov=synth", "--cov=maestro_ml")
    renaming = rename_modules(PACKAGE | {"pyproject.toml": dedent(before).encode()}, NAMES)
    assert renaming.changes["pyproject.toml"] == dedent(after).encode()
    assert doubts(renaming) == [("pyproject.toml", 6)], "the name of the command is what people type"


def test_a_dockerfile_copies_the_folder_from_and_to_its_new_name() -> None:
    before = """\
        COPY --chown=synth synth ./synth
        COPY ["synth/", "/app/synth/"]
        CMD ["python", "-m", "synth.registry"]
        """
    after = """\
        COPY --chown=synth maestro_ml ./maestro_ml
        COPY ["maestro_ml/", "/app/maestro_ml/"]
        CMD ["python", "-m", "maestro_ml.registry"]
        """
    renaming = rename(Dockerfile=before)
    assert renaming.changes["Dockerfile"] == dedent(after).encode()
    assert doubts(renaming) == [("Dockerfile", 1)]


def test_a_workflow_follows_by_option_and_by_path() -> None:
    workflow = "on: {push: {paths: ['synth/**']}}\nrun: python -m synth && pytest --cov synth synth/registry.py\n"
    renamed = rename_modules(PACKAGE | {".github/workflows/ci.yml": workflow.encode()}, NAMES)
    assert renamed.changes[".github/workflows/ci.yml"] == workflow.replace("synth", "maestro_ml").encode()


def test_what_only_may_mean_the_module_is_told_with_its_place() -> None:
    files = {"README.md": b"# Photosynthesis\n\nRun `synth train`.\n", "a.py": b"import synth\nx = 'synth'\n"}
    renaming = rename_modules(PACKAGE | files, NAMES)
    assert [(doubt.path, doubt.line, doubt.text) for doubt in renaming.doubts] == [
        ("README.md", 3, "Run `synth train`."),
        ("a.py", 2, "x = 'synth'"),
    ]


def test_a_variable_of_the_same_name_is_no_doubt() -> None:
    assert doubts(rename_modules(PACKAGE | {"a.py": b"synth = 1\nprint(synth)\n"}, NAMES)) == []


def test_files_that_are_no_text_or_no_python_are_left() -> None:
    left = {
        "a.bin": b"\0synth.registry",
        "c.pkl": b"\x80\xffsynthesis",
        "b.py": b"import synth ${broken\n",
        "poetry.lock": b'name = "synth"\n',
    }
    renaming = rename_modules(PACKAGE | left, NAMES)
    assert not left.keys() & renaming.changes.keys()
    assert doubts(renaming) == [("a.bin", 0), ("b.py", 1)]


def test_code_in_another_encoding_keeps_it() -> None:
    before = "# -*- coding: latin-1 -*-\nimport synth  # für synth.registry\n".encode("latin-1")
    renamed = rename_modules(PACKAGE | {"a.py": before}, NAMES).changes["a.py"]
    assert renamed == before.replace(b"synth", b"maestro_ml")


def test_line_endings_stay() -> None:
    assert code("import synth\r\nx = 1\r\n") == "import maestro_ml\r\nx = 1\r\n"


def test_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(RenameError, match="'synth' cannot become 'maestro_ml': maestro_ml/registry"):
        rename_modules(PACKAGE | {"maestro_ml/registry.py": b""}, NAMES)


def test_a_module_that_is_not_there_is_refused() -> None:
    with pytest.raises(RenameError, match="no module 'synth' was found"):
        rename_modules({"synth/README.md": b"", "synthesis.py": b""}, NAMES)


def test_two_modules_can_change_names_one_after_the_other() -> None:
    files = {"a/x.py": b"import b.y\n", "b/y.py": b"import a.x\n"}
    renaming = rename_modules(files, {"b": "c", "a": "b"})
    assert renaming.changes == {"a/x.py": None, "b/y.py": None, "b/x.py": b"import c.y\n", "c/y.py": b"import b.x\n"}


@settings(deadline=None, max_examples=25)
@given(
    st.text("aZ_0é", min_size=1, max_size=3),
    st.text("aZ_0é", max_size=3),
    st.sampled_from((".registry", "/registry.py", "")),
)
def test_a_longer_name_is_never_touched(before: str, after: str, member: str) -> None:
    word = f"{before}synth{after}"
    text = f"x = '{word}{member}'  # {word}{member}\n"
    assert code(text) == text
    assert doubts(rename_modules(PACKAGE | {"a.md": text.encode()}, NAMES)) == []


def test_the_renamed_program_runs(tmp_path: Path) -> None:
    files = {
        "synth/__init__.py": b"from synth.registry import NAME\n",
        "synth/registry.py": b"import importlib\nNAME = importlib.import_module('synth').__name__\n",
        "synth/__main__.py": b"import synth.registry\nprint(synth.registry.NAME)\n",
    }
    for path, content in rename_modules(files, NAMES).changes.items():
        if content is not None:
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_bytes(content)
    ran = subprocess.run([sys.executable, "-m", "maestro_ml"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ran.stdout == "maestro_ml\n"
