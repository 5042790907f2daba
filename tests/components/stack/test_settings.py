"""A stack's settings: what they mean, and what is said when they are wrong."""

import json
from collections.abc import Callable

import pytest
import yaml

from components.stack.settings import PROJECT, GitHub, Settings, SettingsError, github_token, refuse_overrides
from migration.desired_state import Devpi

COMPLETE = {
    "owner": "maestro",
    "github": "https://github.com",
    "monorepo": "../maestro-platform",
    "waves": '{"foundation": "moving"}',
}


def reading(settings: dict[str, str]) -> Callable[[str], str | None]:
    return settings.get


def test_a_complete_stack_is_read() -> None:
    settings = Settings.from_config(reading(COMPLETE), "prod")
    assert settings.owner == "maestro"
    assert settings.stages == {"foundation": "moving"}
    assert settings.plan_file.name == "migration.yaml"


@pytest.mark.parametrize(("written", "commit"), [("", None), ("a" * 40, "a" * 40), ("b" * 64, "b" * 64)])
def test_the_commit_is_a_whole_id_or_left_out(written: str, commit: str | None) -> None:
    assert Settings.from_config(reading(COMPLETE | {"commit": written}), "prod").commit == commit


@pytest.mark.parametrize("commit", ["main", "abc1234", "A" * 40, "--all"])
def test_a_commit_that_is_no_whole_id_is_rejected(commit: str) -> None:
    with pytest.raises(SettingsError, match=r"Pulumi\.prod\.yaml: multirepo:commit is .* not the whole id"):
        Settings.from_config(reading(COMPLETE | {"commit": commit}), "prod")


@pytest.mark.parametrize("key", ["owner", "github", "monorepo"])
def test_a_missing_setting_is_named_with_the_command_that_sets_it(key: str) -> None:
    settings = {name: value for name, value in COMPLETE.items() if name != key}
    with pytest.raises(
        SettingsError, match=rf"Pulumi\.prod\.yaml: multirepo:{key} is not set.*pulumi config set {key}"
    ):
        Settings.from_config(reading(settings), "prod")


@pytest.mark.parametrize("waves", ["moving", "[1]", '{"foundation": 3}', "{"])
def test_waves_that_are_no_map_of_words_are_refused(waves: str) -> None:
    with pytest.raises(SettingsError, match="multirepo:waves must give each wave a stage"):
        Settings.from_config(reading(COMPLETE | {"waves": waves}), "prod")


@pytest.mark.parametrize("address", ["github.com", "ftp://github.com", "https://", "https://user@github.com"])
def test_what_is_no_web_address_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="which is not a web address"):
        Settings.from_config(reading(COMPLETE | {"github": address}), "prod")


def test_a_token_does_not_travel_unencrypted() -> None:
    with pytest.raises(SettingsError, match="must not travel unencrypted"):
        Settings.from_config(reading(COMPLETE | {"github": "http://github.example.com"}), "prod")


@pytest.mark.parametrize(
    ("address", "api"),
    [
        ("https://github.com", "https://api.github.com/"),
        ("https://maestro.ghe.com", "https://api.maestro.ghe.com/"),
        ("https://github.example.com", "https://github.example.com/api/v3/"),
        ("http://127.0.0.1:8418/dev", "http://127.0.0.1:8418/dev/api/v3/"),
    ],
)
def test_the_api_lies_where_each_kind_of_server_has_it(address: str, api: str) -> None:
    assert GitHub(address=address).api == api


@pytest.mark.parametrize(
    ("address", "graphql"),
    [
        ("https://github.com", "https://api.github.com/graphql"),
        ("https://maestro.ghe.com", "https://api.maestro.ghe.com/graphql"),
        ("https://github.example.com", "https://github.example.com/api/graphql"),
        ("http://127.0.0.1:8418/dev", "http://127.0.0.1:8418/dev/api/graphql"),
    ],
)
def test_graphql_lies_where_each_kind_of_server_has_it(address: str, graphql: str) -> None:
    assert GitHub(address=address).graphql == graphql


@pytest.mark.parametrize("registry", ["devpi", "[]", '{"kind": "pypi"}', '{"kind": "devpi", "reader": "r"}'])
def test_an_incomplete_registry_is_refused_with_its_keys(registry: str) -> None:
    with pytest.raises(SettingsError, match="multirepo:registry must have the kind 'devpi' with server and index"):
        Settings.from_config(reading(COMPLETE | {"registry": registry}), "prod")


