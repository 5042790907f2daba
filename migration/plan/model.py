"""The plan as frozen models. The keys of the file are these names, but for `from` (source) and `to` (target).

Every model is valid value by value; `migration.plan.checks` has the checks that need the whole plan.
The docstring of a field is its description in `migration.schema.json` and in the remedy when it is missing.
"""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field

from migration.plan.repository_settings import RepositorySettings, Role
from migration.plan.values import (
    MAPPING,
    CodeOwner,
    CommitId,
    Date,
    Description,
    Fingerprint,
    Folder,
    FolderOrRoot,
    HomePage,
    IndexUrl,
    Module,
    OwnedFiles,
    PackageName,
    PackageVersion,
    RefName,
    Replacement,
    RepositoryFullName,
    RepositoryName,
    Switch,
    TagPattern,
    TeamName,
    Text,
    Topic,
    WaveName,
    at_most,
    keeps,
    some,
)

DEFAULT_WAVE = "migration"
"""The one wave of a plan that names none."""

VENDOR_BRANCH = "monorepo"
"""The branch of a new repository that only the code move writes."""

BACKUP_SUFFIX = "-backup"
"""Behind the monorepo's name, the name of the repository that holds it as it was."""

FROZEN_TAG = "frozen/"
"""Before a repository's name, the tag on the monorepo that says that its folders are frozen."""

ROLLED_BACK_TAG = "rolled-back/"
"""Before a repository's name and a commit of it, the tag on the monorepo's commit that has its work."""

_OWN_TAG = re.compile(r"(pre-migration|archived)-[0-9]{8}(\.[0-9]+)?|(frozen|rolled-back)/.+")


def is_own_tag(name: str) -> bool:
    """Whether a tag of the monorepo is the migration's own, and so belongs to no new repository."""
    return _OWN_TAG.fullmatch(name) is not None


_AT_LEAST_ONE = Field(json_schema_extra={"minItems": 1})

Kind = Literal["python-packages", "python-service", "vite-application", "templates", "compose-tests", "documentation"]
PythonVersion = Literal["3.11", "3.12", "3.13", "3.14"]
Inheritable = Literal["attributes", "ignore", "mailmap", "editorconfig", "license", "submodules"]
Visibility = Literal["private", "internal", "public"]


class PlanModel(BaseModel):
    """A mapping of the plan: frozen, and closed to keys that it does not define."""

    model_config = MAPPING


class Monorepo(PlanModel):
    """The repository that is split. Where it is found is the stack's business."""

    name: RepositoryName
    """Its name."""
    default_branch: RefName = "main"
    """The branch whose history is split."""
    notice: Literal["beside", "in_place"] = "beside"
    """Where the notice of a frozen folder stands: in a file beside it, or in its place, so that its files go."""
    archive_open_work: Switch = False
    """Confirms that the monorepo may be archived while it has open issues, pull requests, or other branches."""


class Wave(PlanModel):
    """Repositories that move together. The stack says at which stage each wave is."""

    name: WaveName
    """Its name, as the stack and `wave` of a repository call it."""
    week: Annotated[int, Field(strict=True, ge=1)] | None = None
    """The week of the migration in which it is planned, counted from 1."""
    description: Description = ""
    """What it is for, in one line."""


class EarlierPath(PlanModel):
    """A path that a folder had in some commits only; `until` or `joined_by` says in which."""

    path: FolderOrRoot
    """The folder; '.' is the root, for a project that was joined into the monorepo."""
    until: CommitId | None = None
    """The commit from which on the path is something else. It counts in all commits that do not build on this one."""
    joined_by: CommitId | None = None
    """The merge that brought in another project's history (git subtree add). The path counts in that history alone."""


Earlier = Annotated[
    EarlierPath,
    BeforeValidator(
        lambda path: path if isinstance(path, dict | EarlierPath) else {"path": path},
        json_schema_input_type=Folder | EarlierPath,
    ),
]


def _invert(pattern: str) -> tuple[str, ...]:
    """The patterns that take a file, or all of a folder, out of what `*` excludes."""
    folder = pattern.rstrip("/")
    anywhere = "" if "/" in folder else "**/"
    return f"!{pattern}", f"!{anywhere}{folder}/**"


