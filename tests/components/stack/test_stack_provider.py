"""What the processes of dynamic providers load, and what of a provider lands in the state."""

import base64
import pickle
import pickletools
import subprocess
import sys
from typing import cast

import pytest
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.rpc import UNKNOWN

from components.dynamic_providers import PROVIDERS, VERSION, load_provider
from components.stack.stack_provider import StackProvider
from tests.conftest import PROJECT


@pytest.mark.parametrize("name", PROVIDERS)
def test_the_state_names_one_function_a_provider_and_a_version(name: str) -> None:
    pickled = base64.b64decode(serialize_provider(load_provider(name, VERSION)))
    words = [word for _, word, _ in pickletools.genops(pickled) if isinstance(word, str | int)]
    assert [word for word in words if word not in (4, *range(40, 200))] == [
        "components.dynamic_providers",
        "load_provider",
        name,
        VERSION,
    ]


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_provider_in_the_state_is_the_provider_again(name: str) -> None:
    pickled = base64.b64decode(serialize_provider(load_provider(name, VERSION)))
    assert type(pickle.loads(pickled)) is type(load_provider(name, VERSION))


def test_a_state_of_a_later_release_is_refused_with_what_to_do() -> None:
    with pytest.raises(ValueError, match="A later release of multirepo wrote this state"):
        load_provider("code_move", VERSION + 1)


@pytest.mark.parametrize(
    "path",
    [
        "components.history.code_move.CodeMoveProvider",
        "components.monorepo.monorepo.MonorepoProvider",
        "components.monorepo.verified_copy.VerifiedCopyProvider",
        "components.packages.published_package.PublishedPackageProvider",
        "components.registry.devpi_resources.DevpiIndexProvider",
        "components.registry.devpi_resources.DevpiTokenProvider",
        "components.repository.managed_files.ManagedFilesProvider",
    ],
)
def test_a_class_that_a_released_state_names_is_still_there(path: str) -> None:
    """Such states name the class itself, as dill pickles an instance without attributes."""
    module, _, name = path.rpartition(".")
    provider = pickle.loads(f"c{module}\n{name}\n)\x81.".encode("latin-1"))
    assert provider.name in PROVIDERS


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_provider_in_an_older_form_is_written_again_without_other_work(name: str) -> None:
    provider = cast(StackProvider, load_provider(name, VERSION))
    done = {key: "done" for key in provider.outputs if key not in ("refused", "conflict", "waiting")}
    olds = {"server": "sandbox/dev", "files": {}, "seen": {}, **done}
    news = {"server": "sandbox/dev", "provider_version": VERSION, **dict.fromkeys(provider.outputs)}
    news |= {key: value for key, value in olds.items() if key not in provider.outputs}
    result = provider.diff("id", olds, news)
    assert (result.changes, result.replaces) == (True, [])
    # There are no settings and no server here: other work would fail.
    written = provider.update("id", olds, news).outs
    assert written is not None
    assert {key: written[key] for key in done} == done
    assert written["provider_version"] == VERSION
    assert (
        provider.diff("id", written, news | {key: written[key] for key in provider.compared if key in written}).changes
        is False
    )


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize(("property_name", "value"), [("owner", "other"), ("server", "https://github.com")])
def test_another_owner_or_server_is_a_replacement(name: str, property_name: str, value: str) -> None:
    olds = {"owner": "acme", "server": "sandbox/dev"}
    assert property_name in (
        load_provider(name, VERSION).diff("id", olds, olds | {property_name: value}).replaces or ()
    )


def test_inputs_that_cannot_be_are_refused_before_anything_is_done() -> None:
    provider = load_provider("code_move", VERSION)
    news = {"repository": "a/b", "default_branch": "main", "head": UNKNOWN, "tree": ""}
    failures = provider.check({}, news).failures
    assert [(failure.property, failure.reason) for failure in failures] == [
        ("repository", r"'a/b' does not match [\w.-]{1,100}")
    ]


def test_a_preview_in_which_nothing_changes_loads_none_of_the_code_that_works() -> None:
    modules = sorted({module for module, _ in PROVIDERS.values()})
    imports = ", ".join(f"components{module}" for module in modules)
    program = f"import sys, {imports}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    heavy = {"httpx", "pydantic", "jinja2", "pulumi_github", "migration", "components.stack.settings"}
    assert heavy & set(loaded.stdout.split()) == set()


def test_the_page_about_the_state_lists_every_input_and_output() -> None:
    page = (PROJECT / "docs" / "state.md").read_text()
    for name in PROVIDERS:
        provider = cast(StackProvider, load_provider(name, VERSION))
        cells = [
            ", ".join(f"`{key}`" for key in keys) for keys in (provider.identity, provider.compared, provider.outputs)
        ]
        row = " | ".join([f"| `{name}`", *cells]).replace("|  |", "| |") + " |"
        assert row.replace("|  |", "| |") in page, name
