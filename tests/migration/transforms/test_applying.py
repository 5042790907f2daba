"""The transforms of one repository together, in their order."""

import pytest

from migration.errors import TransformError
from migration.plan import Plan
from migration.transforms.applying import Transformed, transform

MANIFEST = b"""\
[tool.poetry]
name = "synth"

[tool.poetry.dependencies]
python = "^3.9"
maestro-core-api = {path = "../shared/core-api"}
maestro-core-logging = {path = "../shared/core-logging", develop = true}  # plain logs
"""
FILES = {"pyproject.toml": MANIFEST, "poetry.lock": b"", "synth/main.py": b"from synth import VERSION\n"}


def apply(files: dict[str, bytes], **transforms: object) -> Transformed:
    packages = [
        {"name": "maestro-core-api", "path": "core-api", "version": "0.1.0"},
        {"name": "maestro-core-logging", "path": "core-logging", "version": "0.1.0"},
    ]
    plan = Plan.model_validate(
        {
            "monorepo": {"name": "platform"},
            "repositories": [
                {"name": "shared", "moves": [{"from": "shared"}], "packages": packages},
                {
                    "name": "ml",
                    "moves": [{"from": "synth"}],
                    "consumes": ["maestro-core-logging"],
                    "transforms": transforms,
                },
            ],
        }
    )
    return transform(files, plan, plan.repositories[1], "https://registry.example/simple/")


def test_each_transform_works_on_what_the_one_before_left() -> None:
    transformed = apply(
        FILES,
        remove_dependencies=["maestro-core-api"],
        python="^3.11",
        rename_modules={"synth": "maestro_ml"},
        replace_text={"maestro_ml/main.py": {"import VERSION": "import VERSION as V"}},
        add_files={"maestro_ml/py.typed": ""},
    )
    changed = transformed.changes.contents
    manifest = changed["pyproject.toml"]
    assert manifest is not None
    assert b'name = "maestro-ml"' in manifest
    assert b'python = "^3.11"' in manifest
    assert b"maestro-core-api" not in manifest
    assert b'version = "^0.1.0"' in manifest
    assert b"path =" not in manifest
    assert b"# plain logs" in manifest
    assert changed["maestro_ml/main.py"] == b"from maestro_ml import VERSION as V\n"
    assert changed["synth/main.py"] is None
    assert changed["maestro_ml/py.typed"] == b""
    assert transformed.changes.moves == {"synth/main.py": "maestro_ml/main.py"}
    (stale,) = transformed.stale_lock_files
    assert (stale.path, stale.command) == ("poetry.lock", "poetry lock")


def test_again_changes_nothing() -> None:
    transforms: dict[str, object] = {"remove_dependencies": ["maestro-core-api"], "add_files": {"NEW": "n\n"}}
    once = apply(FILES, **transforms).changes.contents
    after = {path: content for path, content in {**FILES, **once}.items() if content is not None}
    assert apply(after, **transforms).changes.contents == {}


@pytest.mark.parametrize(
    ("transforms", "message"),
    [
        ({}, "maestro-core-api"),
        ({"remove_dependencies": ["maestro-core-api"], "rename_modules": {"sinth": "x"}}, "no module 'sinth'"),
        ({"remove_dependencies": ["maestro-core-api"], "replace_text": {"gone": {"a": "b"}}}, "names gone"),
        (
            {"remove_dependencies": ["maestro-core-api"], "replace_text": {"synth/main.py": {"a b": "c"}}},
            "'a b' is",
        ),
    ],
)
def test_what_does_not_fit_is_told_with_the_repository(transforms: dict[str, object], message: str) -> None:
    with pytest.raises(TransformError, match=f"^ml: .*{message}"):
        apply(FILES, **transforms)


def test_lines_that_the_plan_changes_or_keeps_are_no_doubt() -> None:
    files = FILES | {"README.md": b"Run synth.\n", "notes.md": b"About synth.\n", "docs/a.md": b"The synth.\n"}
    transformed = apply(
        files,
        remove_dependencies=["maestro-core-api"],
        rename_modules={"synth": "maestro_ml"},
        replace_text={"README.md": {"Run synth": "Run it"}},
        kept_names={"docs/*": "its history"},
    )
    assert [(doubt.path, doubt.line) for doubt in transformed.doubts] == [("notes.md", 1)]


def renamed_consumer(consumes: list[str], code: bytes) -> bytes | None:
    packages = [
        {"name": "synth", "path": ".", "version": "1.0.0"},
    ]
    plan = Plan.model_validate(
        {
            "monorepo": {"name": "platform"},
            "repositories": [
                {"name": "ml", "packages": packages, "transforms": {"rename_modules": {"synth": "maestro_ml"}}},
                {"name": "api", "consumes": consumes},
            ],
        }
    )
    transformed = transform({"api/a.py": code}, plan, plan.repositories[1], "https://registry.example/simple/")
    return transformed.changes.contents.get("api/a.py")


def test_a_consumer_of_a_renamed_package_imports_the_new_name() -> None:
    code = b"def f():\n    from synth import X\n    return X\n"
    assert renamed_consumer(["synth"], code) == code.replace(b"synth", b"maestro_ml")
    assert renamed_consumer([], code) is None
