"""What one stack sets: whose GitHub, which monorepo, and how far each wave is."""

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from components.stack.registry_reader import RegistrySettingError, read_registry
from components.stack.registry_settings import SANDBOX, CodeArtifactDomain, DevpiServer
from migration.desired_state import Registry
from migration.errors import SplitError
from migration.monorepo.fetch import validate_monorepo

PROJECT = Path(__file__).resolve().parents[2]
WORKSPACE = PROJECT / ".multirepo"
SANDBOX_RECORD = WORKSPACE / "sandbox" / "sandbox.json"
SANDBOX_REGISTRY = SANDBOX_RECORD.parent / "registry"
TOKEN_VARIABLE = "GITHUB_TOKEN"
# The provider lets these win over the program's arguments, so an inherited one would redirect the whole migration.
OVERRIDING_VARIABLES = ("GITHUB_OWNER", "GITHUB_ORGANIZATION", "GITHUB_BASE_URL", "GITHUB_APP_ID")


class SettingsError(Exception):
    """A stack's settings are missing or wrong. Says which key of which file, and the command that sets it."""


class UnavailableError(Exception):
    """A server that the stack needs cannot be reached, or rejects the request: its operator must act."""


@dataclass(frozen=True, kw_only=True)
class GitHub:
    """One GitHub server. address: its web root without a slash at the end, "https://github.com" for GitHub itself."""

    address: str

    @property
    def api(self) -> str:
        """The root of the REST API, with the slash at the end that clients expect.

        https://docs.github.com/en/enterprise-server@3.17/rest/enterprise-admin#endpoint-urls
        """
        parts = urlsplit(self.address)
        if parts.hostname == "github.com":
            return "https://api.github.com/"
        if parts.hostname and parts.hostname.endswith(".ghe.com"):
            return f"{parts.scheme}://api.{parts.netloc}/"
        return f"{self.address}/api/v3/"

    @property
    def graphql(self) -> str:
        """The address of the GraphQL API.

        https://docs.github.com/en/enterprise-server@3.17/graphql/guides/forming-calls-with-graphql#the-graphql-endpoint
        """
        return f"{self.api.removesuffix('v3/').rstrip('/')}/graphql"

    @property
    def is_local(self) -> bool:
        """A server on this machine, which needs no politeness between writes."""
        return urlsplit(self.address).hostname in ("127.0.0.1", "localhost", "::1")

    def clone_url(self, owner: str, repository: str) -> str:
        """The address that `git clone` takes; holds no token."""
        return f"{self.address}/{owner}/{repository}.git"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The `multirepo:` keys of `Pulumi.<stack>.yaml`.

    owner: organization or user that gets the repositories.
    server: address of GitHub, or "sandbox/WORLD" for a world of the sandbox that runs in this checkout.
    monorepo: path (relative to the project folder) or address of the repository to split, or its place in the
        sandbox, "sandbox/WORLD/OWNER/NAME.git".
    stages: for each wave of the plan the word set for it; checked against the plan by `desired_state`.
    archive: whether the monorepo is to be archived, when every wave is cut over.
    commit: of the monorepo, up to which histories move; None for its newest.
    registry: where private packages are; None when none is set. devpi, codeartifact: the
        same where this stack keeps it.
    """

    owner: str
    server: str
    monorepo: str
    plan_file: Path
    stages: Mapping[str, str]
    archive: bool = False
    commit: str | None = None
    registry: Registry | None = None
    devpi: DevpiServer | None = None
    codeartifact: CodeArtifactDomain | None = None

    @classmethod
    def from_config(cls, get: Callable[[str], str | None], stack: str) -> "Settings":
        """Read with `pulumi.Config().get` or a dynamic provider's `req.config.get`.

        Raises SettingsError.
        """

        def required(key: str, example: str) -> str:
            if value := get(key):
                return value
            raise SettingsError(
                f"Pulumi.{stack}.yaml: multirepo:{key} is not set. Run: pulumi config set {key} {example}"
            )

        owner = required("owner", "YOUR_ORGANIZATION")
        registry = _registry(get("registry"), stack, owner)
        monorepo = _monorepo(required("monorepo", "https://github.com/YOUR_ORGANIZATION/YOUR_MONOREPO.git"), stack)
        return cls(
            owner=owner,
            server=_validate_server(required("github", "https://github.com"), stack),
            monorepo=monorepo,
            plan_file=PROJECT / (get("plan") or "migration.yaml"),
            stages=_stages(get("waves"), stack),
            archive=_switch(get("archive"), stack),
            commit=_commit(get("commit"), stack),
            registry=registry.for_pipelines if isinstance(registry, DevpiServer | CodeArtifactDomain) else registry,
            devpi=registry if isinstance(registry, DevpiServer) else None,
            codeartifact=registry if isinstance(registry, CodeArtifactDomain) else None,
        )

    @property
    def github(self) -> GitHub:
        """The server itself. Raises SettingsError when it is a sandbox and none runs."""
        sandbox, _, world = self.server.partition("/")
        return GitHub(address=f"{sandbox_address()}/{world}" if sandbox == "sandbox" else self.server)

    @property
    def is_rehearsal(self) -> bool:
        """Whether the stack is in the sandbox of this checkout."""
        return self.server.startswith(f"{SANDBOX}/")

    @property
    def index_url(self) -> str | None:
        """The simple index (PEP 503) of the private registry; None where none is set."""
        return self.registry.index_url if self.registry else None

    @property
    def monorepo_address(self) -> str:
        """`monorepo` as git takes it; one in the sandbox is "sandbox/WORLD/OWNER/NAME.git". Raises SettingsError."""
        sandbox, _, place = self.monorepo.partition("/")
        return f"{sandbox_address()}/{place}" if sandbox == "sandbox" else self.monorepo

    @property
    def monorepo_repository(self) -> str:
        """ "owner/name" of the monorepo where it is at this stack's GitHub, else ""."""
        address, server = self.monorepo_address.removesuffix(".git"), f"{self.github.address}/"
        return address.removeprefix(server) if address.startswith(server) else ""

    @property
    def monorepo_folder(self) -> Path:
        """`monorepo` as a folder, from the project's, so that a stack means the same wherever it is run from."""
        return PROJECT / Path(self.monorepo).expanduser()