class Move(PlanModel):
    """One folder, or one file, of the monorepo and where it lands."""

    source: FolderOrRoot = Field(alias="from")
    """The folder, or the file, in the monorepo today, like 'libs/auth'; '.' is the rest, which no other move takes."""
    target: FolderOrRoot = Field(default=".", alias="to")
    """The folder in the new repository; '.' is its root. For a file its new path; '.' is the root, under its name."""
    earlier: tuple[Earlier, ...] = ()
    """Paths that the folder had before, the oldest last: a path, or a path with the commits in which it counts."""
    exclude: tuple[Text, ...] = ()
    """Files that stay behind in every commit: patterns as in .gitignore, relative to `from`."""
    include: tuple[Text, ...] = ()
    """The only files that move, in every commit: patterns as in .gitignore, relative to `from`, less `exclude`."""
    shared: Switch = False
    """The repository gets a copy: the move of this path without `shared`, in another repository, is the owner's.
    Cutover freezes the owner's folders alone, and rollback returns changes from there alone."""

    @property
    def is_rest(self) -> bool:
        """Whether it takes what no other move takes."""
        return self.source == "."

    @property
    def excluded(self) -> tuple[str, ...]:
        """Patterns of all files that stay behind, those of `include` turned round."""
        if not self.include:
            return self.exclude
        return ("*", "!*/", *(pattern for each in self.include for pattern in _invert(each)), *self.exclude)

    @property
    def names(self) -> tuple[str, ...]:
        """The paths that the folder had in the monorepo's own commits, newest first, each once."""
        earlier = (entry.path for entry in self.earlier if not entry.joined_by)
        return tuple(dict.fromkeys((self.source, *earlier)))


class TagRule(PlanModel):
    """Which tags of the monorepo follow, and under which name. The first rule that matches a tag wins."""

    source: TagPattern = Field(alias="from")
    """Name of the tag in the monorepo; one '*' stands for any text, {name} for the repository's name, {path} for the
    `from` of each of its moves, as in '{name}@*', '@acme/{name}@*', and '{path}/v*'."""
    target: TagPattern | None = Field(alias="to")
    """Its name in the new repository; the '*' takes over what the other one matched. null: the tag does not follow."""


class Package(PlanModel):
    """A Python package that the registry gets from its repository."""

    name: PackageName
    """Its name in the registry."""
    path: FolderOrRoot
    """Its folder in the new repository; '.' is the root."""
    version: PackageVersion
    """The first version to publish (PEP 440). A published version is never replaced."""
    depends_on: tuple[PackageName, ...] = ()
    """Packages of this plan that it needs. Published first; path dependencies on them become versions."""


class Transforms(PlanModel):
    """Changes to the tip of the moved history, made in this order and in one commit. Older commits stay as they are."""

    inherit: tuple[Inheritable, ...] = (
        "attributes",
        "ignore",
        "mailmap",
        "editorconfig",
        "license",
        "submodules",
    )
    """Files at the monorepo's root, and above the moved folders, that decide about moved files: what of them is about
    these files is written to the root, patterns adapted. [] takes none."""
    remove_dependencies: tuple[PackageName, ...] = ()
    """Dependencies that every pyproject.toml loses, because the code must do without them."""
    from_pypi: dict[PackageName, Text] = {}
    """Dependencies on folders that stay in the monorepo, and are public: name to the versions to take, like '>=0.4,<1'.
    '*' keeps those that the manifest names."""
    python: Text | None = None
    """The Python versions that pyproject.toml asks for, like '^3.11'."""
    rename_modules: dict[Module, Module] = {}
    """Python modules that get a new name: folder, imports, dotted names, entry points. Old name to new name."""
    kept_names: dict[Text, Text] = {}
    """Files in which the old name of a renamed module stays: a pattern like 'docs/*.md', and the reason."""
    replace_text: dict[Folder, dict[Text, str]] = {}
    """Passages that change: path of the file, then each passage with its new text. A passage not found is an error."""
    add_folder: Folder | None = None
    """A folder beside the plan. Its files, which are texts in UTF-8, are written over what was moved."""
    add_files: dict[Folder, str] = {}
    """Files that are written over what was moved, and over those of `add_folder`: path to content."""


