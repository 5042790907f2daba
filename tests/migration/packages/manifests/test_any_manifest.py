"""What must hold for every manifest, tried on manifests that nobody thought of."""

import tomllib
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migration.packages.manifests.conversion import with_versions
from migration.packages.manifests.dependency_rules import DependencyRules
from migration.packages.manifests.path_restoration import with_paths

Rules = Callable[..., DependencyRules]
FOLDERS = {f"maestro-{name}": f"../shared/packages/{name}" for name in ("api", "logging", "config")}

comments = st.sampled_from(["", "  # why", " # 'quoted' = [1]", "\n# on a line of its own", "\n"])
keys = st.sampled_from(["optional = true", "develop = true", "markers = \"os_name == 'nt'\"", 'extras = ["a"]'])
priorities = st.sampled_from(["explicit", "supplemental", "primary"])
others = st.sampled_from(['rich = ">=13"', 'httpx = {version = "*", extras = ["http2"]}', "plugin = {path = 'here'}"])


@st.composite
def poetry_entries(draw: st.DrawFn) -> str:
    lines = draw(st.lists(others, max_size=2, unique=True))
    for name in draw(st.lists(st.sampled_from(sorted(FOLDERS)), unique=True)):
        written = draw(st.sampled_from([name, f'"{name}"', name.replace("-", "_"), name.title()]))
        more = draw(st.lists(keys, unique=True, max_size=3))
        place = draw(st.integers(0, len(more)))
        path = f'path = "{FOLDERS[name]}"'
        form = draw(st.sampled_from(["inline", "spaced", "list", "dotted"]))
        listed = ", ".join([*more[:place], path, *more[place:]])
        if form == "dotted":
            lines.append("\n".join(f"{written}.{each}" for each in [*more[:place], path, *more[place:]]))
        else:
            shape = {"inline": "{%s}", "spaced": "{ %s }", "list": "[{%s, python = '<4'}]"}[form]
            lines.append(f"{written} = {shape % listed}")
    # tomlkit does not keep the comments of dotted keys: those may be lost.
    return "".join(f"{line}{'' if '.path' in line else draw(comments)}\n" for line in draw(st.permutations(lines)))


@st.composite
def standard_parts(draw: st.DrawFn) -> str:
    names = draw(st.lists(st.sampled_from(sorted(FOLDERS)), unique=True, min_size=1))
    requirements = draw(st.permutations([*(f'"{name}"' for name in names), "\"rich>=13; os_name == 'nt'\""]))
    separator = draw(st.sampled_from([", ", ",\n    # a remark\n    ", ",\n    "]))
    sources = "".join(f'{name} = {{ path = "{FOLDERS[name]}" }}{draw(comments)}\n' for name in names)
    return f"[project]\nname = 'x'\ndependencies = [{separator.join(requirements)}]\n\n[tool.uv.sources]\n{sources}\n"


@st.composite
def manifests(draw: st.DrawFn) -> str:
    parts = ["[build-system]\nrequires = ['poetry-core'] # builds\n\n", "[tool.pytest]\nx = 1 # tests\n\n"]
    kind = draw(st.sampled_from(["poetry", "standard"]))
    if kind == "poetry":
        parts.append(f"[tool.poetry]\nname = 'x'\n\n[tool.poetry.dependencies]\n{draw(poetry_entries())}\n")
        if draw(st.booleans()):
            parts.append(f"[tool.poetry.group.test.dependencies]\n{draw(poetry_entries())}\n")
    else:
        parts.append(draw(standard_parts()))
    return "".join(draw(st.permutations(parts)))


def tree_of(text: str) -> dict[str, bytes]:
    return {"pyproject.toml": text.encode(), "here/setup.py": b""}


def folders(value: Any) -> Iterator[str]:
    """Every `path` that stands anywhere in the document."""
    if isinstance(value, dict):
        yield from (each for key, each in value.items() if key == "path")
        for each in value.values():
            yield from folders(each)
    elif isinstance(value, list):
        for item in value:
            yield from folders(item)


any_manifest = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)


@any_manifest
@given(text=manifests(), priority=priorities)
def test_no_folder_outside_is_left_and_no_comment_is_lost(rules: Rules, text: str, priority: str) -> None:
    engine = rules("engine", priority=priority)
    tree = tree_of(text)
    result = (tree | with_versions(tree, engine))["pyproject.toml"].decode()
    assert set(folders(tomllib.loads(result))) <= {"here"}
    for word in ("# why", "# 'quoted' = [1]", "# on a line of its own", "# a remark", "# builds", "# tests"):
        assert result.count(word) == text.count(word), word


@any_manifest
@given(text=manifests(), priority=priorities)
def test_doing_it_again_changes_nothing(rules: Rules, text: str, priority: str) -> None:
    engine = rules("engine", priority=priority)
    tree = tree_of(text)
    assert with_versions(tree | with_versions(tree, engine), engine) == {}


@any_manifest
@given(text=manifests(), priority=priorities)
def test_what_nobody_touched_goes_back_byte_for_byte(rules: Rules, text: str, priority: str) -> None:
    engine = rules("engine", priority=priority)
    tree = tree_of(text)
    moved = tree | with_versions(tree, engine)
    assert moved | with_paths(moved, tree, FOLDERS, engine) == tree  # type: ignore[arg-type]


@any_manifest
@given(text=manifests(), priority=priorities)
def test_what_people_changed_meanwhile_goes_back_with_their_work(rules: Rules, text: str, priority: str) -> None:
    engine = rules("engine", priority=priority)

    def edited(manifest: bytes) -> bytes:
        return manifest.replace(b"[tool.pytest]\n", b"[tool.pytest]\nnew = true # by a person\n")

    tree = tree_of(text)
    moved = tree | with_versions(tree, engine)
    worked_on = moved | {"pyproject.toml": edited(moved["pyproject.toml"])}
    back = worked_on | with_paths(worked_on, tree, FOLDERS, engine)  # type: ignore[arg-type]
    assert b"# by a person" in back["pyproject.toml"]
    assert tomllib.loads(back["pyproject.toml"].decode()) == tomllib.loads(edited(tree["pyproject.toml"]).decode())
