"""Path dependencies become versions, and everything else in the manifest stays as its author wrote it."""

import tomllib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from migration.errors import ManifestError
from migration.packages.manifests.conversion import with_versions
from migration.packages.manifests.dependency_rules import DependencyRules, dependency_rules
from migration.plan import Plan, read_plan
from tests.migration.packages.conftest import PLAN

Rules = Callable[..., DependencyRules]
PROJECT = Path(__file__).parents[4]
SAMPLE = PROJECT / "sandbox/sample_monorepo/files"


def converted(text: str, rules: DependencyRules, **others: str) -> str:
    """pyproject.toml after it was brought to versions. others: further files of the tree; "__" stands for "/"."""
    tree = {"pyproject.toml": text.encode()} | {name.replace("__", "/"): each.encode() for name, each in others.items()}
    return (tree | with_versions(tree, rules))["pyproject.toml"].decode()


def test_an_explicit_source_is_named_by_each_private_package(rules: Rules) -> None:
    text = """\
[tool.poetry.dependencies]
python = "^3.11"
rich = ">=13"  # colours
maestro-logging = {path = "../shared/packages/logging", develop = true} # ours
"""
    assert (
        converted(text, rules("synth"))
        == """\
[tool.poetry.dependencies]
python = "^3.11"
rich = ">=13"  # colours
maestro-logging = {version = "^0.1.0", source = "maestro"} # ours

# Private packages that those above need. Poetry would look for them on PyPI if they stood nowhere here.
[tool.poetry.group.maestro.dependencies]
maestro-config = {version = "^0.1.0", source = "maestro"}

# Asked only for the packages that name it: nobody can slip in one of the same name from elsewhere.
[[tool.poetry.source]]
name = "maestro"
url = "https://packages.example/maestro/prod/+simple/"
priority = "explicit"
"""
    )


def test_an_extra_that_names_another_extra_of_its_own_package_stays(rules: Rules) -> None:
    text = """\
[project]
name = "maestro-config"
version = "0.1.0"
dependencies = ["rich"]

[project.optional-dependencies]
all = ["maestro-config[colour]", "maestro_config[fast]"]
colour = ["rich"]
fast = ["orjson"]

[tool.uv]
package = true
"""
    tree = {"config/pyproject.toml": text.encode()}
    assert with_versions(tree, rules("shared")) == {}


def test_a_supplemental_source_needs_no_name_in_each_package(rules: Rules) -> None:
    text = '[tool.poetry.dependencies]\nmaestro-api = {path = "../shared/packages/api"}\n'
    assert (
        converted(text, rules("engine", priority="supplemental"))
        == """\
[tool.poetry.dependencies]
maestro-api = "^1.2.3"

[[tool.poetry.source]]
name = "maestro"
url = "https://packages.example/maestro/prod/+simple/"
priority = "supplemental"
"""
    )


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ('{path = "../api", optional = true}', {"version": "^1.2.3", "optional": True}),
        ('{path = "../api", extras = ["jwt"]}', {"version": "^1.2.3", "extras": ["jwt"]}),
        (
            """{path = "../api", markers = "sys_platform != 'win32'"}""",
            {"version": "^1.2.3", "markers": "sys_platform != 'win32'"},
        ),
        ('{develop = true, python = "<3.13", path = "../api"}', {"version": "^1.2.3", "python": "<3.13"}),
        (
            '[{path = "../api", python = "<3.12"}, {version = "^1.0", python = ">=3.12"}]',
            [{"version": "^1.2.3", "python": "<3.12"}, {"version": "^1.0", "python": ">=3.12"}],
        ),
    ],
)
@pytest.mark.parametrize(
    "table", ["tool.poetry.dependencies", "tool.poetry.dev-dependencies", "tool.poetry.group.test.dependencies"]
)
def test_what_else_a_dependency_says_stays(rules: Rules, table: str, entry: str, expected: object) -> None:
    text = f"[{table}]\nmaestro-api = {entry}\n"
    assert f"[{table}]\nmaestro-api = " in converted(text, rules("engine", priority="supplemental"))
    document = tomllib.loads(converted(text, rules("engine", priority="supplemental")))
    for key in table.split("."):
        document = document[key]
    assert document == {"maestro-api": expected}


def test_a_dependency_may_be_a_table_or_dotted(rules: Rules) -> None:
    text = """\
[tool.poetry.dependencies]
maestro-config.path = "../shared/packages/config"
maestro-config.develop = true

[tool.poetry.dependencies.maestro-api]
# Not on Windows.
markers = "sys_platform != 'win32'"
path = "../shared/packages/api" # until it is published
"""
    result = converted(text, rules("engine", priority="primary"))
    assert tomllib.loads(result)["tool"]["poetry"]["dependencies"] == {
        "maestro-config": "^0.1.0",
        "maestro-api": {"markers": "sys_platform != 'win32'", "version": "^1.2.3"},
    }
    assert "# Not on Windows." in result
    assert "# until it is published" in result


