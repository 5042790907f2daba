"""The commands by which one JavaScript project is installed, tested, checked, and built: those of its own manager."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from migration.plan import Pipeline
from migration.toolchains.project_files import ProjectFiles

Manager = Literal["npm", "pnpm", "yarn", "bun"]
_LOCKS: dict[str, Manager] = {
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lock": "bun",
    "bun.lockb": "bun",
}
_DEFAULTS: dict[Manager, str] = {"npm": "", "pnpm": "10.34.1", "yarn": "1.22.22", "bun": "1.4.5"}
"""Version of a manager that `packageManager` does not name; npm comes with Node."""
_EXECUTE: dict[Manager, str] = {"npm": "npx ", "pnpm": "pnpm exec ", "yarn": "yarn run ", "bun": "bunx "}
_AUDIT: dict[Manager, str] = {
    "npm": "npm audit --audit-level=high",
    "pnpm": "pnpm audit --audit-level high",
    "yarn": "yarn npm audit --severity high",
    "bun": "bun audit --audit-level=high",
}
_LINTERS = {"eslint": "eslint .", "@biomejs/biome": "biome check .", "oxlint": "oxlint --deny-warnings"}
_END_TO_END = re.compile(r"\b(?:playwright|cypress|wdio|testcafe|nightwatch|puppeteer)\b")
_NO_TEST = "no test specified"


@dataclass(frozen=True, kw_only=True)
class NodeToolchain:
    """What the jobs of one project run; "" for what it has not.

    setup: commands that bring the manager. install: by the lock, if there is one. lint, types, tests, build, audit:
    commands. builds_site: whether the build leaves a site in `dist`. node_file: the file that names the version of
    Node. cache: the manager whose downloads setup-node keeps.
    """

    manager: Manager
    setup: tuple[str, ...]
    install: str
    execute: str
    lint: str
    types: str
    tests: str
    build: str
    audit: str
    builds_site: bool
    node_file: str
    cache: str


def node_toolchain(files: ProjectFiles | None, folder: str, pipeline: Pipeline) -> NodeToolchain:
    """Of the project in this folder. files: None where they are not known: then npm, with Vite, Vitest, TypeScript."""
    if files is None:
        usual = {"devDependencies": dict.fromkeys(("vite", "vitest", "typescript"), "*")}
        files = ProjectFiles.of({"package.json": json.dumps(usual), "package-lock.json": "", "tsconfig.json": ""})
    manifest = _manifest(files.text(folder, "package.json"))
    manager, version = _manager(files, folder, manifest)
    lock = next((name for name, of in _LOCKS.items() if of == manager and files.has(folder, name)), "")
    is_berry = manager == "yarn" and (files.has(folder, ".yarnrc.yml") or not version.startswith("1."))
    scripts, declared = manifest.get("scripts", {}), _declared(manifest)
    run = f"{manager} run "
    return NodeToolchain(
        manager=manager,
        setup=_setup(manager, version, is_berry),
        install=_install(manager, bool(lock), is_berry),
        execute=_EXECUTE[manager],
        lint=_first(run, scripts, ["lint"]) or _own(_LINTERS, declared, manager),
        types=_types(files, folder, run, scripts, declared, manager),
        tests=_tests(pipeline, scripts, declared, manager),
        build=_first(run, scripts, ["build"]) or (f"{_EXECUTE[manager]}vite build" if "vite" in declared else ""),
        audit=_audit(manager, lock, is_berry),
        builds_site="vite" in declared and not _builds_elsewhere(files, folder),
        node_file=next((name for name in (".nvmrc", ".node-version") if files.has(folder, name)), ""),
        cache=manager if lock and manager != "bun" and not is_berry else "",
    )


def _manifest(text: str) -> Mapping[str, Any]:
    try:
        document = json.loads(text or "{}")
    except json.JSONDecodeError:  # its manager reports it
        return {}
    return document if isinstance(document, Mapping) else {}


def _declared(manifest: Mapping[str, Any]) -> frozenset[str]:
    kinds = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
    return frozenset(name for kind in kinds for name in manifest.get(kind, {}))


def _manager(files: ProjectFiles, folder: str, manifest: Mapping[str, Any]) -> tuple[Manager, str]:
    """By `packageManager`, then by the lock file, then by a command that only Bun has. With the version."""
    name, _, version = str(manifest.get("packageManager", "")).partition("@")
    if name in _DEFAULTS:
        return name, version.partition("+")[0]
    locked = next((manager for lock, manager in _LOCKS.items() if files.has(folder, lock)), None)
    runs_bun = any(re.search(r"\bbunx?\b", str(script)) for script in manifest.get("scripts", {}).values())
    chosen: Manager = locked or ("bun" if runs_bun else "npm")
    return chosen, _DEFAULTS[chosen]


def _setup(manager: Manager, version: str, is_berry: bool) -> tuple[str, ...]:
    if manager == "npm":
        return ()
    if is_berry:  # Corepack brings the version that the project names
        return ("npm install --global corepack@0.36.0", "corepack enable")
    return (f"npm install --global {manager}@{version}",)


def _install(manager: Manager, is_locked: bool, is_berry: bool) -> str:
    if manager == "npm":
        return "npm ci" if is_locked else "npm install"
    frozen = "--immutable" if is_berry else "--frozen-lockfile"
    return f"{manager} install {frozen}" if is_locked else f"{manager} install"


def _first(run: str, scripts: Mapping[str, Any], names: Sequence[str]) -> str:
    return next((run + name for name in names if name in scripts), "")


def _own(commands: Mapping[str, str], declared: frozenset[str], manager: Manager) -> str:
    return next((_EXECUTE[manager] + command for name, command in commands.items() if name in declared), "")


def _types(
    files: ProjectFiles,
    folder: str,
    run: str,
    scripts: Mapping[str, Any],
    declared: frozenset[str],
    manager: Manager,
) -> str:
    if script := _first(run, scripts, ["typecheck", "type-check", "check-types"]):
        return script
    checked = "typescript" in declared and files.has(folder, "tsconfig.json")
    return f"{_EXECUTE[manager]}tsc --noEmit" if checked else ""


def _tests(pipeline: Pipeline, scripts: Mapping[str, Any], declared: frozenset[str], manager: Manager) -> str:
    """The plan's, Vitest's, or those of the script `test`, unless they need a browser and a running server."""
    script = str(scripts.get("test", ""))
    if pipeline.tests:
        return pipeline.tests
    if "vitest" in declared:
        return f"{_EXECUTE[manager]}vitest run --passWithNoTests"
    return f"{manager} run test" if script and _NO_TEST not in script and not _END_TO_END.search(script) else ""


def _builds_elsewhere(files: ProjectFiles, folder: str) -> bool:
    """https://vite.dev/config/build-options#build-outdir"""
    endings = ("ts", "js", "mts", "mjs", "cts", "cjs")
    return any("outDir" in files.text(folder, f"vite.config.{ending}") for ending in endings)


def _audit(manager: Manager, lock: str, is_berry: bool) -> str:
    """Managers look up what is locked; the first yarn has an exit status for each severity."""
    if not lock:
        return ""
    return "yarn audit --level high" if manager == "yarn" and not is_berry else _AUDIT[manager]
