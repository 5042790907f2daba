"""A name follows by the language of its place: code, command, setting or path. All else stays and is reported."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from migration.transforms.renaming import Renaming, rename_modules

NAMES = {"synth": "maestro_ml"}
PACKAGE = {
    "synth/__init__.py": b"from synth.app import create_app\n",
    "synth/__main__.py": b"print('run')\n",
    "synth/app.py": b"app = object()\ndef create_app(): return app\n",
    "synth/models.py": b"class Model: ...\n",
    "synth/users.py": b"ALL = ()\n",
    "synth/config.py": b"DEBUG = 1\n",
    "synth/db.py": b"",
    "synth/tasks.py": b"",
    "synth/events.py": b"",
    "synth/migrations/env.py": b"",
    "synth/data/schema.sql": b"",
}


def renaming_of(path: str, text: str, **others: str) -> Renaming:
    files = {name.replace("__", "/"): content.encode() for name, content in others.items()}
    return rename_modules(PACKAGE | files | {path: dedent(text).encode()}, NAMES)


def renamed(path: str, text: str, **others: str) -> str:
    content = renaming_of(path, text, **others).changes.get(path, dedent(text).encode())
    assert content is not None
    return content.decode()


def followed(text: str) -> str:
    return text.replace("synth", "maestro_ml")


DATA = [
    ("deploy.py", 'ENGINE = "sqlite:///data/synth.db"\n'),
    ("deploy.py", 'FILE = "synth.db"\n'),
    ("topics.py", 'send("synth.events", host="synth.models.internal", bucket="s3://x/synth/models")\n'),
    ("models.py", 'class A:\n    __tablename__ = "synth.models"\n'),
    ("celery_app.py", 'TASK = "synth.tasks.add"\n'),
    ("queries.sql", "SELECT * FROM synth.models; CREATE TABLE synth.users (id int);\n"),
    ("web/app.js", "const synth = {config: 1}; console.log(synth.config, synth.models)\n"),
    ("web/app.ts", "import { app } from './synth/app'; synth.config\n"),
    ("templates/page.html", "{{ synth.config }} {% if synth.users %}\n"),
    ("api.proto", 'package synth.models;\noption go_package = "synth/users";\n'),
    ("k8s.yml", "host: synth.models.svc\ntopic: synth.events\nbucket: synth.users\nimage: synth:latest\n"),
    ("settings.toml", 'topic = "synth.events"\ntable = "synth.users"\n'),
    ("metrics.yml", "- record: synth.tasks.total\n"),
    ("README.md", "Events are in synth.db, at https://synth.app and synth.models.example.org.\n"),
    ("run.sh", 'git commit -m "synth moves"\npsql synth -c "SELECT 1 FROM synth.models"\n'),
]


@pytest.mark.parametrize(("path", "text"), DATA, ids=[f"{index}-{path}" for index, (path, _) in enumerate(DATA)])
def test_data_of_the_same_form_stays_and_is_reported(path: str, text: str) -> None:
    renaming = renaming_of(path, text)
    assert path not in renaming.changes
    lines = [number for number, line in enumerate(text.splitlines(), 1) if "synth" in line]
    assert [doubt.line for doubt in renaming.doubts if doubt.path == path] == lines


CODE = [
    ("main.py", 'import subprocess, sys\nsubprocess.run([sys.executable, "-m", "synth"])\n'),
    ("main.py", 'import subprocess\nsubprocess.run(["celery", "-A", "synth.tasks", "worker"])\n'),
    ("main.py", 'import uvicorn\nuvicorn.run("synth.app:app", reload=True)\n'),
    ("main.py", 'TARGET = "synth.app:create_app"\n'),
    ("main.py", 'import importlib\nimportlib.import_module(f"synth.{name}")\n'),
    ("main.py", 'from importlib import import_module\nimport_module("synth." + name)\n'),
    ("main.py", 'from unittest.mock import patch\n@patch("synth.models.Model.save")\ndef f(x): ...\n'),
    ("main.py", 'def test(monkeypatch):\n    monkeypatch.setattr("synth.config.DEBUG", 1)\n'),
    ("main.py", 'LOGGING = {"handlers": {"a": {"class": "synth.app.Handler"}}, "loggers": {"synth.app": {}}}\n'),
    ("settings.py", 'INSTALLED_APPS = ["django", "synth"]\nROOT_URLCONF = "synth.urls"\n'),
    ("manage.py", 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "synth.config")\n'),
    ("conftest.py", 'pytest_plugins = ["synth.testing"]\n'),
    ("setup.py", 'from setuptools import setup\nsetup(packages=["synth"], package_data={"synth": ["data/*"]})\n'),
    ("Dockerfile", 'CMD ["python", "-m", "synth"]\n'),
    ("Dockerfile", 'ENTRYPOINT ["gunicorn", "-b", "0.0.0.0:80", "synth:create_app()"]\n'),
    ("Dockerfile", "CMD uvicorn synth.app:app --port 80\n"),
    ("Procfile", "web: gunicorn synth.app:app\nworker: celery -A synth worker\n"),
    ("run.sh", "#!/bin/sh\nFLASK_APP=synth.app flask run\nflask --app synth run\n"),
    ("Makefile", "test:\n\tpytest --cov=synth synth tests && mypy synth && ruff check synth/app.py\n"),
    ("compose.yml", "services:\n  a:\n    command:\n      - python\n      - -m\n      - synth.tasks\n"),
    ("job.yml", 'spec:\n  command: ["python"]\n  args: ["-m", "synth"]\n'),
    ("alembic.ini", "[alembic]\nscript_location = synth:migrations\n"),
    ("alembic.ini", "[alembic]\nscript_location = synth/migrations\n"),
    ("logging.yml", "loggers:\n  synth.app:\n    level: INFO\nhandlers:\n  a:\n    class: synth.app.Handler\n"),
    ("mypy.ini", "[mypy]\nfiles = synth, tests\n[mypy-synth.*]\nstrict = true\n"),
    ("setup.cfg", "[options]\npackages = synth\n[coverage:run]\nsource =\n    synth\n    tests\n"),
    (".importlinter", "[importlinter]\nroot_package = synth\n[c]\nlayers =\n    synth.app\n    synth.models\n"),
    ("pyproject.toml", '[tool.uv.build-backend]\nmodule-name = "synth"\n'),
    ("pyproject.toml", '[tool.mypy]\nfiles = ["synth", "synth/app.py"]\n'),
    ("pyproject.toml", '[tool.pytest.ini_options]\ntestpaths = ["synth"]\n'),
    ("pyproject.toml", '[tool.importlinter]\nroot_package = "synth"\nignore_imports = ["synth.app -> synth.db"]\n'),
    ("pyproject.toml", '[tool.alembic]\nscript_location = "synth:migrations"\n'),
    ("pyproject.toml", '[tool.poe.tasks]\nrun = "python -m synth"\nweb = "gunicorn synth:create_app"\n'),
    ("pyproject.toml", '[tool.setuptools.dynamic]\nversion = {attr = "synth.__version__"}\n'),
    ("README.md", "Run:\n\n```sh\npython -m synth\n```\n\nSee `synth.models.Model` and synth/app.py.\n"),
]


@pytest.mark.parametrize(("path", "text"), CODE, ids=[f"{index}-{path}" for index, (path, _) in enumerate(CODE)])
def test_a_place_that_takes_a_module_follows(path: str, text: str) -> None:
    assert renamed(path, text) == followed(text)
    assert [doubt for doubt in renaming_of(path, text).doubts if doubt.path == path] == []


def test_the_name_of_the_distribution_follows_where_metadata_are_asked_for() -> None:
    code = 'from importlib.metadata import version\nversion("synth")\nother("synth")\n'
    manifest = '[project]\nname = "synth"\n'
    assert 'version("maestro-ml")\nother("synth")' in renamed("a.py", code, **{"pyproject.toml": manifest})


PATHS = [
    "WORKDIR /opt/synth\nCOPY . /opt/synth\nCOPY db/synth /data/synth\n",
    "FROM a AS build\nRUN make /synth\nFROM b\nCOPY --from=build /synth/x /x\n",
]


@pytest.mark.parametrize("text", PATHS)
def test_a_path_of_an_image_that_leads_nowhere_stays(text: str) -> None:
    assert renamed("Dockerfile", text, db__synth__a="") == text


def test_paths_inside_an_image_follow_what_was_copied_to_them() -> None:
    text = """\
        FROM a AS build
        WORKDIR /src
        COPY . .
        COPY synth/ /lib/synth/
        RUN python -m compileall /src/synth /lib/synth
        FROM b
        COPY --from=build /lib/synth /app/synth
        COPY --from=build /src/synth/data /data
        """
    after = renamed("Dockerfile", text)
    assert after == followed(dedent(text))


@pytest.mark.parametrize("key", ["tool.coverage.run]\nsource = [", "tool.ruff]\ninclude = ["])
@pytest.mark.parametrize("path", ["benchmarks/synth", "tests/synth/*.py", "docs/synth/app.py"])
def test_a_path_of_the_same_name_elsewhere_stays(key: str, path: str) -> None:
    text = f'[{key}"{path}"]\n'
    others = {"benchmarks__synth__a.py": "", "tests__synth__b.py": "", "docs__synth__app.py": ""}
    assert renamed("pyproject.toml", text, **others) == text


def test_a_glob_follows_if_it_leads_to_the_module() -> None:
    text = '[tool.ruff.lint.isort]\n[tool.coverage.run]\nomit = ["synth/*/env.py", "synth/nothing/*.py"]\n'
    assert '["maestro_ml/*/env.py", "synth/nothing/*.py"]' in renamed("pyproject.toml", text)


def notebook(*sources: str) -> str:
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": s.splitlines(keepends=True)} for s in sources
    ]
    return json.dumps({"cells": cells, "nbformat": 4}, indent=1) + "\n"


def test_the_cells_of_a_notebook_are_one_program() -> None:
    before = notebook(
        "%load_ext x\nimport synth.models\n", "m = synth.models.Model()\nsynth.models\n", "!python -m synth"
    )
    after = renamed("a.ipynb", before)
    assert json.loads(after)["cells"][1]["source"] == ["m = maestro_ml.models.Model()\n", "maestro_ml.models\n"]
    assert json.loads(after)["cells"][0]["source"] == ["%load_ext x\n", "import maestro_ml.models\n"]


def test_a_notebook_that_is_not_python_stays_as_a_whole_and_is_reported() -> None:
    before = notebook("import synth\n", "for x in:\n")
    renaming = renaming_of("a.ipynb", before)
    assert "a.ipynb" not in renaming.changes
    assert "a.ipynb" in {doubt.path for doubt in renaming.doubts}


def test_the_blocks_of_a_document_are_one_program() -> None:
    text = "```python\nimport synth.models\n```\nthen\n```python\nx = synth.models.Model\n```\n"
    assert renamed("docs/a.md", text) == followed(text)


def test_doctests_follow_as_a_whole() -> None:
    text = '''\
        def f():
            """Of a model.

            >>> import synth.models
            >>> if True:
            ...     synth.models.Model()
            synth is printed
            """
        '''
    after = renamed("a.py", text)
    assert ">>> import maestro_ml.models\n" in after
    assert "...     maestro_ml.models.Model()\n    synth is printed\n" in after


def test_a_dotted_name_follows_with_everything_that_leads_to_it() -> None:
    files = {
        "src/acme/synth/__init__.py": b"from .models import Model\n",
        "src/acme/synth/models.py": b"from acme.other import X\nclass Model: ...\n",
        "src/acme/other.py": b"X = 1\n",
        "src/acme/use.py": b"from .synth import Model\nfrom . import synth\nfrom acme import synth as s\nsynth.Model\n",
        "tests/test_a.py": b"import acme.synth.models\nfrom acme import synth\n"
        b"acme.synth.models.Model()\nsynth.Model\n",
        "pyproject.toml": b'[project.scripts]\nrun = "acme.synth.models:Model"\n',
    }
    changes = rename_modules(files, {"acme.synth": "acme.ml"}).changes
    assert changes["src/acme/ml/__init__.py"] == files["src/acme/synth/__init__.py"]
    assert changes["src/acme/use.py"] == (
        b"from .ml import Model\nfrom . import ml as synth\nfrom acme import ml as s\nsynth.Model\n"
    )
    assert changes["tests/test_a.py"] == (
        b"import acme.ml.models\nfrom acme import ml as synth\nacme.ml.models.Model()\nsynth.Model\n"
    )
    assert changes["pyproject.toml"] == b'[project.scripts]\nrun = "acme.ml.models:Model"\n'


def test_imports_of_a_module_of_another_repository_follow() -> None:
    files = {
        "app/a.py": b"def f():\n    from synth.app import app\n    return app\n",
        "app/b.py": b'x = "synth.topic"\n',
    }
    renaming = rename_modules(files, {}, {"synth": "maestro_ml"})
    assert renaming.changes == {"app/a.py": files["app/a.py"].replace(b"synth", b"maestro_ml")}
    assert [(doubt.path, doubt.line) for doubt in renaming.doubts] == [("app/b.py", 1)]


def test_changes_outside_of_syntax_are_listed() -> None:
    renaming = renaming_of("a.py", "import synth\nx = 1  # see synth.models\n")
    assert [(note.path, note.line) for note in renaming.outside_syntax] == [("a.py", 2)]


def test_every_file_compiles_and_every_module_is_imported_after_the_renaming(tmp_path: Path) -> None:
    files = {
        "synth/__init__.py": b"from importlib import import_module\nnames = ['a', 'b']\n"
        b"parts = [import_module(f'synth.{name}') for name in names]\n",
        "synth/a.py": b"import logging.config\nclass H(logging.Handler):\n    def emit(self, r): ...\n",
        "synth/b.py": b"import synth.a\nfrom unittest.mock import patch\n"
        b"with patch('synth.a.H', 3):\n    assert synth.a.H == 3\n",
        "synth/__main__.py": b"import logging.config\nlogging.config.dictConfig({'version': 1, 'handlers': "
        b"{'x': {'class': 'synth.a.H'}}})\nprint(__spec__.parent)\n",
    }
    for path, content in rename_modules(files, NAMES).changes.items():
        if content is not None:
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_bytes(content)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-m", "maestro_ml"], env=environment, capture_output=True, text=True, check=False
    )
    assert (ran.stdout, ran.stderr) == ("maestro_ml\n", "")
