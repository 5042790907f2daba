"""What the stack exports for people and other stacks: docs/outputs.md lists it."""

from collections.abc import Iterable, Mapping
from typing import Any

import pulumi

from components.history.code_move import CodeMove
from components.monorepo.monorepo import MonorepoResource
from components.monorepo.monorepo_backup import MonorepoBackup
from components.packages.registry import Packages, Registry
from components.program.prepared_repository import PreparedRepository
from components.repository.service_repository import ServiceRepository
from components.repository.teams import Teams


def summary(
    repository: PreparedRepository, home: ServiceRepository, code: CodeMove | None, packages: Packages | None
) -> dict[str, Any]:
    """Of one repository."""
    return {
        "url": home.url,
        "id": home.number,
        "wave": repository.desired.wave,
        "carries": repository.code.carries if repository.code else "nothing",
        "packages": packages.manifests if packages else {},
        "unfinished": pulumi.Output.all(*_unfinished(code, packages)).apply(_sentences),
    }


def stack_outputs(
    repositories: Mapping[str, Mapping[str, Any]],
    registry: Registry | None,
    teams: Teams | None,
    backup: MonorepoBackup | None,
    monorepo: MonorepoResource | None,
) -> dict[str, Any]:
    """Of the whole stack."""
    waiting = [monorepo.waiting] if monorepo else []
    return {
        "repositories": repositories,
        "registry": registry.access.index_url if registry else None,
        "teams": teams.numbers if teams else {},
        "backup": backup.tag if backup else None,
        "unfinished": pulumi.Output.all(
            *(repository["unfinished"] for repository in repositories.values()), *waiting
        ).apply(_flat),
    }


def _unfinished(code: CodeMove | None, packages: Packages | None) -> Iterable[pulumi.Output[str]]:
    if code:
        yield code.conflict
    if packages:
        yield from (package.refused for package in packages.published.values())


def _sentences(texts: Iterable[str | None]) -> list[str]:
    return [text for text in texts if text]


def _flat(values: Iterable[list[str] | str | None]) -> list[str]:
    """Sentences of all repositories and of the monorepo."""
    return [text for value in values for text in ([value] if isinstance(value, str) else value or []) if text]