def test_uv_takes_private_packages_from_its_explicit_index(rules: Rules) -> None:
    text = """\
[project]
name = "synth"
version = "1"
dependencies = [
    "rich>=13",  # colours
    "maestro-logging[json]; sys_platform != 'win32'",
]

[tool.uv.sources]
maestro-logging = { path = "../shared/packages/logging", editable = true }  # ours
"""
    result = converted(text, rules("synth"))
    assert tomllib.loads(result) == {
        "project": {
            "name": "synth",
            "version": "1",
            "dependencies": ["rich>=13", 'maestro-logging[json]>=0.1.0,<0.2; sys_platform != "win32"'],
        },
        "dependency-groups": {"maestro": ["maestro-config>=0.1.0,<0.2"]},
        "tool": {
            "uv": {
                "sources": {"maestro-logging": {"index": "maestro"}, "maestro-config": {"index": "maestro"}},
                "index": [
                    {"name": "maestro", "url": "https://packages.example/maestro/prod/+simple/", "explicit": True}
                ],
            }
        },
    }
    assert '    "rich>=13",  # colours\n' in result
    assert '{index = "maestro"}  # ours\n' in result


def test_members_of_a_uv_workspace_become_versions(rules: Rules) -> None:
    text = """\
[project]
dependencies = ["maestro-config>=0.0.1"]
[dependency-groups]
test = [{include-group = "lint"}, "maestro-api"]
lint = ["ruff"]
[tool.uv.sources]
maestro-config = { workspace = true }
maestro-api = [{ path = "../shared/packages/api", marker = "sys_platform == 'linux'" }]
"""
    document = tomllib.loads(converted(text, rules("engine")))
    assert document["project"]["dependencies"] == ["maestro-config>=0.0.1"]  # the author's choice holds 0.1.0
    assert document["dependency-groups"]["test"] == [{"include-group": "lint"}, "maestro-api>=1.2.3,<2.0"]
    assert document["dependency-groups"]["maestro"] == ["maestro-logging>=0.1.0,<0.2"]
    assert document["tool"]["uv"]["sources"] == {
        "maestro-config": {"index": "maestro"},
        "maestro-api": [{"index": "maestro", "marker": "sys_platform == 'linux'"}],
        "maestro-logging": {"index": "maestro"},
    }


@pytest.mark.parametrize(
    "folder",
    ["file:../shared/packages/config", "file:///${PROJECT_ROOT}/../shared/packages/config", "{root:uri}/../x/config"],
)
def test_a_requirement_that_is_an_address_of_a_folder_becomes_a_version(rules: Rules, folder: str) -> None:
    text = f'[project]\noptional-dependencies.all = ["maestro-config @ {folder}"]\n'
    document = tomllib.loads(converted(text, rules("engine")))
    assert document["project"]["optional-dependencies"]["all"] == ["maestro-config>=0.1.0,<0.2"]


def test_a_project_of_poetry_2_names_version_and_source(rules: Rules) -> None:
    text = """\
[project]
dependencies = ["maestro-config"]
[tool.poetry.dependencies]
maestro-config = {path = "../shared/packages/config"}
"""
    document = tomllib.loads(converted(text, rules("engine")))
    assert document["project"]["dependencies"] == ["maestro-config>=0.1.0,<0.2"]
    assert document["tool"]["poetry"]["dependencies"] == {"maestro-config": {"version": "^0.1.0", "source": "maestro"}}


def test_a_version_that_stood_there_before_gets_the_source_too(rules: Rules) -> None:
    text = '[tool.poetry.dependencies]\nmaestro-config = ">=0.0.5" # old\n'
    result = converted(text, rules("engine"))
    assert 'maestro-config = {version = ">=0.0.5", source = "maestro"} # old\n' in result


def test_a_package_says_the_version_that_the_plan_publishes() -> None:
    plan = Plan.model_validate(PLAN)
    shared = dependency_rules(plan, plan.repositories[0], None)
    tree = {
        "config/pyproject.toml": b'[tool.poetry]\nname = "maestro-config"\nversion = "0.0.5" # next: 0.1\n',
        "api/pyproject.toml": b'[project]\nname = "maestro-api"\nversion = "1.2.3"\n',
    }
    assert with_versions(tree, shared) == {
        "config/pyproject.toml": b'[tool.poetry]\nname = "maestro-config"\nversion = "0.1.0" # next: 0.1\n'
    }
    tree["logging/pyproject.toml"] = b'[project]\nname = "maestro-logging"\ndynamic = ["version"]\n'
    with pytest.raises(
        ManifestError, match=r"logging/pyproject\.toml: says no version, and the plan publishes 0\.1\.0"
    ):
        with_versions(tree, shared)


