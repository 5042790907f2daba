"""The shape of the house: rooms in order, who may import whom, and names that are defined once.

A room is a folder without its subfolders. It imports itself and the rooms above it in the list.
"""

import ast
import importlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent

ROOMS = {
    "migration": (
        *("migration", "migration/plan", "migration/toolchains", "migration/desired_state", "migration/git"),
        *("migration/monorepo", "migration/secrets"),
        *("migration/split/trees", "migration/split/graph", "migration/split/objects", "migration/split"),
        *(
            "migration/proof",
            "migration/preflight/checks",
            "migration/preflight/pipeline_checks",
            "migration/preflight",
            "migration/discovery",
            "migration/drafting",
        ),
        *("migration/packages/cache", "migration/packages/manifests", "migration/packages/index"),
        *("migration/packages/locks", "migration/packages/publish", "migration/packages"),
        *("migration/transforms/renaming", "migration/transforms", "migration/delivery", "migration/cutover"),
        *("migration/verification/harness", "migration/verification/compose", "migration/verification/trial_release"),
        "migration/verification/workflow_run",
        *(
            "migration/verification/references",
            "migration/verification/checks",
            "migration/verification/report",
            "migration/verification",
        ),
    ),
    "components": (
        *(
            "components",
            "components/stack",
            "components/github",
            "components/registry/image",
            "components/registry",
            "components/packages",
        ),
        *(
            "components/history",
            "components/repository",
            "components/monorepo",
            "components/drift",
            "components/program",
        ),
    ),
    "command_line": (
        *("command_line/terminal", "command_line/pulumi_cli", "command_line/stack", "command_line/verification"),
        *("command_line/reports", "command_line/rehearsal", "command_line/commands", "command_line"),
    ),
    "sandbox": (
        *("sandbox/network", "sandbox/daemon", "sandbox/tenant", "sandbox/git", "sandbox/records", "sandbox/rules"),
        *("sandbox/operations", "sandbox/rest", "sandbox/representations", "sandbox/graphql"),
        *("sandbox/routes/git", "sandbox/routes/repositories", "sandbox/routes/protection", "sandbox/routes/issues"),
        *("sandbox/routes/organizations", "sandbox/routes/actions", "sandbox/routes", "sandbox/registry"),
        *("sandbox/containers", "sandbox/sample_monorepo", "sandbox/upstream", "sandbox"),
    ),
    "engine": ("engine",),
    "policies": ("policies",),
    "component_package": ("component_package",),
    "benchmarks": ("benchmarks/secret_scanning", "benchmarks"),
}
"""The rooms of each top folder, in order: an import goes to its own room or an earlier one."""

GROUND = {"migration": ("errors", "progress", "durable_files"), "sandbox": ("errors",)}
"""Modules directly in a top folder that every room below may import: they stand before the rooms."""

TOP_FOLDERS = {
    "__main__": {"components", "migration"},
    "components": {"components", "migration", "engine"},
    "migration": {"migration"},
    "policies": {"policies"},
    "component_package": {"component_package", "components"},
    "sandbox": {"sandbox"},
    "engine": {"engine"},
    "command_line": {"command_line", "components", "migration", "sandbox", "engine"},
    "benchmarks": {"benchmarks", "command_line", "components", "migration", "sandbox", "engine"},
}
MODULES_PER_ROOM = 12
CROWDED = {"migration/plan": 14, "command_line/commands": 18, "benchmarks": 16}
REPEATED = ("routes", "graphql", "representations", "records", "operations")
"""Rooms of the sandbox where one noun of GitHub's names a module in several layers."""
PUBLIC_SPLIT = "migration/split"


@cache
def all_modules() -> tuple[Path, ...]:
    """The product's modules, relative to the project. The sample's files are somebody else's programs."""
    found = [PROJECT / "__main__.py"]
    for top in ROOMS:
        found += [
            path
            for path in sorted((PROJECT / top).rglob("*.py"))
            if "files" not in path.relative_to(PROJECT).parts and "__pycache__" not in path.parts
        ]
    return tuple(path.relative_to(PROJECT) for path in found)


@cache
def tree(module: Path) -> ast.Module:
    return ast.parse((PROJECT / module).read_text(encoding="utf-8"))


def room(module: Path) -> str:
    return module.parent.as_posix()


def imported(module: Path) -> Iterator[tuple[Path, str]]:
    """Each module of ours that this one imports, with the name as it is written."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import; write it whole"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if (target := module_of(name)) and target != module:
                yield target, name


def module_of(name: str) -> Path | None:
    """The file behind a dotted name of ours, which may end with a symbol; None for a library's."""
    parts = name.split(".")
    if parts[0] not in ROOMS:
        return None
    for length in (len(parts), len(parts) - 1):
        stem = Path(*parts[:length])
        for candidate in (stem.with_suffix(".py"), stem / "__init__.py"):
            if (PROJECT / candidate).is_file():
                return candidate
    return None