def _monorepo(setting: str, stack: str) -> str:
    try:
        validate_monorepo(setting)
    except SplitError as error:
        raise SettingsError(f"Pulumi.{stack}.yaml: multirepo:monorepo: {error}") from None
    return setting


def _switch(setting: str | bool | None, stack: str) -> bool:
    if setting in (None, True, False, "true", "false"):
        return setting in (True, "true")
    raise SettingsError(
        f"Pulumi.{stack}.yaml: multirepo:archive must be true or false. Run: pulumi config set archive true"
    )


def _commit(setting: str | None, stack: str) -> str | None:
    if not setting or re.fullmatch(r"[0-9a-f]{40}([0-9a-f]{24})?", setting):
        return setting or None
    raise SettingsError(
        f"Pulumi.{stack}.yaml: multirepo:commit is {setting!r}, which is not the whole id of a commit. "
        "Run: pulumi config rm multirepo:commit"
    )


def _stages(waves: str | Mapping[str, str] | None, stack: str) -> Mapping[str, str]:
    where = f"Pulumi.{stack}.yaml: multirepo:waves"
    try:
        stages = json.loads(waves) if isinstance(waves, str) else waves or {}
    except json.JSONDecodeError:
        stages = None
    if not isinstance(stages, Mapping) or not all(isinstance(stage, str) for stage in stages.values()):
        raise SettingsError(
            f"{where} must give each wave a stage. Run: pulumi config set --path 'multirepo:waves.WAVE' moving"
        )
    return stages


def _registry(setting: str | None, stack: str, owner: str) -> Registry | DevpiServer | CodeArtifactDomain | None:
    try:
        return read_registry(setting, stack, owner, SANDBOX_REGISTRY)
    except RegistrySettingError as error:
        raise SettingsError(f"Pulumi.{stack}.yaml: {error}") from None


def _validate_server(setting: str, stack: str) -> str:
    if setting.startswith("sandbox/"):
        return setting
    parts = urlsplit(setting)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.query:
        raise SettingsError(
            f"Pulumi.{stack}.yaml: multirepo:github is {setting!r}, which is not a web address. "
            f"Give the server's root, such as https://github.com, or sandbox/{stack} for the local sandbox."
        )
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise SettingsError(
            f"Pulumi.{stack}.yaml: multirepo:github is {setting!r}: a token must not travel unencrypted. Use https."
        )
    return setting.rstrip("/")


def sandbox_address() -> str:
    """Where this checkout's sandbox listens, from the record that it keeps while it runs. Raises SettingsError."""
    try:
        port = json.loads(SANDBOX_RECORD.read_text())["port"]
    except (FileNotFoundError, ValueError, KeyError):
        raise SettingsError(
            "This stack uses the local sandbox, and none runs for this checkout. "
            "Run: ./multirepo sandbox start (or ./multirepo rehearse, which does everything)."
        ) from None
    return f"http://127.0.0.1:{port}"


def github_token(environment: Mapping[str, str] = os.environ) -> str:
    """The token for GitHub, from the environment: never from a file, an argument or the state. Raises SettingsError."""
    if token := environment.get(TOKEN_VARIABLE):
        return token
    raise SettingsError(
        f"{TOKEN_VARIABLE} is not set. For the sandbox run ./multirepo shell, which sets it; "
        "for GitHub export a token that may create repositories and push to them."
    )


def refuse_overrides(environment: Mapping[str, str] = os.environ) -> None:
    """Refuse variables with which the GitHub provider would override the stack. Raises SettingsError."""
    if inherited := [name for name in OVERRIDING_VARIABLES if environment.get(name)]:
        raise SettingsError(
            f"{' and '.join(inherited)} in the environment would override the stack's owner or address in the "
            f"GitHub provider. Run: unset {' '.join(inherited)}"
        )