@pytest.mark.parametrize(
    ("registry", "problems"),
    [
        ({"kind": "docker", "index": "a/b", "port": "high"}, ["port: Input should be a valid integer"]),
        (
            {"kind": "devpi", "server": "https://d.example", "indexx": "a/b"},
            ["indexx is not a key of this kind", "index: Field required"],
        ),
        ({"kind": "devpi", "server": "https://d.example", "index": "a/b", "generation": "x"}, ["generation: Input"]),
    ],
)
def test_every_wrong_key_of_the_registry_is_named(registry: dict[str, object], problems: list[str]) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_config(reading(COMPLETE | {"registry": json.dumps(registry)}), "prod")
    assert [problem for problem in problems if problem not in str(raised.value)] == []
    assert "Run: pulumi config set --path multirepo:registry.KEY VALUE" in str(raised.value)


def test_a_number_that_pulumi_stores_as_a_text_is_a_number() -> None:
    registry = json.dumps({"kind": "devpi", "server": "https://d.example", "index": "a/b", "generation": "2"})
    devpi = Settings.from_config(reading(COMPLETE | {"registry": registry}), "prod").devpi
    assert devpi is not None
    assert devpi.generation == 2


def test_github_packages_are_refused_for_python_with_what_to_choose_instead() -> None:
    with pytest.raises(
        SettingsError, match=r"GitHub Packages has no registry for Python packages. Choose 'devpi' or 'code"
    ):
        Settings.from_config(reading(COMPLETE | {"registry": '{"kind": "github-packages"}'}), "prod")


@pytest.mark.parametrize(
    ("server", "index", "problem"),
    [
        ("https://user:password@devpi.example", "maestro/prod", "without credentials"),
        ("http://devpi.example", "maestro/prod", "must not travel unencrypted"),
        ("https://devpi.example", "prod", "write it as 'maestro/prod'"),
    ],
)
def test_a_devpi_that_would_leak_or_cannot_be_is_refused(server: str, index: str, problem: str) -> None:
    registry = json.dumps({"kind": "devpi", "server": server, "index": index})
    with pytest.raises(SettingsError, match=problem):
        Settings.from_config(reading(COMPLETE | {"registry": registry}), "prod")


def test_pipelines_are_told_of_the_devpi_that_the_stack_keeps() -> None:
    registry = '{"kind": "devpi", "server": "https://devpi.example/", "index": "maestro/prod"}'
    settings = Settings.from_config(reading(COMPLETE | {"registry": registry}), "prod")
    assert settings.registry == Devpi(index_url="https://devpi.example/maestro/prod/+simple/", reader="reader")


def test_a_missing_token_is_named_with_what_to_do() -> None:
    with pytest.raises(SettingsError, match=r"GITHUB_TOKEN is not set.*\./multirepo shell"):
        github_token({})


def test_inherited_variables_that_would_redirect_the_provider_are_refused() -> None:
    with pytest.raises(SettingsError, match="unset GITHUB_OWNER GITHUB_BASE_URL"):
        refuse_overrides({"GITHUB_OWNER": "other", "GITHUB_BASE_URL": "https://other", "GITHUB_TOKEN": "t"})


def test_the_project_file_describes_every_setting_that_is_read() -> None:
    described = yaml.safe_load((PROJECT / "Pulumi.yaml").read_text())["config"]
    read = {"secrets", "variables"}
    values = {"owner": "acme", "monorepo": "m", "github": "https://github.com"}

    def get(key: str) -> str | None:
        read.add(key)
        return values.get(key)

    Settings.from_config(get, "prod")
    assert {f"multirepo:{key}" for key in read} == {key for key in described if key.startswith("multirepo:")}
    assert all(
        entry["type"] and entry["description"] for key, entry in described.items() if key.startswith("multirepo:")
    )


def test_the_defaults_of_the_project_file_are_those_of_the_program() -> None:
    described = yaml.safe_load((PROJECT / "Pulumi.yaml").read_text())["config"]
    values = {"owner": "acme", "monorepo": "m", "github": "https://github.com"}
    defaults = {key.partition(":")[2]: entry["default"] for key, entry in described.items() if "default" in entry}
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in defaults.items()}
    assert Settings.from_config((texts | values).get, "prod") == Settings.from_config(values.get, "prod")


@pytest.mark.parametrize(
    "address",
    [
        "https://x:s3cr3t@github.com/acme/platform.git",
        "https://s3cr3t@github.com/acme/platform.git",
        "ssh://git:s3cr3t@git.example/platform.git",
    ],
)
def test_an_address_with_credentials_is_rejected_and_they_are_not_repeated(address: str) -> None:
    with pytest.raises(SettingsError, match=r"Pulumi.prod.yaml: multirepo:monorepo: .* contains credentials") as caught:
        Settings.from_config(reading(COMPLETE | {"monorepo": address}), "prod")
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("address", ["ssh://git@git.example/p.git", "git@git.example:p.git", "file:///p", "../a@b"])
def test_an_address_with_a_public_user_is_taken(address: str) -> None:
    assert Settings.from_config(reading(COMPLETE | {"monorepo": address}), "prod").monorepo == address
