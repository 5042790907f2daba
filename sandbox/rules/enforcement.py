"""Whether a change of a ref breaks rules, by whom, and what GitHub says then.

A push, a write over the API and a merge all come here. Rules of types that need more than the
repository's own data (deployments, code scanning, workflows, ...) are kept and shown, but not enforced.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from sandbox.git.bare_repository import BRANCHES, GitCommandError, git
from sandbox.git.commits import Commit, parse_commit
from sandbox.records import checks
from sandbox.records.protection import BranchProtectionRule, Rule, RulesetRecord, rules_for
from sandbox.records.pull_requests import PullRequest
from sandbox.rules.required_reviews import missing_reviews
from sandbox.tenant.entities import Account, Record, RepositoryRecord, node_id
from sandbox.tenant.people import teams_of
from sandbox.tenant.permissions import Permission
from sandbox.tenant.store import Store
from sandbox.tenant.tenants import Tenant

NOT_AUTHORIZED = (
    "You're not authorized to push to this branch. "
    "Visit https://docs.github.com/articles/about-protected-branches/ for more information."
)
ROLE_IDS = {1: Permission.READ, 2: Permission.MAINTAIN, 3: Permission.TRIAGE, 4: Permission.WRITE, 5: Permission.ADMIN}
COMMIT_PATTERNS: dict[str, tuple[str, Callable[[Commit], str]]] = {
    "commit_message_pattern": ("Commit message", lambda commit: commit.message),
    "commit_author_email_pattern": ("Commit author email", lambda commit: commit.author.email),
    "committer_email_pattern": ("Committer email", lambda commit: commit.committer.email),
}
COMMIT_RULES = {"required_linear_history", "required_signatures"}
NAME_PATTERNS = {"branch_name_pattern": "Branch name", "tag_name_pattern": "Tag name"}
OPERATORS: dict[str, tuple[str, Callable[[str, str], bool]]] = {
    "starts_with": ("start with", str.startswith),
    "ends_with": ("end with", str.endswith),
    "contains": ("contain", lambda text, pattern: pattern in text),
    "regex": ("match", lambda text, pattern: re.search(pattern, text) is not None),
}


@dataclass(frozen=True, kw_only=True)
class SignedCommit(Record):
    """A commit that GitHub made itself, and signed."""

    record_kind: ClassVar[str] = "SignedCommit"

    repository_id: int
    sha: str

    @property
    def key(self) -> tuple[str, ...]:
        """By repository and commit."""
        return (str(self.repository_id), self.sha)


def sign(store: Store, repository: RepositoryRecord, sha: str) -> None:
    """Remember that GitHub signed this commit."""
    if store.by_key(SignedCommit, str(repository.id), sha) is None:
        store.put(SignedCommit(id=store.next_id(), repository_id=repository.id, sha=sha))


@dataclass(frozen=True)
class RefUpdate:
    """A change of a ref. old, new: commit ids, None for absent. pull_request: what it is the merge of."""

    ref: str
    old: str | None
    new: str | None
    pull_request: PullRequest | None = None
    merge_method: str | None = None


@dataclass(frozen=True)
class Violation:
    """A broken rule, in GitHub's words. bypassed: this user may."""

    ref: str
    rule: Rule
    message: str
    bypassed: bool

    @property
    def is_classic(self) -> bool:
        """Whether classic branch protection forbids it, rather than a ruleset."""
        return isinstance(self.rule.source, BranchProtectionRule)


