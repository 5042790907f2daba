"""The base of the stack's dynamic providers: what of them is stored, what is a change, and how their process ends."""

import os
import re
import signal
import threading
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    Config,
    ConfigureRequest,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)
from pulumi.runtime.rpc import UNKNOWN

from components.dynamic_providers import VERSION, load_provider

FORMAT = "provider_version"
TARGET = ("owner", "server")
REPOSITORY_NAME = r"[\w.-]{1,100}"
OBJECT_ID = r"([0-9a-f]{40}|[0-9a-f]{64})"

# Not on the provider object: that is pickled into the state.
_config: Config


class StackProvider(ResourceProvider):
    """A provider that works by the settings of its stack.

    The state holds its `name` and the version of the stored form, see `load_provider`. It holds nothing itself, and its
    methods import the code that works, so a preview in which nothing changes loads none of it. The address of GitHub
    and the token come from the settings and the environment of each run; neither is ever part of the state.

    name: in the state. identity: inputs whose change replaces the resource, `owner` and `server` besides, compared:
    inputs whose change updates it, outputs: properties that the provider adds. patterns: inputs, each with the
    regular expression that it must match.
    """

    # There is nothing secret in it, and a secret would be hidden from reviews.
    serialize_as_secret_always = False
    name: ClassVar[str]
    identity: ClassVar[tuple[str, ...]]
    compared: ClassVar[tuple[str, ...]] = ()
    outputs: ClassVar[tuple[str, ...]] = ()
    patterns: ClassVar[tuple[tuple[str, str], ...]] = ()

    def __reduce__(self) -> tuple[Callable[[str, int], ResourceProvider], tuple[str, int]]:
        """Pickle the name and the version alone."""
        return load_provider, (self.name, VERSION)

    def configure(self, req: ConfigureRequest) -> None:
        """Store the stack's settings for the calls that follow, and end when the engine does."""
        global _config
        _config = req.config
        _end_with_the_engine()

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Reject inputs that do not match `patterns`; those that are not known yet are not checked."""
        wrong = [
            CheckFailure(name, f"{news.get(name)!r} does not match {pattern}")
            for name, pattern in self.patterns
            if news.get(name) != UNKNOWN and not re.fullmatch(pattern, str(news.get(name) or ""))
        ]
        return CheckResult(news, wrong)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare with what was done, or with what the last refresh found; a state in an older form is written again.

        States of the first release name neither owner nor server: there both count as the same.
        """
        replaces = [name for name in self.identity if _olds.get(name) != _news.get(name)]
        replaces += [name for name in TARGET if _olds.get(name) not in (None, _news.get(name))]
        is_older = _olds.get(FORMAT) != _news.get(FORMAT)
        return DiffResult(changes=bool(replaces) or is_older or self.is_changed(_olds, _news), replaces=replaces)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Do what differs; for a state in an older form alone, only write it again."""
        if self.is_changed(_olds, _news):
            return UpdateResult(self.apply_change(_olds, _news))
        return UpdateResult({**_news, **{name: _olds.get(name) for name in self.outputs}})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the present state; of a resource on another server than the stack's, what was stored."""
        from components.stack.provider_settings import is_elsewhere

        if is_elsewhere(props, stack_config()):
            return ReadResult(id_, props)
        return self.read_present(id_, props)

    def is_changed(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
        """Whether an update has something to do."""
        return any(olds.get(name) != news.get(name) for name in self.compared)

    def apply_change(self, olds: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
        """Do what differs, where `is_changed`. The properties afterwards."""
        raise NotImplementedError

    def read_present(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read the properties as they are now; ReadResult(None, {}) for a resource that is gone."""
        raise NotImplementedError


def target_properties(server: str, owner: str | None = None) -> dict[str, Any]:
    """The inputs of every dynamic resource: where it is, and in which form the state holds it.

    server: as the stack sets it, such as "sandbox/dev", not its address. owner: on GitHub; None on other servers.
    """
    return {"server": server, FORMAT: VERSION, **({"owner": owner} if owner else {})}


def stack_config() -> Config:
    """The settings of the stack that the process works for."""
    return _config


def _end_with_the_engine() -> None:
    """End this process, and the git that it runs, as soon as the engine is gone.

    A provider outlives an engine that was killed, and would go on pushing beside the `up` that follows. The engine
    holds the other end of its standard input.
    """

    def watch() -> None:
        while os.read(0, 1):
            pass
        if os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
