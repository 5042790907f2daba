"""Which repositories must exist, how GitHub is to keep them, and what each takes from the monorepo."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields

from migration import plan as planned
from migration.desired_state.code_selection import (
    CodeSelection,
    FolderMove,
    MessageRules,
    PreviousPath,
    RedactionRule,
    TagMapping,
)
from migration.desired_state.managed_settings import named_settings, unmanaged_settings
from migration.desired_state.setting_defaults import with_defaults
from migration.desired_state.stages import Stage, demand_order, stages_of_waves


@dataclass(frozen=True, kw_only=True)
class MergeSettings:
    """How pull requests are merged, in the words of https://docs.github.com/en/rest/repos/repos#update-a-repository.

    Merge commits stay allowed: the vendor branch is merged into the default branch, never squashed.
    """

    allow_merge_commit: bool = True
    allow_squash_merge: bool = True
    allow_rebase_merge: bool = False
    delete_branch_on_merge: bool = True
    allow_auto_merge: bool = False
    allow_update_branch: bool = False
    merge_commit_title: str = "PR_TITLE"
    merge_commit_message: str = "PR_BODY"
    squash_merge_commit_title: str = "PR_TITLE"
    squash_merge_commit_message: str = "PR_BODY"


@dataclass(frozen=True, kw_only=True)
class DesiredRepository:
    """One repository that must exist.

    cut_over: it is the source of truth: its folders in the monorepo are frozen, and nothing is synced any more.
    code: what it takes from the monorepo; None for a repository that is born empty.
    archived: read-only on GitHub, because its wave was rolled back.
    first_release: the tag that it gets when it is cut over; "" for none.
    unmanaged: settings that the plan does not name, in the words of the REST API. A new repository gets them as they
    are here; one that exists keeps its own.
    visibility_from: the visibility that it may have now, if that is to change; "" for none.
    secret_scanning, push_protection: None to leave it as it is on GitHub.
    notes: each of its moved commits gets a git note with the id of the monorepo's commit.
    """

    name: str
    wave: str
    description: str
    topics: tuple[str, ...]
    visibility: str
    homepage: str
    default_branch: str
    archived: bool
    cut_over: bool = False
    has_issues: bool = True
    has_wiki: bool = False
    has_projects: bool = False
    merge: MergeSettings = field(default_factory=MergeSettings)
    code: CodeSelection | None
    first_release: str = ""
    notes: bool = True
    unmanaged: tuple[str, ...] = ()
    visibility_from: str = ""
    secret_scanning: bool | None = None
    push_protection: bool | None = None


@dataclass(frozen=True, kw_only=True)
class DesiredState:
    """Everything that must exist. A repository stands after those whose packages it needs, else in the plan's order.

    planned: name to wave of the repositories of which nothing exists yet.
    backup: the repository that holds the monorepo as it was before the first of them; "" while there is none.
    archived: whether the monorepo is.
    """

    repositories: tuple[DesiredRepository, ...]
    planned: Mapping[str, str]
    backup: str = ""
    archived: bool = False


def desired_state(plan: planned.Plan, stages: Mapping[str, str], archived: bool = False) -> DesiredState:
    """What must exist when each wave is at its stage.

    stages: wave to stage, as the stack file has it; waves that are not named are planned, and nothing of them exists.
    archived: whether the monorepo is to be.
    Raises DesiredStateError when a wave or a stage is unknown, or does not fit the others'.
    """
    stage_of = stages_of_waves(plan, stages)
    demand_order(plan, stage_of, archived)
    repositories = tuple(
        _desired(repository, plan, stage_of[repository.wave])
        for repository in _dependencies_first(plan.repositories)
        if stage_of[repository.wave] is not Stage.PLANNED
    )
    return DesiredState(
        repositories=repositories,
        planned={
            repository.name: repository.wave
            for repository in plan.repositories
            if stage_of[repository.wave] is Stage.PLANNED
        },
        backup=backup_of(plan) if repositories else "",
        archived=archived,
    )


def backup_of(plan: planned.Plan) -> str:
    """The name of the repository that holds the backup."""
    return f"{plan.monorepo.name}{planned.BACKUP_SUFFIX}"


def _desired(repository: planned.Repository, plan: planned.Plan, stage: Stage) -> DesiredRepository:
    settings = with_defaults(plan.defaults, repository)
    named = named_settings(settings)
    merge = {field.name: named[field.name] for field in fields(MergeSettings) if field.name in named}
    return DesiredRepository(
        name=repository.name,
        wave=repository.wave,
        description=repository.description,
        topics=tuple(sorted(set(repository.topics))),  # GitHub keeps them as a set
        visibility=repository.visibility,
        homepage=repository.homepage or "",
        default_branch=repository.default_branch,
        archived=stage is Stage.ROLLED_BACK,
        cut_over=stage is Stage.CUTOVER,
        has_issues=bool(named.get("has_issues", True)),
        has_projects=bool(named.get("has_projects", False)),
        has_wiki=bool(named.get("has_wiki", False)),
        merge=MergeSettings(**merge),  # type: ignore[arg-type]
        unmanaged=unmanaged_settings(repository, settings),
        visibility_from=repository.visibility_from or "",
        secret_scanning=settings.secret_scanning,
        push_protection=settings.push_protection,
        code=_code(repository, plan) if repository.moves else None,
        first_release=(repository.first_release or "") if stage is Stage.CUTOVER else "",
        notes=plan.history.notes,
    )


def _code(repository: planned.Repository, plan: planned.Plan) -> CodeSelection:
    history = plan.history
    rules = plan.defaults.tags if repository.tags is None else repository.tags
    return CodeSelection(
        moves=tuple(_move(move, plan) for move in repository.moves),
        tags=tuple(_tag_rules(repository, rules)) if rules is not None else (TagMapping(source="*", target="*"),),
        own_tags=rules is None,
        messages=MessageRules(hashes=history.hashes, issues=history.issues or "", provenance=history.provenance),
        redactions=tuple(
            RedactionRule(fingerprint=each.fingerprint, replacement=each.replacement) for each in history.redact
        ),
    )


def _tag_rules(repository: planned.Repository, rules: Iterable[planned.TagRule]) -> Iterator[TagMapping]:
    """The rules with the repository's name and paths in place of {name} and {path}, each once."""
    for rule in rules:
        for move in repository.moves if "{path}" in f"{rule.source}{rule.target}" else repository.moves[:1]:
            source, target = (
                text and text.replace("{name}", repository.name).replace("{path}", move.source)
                for text in (rule.source, rule.target)
            )
            yield TagMapping(source=source or "", target=target)