def test_a_distribution_names_versions_and_no_source() -> None:
    plan = Plan.model_validate(PLAN)
    text = """\
[project]
dependencies = ["maestro-config"]
[tool.poetry.dependencies]
maestro-config = {path = "../config", develop = true}
[tool.uv.sources]
maestro-config = {path = "../config"}
"""
    assert (
        converted(text, dependency_rules(plan, plan.repositories[1], None))
        == """\
[project]
dependencies = ["maestro-config>=0.1.0,<0.2"]
[tool.poetry.dependencies]
maestro-config = "^0.1.0"
[tool.uv.sources]
"""
    )


def test_a_removed_dependency_goes_from_every_table_with_its_own_comment(rules: Rules) -> None:
    text = """\
[project]
dependencies = ["maestro-api", "rich"]

[tool.poetry.dependencies]
python = "^3.11"
# Colours
rich = ">=13"
# From before suites were driven by addresses alone.
maestro-api = {path = "../shared/packages/api"}

[tool.poetry.extras]
api = ["maestro-api", "rich"]

[tool.uv.sources]
maestro-api = {path = "../shared/packages/api"}
"""
    result = converted(text, rules("synth", remove_dependencies=("Maestro_API",)))
    assert (
        result
        == """\
[project]
dependencies = ["rich"]

[tool.poetry.dependencies]
python = "^3.11"
# Colours
rich = ">=13"

[tool.poetry.extras]
api = ["rich"]

[tool.uv.sources]
"""
    )


def test_a_comment_above_several_dependencies_stays(rules: Rules) -> None:
    text = '[tool.poetry.dependencies]\n# Shared\nmaestro-api = {path = "../a"}\nrich = "*"\n'
    result = converted(text, rules("synth", remove_dependencies=("maestro-api",)))
    assert result == '[tool.poetry.dependencies]\n# Shared\nrich = "*"\n'


def test_python_is_asked_for_in_the_words_of_each_standard(rules: Rules) -> None:
    text = '[project]\nrequires-python = ">=3.9"\n[tool.poetry.dependencies]\npython = ">=3.9,<4.0" # all\n'
    result = converted(text, rules("synth", python="^3.11"))
    assert result == '[project]\nrequires-python = ">=3.11,<4.0"\n[tool.poetry.dependencies]\npython = "^3.11" # all\n'


def test_python_versions_that_the_standard_cannot_say_are_refused(rules: Rules) -> None:
    with pytest.raises(ManifestError, match=r"transforms\.python.*Write it like '>=3.11,<4.0'"):
        converted('[project]\nrequires-python = ">=3.9"\n', rules("synth", python="^3.9 || ^3.11"))


def test_every_folder_that_will_be_missing_is_told_at_once(rules: Rules) -> None:
    text = """\
[tool.poetry.dependencies]
old-tools = {path = "../tools"}
vendored = {path = "vendor/vendored"}
maestro-api = {path = "../shared/packages/api"}
[tool.uv.sources]
gone = {path = "vendor/gone"}
"""
    with pytest.raises(ManifestError) as caught:
        converted(text, rules("synth"), vendor__vendored__setup__py="")
    tools, api, missing = caught.value.faults
    assert tools.startswith("pyproject.toml: old-tools is taken from the folder '../tools', which is not in synth")
    assert "Add maestro-api to `consumes` of synth" in api
    assert "gone is taken from the folder 'vendor/gone'" in missing


@pytest.mark.parametrize(
    ("versions", "text", "expected"),
    [
        ("*", '[project]\ndependencies = ["sdk>=0.4"]\n[tool.uv.sources]\nsdk = {path = "../sdk"}\n', "sdk>=0.4"),
        (">=1", '[project]\ndependencies = ["sdk[x]"]\n[tool.uv.sources]\nsdk = {path = "../sdk"}\n', "sdk[x]>=1"),
        (">=1", '[project]\ndependencies = ["sdk @ file:../sdk"]\n', "sdk>=1"),
        ("*", "[project]\ndependencies = [\"sdk @ file:../sdk ; python_version > '3'\"]\n", "sdk"),
    ],
)
def test_a_folder_that_stays_and_is_public_comes_from_pypi(versions: str, text: str, expected: str) -> None:
    document = tomllib.loads(converted(text, public(versions)))
    (requirement,) = document["project"]["dependencies"]
    assert requirement.split(";")[0].strip() == expected
    assert "sdk" not in document.get("tool", {}).get("uv", {}).get("sources", {})


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ('{path = "../sdk", develop = true}', ">=1"),
        ('{path = "../sdk", extras = ["x"]}', {"version": ">=1", "extras": ["x"]}),
    ],
)
def test_poetry_takes_a_public_package_from_pypi(entry: str, expected: object) -> None:
    document = tomllib.loads(converted(f"[tool.poetry.dependencies]\nsdk = {entry}\n", public(">=1")))
    assert document["tool"]["poetry"]["dependencies"]["sdk"] == expected


