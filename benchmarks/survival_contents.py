"""What is in a world, and where two worlds differ."""

import json
import shutil
import time
from collections.abc import Sequence
from typing import Any

import httpx
from survival_plan import INDEX, PACKAGES
from survival_worlds import SurvivalWorld, git

from migration.packages.index.devpi_client import DevpiClient

KEPT_SETTINGS = ("name", "private", "archived", "description", "topics", "default_branch", "has_issues", "has_wiki")


def contents_of(world: SurvivalWorld) -> dict[str, Any]:
    """What must be the same in every world: nothing in it has a date or a number of its own."""
    headers = {"Authorization": f"Bearer {world.world.token}"}
    organization = world.world.organization
    with httpx.Client(base_url=f"{world.world.api_url}/", headers=headers, timeout=60) as client:
        listed = client.get(f"orgs/{organization}/repos", params={"per_page": 100}).json()
        found = {entry["name"]: _repository(world, client, entry["name"]) for entry in listed}
    return found | ({"registry": _registry(world)} if world.has_registry else {})


def _repository(world: SurvivalWorld, client: httpx.Client, name: str) -> dict[str, Any]:
    path = f"repos/{world.world.organization}/{name}"
    settings = client.get(path).json()
    rulesets = [client.get(f"{path}/rulesets/{entry['id']}").json() for entry in client.get(f"{path}/rulesets").json()]
    pulls = client.get(f"{path}/pulls", params={"state": "all"}).json()
    return {
        "settings": {key: settings[key] for key in KEPT_SETTINGS},
        "rulesets": sorted(
            json.dumps([entry["name"], entry["target"], entry["rules"]], sort_keys=True) for entry in rulesets
        ),
        "labels": sorted(entry["name"] for entry in client.get(f"{path}/labels", params={"per_page": 100}).json()),
        "teams": sorted(f"{entry['slug']} {entry['permission']}" for entry in client.get(f"{path}/teams").json()),
        "environments": sorted(entry["name"] for entry in client.get(f"{path}/environments").json()["environments"]),
        "pulls": sorted(f"{entry['title']} {entry['state']}" for entry in pulls),
        "refs": _refs(world, name),
    }


def _refs(world: SurvivalWorld, name: str) -> dict[str, Any]:
    """Ref to its tree, and to the author and subject of every commit behind it, each as often as it is there."""
    clone = world.folder / "looked-at.git"
    shutil.rmtree(clone, ignore_errors=True)
    url = world.world.clone_url(name).replace("://", f"://x-access-token:{world.world.token}@")
    git(world.folder, "Zoe", "clone", "--quiet", "--mirror", url, str(clone))
    refs = git(clone, "Zoe", "for-each-ref", "--format=%(refname)").splitlines()
    found: dict[str, Any] = {}
    for ref in refs:
        tree = git(clone, "Zoe", "rev-parse", f"{ref}^{{tree}}")
        commits = git(clone, "Zoe", "log", "--format=%an: %s", ref).splitlines()
        found[ref] = [tree, sorted(commits)] if "notes" not in ref else len(commits)
    return found


def _registry(world: SurvivalWorld) -> dict[str, Any]:
    """Each package's files with their hashes, and whether a token was left behind that lasts."""
    running = world.start_registry()
    with DevpiClient(running.address, "root", running.root_password) as devpi:
        if devpi.index(INDEX) is None:
            return {}
        released = {
            entry["name"]: {
                name: file.sha256 for name, file in devpi.files(INDEX, entry["name"], entry["version"]).items()
            }
            for entry in PACKAGES["packages"]
        }
        lasting = [entry for entry in devpi.tokens("publisher").values() if not _ends_soon(entry)]
        return {"released": released, "lasting tokens": lasting}


def _ends_soon(restrictions: Sequence[str]) -> bool:
    """As one for an upload does, which nobody takes back when the registry is killed meanwhile."""
    ends = [int(entry.partition("=")[2]) for entry in restrictions if entry.startswith("expires=")]
    return bool(ends) and ends[0] < time.time() + 601


def difference(expected: dict[str, Any], found: dict[str, Any], where: str = "") -> str:
    """The first places that differ; "" where none does."""
    if isinstance(expected, dict) and isinstance(found, dict):
        differences = [
            difference(expected.get(key), found.get(key), f"{where}/{key}")  # type: ignore[arg-type]
            for key in sorted(expected.keys() | found.keys())
            if expected.get(key) != found.get(key)
        ]
        return "; ".join(differences[:3])
    return f"{where}: {json.dumps(expected, default=str)[:400]} became {json.dumps(found, default=str)[:400]}"
