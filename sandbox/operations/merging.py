"""Merging pull requests with git: merge commits, squashes, rebases.

https://docs.github.com/pull-requests/collaborating-with-pull-requests/incorporating-changes-from-a-pull-request/about-pull-request-merges
"""

from datetime import UTC, datetime
from pathlib import Path

from sandbox.git.bare_repository import GitCommandError, git
from sandbox.git.commits import Commit, read_commits
from sandbox.git.object_writing import Identity, identity_of, write_object
from sandbox.records.issues import Issue
from sandbox.records.pull_requests import PullRequest
from sandbox.tenant.entities import Account, RepositoryRecord

WEB_FLOW = ("GitHub", "noreply@github.com")  # the committer of what GitHub merges
METHODS = ("merge", "squash", "rebase")


class MergeConflict(Exception):  # noqa: N818 (an outcome that callers expect)
    """The branches do not merge by themselves."""


async def merged_tree(directory: Path, base: str, head: str) -> str:
    """The tree of the merge of two commits. Raises MergeConflict."""
    try:
        output = await git(directory, "merge-tree", "--write-tree", "--no-messages", base, head)
    except GitCommandError as error:
        raise MergeConflict(str(error)) from error
    return output.decode().split()[0]


async def commits_of(directory: Path, pull: PullRequest) -> list[Commit]:
    """The commits that the pull request brings, oldest first."""
    listed = await git(directory, "rev-list", "--reverse", "--topo-order", f"{pull.base_sha}..{pull.head_sha}")
    return await read_commits(directory, listed.decode().split())


async def merge(
    directory: Path,
    repository: RepositoryRecord,
    pull: PullRequest,
    issue: Issue,
    owner: Account,
    user: Account,
    method: str,
    text: tuple[str | None, str | None],
) -> str:
    """The commit that the base branch is to have; no branch has it yet. Raises MergeConflict.

    owner: the repository's. text: title and message of the new commit; None: as the repository's settings say.
    """
    commits = await commits_of(directory, pull)
    if method == "rebase":
        return await _rebase(directory, pull.base_sha, commits, user)
    tree = await merged_tree(directory, pull.base_sha, pull.head_sha)
    texts = (
        squash_text(repository, issue, commits) if method == "squash" else merge_text(repository, owner, pull, issue)
    )
    title, message = (part if part is not None else default for part, default in zip(text, texts, strict=True))
    parents = [pull.base_sha] if method == "squash" else [pull.base_sha, pull.head_sha]
    committer = Identity(*WEB_FLOW, datetime.now(UTC))
    whole = f"{title}\n\n{message}" if message else title
    return await _commit(directory, tree, parents, identity_of(user).line(), committer.line(), whole)


async def merge_base_into_head(directory: Path, pull: PullRequest, user: Account) -> str:
    """The commit that brings the head branch up to date; no branch has it yet. Raises MergeConflict."""
    tree = await merged_tree(directory, pull.head_sha, pull.base_sha)
    committer = Identity(*WEB_FLOW, datetime.now(UTC))
    text = f"Merge branch '{pull.base}' into {pull.head}"
    parents = [pull.head_sha, pull.base_sha]
    return await _commit(directory, tree, parents, identity_of(user).line(), committer.line(), text)


def merge_text(repository: RepositoryRecord, owner: Account, pull: PullRequest, issue: Issue) -> tuple[str, str]:
    """Title and message of a merge commit."""
    title = f"Merge pull request #{pull.number} from {owner.login}/{pull.head}"
    if repository.merge_commit_title == "PR_TITLE":
        title = f"{issue.title} (#{pull.number})"
    bodies = {"PR_TITLE": issue.title, "PR_BODY": issue.body or "", "BLANK": ""}
    return title, bodies[repository.merge_commit_message]


def squash_text(repository: RepositoryRecord, issue: Issue, commits: list[Commit]) -> tuple[str, str]:
    """Title and message of a squash: of one commit, its own."""
    parts = [commit.message.partition("\n")[::2] for commit in commits]
    alone = len(parts) == 1
    title = parts[0][0] if alone and repository.squash_merge_commit_title == "COMMIT_OR_PR_TITLE" else issue.title
    listed = "\n\n".join(f"* {commit.message}" for commit in commits)
    bodies = {
        "COMMIT_MESSAGES": parts[0][1].strip() if alone else listed,
        "PR_BODY": issue.body or "",
        "BLANK": "",
    }
    return f"{title} (#{issue.number})", bodies[repository.squash_merge_commit_message]


async def _rebase(directory: Path, base: str, commits: list[Commit], user: Account) -> str:
    """The commits one after the other on top of the base, committed by the user now."""
    committer = identity_of(user).line()
    tip = base
    for commit in commits:
        if len(commit.parents) != 1:
            raise MergeConflict("a merge commit cannot be rebased")
        # A stand-in with the tip's tree on the commit's own parent makes that parent the merge base, so the
        # merge below is what cherry-picking does. Older gits have no option for the merge base.
        tree = (await git(directory, "rev-parse", f"{tip}^{{tree}}")).decode().strip()
        stand_in = await _commit(directory, tree, list(commit.parents), committer, committer, "")
        merged = await merged_tree(directory, stand_in, commit.sha)
        date = datetime.fromisoformat(commit.author.date)
        author = Identity(commit.author.name, commit.author.email, date).line()
        tip = await _commit(directory, merged, [tip], author, committer, commit.message)
    return tip


async def _commit(directory: Path, tree: str, parents: list[str], author: str, committer: str, message: str) -> str:
    lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents), f"author {author}", f"committer {committer}"]
    return await write_object(directory, "commit", ("\n".join(lines) + f"\n\n{message}\n").encode())
