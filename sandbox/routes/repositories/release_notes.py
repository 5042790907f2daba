"""What GitHub writes into a release: the pull requests that were merged since the last one, and where to compare.

https://docs.github.com/rest/releases/releases#generate-release-notes-content-for-a-release
"""

from urllib.parse import quote

from sandbox import errors
from sandbox.git.bare_repository import TAGS, git
from sandbox.git.commits import resolve
from sandbox.records.pull_requests import PullRequest, issue_of
from sandbox.rest.calls import Call
from sandbox.tenant.entities import Account, RepositoryRecord


async def release_notes(call: Call, repository: RepositoryRecord, tag: str, target: str, previous: str | None) -> str:
    """In Markdown. target: what the tag will name where there is none yet. previous: tag of the last release, or None.

    Raises GitHubError where one of them names nothing.
    """
    directory, page = call.git_directory(repository), call.addresses(repository).html
    head = await resolve(directory, TAGS + tag) or await resolve(directory, target)
    if head is None:
        raise errors.invalid_field("Release", "target_commitish", "target_commitish is invalid", code="invalid")
    since = await resolve(directory, TAGS + previous) if previous else None
    if previous and since is None:
        raise errors.invalid_field("Release", "previous_tag_name", "previous_tag_name is invalid", code="invalid")
    released = set((await git(directory, "rev-list", head, *([f"^{since}"] if since else []))).decode().split())
    merged = [
        pull
        for pull in call.tenant.store.all(PullRequest, str(repository.id))
        if pull.merged_at and pull.merge_commit_sha in released
    ]
    lines = [_line(call, pull, page) for pull in sorted(merged, key=lambda pull: str(pull.merged_at), reverse=True)]
    changed = f"## What's Changed\n{''.join(lines)}\n\n" if lines else ""
    between = f"compare/{quote(previous)}...{quote(tag)}" if previous else f"commits/{quote(tag)}"
    return f"{changed}**Full Changelog**: {page}/{between}"


def _line(call: Call, pull: PullRequest, page: str) -> str:
    issue = issue_of(call.tenant, pull)
    author = call.tenant.store.by_id(Account, issue.user_id)
    assert author is not None, f"issue {issue.id} has lost its author"
    return f"* {issue.title} by @{author.login} in {page}/pull/{pull.number}\n"
