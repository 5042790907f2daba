"""The settings of a repository on GitHub: the keys of `defaults` in the plan and of each repository.

In the words of https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets
and https://docs.github.com/en/actions/how-tos/deploy/configure-and-manage-deployments/manage-environments
"""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from migration.plan.values import (
    MAPPING,
    Claim,
    CodeOwner,
    HomePage,
    LabelColor,
    LabelDescription,
    LinkAddress,
    LinkPrefix,
    Login,
    PublicKey,
    RefPattern,
    SettingName,
    Switch,
    TeamName,
    Text,
    at_most,
    keeps,
)

CheckKind = Literal["lint", "types", "tests", "build", "contract", "audit"]

Role = Literal["pull", "triage", "push", "maintain", "admin"]
ORGANIZATION_ADMINS = "organization-admins"
REPOSITORY_ADMINS = "repository-admins"

_SIX_AT_MOST = Field(json_schema_extra={"maxItems": 6})


class _Model(BaseModel):
    model_config = MAPPING


class Protection(_Model):
    """Rules for the default branch, the branch of moved history and release tags.

    Nobody may delete or force-push these branches, or move these tags, not even those who may bypass the other
    rules. Which checks are required is read from the repository's pipelines.
    """

    mechanism: Literal["ruleset", "branch_protection"] = Field(default="ruleset", alias="as")
    """GitHub's means: rulesets, or classic branch protection. Tags are always kept by a ruleset."""
    approvals: Annotated[int, Field(strict=True, ge=0, le=6)] = 1
    """How many people must approve a pull request."""
    code_owner_review: Switch = True
    """Whether a code owner must be among them."""
    stale_dismissal: Switch = True
    """Whether a push to a pull request takes its approvals away."""
    last_push_approval: Switch = False
    """Whether somebody else than who pushed last must approve."""
    conversation_resolution: Switch = True
    """Whether every conversation must be resolved."""
    linear_history: Switch = False
    """Whether people may bring no merge commits. The move itself merges all the same."""
    signatures: Switch = False
    """Whether people's commits must be signed. What moved keeps the signatures that it had."""
    bypass: tuple[TeamName, ...] = ()
    """Teams that may go past these rules."""
    migration: TeamName = ORGANIZATION_ADMINS
    """Who migrates, and thus writes the branch of moved history and goes past these rules: 'organization-admins',
    'repository-admins', or a team that the migration's account is in."""
    release_tags: tuple[RefPattern, ...] = ("v*",)
    """Tags that nobody may move or delete, as patterns."""


class Environment(_Model):
    """Where the pipelines deploy to or release from."""

    name: Text
    """Its name on GitHub."""
    reviewers: Annotated[tuple[CodeOwner, ...], keeps(at_most(6)), _SIX_AT_MOST] = ()
    """Teams of this plan, or people as '@login', of whom one must approve each job; at most 6."""
    wait_minutes: Annotated[int, Field(strict=True, ge=0, le=43200)] = 0
    """How long each job waits before it starts, at most 30 days."""
    prevent_self_review: Switch | None = None
    """Whether the person who started a job may not approve it. If not named, it stays as it is on GitHub."""
    admin_bypass: Switch | None = None
    """Whether administrators may go past reviewers and the wait. If not named, it stays as it is on GitHub."""
    branches: tuple[RefPattern, ...] = ()
    """Branches that may use it, as patterns. All of them when neither branches nor tags are named."""
    tags: tuple[RefPattern, ...] = ()
    """Tags that may use it, as patterns."""
    secrets: tuple[SettingName, ...] = ()
    """Names of its secrets. Their values are the stack's business."""
    variables: tuple[SettingName, ...] = ()
    """Names of its variables. Their values are the stack's business."""


class Label(_Model):
    """A label for issues and pull requests."""

    name: Text
    """What it says."""
    formerly: Text | None = None
    """The name that it had in the plan before: it is renamed on all issues."""
    color: LabelColor
    """Six hexadecimal digits, in quotes: "d73a4a"."""
    description: LabelDescription = ""
    """What it is for, in at most 100 characters."""


class Actions(_Model):
    """What GitHub Actions may do."""

    allowed: Literal["all", "local_only", "selected"] = "selected"
    """Which actions run: all, the owner's own, or those that the next keys select."""
    github_owned: Switch = True
    """Whether GitHub's own actions are selected."""
    verified: Switch = False
    """Whether those of creators whom GitHub verified are selected."""
    patterns: tuple[Text, ...] = ()
    """Others that are selected, like 'aws-actions/*'."""
    sha_pinning: Switch = True
    """Whether every action must be pinned by the full id of its commit."""
    token: Literal["read", "write"] = "read"
    """What the token of a job may do in the repository when its workflow does not say."""
    oidc_subject: tuple[Claim, ...] = ()
    """Claims that make the subject of a job's OpenID Connect token, like [repo, context, job_workflow_ref], by which
    clouds decide whom to trust. When none is named, the subject is left as it is on GitHub."""


class Features(_Model):
    """Which parts of a repository GitHub shows. A key that is not named keeps what the repository has."""

    issues: Switch | None = None
    """Whether it has issues. A new repository has."""
    projects: Switch | None = None
    """Whether it has projects. A new repository has none."""
    wiki: Switch | None = None
    """Whether it has a wiki. A new repository has none."""


