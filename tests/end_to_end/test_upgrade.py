"""A stack that an earlier release made goes on with this one: nothing is replaced, deleted or created."""

import base64
import gzip
import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.dynamic_providers import PROVIDERS
from sandbox.daemon import process
from sandbox.sample_monorepo import make_sample_monorepo
from tests.conftest import PROJECT, Checkout
from tests.end_to_end.test_rehearse import sandbox_root

STATES = Path(__file__).parent / "states"
RELEASES = sorted(file.name.removesuffix(".json.gz") for file in STATES.glob("*.json.gz"))
"""Each release has the state of the sample's stack, as its rehearsal left it."""


def state_of(release: str) -> dict[str, Any]:
    return dict(json.loads(gzip.decompress((STATES / f"{release}.json.gz").read_bytes())))


@pytest.fixture
def sample(checkout: Checkout) -> Iterator[Checkout]:
    """The sample's stack with an empty sandbox: what only a state has, nothing else can give."""
    make_sample_monorepo(checkout.path / ".multirepo" / "maestro-platform")
    yield checkout
    process.stop(sandbox_root(checkout))


def upgrade_commands() -> list[list[str]]:
    """The commands of the CHANGELOG for users of 0.1.0."""
    notes = (PROJECT / "CHANGELOG.md").read_text().partition("### Upgrade from 0.1.0\n")[2]
    return [line.split() for line in notes.partition("```\n")[2].partition("```")[0].splitlines()]


def pulumi(checkout: Checkout, *arguments: str) -> str:
    return checkout.run("./multirepo", "shell", "--", "pulumi", *arguments, "--non-interactive").stdout


def previewed(checkout: Checkout) -> list[tuple[str, str]]:
    steps = json.loads(pulumi(checkout, "preview", "--json", "--show-sames"))["steps"]
    return [(step["op"], step["urn"]) for step in steps]


def test_there_are_states_of_earlier_releases() -> None:
    assert "0.1.0" in RELEASES


@pytest.mark.parametrize("release", RELEASES)
def test_every_dynamic_resource_of_an_earlier_release_has_a_provider(release: str) -> None:
    resources = state_of(release)["deployment"]["resources"]
    stored = [
        pickle.loads(base64.b64decode(resource["inputs"]["__provider"]))
        for resource in resources
        if "__provider" in resource.get("inputs", {})
    ]
    assert {provider.name for provider in stored} == PROVIDERS.keys() - {"monorepo"}


@pytest.mark.parametrize("release", RELEASES)
def test_a_state_of_an_earlier_release_is_at_most_updated_and_every_urn_is_known(
    sample: Checkout, release: str
) -> None:
    """Components may be new: they are nothing on GitHub. Another URN needs an alias, and then a line in `urns.txt`."""
    file = sample.path / "state.json"
    file.write_text(json.dumps(state_of(release)))
    pulumi(sample, "stack", "import", "--file", str(file), "--force")
    *before, preview, last = upgrade_commands()
    assert (preview, last) == (["pulumi", "preview"], ["pulumi", "up"])
    pulumi(sample, "config", "set", "--secret", "digest_key", "of the first release")
    for command in before:
        sample.run("./multirepo", "shell", "--", *command, "--non-interactive")
    assert "digest_key" not in (sample.path / "Pulumi.dev.yaml").read_text()
    steps = previewed(sample)
    others = [(op, urn) for op, urn in steps if op not in ("same", "update")]
    kinds = [(op, urn.split("::")[2].rpartition("$")[2]) for op, urn in others]
    assert [kind for kind in kinds if kind[0] != "create" or not kind[1].startswith("multirepo:")] == []
    assert sorted({urn for _, urn in steps}) == (STATES / "urns.txt").read_text().splitlines()
