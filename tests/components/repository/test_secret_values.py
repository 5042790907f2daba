"""Values of secrets and variables: where the stack has them, and what is said when it has not."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pulumi
import pytest

from components.repository.secret_values import StackValues, values_of
from components.stack.settings import SettingsError
from migration.desired_state import settings_of
from migration.plan import Plan
from tests.components.conftest import RecordingEngine

PLAN = Plan.model_validate(
    {
        "monorepo": {"name": "m"},
        "repositories": [
            {
                "name": "engine",
                "secrets": ["TOKEN"],
                "variables": ["URL"],
                "environments": [{"name": "production", "secrets": ["TOKEN"]}],
            }
        ],
    }
)


@pytest.fixture(autouse=True)
def no_settings_afterwards() -> Iterator[None]:
    yield
    pulumi.runtime.set_all_config({})


def values(
    recording: RecordingEngine, secrets: str = '{"TOKEN": "t"}', variables: str = '{"URL": "u"}', **options: Any
) -> dict[str, Any]:
    """The secrets as the engine gets them: of the repository, of its environment, and the variables."""
    pulumi.runtime.set_all_config(
        {"multirepo:secrets": secrets, "multirepo:variables": variables}, secret_keys=["multirepo:secrets"]
    )
    found: dict[str, Any] = {}

    def note(key: str, both: list[Any]) -> None:
        found[key] = tuple(both)

    def program() -> None:
        stack_values = StackValues.from_config(pulumi.Config("multirepo"), "prod", options.get("placeholder"))
        settings = {"engine": settings_of(PLAN, "engine", "acme", None)}
        made = values_of(settings, stack_values, warn=options.get("warn", print))["engine"]
        found["variables"], found["text"] = made.actions.variables, repr((stack_values, made))
        for key, named in {"engine": made.actions, "production": made.environments["production"]}.items():
            secret = named.secrets["TOKEN"]
            assert secret is not None
            both = pulumi.Output.all(pulumi.Output.unsecret(secret), secret.is_secret())
            both.apply(partial(note, key))

    recording.run(program)
    return found


def test_a_name_alone_is_for_all(recording: RecordingEngine) -> None:
    found = values(recording)
    assert found["engine"] == found["production"] == ("t", True)
    assert found["variables"] == {"URL": "u"}


@pytest.mark.parametrize("scope", ["engine/production", "production"])
def test_an_environment_can_have_a_value_of_its_own(recording: RecordingEngine, scope: str) -> None:
    found = values(recording, f'{{"TOKEN": "t", "{scope}/TOKEN": "p"}}')
    assert (found["engine"], found["production"]) == (("t", True), ("p", True))


def test_every_missing_and_empty_value_is_reported_with_the_command_that_sets_it(recording: RecordingEngine) -> None:
    with pytest.raises(SettingsError) as raised:
        values(recording, '{"TOKEN": ""}', "{}")
    assert str(raised.value).split("\n") == [
        "Pulumi.prod.yaml: multirepo:secrets has an empty TOKEN, which the plan names. "
        "Run: pulumi config set --secret --path 'multirepo:secrets.TOKEN'",
        "Pulumi.prod.yaml: multirepo:variables has no URL, which the plan names. "
        "Run: pulumi config set --path 'multirepo:variables.URL'",
    ]


def test_a_rehearsal_goes_on_without_values_and_reports_their_names(recording: RecordingEngine) -> None:
    warnings: list[str] = []
    found = values(recording, "{}", "{}", placeholder="rehearsal", warn=warnings.append)
    assert found["engine"] == found["production"] == ("rehearsal", True)
    assert found["variables"] == {"URL": "rehearsal"}
    assert warnings == [
        "Pulumi.prod.yaml does not set secrets.TOKEN, variables.URL. In the sandbox each is 'rehearsal'."
    ]


def test_what_is_no_map_of_texts_is_refused_without_its_content(recording: RecordingEngine) -> None:
    with pytest.raises(SettingsError, match=r"multirepo:secrets has no text for TOKEN\. Run: pulumi") as raised:
        values(recording, '{"TOKEN": {"deep": "s3cret"}}')
    assert "s3cret" not in str(raised.value)


def test_a_secret_is_not_in_the_text_of_its_holder(recording: RecordingEngine) -> None:
    assert "s3cret" not in values(recording, '{"TOKEN": "s3cret"}')["text"]


def test_numbers_and_truth_values_are_texts(recording: RecordingEngine) -> None:
    found = values(recording, secrets='{"TOKEN": 12345}', variables='{"URL": true}')
    assert found["engine"] == ("12345", True)
    assert found["variables"] == {"URL": "true"}


@pytest.mark.parametrize("value", ["1.10", "null", "[]", "{}"])
def test_another_value_is_refused_by_its_name(recording: RecordingEngine, value: str) -> None:
    with pytest.raises(SettingsError, match=r"no text for URL\. Run: pulumi config set --type string --path"):
        values(recording, variables=f'{{"URL": {value}}}')
