"""What the processes of dynamic providers load, and what of a provider lands in the state."""

import base64
import subprocess
import sys
from typing import Any

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from components.history.code_move import CodeMoveProvider
from components.monorepo.monorepo import MonorepoProvider
from components.monorepo.verified_copy import VerifiedCopyProvider
from components.packages.published_package import PublishedPackageProvider
from components.registry.devpi_resources import DevpiIndexProvider, DevpiTokenProvider
from components.repository.managed_files import ManagedFilesProvider
from tests.conftest import PROJECT

PROVIDERS = [
    CodeMoveProvider(),
    DevpiIndexProvider(),
    DevpiTokenProvider(),
    ManagedFilesProvider(),
    MonorepoProvider(),
    PublishedPackageProvider(),
    VerifiedCopyProvider(),
]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_provider_in_the_state_is_only_the_name_of_its_class(provider: Any) -> None:
    pickled = base64.b64decode(serialize_provider(provider))
    assert len(pickled) < 90
    assert type(provider).__name__.encode() in pickled
    assert type(provider).__module__.encode() in pickled


def test_a_preview_in_which_nothing_changes_loads_none_of_the_code_that_works() -> None:
    modules = sorted({type(provider).__module__ for provider in PROVIDERS})
    program = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    heavy = {"httpx", "pydantic", "jinja2", "pulumi_github", "migration", "components.stack.settings"}
    assert heavy & set(loaded.stdout.split()) == set()
