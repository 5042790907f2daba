"""Which pipelines of the monorepo are about frozen folders alone: read from their files. Pure."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import yaml

FOLDER = ".github/workflows/"
_FILTERED = ("push", "pull_request", "pull_request_target")
_BY_HAND = ("workflow_dispatch", "workflow_call")


def is_workflow(path: str) -> bool:
    """Whether GitHub runs this file."""
    return path.startswith(FOLDER) and path.endswith((".yml", ".yaml")) and "/" not in path.removeprefix(FOLDER)


def lies_in(content: bytes, path: str, folders: Collection[str]) -> bool:
    """Whether a workflow can only be about these folders.

    It is when each of its triggers is limited to paths in them, or when each of its jobs works in one of them.
    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#onpushpull_requestpull_request_targetpathspaths-ignore
    """
    if "" in folders:  # the rest of the monorepo, with its pipelines
        return True
    try:
        workflow = yaml.load(content, yaml.CBaseLoader)  # everything is text: YAML 1.1 reads `on` as true
        return _by_paths(workflow["on"], path, folders) or _by_jobs(workflow, folders)
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, AttributeError):
        return False


def mentions(content: bytes, folders: Iterable[str]) -> bool:
    """Whether a file names one of the folders."""
    return any(folder.encode("utf-8", "surrogateescape") in content for folder in folders)


def _by_paths(triggers: Any, path: str, folders: Iterable[str]) -> bool:
    if not isinstance(triggers, Mapping) or not set(triggers) & set(_FILTERED):
        return False
    for name, limits in triggers.items():
        if name in _BY_HAND:
            continue
        patterns = [pattern for pattern in (limits or {}).get("paths", ()) if not pattern.startswith("!")]
        if name not in _FILTERED or not patterns:
            return False
        if not all(pattern == path or _is_within(pattern, folders) for pattern in patterns):
            return False
    return True


def _by_jobs(workflow: Mapping[str, Any], folders: Iterable[str]) -> bool:
    """By `working-directory` alone: a job that works there and uses something from elsewhere is not distinguished."""
    common = _working_directory(workflow)
    places = [_working_directory(job) or common for job in workflow["jobs"].values()]
    return bool(places) and all(place and _is_within(place, folders) for place in places)


def _working_directory(entry: Mapping[str, Any]) -> str:
    place = ((entry.get("defaults") or {}).get("run") or {}).get("working-directory") or ""
    return str(place).removeprefix("./").rstrip("/")


def _is_within(place: str, folders: Iterable[str]) -> bool:
    return any(place == folder or place.startswith(f"{folder}/") for folder in folders)
