"""Each JavaScript project is installed, tested and built by its own package manager and scripts."""

import json
from typing import Any

import pytest

from migration.plan import Pipeline
from migration.toolchains.node_toolchain import NodeToolchain, node_toolchain
from migration.toolchains.project_files import ProjectFiles


def tools(manifest: dict[str, Any], *others: str, **pipeline: object) -> NodeToolchain:
    files = ProjectFiles.of({"package.json": json.dumps(manifest), **dict.fromkeys(others, "")})
    return node_toolchain(files, ".", Pipeline.model_validate(pipeline))


@pytest.mark.parametrize(
    ("manifest", "files", "setup", "install"),
    [
        ({}, ["package-lock.json"], (), "npm ci"),
        ({}, [], (), "npm install"),
        ({}, ["pnpm-lock.yaml"], ("npm install --global pnpm@10.34.1",), "pnpm install --frozen-lockfile"),
        ({"packageManager": "pnpm@9.1.0+sha512.ab"}, [], ("npm install --global pnpm@9.1.0",), "pnpm install"),
        ({}, ["yarn.lock"], ("npm install --global yarn@1.22.22",), "yarn install --frozen-lockfile"),
        (
            {"packageManager": "yarn@4.5.0"},
            ["yarn.lock"],
            ("npm install --global corepack@0.36.0", "corepack enable"),
            "yarn install --immutable",
        ),
        ({}, ["bun.lock"], ("npm install --global bun@1.4.5",), "bun install --frozen-lockfile"),
        ({"scripts": {"test": "bunx playwright test"}}, [], ("npm install --global bun@1.4.5",), "bun install"),
    ],
)
def test_a_project_is_installed_by_its_own_manager(
    manifest: dict[str, Any], files: list[str], setup: tuple[str, ...], install: str
) -> None:
    found = tools(manifest, *files)
    assert (found.setup, found.install) == (setup, install)


@pytest.mark.parametrize(
    ("manifest", "tests"),
    [
        ({"devDependencies": {"vitest": "3"}}, "npx vitest run --passWithNoTests"),
        ({"scripts": {"test": "jest"}}, "npm run test"),
        ({"scripts": {"test": "playwright test"}}, ""),
        ({"scripts": {"test": 'echo "Error: no test specified" && exit 1'}}, ""),
        ({"devDependencies": {"@playwright/test": "1"}}, ""),
    ],
)
def test_vitest_runs_only_where_the_tests_are_its_own(manifest: dict[str, Any], tests: str) -> None:
    assert tools(manifest).tests == tests


@pytest.mark.parametrize(
    ("manifest", "build"),
    [
        ({"scripts": {"build": "tsc && vite build"}, "devDependencies": {"vite": "7"}}, "npm run build"),
        ({"devDependencies": {"vite": "7"}}, "npx vite build"),
        ({"dependencies": {"react": "19"}}, ""),
    ],
)
def test_a_project_without_vite_is_not_built_by_it(manifest: dict[str, Any], build: str) -> None:
    assert tools(manifest).build == build


def test_a_build_that_goes_to_another_folder_leaves_no_site() -> None:
    manifest = json.dumps({"devDependencies": {"vite": "8"}})
    for config, leaves_site in (("export default {}", True), ('export default {build: {outDir: "../x"}}', False)):
        files = ProjectFiles.of({"package.json": manifest, "vite.config.ts": config})
        assert node_toolchain(files, ".", Pipeline()).builds_site is leaves_site


def test_linter_and_types_are_those_of_the_project() -> None:
    manifest = {"scripts": {"lint": "biome check"}, "devDependencies": {"typescript": "5", "eslint": "9"}}
    assert (tools(manifest).lint, tools(manifest).types) == ("npm run lint", "")
    assert tools({"devDependencies": {"eslint": "9"}}).lint == "npx eslint ."
    assert tools(manifest, "tsconfig.json").types == "npx tsc --noEmit"
    assert tools({"scripts": {"typecheck": "vue-tsc"}}).types == "npm run typecheck"


def test_what_is_not_locked_is_not_audited_and_has_no_cache() -> None:
    assert (tools({}).audit, tools({}).cache) == ("", "")
    locked = tools({}, "package-lock.json")
    assert (locked.audit, locked.cache) == ("npm audit --audit-level=high", "npm")


def test_the_version_of_node_is_that_of_the_projects_file() -> None:
    assert tools({}, ".nvmrc").node_file == ".nvmrc"
    assert tools({}).node_file == ""