class Contract(PlanModel):
    """The OpenAPI description on which this repository and others have agreed. Its pipeline holds the code to it."""

    file: Folder
    """Its path in the new repository, like openapi.json."""
    generated_by: Folder | None = None
    """The Python script that writes it from the code, in a repository that serves the API."""
    types: Folder | None = None
    """The TypeScript file that openapi-typescript writes from it, in a repository that calls the API."""
    address_variable: Text | None = None
    """The environment variable that holds the API's address, in a repository that calls it, like VITE_API_BASE."""


class Redaction(PlanModel):
    """A secret whose bytes are replaced in the moved histories, wherever they stand: in files, messages and names."""

    fingerprint: Fingerprint
    """As ./multirepo preflight prints it. The secret itself is in no plan."""
    replacement: Replacement = "***REMOVED***"
    """The text in its place, on one line."""


class History(PlanModel):
    """What changes in the moved histories apart from their files. Unless switched on here, messages stay as they are.

    Decide before the first move: a switch that changes messages changes every commit, and the move refuses that.
    """

    hashes: Switch = False
    """Messages that name a commit behind them by its id, whole or abbreviated, name the new commit, if it moved too."""
    issues: RepositoryFullName | None = None
    """Whose issues '#123' and 'GH-123' in messages mean, as 'owner/name' on GitHub: they become 'owner/name#123'.
    GitHub then shows each of these commits at its issue, and takes words like 'fixes' before it for orders."""
    provenance: Switch = False
    """Each commit's message gets a trailer with the id of its commit in the monorepo, `Monorepo-Commit`."""
    notes: Switch = True
    """Each new commit has that id as a git note too: git log --notes=monorepo, after fetching refs/notes/monorepo."""
    blame_ignore_revs: Switch = False
    """At the tip, files named .git-blame-ignore-revs name the new commits instead of the monorepo's."""
    redact: tuple[Redaction, ...] = ()
    """Secrets that the moved histories lose, each by its fingerprint. Everything else of their files stays."""


class Repository(RepositorySettings):
    """One new repository. Without `moves` it is born empty and holds what `transforms` and its kind write."""

    name: RepositoryName
    """Its name on GitHub."""
    description: Description = ""
    """One line on GitHub."""
    wave: WaveName = DEFAULT_WAVE
    """The wave in which it moves. Needed when the plan names waves."""
    kind: Kind | None = None
    """What is in it, which decides its pipelines. Without a kind it gets none."""
    topics: Annotated[tuple[Topic, ...], keeps(at_most(20)), Field(json_schema_extra={"maxItems": 20})] = ()
    """Topics on GitHub, at most 20."""
    visibility: Visibility = "private"
    """Who can see it. Only this key makes a repository public. One that exists keeps its own, if this is not named."""
    visibility_from: Visibility | None = None
    """The visibility that an existing repository has now, which confirms that it changes. GitHub then deletes its stars
    and watchers, and detaches its forks."""
    homepage: HomePage | None = None
    """The web address shown beside the description."""
    default_branch: RefName = "main"
    """The branch that people work on."""
    moves: tuple[Move, ...] = ()
    """The folders that it takes from the monorepo."""
    tags: tuple[TagRule, ...] | None = None
    """The tags that it takes; [] takes none. Without rules, here and in `defaults`: those on commits that change it."""
    packages: tuple[Package, ...] = ()
    """The Python packages that are published from it."""
    consumes: tuple[PackageName, ...] = ()
    """Packages of this plan that its code uses. Published first; path dependencies on them become versions."""
    transforms: Transforms = Transforms()
    """Changes to the tip of the moved history."""
    contract: Contract | None = None
    """The API that its pipeline checks."""
    dockerfile: Folder | None = None
    """The Dockerfile of the container image that a release pushes. Without one, a release carries what was built."""
    test_service: Text | None = None
    """In a repository of the kind compose-tests: the service that runs the suite against the others."""
    python: PythonVersion | None = None
    """The Python of its pipelines, in quotes. Without it, that of .python-version, or the oldest of these that
    `transforms.python` or the manifests take."""
    first_release: RefName | None = None
    """A tag, like v1.0.0, that it gets when its wave is cut over, unless it has one of that name."""
    teams: dict[TeamName, Role] = Field(default={})
    """Teams that work on it, each with its role."""
    code_owners: dict[OwnedFiles, tuple[CodeOwner, ...]] = Field(default={})
    """CODEOWNERS: pattern to teams of this plan, or people as '@login'. The last pattern that matches a file wins."""