class Merging(_Model):
    """How pull requests are merged. A key that is not named keeps what the repository has."""

    merge_commits: Switch | None = None
    """Whether merge commits are allowed, as for a pull request after a conflict. A new repository allows them."""
    squash: Switch | None = None
    """Whether a pull request can be squashed into one commit. A new repository allows it."""
    rebase: Switch | None = None
    """Whether a pull request can be rebased. A new repository does not allow it."""
    merge_message: Literal["pull_request", "merge", "title"] | None = None
    """Title and body of a merge commit: those of the pull request, GitHub's 'Merge pull request #1', or its title."""
    squash_message: Literal["pull_request", "commits", "title", "title_and_commits"] | None = None
    """Title and body of a squashed commit: those of the pull request, of its commits, its title, or its title with the
    messages of its commits."""
    delete_branch: Switch | None = None
    """Whether the branch of a merged pull request is deleted. A new repository does it."""
    auto_merge: Switch | None = None
    """Whether a pull request can be merged by itself as soon as it meets all requirements."""
    update_branch: Switch | None = None
    """Whether GitHub offers to update the branch of a pull request."""


Necessity = Literal["required", "advisory", "none"]


class Pipeline(_Model):
    """The jobs of rendered pipelines, where manifests and lock files do not say enough."""

    extras: tuple[Text, ...] | None = None
    """Optional dependencies that the jobs install; all of them, unless named here."""
    tests: Text | None = None
    """The command that runs the tests in the project's environment, like 'bash scripts/test.sh'."""
    node: Text | None = None
    """The version of Node, in quotes, like "24"; what .nvmrc or .node-version names, unless named here."""
    types: tuple[Text, ...] = ()
    """Files and folders that the type checker gets; what its own configuration names, unless named here."""
    checks: dict[CheckKind, Necessity] = {}
    """Which checks a pull request must pass ('required'), which are shown only ('advisory'), and which are left out
    ('none'). A linter, type checker or audit that the project does not use itself is advisory, unless named here."""


class AutolinkEntry(_Model):
    """References such as TICKET-1 that lead to another system. GitHub cannot change one: another target replaces it."""

    prefix: LinkPrefix
    """What stands before the number, like 'TICKET-'."""
    url: LinkAddress
    """The web address, in which <num> stands for the reference."""
    alphanumeric: Switch = True
    """Whether the reference may contain letters."""


class WebhookEntry(_Model):
    """A web address that GitHub calls on events."""

    url: HomePage
    """The web address, which must be another one for each webhook."""
    events: tuple[Text, ...] = ("push",)
    """Names of the events, or '*' for all."""
    content_type: Literal["json", "form"] = "json"
    """How the event is written."""
    active: Switch = True
    """Whether GitHub calls it."""
    secret: SettingName | None = None
    """Name of the secret by which the receiver checks the caller. Its value is the stack's business."""


class DeployKeyEntry(_Model):
    """A public SSH key of a machine. GitHub cannot change one: another key or another access replaces it."""

    title: Text
    """Its name on GitHub."""
    key: PublicKey
    """The public key."""
    write: Switch = False
    """Whether the machine may push."""


class RepositorySettings(_Model):
    """How repositories are kept, unless one says otherwise. What is not named is left as it is on GitHub."""

    features: Features | None = None
    """Issues, projects, wiki. A repository's own replace the defaults key by key."""
    merging: Merging | None = None
    """How pull requests are merged. A repository's own replace the defaults key by key."""

    protection: Protection | None = None
    """Rules for branches and tags. A repository's own replace the defaults key by key."""
    environments: tuple[Environment, ...] = ()
    """Environments. A repository's own replace the defaults of the same name key by key, and add others."""
    secrets: tuple[SettingName, ...] = ()
    """Names of the secrets that Actions get. Their values are the stack's business."""
    dependabot_secrets: tuple[SettingName, ...] = ()
    """Names of the secrets that Dependabot gets."""
    variables: tuple[SettingName, ...] = ()
    """Names of the variables that Actions get."""
    labels: tuple[Label, ...] = ()
    """Labels. Others that a repository has stay."""
    actions: Actions | None = None
    """What GitHub Actions may do."""
    vulnerability_alerts: Switch | None = None
    """Whether Dependabot reports vulnerable dependencies."""
    security_updates: Switch | None = None
    """Whether Dependabot opens pull requests that repair them. It needs the alerts."""
    pipeline: Pipeline | None = None
    """Extras, commands and checks of the rendered pipelines. A repository's own replace the defaults key by key."""
    secret_scanning: Switch | None = None
    """Whether GitHub scans for secrets. Private repositories need GitHub Secret Protection for it."""
    push_protection: Switch | None = None
    """Whether GitHub rejects pushes with secrets. It needs the scan."""
    collaborators: dict[Login, Role] = {}
    """People who work on it by themselves, without a team, each with the role. Other people stay."""
    properties: dict[Text, Text | Switch | tuple[Text, ...]] = {}
    """Values of custom properties of the organization, by name."""
    autolinks: tuple[AutolinkEntry, ...] = ()
    """References to other systems. Others stay."""
    webhooks: tuple[WebhookEntry, ...] = ()
    """Web addresses that are called on events. Others stay."""
    deploy_keys: tuple[DeployKeyEntry, ...] = ()
    """SSH keys of machines. Others stay."""
