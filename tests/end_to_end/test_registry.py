"""The private registry as a part of the stack, with a real devpi, the real engine and the sandbox."""

import json
import subprocess
import threading
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import yaml

from migration.packages.index.devpi_client import DevpiClient
from sandbox.daemon.administration import read_secrets
from sandbox.registry.registry_process import RunningRegistry
from tests.end_to_end.conftest import Stack

PLAN: dict[str, Any] = {
    "monorepo": {"name": "maestro-platform"},
    "repositories": [
        {
            "name": "engine",
            "moves": [{"from": "engine"}],
            "secrets": ["REGISTRY_READ_TOKEN"],
            "variables": ["REGISTRY_READER"],
        }
    ],
}


@pytest.fixture
def with_registry(stack: Stack, registry_server: RunningRegistry) -> Stack:
    """The stack with an index and users of its own at the registry."""
    user = f"t{abs(hash(stack.world.name)):x}"
    settings = stack.checkout.path / "Pulumi.test.yaml"
    config = yaml.safe_load(settings.read_text())
    config["config"] |= {
        "multirepo:registry": {
            "kind": "devpi",
            "server": registry_server.address,
            "index": f"{user}/prod",
            "reader": f"{user}-reader",
            "publisher": f"{user}-publisher",
        },
    }
    settings.write_text(yaml.safe_dump(config))
    stack.checkout.environment["DEVPI_PASSWORD"] = registry_server.root_password
    stack.write_plan(PLAN)
    return stack


def registry_settings(stack: Stack) -> dict[str, Any]:
    settings: dict[str, Any] = yaml.safe_load((stack.checkout.path / "Pulumi.test.yaml").read_text())
    return dict(settings["config"]["multirepo:registry"])


def test_tokens_reach_github_are_replaced_without_a_gap_and_stand_nowhere_in_clear(
    with_registry: Stack, registry_server: RunningRegistry
) -> None:
    stack, registry = with_registry, registry_settings(with_registry)
    arguments: set[str] = set()
    watching = threading.Event()
    watcher = threading.Thread(target=watch_processes, args=(watching, arguments))
    watcher.start()
    output = stack.pulumi("preview", "--diff").stdout + stack.up()
    first = token_at_github(stack)
    assert works(registry, first)

    # Drift and new tokens at once: the index is set right, although its token was deleted.
    with DevpiClient(registry_server.address, "root", registry_server.root_password) as devpi:
        devpi.ensure_index(registry["index"], {"volatile": True})
        devpi.delete_token(registry["reader"], next(iter(devpi.tokens(registry["reader"]))))
    output += stack.pulumi("preview", "--diff", "--refresh", "--expect-no-changes", code=7).stdout
    rotated = stack.checkout.run("./multirepo", "rotate", "--stack", "test", "--yes")
    output += rotated.stdout + rotated.stderr
    assert "Tokens replaced: 1. The registry rejects every old one and accepts every new one." in rotated.stderr
    index = httpx.get(f"{registry['server']}/{registry['index']}", headers={"Accept": "application/json"}).json()
    assert index["result"]["volatile"] is False
    second = token_at_github(stack)
    assert works(registry, second)
    assert not works(registry, first)

    watching.set()
    watcher.join()
    output += stack.state() + "\n".join(arguments)
    assert "command_line rotate --stack test" in output, "the processes were looked at"
    places = (stack.server.root, stack.checkout.path / "state", stack.checkout.path / ".multirepo")
    files = [file for place in places for file in place.rglob("*") if file.is_file()]
    contents = output.encode() + b"".join(file.read_bytes() for file in [*files, registry_server.folder / "devpi.log"])
    repositories = [
        head.parent for place in places for head in place.rglob("HEAD") if (head.parent / "objects").is_dir()
    ]
    assert len(repositories) > 1
    contents += b"".join(map(every_object, repositories))
    assert stack.world.name.encode() in contents
    assert b"Engine: a feature" in contents, "the history was looked at"
    for secret in (first, second, registry_server.root_password):
        assert secret.encode() not in contents
    assert stack.world.token not in output


def watch_processes(done: threading.Event, arguments: set[str]) -> None:
    """What `ps` shows to everybody on the machine, again and again."""
    while not done.wait(0.02):
        for process in psutil.process_iter(["cmdline"]):
            arguments.add(" ".join(process.info["cmdline"] or ()))


def every_object(repository: Path) -> bytes:
    """All that git keeps there, whether a ref leads to it or not, as it is before git compresses it."""
    command = ["git", "-C", str(repository), "cat-file", "--batch-all-objects", "--batch"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def test_a_registry_that_is_down_stops_up_with_its_address(with_registry: Stack) -> None:
    with_registry.pulumi("config", "set", "--path", "multirepo:registry.server", "http://127.0.0.1:9")
    output = with_registry.up(code=1)
    assert "The registry http://127.0.0.1:9 does not answer" in output
    assert "Traceback" not in output


def token_at_github(stack: Stack) -> str:
    """What the repository's secret holds, which only the sandbox's own keys can open."""
    (secret,) = read_secrets(stack.server, stack.world.name)
    assert secret.value
    return secret.value


def works(registry: dict[str, Any], token: str) -> bool:
    answer = httpx.get(f"{registry['server']}/+api", auth=(registry["reader"], token))
    return answer.status_code == 200 and json.loads(answer.content)["result"]["authstatus"][0] == "ok"