def public(versions: str) -> DependencyRules:
    repository = {"name": "app", "moves": [{"from": "app"}], "transforms": {"from_pypi": {"sdk": versions}}}
    plan = Plan.model_validate({"monorepo": {"name": "mono"}, "repositories": [repository]})
    return dependency_rules(plan, plan.repositories[0], None)


@pytest.mark.parametrize(
    "text",
    [
        '[project]\nname = "a"\nversion = "1"\n[dependency-groups]\ntest = ["b"]\n'
        '[tool.uv.sources]\nb = {path = "../b"}\n',
        '[tool.poetry]\nname = "a"\nversion = "1"\n[tool.poetry.group.dev.dependencies]\nb = {path = "../b"}\n',
    ],
)
def test_what_tests_alone_need_is_read_from_groups_also_in_a_cycle(text: str) -> None:
    first = {"name": "a", "path": "a", "version": "1"}
    packages = [first, {"name": "b", "path": "b", "version": "2", "depends_on": ["a"]}]
    libraries = {"name": "libs", "moves": [{"from": "libs"}], "packages": packages}
    repositories = [libraries, {"name": "app", "moves": [{"from": "app"}], "consumes": ["a"]}]
    plan = Plan.model_validate({"monorepo": {"name": "mono"}, "repositories": repositories})
    tree = {"a/pyproject.toml": text.encode(), "b/pyproject.toml": b'[project]\nname = "b"\nversion = "2"\n'}
    libs = dependency_rules(plan, plan.repositories[0], "https://packages.example/simple/")
    changed = with_versions(tree, libs)["a/pyproject.toml"].decode()
    assert "../b" not in changed
    assert "2" in changed
    app = dependency_rules(plan, plan.repositories[1], "https://packages.example/simple/")
    consumer = converted('[project]\nname = "app"\ndependencies = ["a"]\n[tool.uv]\n', app)
    assert '"b' not in consumer


def test_a_folder_of_the_repository_itself_may_stay(rules: Rules) -> None:
    text = '[tool.poetry.dependencies]\nplugin = {path = "plugins/one", develop = true}\n'
    assert converted(text, rules("synth"), plugins__one__pyproject="") == text


def test_a_manifest_that_is_no_toml_is_left_alone_unless_it_names_a_private_package(rules: Rules) -> None:
    assert converted("{{ name }} = [", rules("synth")) == "{{ name }} = ["
    with pytest.raises(ManifestError, match=r"pyproject\.toml: cannot be read as TOML"):
        converted("maestro-api = [", rules("synth"))


def test_a_manifest_that_cannot_take_a_source_is_refused(rules: Rules) -> None:
    text = 'tool = {poetry = {dependencies = {maestro-config = {path = "../c"}}}}\n'
    with pytest.raises(ManifestError, match=r"Write \[tool.poetry\] and \[tool.uv\] as tables of their own"):
        converted(text, rules("synth"))


def test_line_ends_of_windows_stay(rules: Rules) -> None:
    text = '[tool.poetry.dependencies]\r\nmaestro-config = {path = "../c"}'
    result = converted(text, rules("engine"))
    assert "\n" not in result.replace("\r\n", "")
    assert result.startswith(
        '[tool.poetry.dependencies]\r\nmaestro-config = {version = "^0.1.0", source = "maestro"}\r\n'
    )


def test_no_manifest_of_the_sample_names_a_folder_outside_any_more() -> None:
    plan = read_plan(PROJECT / "migration.yaml")
    private = 0
    for repository in plan.repositories:
        tree = {
            str(PurePosixPath(move.target, file.relative_to(SAMPLE / move.source))): file.read_bytes()
            for move in repository.moves
            for file in (SAMPLE / move.source).rglob("*")
            if file.is_file()
        }
        changed = with_versions(tree, dependency_rules(plan, repository, "http://127.0.0.1:3141/maestro/prod/+simple/"))
        assert with_versions(tree | changed, dependency_rules(plan, repository, "http://127.0.0.1:3141/x")) == {}
        for path, content in (tree | changed).items():
            if path.endswith("pyproject.toml"):
                assert b"{path =" not in content
        private += sum(b'source = "maestro"' in content for content in changed.values())
    assert private == 9  # six packages and three services