@dataclass(frozen=True)
class Enforcement:
    """The rules of one repository against one user. environment: git's, for objects in quarantine."""

    tenant: Tenant
    repository: RepositoryRecord
    user: Account | None
    environment: Mapping[str, str] = field(default_factory=dict)

    async def violations(self, update: RefUpdate) -> list[Violation]:
        """What the change breaks, bypassed or not."""
        found: list[Violation] = []
        rules = rules_for(self.tenant.store, self.repository, update.ref)
        by_commit = [rule for rule in rules if rule.type in COMMIT_PATTERNS or rule.type in COMMIT_RULES]
        commits = await self._new_commits(update) if by_commit else []
        for rule in rules:
            message = await self._broken(rule, update, commits)
            if message:
                found.append(Violation(update.ref, rule, message, self.may_bypass(rule, update)))
        return found

    def may_bypass(self, rule: Rule, update: RefUpdate) -> bool:
        """Whether the rule does not hold for this user."""
        source = rule.source
        if isinstance(source, RulesetRecord):
            mode = self.bypass_mode(source)
            return mode in {"always", "exempt"} or (mode == "pull_requests_only" and update.pull_request is not None)
        allowed = {
            "pull_request": source.bypass_pull_request_actor_ids,
            "non_fast_forward": source.bypass_force_push_actor_ids,
            "push_restriction": source.push_actor_ids,
            "creation": source.push_actor_ids,
        }
        if self._actor_ids() & set(allowed.get(rule.type, ())):
            return True
        for_everyone = rule.type in {"non_fast_forward", "deletion"}
        return not for_everyone and not source.is_admin_enforced and self._role() == Permission.ADMIN

    def bypass_mode(self, ruleset: RulesetRecord) -> str:
        """How the user may bypass the ruleset, as REST says it: always, exempt, pull_requests_only, never."""
        modes = {actor.get("bypass_mode", "always") for actor in ruleset.bypass_actors if self._is(actor)}
        if modes & {"always", "exempt"}:
            return "always" if "always" in modes else "exempt"
        return "pull_requests_only" if modes else "never"

    def _is(self, actor: Mapping[str, object]) -> bool:
        """Whether the user is one of those that a bypass actor stands for."""
        if self.user is None:
            return False
        number, kind = actor.get("actor_id"), actor["actor_type"]
        if kind == "OrganizationAdmin":
            return self.tenant.is_owner(self.tenant.owner_of(self.repository), self.user)
        if kind == "RepositoryRole":
            return self._role() >= ROLE_IDS.get(number if isinstance(number, int) else 0, Permission.ADMIN)
        if kind == "Team":
            return number in teams_of(self.tenant.store, self.user)
        return kind == "User" and number == self.user.id

    def _role(self) -> Permission:
        return self.tenant.role(self.user, self.repository) if self.user else Permission.NONE

    def _actor_ids(self) -> set[str]:
        if self.user is None:
            return set()
        teams = teams_of(self.tenant.store, self.user)
        return {node_id("U", self.user.id), *(node_id("T", number) for number in teams)}

    async def _broken(self, rule: Rule, update: RefUpdate, commits: list[Commit]) -> str | None:
        """What GitHub says when the change breaks this rule; None when it does not."""
        if rule.type in COMMIT_PATTERNS or rule.type in COMMIT_RULES:
            return self._commits_break(rule, commits)
        if update.new is None:
            kind = "branch" if update.ref.startswith(BRANCHES) else "tag"
            return f"Cannot delete this {kind}" if rule.type == "deletion" else None
        if update.old is None and rule.type == "creation":
            return "Cannot create ref due to creations being restricted."
        if update.old is None and rule.type in NAME_PATTERNS:
            name = update.ref.split("/", 2)[2]
            return None if _fits(rule, name) else _must(NAME_PATTERNS[rule.type], rule)
        if rule.type == "update" and update.old is not None:
            return "Cannot update this protected ref."
        if rule.type == "lock" and update.old is not None:
            return "Cannot change this locked branch"
        if rule.type == "push_restriction" and update.old is not None:
            return NOT_AUTHORIZED
        if rule.type == "non_fast_forward" and update.old is not None:
            return None if await self._is_ancestor(update.old, update.new) else "Cannot force-push to this branch"
        if rule.type == "pull_request":
            return await self._reviews_missing(rule, update)
        if rule.type == "required_status_checks":
            return await self._checks_missing(rule, update)
        return None

    def _commits_break(self, rule: Rule, commits: list[Commit]) -> str | None:
        if rule.type == "required_linear_history":
            merged = any(len(commit.parents) > 1 for commit in commits)
            return "This branch must not contain merge commits." if merged else None
        if rule.type == "required_signatures":
            store, repository = self.tenant.store, str(self.repository.id)
            unsigned = [commit for commit in commits if not store.by_key(SignedCommit, repository, commit.sha)]
            return "Commits must have verified signatures." if unsigned else None
        subject, text = COMMIT_PATTERNS[rule.type]
        return None if all(_fits(rule, text(commit)) for commit in commits) else _must(subject, rule)

    async def _reviews_missing(self, rule: Rule, update: RefUpdate) -> str | None:
        pull = update.pull_request
        if pull is None:
            creating = update.old is None
            return None if creating else "Changes must be made through a pull request."
        methods = rule.parameters.get("allowed_merge_methods") or ["merge", "squash", "rebase"]
        if update.merge_method and update.merge_method not in methods:
            return f"{update.merge_method.capitalize()} merges are not allowed on this repository."
        return await missing_reviews(self.tenant, self.repository, pull, rule.parameters)

    async def _checks_missing(self, rule: Rule, update: RefUpdate) -> str | None:
        if update.old is None and rule.parameters.get("do_not_enforce_on_create"):
            return None
        sha = update.pull_request.head_sha if update.pull_request else update.new
        required = rule.parameters["required_status_checks"]
        problems = checks.unmet(self.tenant.store, self.repository.id, sha or "", required)
        if rule.parameters.get("strict_required_status_checks_policy") and await self.is_behind(update):
            problems = {check["context"]: "expected" for check in required}
        if not problems:
            return None
        if len(problems) == 1:
            [(context, state)] = problems.items()
            return f'Required status check "{context}" is {state}.'
        state = "expected" if set(problems.values()) == {"expected"} else "failing"
        return f"{len(problems)} of {len(required)} required status checks are {state}."

    async def is_behind(self, update: RefUpdate) -> bool:
        """Whether the base has commits that a pull request lacks. Then no report counts (RakuenSoftware/aimee#2460)."""
        pull = update.pull_request
        return pull is not None and not await self._is_ancestor(pull.base_sha, pull.head_sha)

    async def _new_commits(self, update: RefUpdate) -> list[Commit]:
        """The commits that the change brings to the ref."""
        if update.new is None:
            return []
        since = [f"^{update.old}"] if update.old else ["--not", "--branches"]
        output = await self._git("rev-list", "--header", update.new, *since)
        return [_with_header(part) for part in output.split(b"\0") if part.strip()]

    async def _is_ancestor(self, old: str, new: str) -> bool:
        try:
            await self._git("merge-base", "--is-ancestor", old, new)
        except GitCommandError:
            return False
        return True

    async def _git(self, *arguments: str) -> bytes:
        directory: Path = self.tenant.git_directory(self.repository)
        return await git(directory, *arguments, environment=self.environment)


def _with_header(part: bytes) -> Commit:
    """A commit as `git rev-list --header` prints it: its id, then the object with the message indented."""
    sha, _, raw = part.partition(b"\n")
    head, _, message = raw.partition(b"\n\n")
    return parse_commit(sha.decode(), head + b"\n\n" + re.sub(rb"(?m)^    ", b"", message))


def _fits(rule: Rule, text: str) -> bool:
    _, test = OPERATORS[rule.parameters["operator"]]
    return bool(test(text, rule.parameters["pattern"])) != bool(rule.parameters.get("negate"))


def _must(subject: str, rule: Rule) -> str:
    verb, _ = OPERATORS[rule.parameters["operator"]]
    pattern = rule.parameters["pattern"]
    is_regex = rule.parameters["operator"] == "regex"
    description = f"a given regex pattern: {pattern}" if is_regex else f"a given pattern: {pattern}"
    return f"{subject} must{' not' if rule.parameters.get('negate') else ''} {verb} {description}"