def _move(move: planned.Move, plan: planned.Plan) -> FolderMove:
    every = (each for repository in plan.repositories for each in repository.moves)
    others = [each for each in every if move.is_rest and not each.is_rest and not each.shared]
    return FolderMove(
        source="" if move.is_rest else move.source,
        target="" if move.target == "." else move.target,
        earlier=tuple(_earlier(entry) for entry in move.earlier),
        exclude=move.excluded,
        shared=move.shared,
        others=tuple(_move(other, plan) for other in others),
    )


def _earlier(entry: planned.EarlierPath) -> str | PreviousPath:
    path = "" if entry.path == "." else entry.path
    if not entry.until and not entry.joined_by:
        return path
    return PreviousPath(path=path, until=entry.until or "", joined_by=entry.joined_by or "")


def _dependencies_first(repositories: Iterable[planned.Repository]) -> list[planned.Repository]:
    """The repositories in the plan's order, but each after those whose packages it needs. The plan has no cycles."""
    repositories = list(repositories)
    home = {package.name: repository for repository in repositories for package in repository.packages}
    ordered: dict[str, planned.Repository] = {}

    def place(repository: planned.Repository) -> None:
        within = (name for package in repository.packages for name in package.depends_on)
        for needed in (home[name] for name in (*repository.consumes, *within)):
            if needed is not repository and needed.name not in ordered:
                place(needed)
        ordered.setdefault(repository.name, repository)

    for repository in repositories:
        place(repository)
    return list(ordered.values())