def position(module: Path) -> int:
    """Of a module's room within its top folder; ground stands before all."""
    top = module.parts[0]
    if module.parent.as_posix() == top and module.stem in GROUND.get(top, ()):
        return -1
    return ROOMS[top].index(room(module))


def test_every_folder_is_a_room() -> None:
    listed = {name for rooms in ROOMS.values() for name in rooms}
    there = {room(module) for module in all_modules() if module.parts[0] in ROOMS and module.name != "__init__.py"}
    assert there - listed == set()


@pytest.mark.parametrize("top", list(TOP_FOLDERS))
def test_top_folders_import_one_way(top: str) -> None:
    wrong = [
        f"{module} imports {name}"
        for module in all_modules()
        if module.parts[0].removesuffix(".py") == top
        for target, name in imported(module)
        if target.parts[0] not in TOP_FOLDERS[top]
    ]
    assert wrong == []


@pytest.mark.parametrize("top", list(ROOMS))
def test_a_room_imports_itself_and_earlier_rooms(top: str) -> None:
    wrong = [
        f"{module} imports {name}"
        for module in all_modules()
        if module.parts[0] == top and module.name != "__init__.py"
        for target, name in imported(module)
        if target.parts[0] == top and room(target) != room(module) and position(target) > position(module)
    ]
    assert wrong == []


def test_a_face_only_reexports() -> None:
    allowed = ast.ImportFrom | ast.Import | ast.Expr
    wrong = []
    for module in all_modules():
        if module.name != "__init__.py":
            continue
        for node in tree(module).body:
            is_list = isinstance(node, ast.Assign) and all(
                isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets
            )
            if not isinstance(node, allowed) and not is_list:
                wrong.append(f"{module}:{node.lineno}")
    assert wrong == []


def test_only_the_split_imports_its_inner_rooms() -> None:
    inner = tuple(f"{PUBLIC_SPLIT}/{name}" for name in ("trees", "graph", "objects"))
    wrong = [
        f"{module} imports {name}"
        for module in all_modules()
        if not room(module).startswith(PUBLIC_SPLIT)
        for target, name in imported(module)
        if room(target) in inner
    ]
    assert wrong == []


def test_a_room_holds_about_a_dozen_modules() -> None:
    counts = Counter(room(module) for module in all_modules() if module.name not in ("__init__.py", "__main__.py"))
    crowded = {name: n for name, n in counts.items() if n > CROWDED.get(name, MODULES_PER_ROOM)}
    assert crowded == {}


def test_migration_imports_no_pulumi() -> None:
    wrong = [
        str(module)
        for module in all_modules()
        if module.parts[0] == "migration"
        for node in ast.walk(tree(module))
        if (isinstance(node, ast.Import) and any(a.name.split(".")[0].startswith("pulumi") for a in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0].startswith("pulumi"))
    ]
    assert wrong == []


def test_a_class_name_is_defined_once() -> None:
    places = defaultdict(list)
    for module in all_modules():
        for node in tree(module).body:
            if isinstance(node, ast.ClassDef):
                places[node.name].append(f"{module}:{node.lineno}")
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


@pytest.mark.parametrize("top", list(ROOMS))
def test_a_module_name_is_used_once_in_a_top_folder(top: str) -> None:
    places = defaultdict(list)
    for module in all_modules():
        nouns = top == "sandbox" and len(module.parts) > 2 and module.parts[1] in REPEATED
        if module.parts[0] == top and module.stem not in ("__init__", "__main__") and not nouns:
            places[module.stem].append(str(module))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


@pytest.mark.parametrize("top", [top for top in ROOMS if top != "benchmarks"])
def test_every_room_says_what_it_is_for(top: str) -> None:
    """Two lines at least: what it is for, and what it must not know."""
    short = []
    for name in ROOMS[top]:
        if (PROJECT / name / "__init__.py").is_file():
            doc = importlib.import_module(name.replace("/", ".")).__doc__ or ""
            if len([line for line in doc.splitlines() if line.strip()]) < 2:
                short.append(name)
    assert short == []


def test_each_test_folder_names_a_folder_that_exists() -> None:
    own = {"end_to_end", "github_workflows"}
    wrong = []
    for folder in sorted({path.parent for path in (PROJECT / "tests").rglob("test_*.py")}):
        parts = folder.relative_to(PROJECT / "tests").parts
        if parts and parts[0] not in own and not PROJECT.joinpath(*parts).is_dir():
            wrong.append("/".join(parts))
    assert wrong == []


def test_the_stack_fits_a_screen() -> None:
    assert len((PROJECT / "__main__.py").read_text().splitlines()) <= 60
