"""`multirepo:registry` of a stack, read and checked key by key."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from components.stack.registry_settings import CodeArtifactDomain, DevpiContainer, DevpiServer
from migration.desired_state import CodeArtifact, Devpi, Registry

Kind = TypeVar("Kind")
KEYS = (
    "multirepo:registry must have the kind 'devpi' with server and index (or with index_url and reader, for one that "
    "others keep), 'docker' with index, or 'codeartifact' with region, account and domain (and index_url and "
    "reader_role, where others do)."
)
_NO_PYTHON_ON_GITHUB = (
    "multirepo:registry: GitHub Packages has no registry for Python packages. Choose 'devpi' or 'codeartifact'. For "
    "container images and npm it stays available. "
    "https://docs.github.com/en/packages/learn-github-packages/introduction-to-github-packages"
)


class RegistrySettingError(ValueError):
    """What is wrong with the setting, each problem once, with the command that corrects it."""


def read_registry(
    setting: str | None, stack: str, owner: str, folder: Path
) -> Registry | DevpiServer | CodeArtifactDomain | None:
    """From {"kind": "devpi", "server": …, "index": …}, or another kind with the fields of its class; None for none.

    folder: of the sandbox's registry. Raises RegistrySettingError.
    """
    if setting in (None, "", "{}"):
        return None
    fields = _fields(str(setting))
    kind = fields.pop("kind")
    if kind == "devpi" and "server" in fields:
        return _validate(DevpiServer, {"folder": folder, **fields})
    if kind == "docker":
        return _in_container(stack, folder, fields)
    if kind == "codeartifact" and "index_url" not in fields:
        return _validate(CodeArtifactDomain, {"owner": owner, **fields})
    kept_by_others: dict[str, type[Registry]] = {"devpi": Devpi, "codeartifact": CodeArtifact}
    return _validate(kept_by_others[kind], fields)


def _in_container(stack: str, folder: Path, fields: Mapping[str, Any]) -> DevpiServer:
    """Port and base of the container, and any key of a server; without `server`, clients use the container's port."""
    own = {key: fields[key] for key in ("port", "base") if key in fields}
    container = _validate(DevpiContainer, {"name": f"multirepo-registry-{stack}", **own})
    server = {"server": f"http://127.0.0.1:{container.port}", **fields}
    others = {key: value for key, value in server.items() if key not in own}
    return _validate(DevpiServer, {"folder": folder, "container": container, **others})


def _fields(setting: str) -> dict[str, Any]:
    try:
        fields = json.loads(setting)
    except json.JSONDecodeError:
        fields = None
    if not isinstance(fields, dict):
        raise RegistrySettingError(
            f"{KEYS} Run: pulumi config rm multirepo:registry && pulumi config set --path multirepo:registry.kind devpi"
        )
    kind = str(fields.get("kind"))
    if kind.startswith("github"):
        raise RegistrySettingError(_NO_PYTHON_ON_GITHUB)
    if kind not in ("devpi", "docker", "codeartifact"):
        raise _refusal([])
    return fields


def _validate(kind: type[Kind], fields: Mapping[str, Any]) -> Kind:
    """An object of the class, with values of its types. Raises RegistrySettingError with every problem."""
    import pydantic  # providers do without

    known = getattr(kind, "__dataclass_fields__", {})
    unknown = [f"{name} is not a key of this kind" for name in fields if name not in known]
    try:
        made = pydantic.TypeAdapter(kind).validate_python({key: fields[key] for key in fields if key in known})
    except pydantic.ValidationError as error:
        raise _refusal([*unknown, *_problems(error.errors())]) from None
    if unknown:
        raise _refusal(unknown)
    return made


def _problems(errors: Iterable[Any]) -> Iterator[str]:
    for error in errors:
        message = error["msg"].removeprefix("Value error, ")
        yield ": ".join([*(str(part) for part in error["loc"]), message])


def _refusal(problems: list[str]) -> RegistrySettingError:
    listed = "".join(f" {problem}." for problem in problems)
    return RegistrySettingError(f"{KEYS}{listed} Run: pulumi config set --path multirepo:registry.KEY VALUE")
