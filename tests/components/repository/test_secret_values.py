"""Values of secrets and variables: where the stack has them, and what is said when it has not."""

import pytest

from components.repository.secret_values import RepositoryValues, values_of
from components.stack.settings import SettingsError
from migration.desired_state import settings_of
from migration.plan import Plan

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


def values(secrets: str = '{"TOKEN": "t"}', variables: str = '{"URL": "u"}', key: str = "k") -> RepositoryValues:
    stack = {"secrets": secrets, "variables": variables, "digest_key": key}
    return values_of({"engine": settings_of(PLAN, "engine", "acme", None)}, stack.get, "prod")["engine"]


def test_a_name_alone_is_for_all() -> None:
    found = values()
    assert found.actions.secrets == found.environments["production"].secrets == {"TOKEN": "t"}
    assert found.actions.variables == {"URL": "u"}


@pytest.mark.parametrize("scope", ["engine/production", "production"])
def test_an_environment_can_have_a_value_of_its_own(scope: str) -> None:
    found = values(f'{{"TOKEN": "t", "{scope}/TOKEN": "p"}}')
    assert found.actions.secrets == {"TOKEN": "t"}
    assert found.environments["production"].secrets == {"TOKEN": "p"}


def test_every_missing_and_empty_value_is_told_with_the_command_that_sets_it() -> None:
    with pytest.raises(SettingsError) as raised:
        values('{"TOKEN": ""}', "{}")
    assert str(raised.value).split("\n") == [
        "Pulumi.prod.yaml: multirepo:secrets has an empty TOKEN, which the plan names. "
        "Run: pulumi config set --secret --path 'multirepo:secrets.TOKEN'",
        "Pulumi.prod.yaml: multirepo:variables has no URL, which the plan names. "
        "Run: pulumi config set --path 'multirepo:variables.URL'",
    ]


def test_secrets_need_the_key_of_their_digests() -> None:
    with pytest.raises(SettingsError, match=r"multirepo:digest_key is not set.*openssl rand"):
        values(key="")


def test_what_is_no_map_of_texts_is_refused_without_its_content() -> None:
    with pytest.raises(SettingsError, match="multirepo:secrets must give each name a text") as raised:
        values('{"TOKEN": {"deep": "s3cret"}}')
    assert "s3cret" not in str(raised.value)


def test_a_secret_is_not_in_the_text_of_its_holder() -> None:
    assert "s3cret" not in repr(values('{"TOKEN": "s3cret"}', key="s3cret-key"))


def test_a_digest_depends_on_the_value_and_the_key() -> None:
    assert values().digest("t") == values().digest("t")
    assert len({values().digest("t"), values().digest("u"), values(key="other").digest("t")}) == 3