class Defaults(RepositorySettings):
    """What every repository has that says nothing else."""

    tags: tuple[TagRule, ...] | None = None
    """The tags that each repository takes. The list of a repository replaces this one."""


class PackageSource(PlanModel):
    """How the manifests of consumers name the registry. Its address is the stack's business."""

    name: PackageName = "private"
    """Name of the [[tool.poetry.source]]."""
    priority: Literal["explicit", "supplemental", "primary"] = "explicit"
    """When Poetry asks it: 'explicit' only for packages that name it, which leaves no room for confusion."""
    other_indexes: tuple[IndexUrl, ...] = ()
    """Further indexes that lock files may name for packages that are not private, like
    https://download.pytorch.org/whl/cpu. The pipelines reject all others."""


class Team(PlanModel):
    """A team on GitHub. Who is in it is the organization's business."""

    name: TeamName
    """Its slug."""
    description: Description = ""
    """What it looks after."""


class Confirmation(PlanModel):
    """Something that only people can check. The program never confirms it."""

    statement: Text
    """What has to be true."""
    confirmed_by: Text | None = None
    """Who said so."""
    confirmed_on: Date | None = None
    """When, as 2026-01-31."""


class AllowedSecret(PlanModel):
    """Something that looks like a secret and may be in a moved history. What is given must all fit, and one of
    fingerprint, path and rule must be given."""

    reason: Text
    """Why it may: it is none, or it is revoked."""
    fingerprint: Text | None = None
    """As ./multirepo preflight prints it: stays the same wherever the secret stands."""
    path: Text | None = None
    """Its path in the new repository: a pattern as in .gitignore."""
    rule: Text | None = None
    """The scanner's rule that finds it, like generic-api-key."""
    repository: RepositoryName | None = None
    """The new repository that it is in; any, unless said otherwise."""


class Preflight(PlanModel):
    """What the checks before the first push may find without stopping it."""

    allowed_secrets: tuple[AllowedSecret, ...] = ()
    """What looks like a secret and may be in a moved history."""
    lfs_without_objects: dict[RepositoryName, Text] = {}
    """Repositories whose Git LFS pointers go without their objects, each with the reason."""
    triage: Folder | None = None
    """A file beside the plan with a decision for each secret, which ./multirepo preflight --triage writes."""


class Plan(PlanModel):
    """A migration: what leaves the monorepo, where it goes and in which wave. The same for every stack."""

    monorepo: Monorepo
    """The repository that is split."""
    waves: Annotated[tuple[Wave, ...], keeps(some), _AT_LEAST_ONE] = (Wave(name=DEFAULT_WAVE),)
    """The waves in their order. One wave by default."""
    repositories: Annotated[tuple[Repository, ...], keeps(some), _AT_LEAST_ONE]
    """The new repositories."""
    defaults: Defaults = Defaults()
    """How repositories are kept, and which tags they take, unless one says otherwise."""
    history: History = History()
    """What changes in the moved histories apart from their files."""
    preflight: Preflight = Preflight()
    """Findings of the checks before the first push that stop nothing."""
    package_source: PackageSource = PackageSource()
    """How the manifests of consumers name the registry."""
    teams: tuple[Team, ...] = ()
    """The teams that repositories and code owners name."""
    confirmations: tuple[Confirmation, ...] = ()
    """What people have to check, and who did."""
