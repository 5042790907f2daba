"""What a docker-compose.yml says about its services. Pure.

https://docs.docker.com/reference/compose-file/services/
"""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::?(?P<mark>[-?])(?P<rest>[^}]*))?\}")


@dataclass(frozen=True, kw_only=True)
class Service:
    """One service. image: without its tag. port: the first that it publishes, inside the container; None for none."""

    name: str
    image: str
    tag: str
    environment: Mapping[str, str]
    port: int | None
    published: int | None
    depends_on: tuple[str, ...]
    has_health_check: bool
    command: tuple[str, ...]


def read_services(text: str, variables: Mapping[str, str]) -> dict[str, Service]:
    """The services by name. variables: what `${NAME}` stands for.

    Raises KeyError for a variable that is not set and has no default.
    """
    document = yaml.safe_load(text)
    return {name: _service(name, _fill(entry, variables)) for name, entry in document["services"].items()}


def _service(name: str, entry: Mapping[str, Any]) -> Service:
    image, _, tag = str(entry.get("image", name)).rpartition(":")
    command = entry.get("command", ())
    ports = [str(each).split(":") for each in entry.get("ports", ())]
    return Service(
        name=name,
        image=image or tag,
        tag=tag if image else "latest",
        environment=_pairs(entry.get("environment", {})),
        port=int(ports[0][-1]) if ports else None,
        published=int(ports[0][-2]) if ports and len(ports[0]) > 1 else None,
        depends_on=tuple(entry.get("depends_on", ())),
        has_health_check="healthcheck" in entry,
        command=tuple(shlex.split(command) if isinstance(command, str) else map(str, command)),
    )


def _pairs(environment: Mapping[str, Any] | list[str]) -> dict[str, str]:
    if isinstance(environment, Mapping):
        return {name: str(value) for name, value in environment.items()}
    return {name: value for name, _, value in (each.partition("=") for each in environment)}


def _fill(node: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(node, Mapping):
        return {key: _fill(value, variables) for key, value in node.items()}
    if isinstance(node, list):
        return [_fill(each, variables) for each in node]
    return _VARIABLE.sub(lambda found: _value(found, variables), node) if isinstance(node, str) else node


def _value(found: "re.Match[str]", variables: Mapping[str, str]) -> str:
    name = found["name"]
    if name in variables:
        return variables[name]
    if found["mark"] == "-":
        return found["rest"]
    raise KeyError(name)


def fixed_passwords(text: str) -> list[str]:
    """Variables of the file that hold a password as it stands, and addresses that do."""
    found = []
    for name, entry in yaml.safe_load(text)["services"].items():
        for variable, value in _pairs(entry.get("environment", {})).items():
            named = re.search(r"PASSWORD|SECRET|TOKEN", variable) and value and "${" not in value
            inside = re.search(r"://[^:/@\s]+:(?!\$\{)[^@\s]+@", value)
            if named or inside:
                found.append(f"{name}: {variable}")
    return found
