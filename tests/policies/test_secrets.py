from typing import Any

import pytest
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from policies.repositories import REPOSITORY
from policies.secrets import no_plain_secret, no_plain_secret_in_settings
from tests.policies.conftest import Write, resource, violations, violations_of_stack

TOKEN = "gh" + "p_" + "a1B2" * 9
VARIABLE = "github:index/actionsVariable:ActionsVariable"
SECRET = "github:index/actionsSecret:ActionsSecret"


@pytest.mark.parametrize(
    ("props", "place"),
    [
        ({"value": TOKEN}, "value"),
        ({"files": {"ci.yml": f"env: {TOKEN}"}}, "files.ci.yml"),
        ({"topics": ["api", "AKIA" + "ABCD" * 4]}, "topics.1"),
        ({"value": "-----BEGIN RSA PRIVATE KEY-----"}, "value"),
    ],
)
def test_a_credential_in_what_the_stack_writes_is_refused_without_being_repeated(
    props: dict[str, Any], place: str
) -> None:
    (message,) = violations(no_plain_secret, VARIABLE, **props)
    assert message.startswith(f"it holds a credential in {place}. Revoke it")
    assert TOKEN not in message


def test_a_secret_that_pulumi_encrypts_passes() -> None:
    assert violations(no_plain_secret, SECRET, value=TOKEN) == []


def test_what_is_not_known_before_the_run_hides_nothing_else() -> None:
    props = unknown_checking_proxy({"first": UNKNOWN_STRING_VALUE, "second": TOKEN})
    assert len(violations(no_plain_secret, VARIABLE, **{"all": props})) == 1


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"secrets": {"TOKEN": "plain", "OTHER": {"secure": "v1:…"}}}, "secrets.TOKEN"),
    ],
)
def test_a_secret_in_plain_text_in_the_settings_is_refused_with_the_command(
    project: Write, settings: dict[str, Any], key: str
) -> None:
    project({}, **settings)
    (message,) = violations_of_stack(no_plain_secret_in_settings, resource(REPOSITORY))
    assert f"multirepo:{key} is in plain text" in message
    assert f"pulumi config set --secret --path 'multirepo:{key}'" in message


@pytest.mark.parametrize("secrets", [{"TOKEN": {"secure": "v1:…"}}, {"secure": "v1:…"}, {}])
def test_encrypted_settings_pass(project: Write, secrets: dict[str, Any]) -> None:
    project({}, secrets=secrets)
    assert violations_of_stack(no_plain_secret_in_settings, resource(REPOSITORY)) == []
