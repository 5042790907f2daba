"""Commits, and what lies between two of them. https://docs.github.com/rest/commits/commits"""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from sandbox import errors
from sandbox.errors import GitHubError
from sandbox.git import bare_repository
from sandbox.git.bare_repository import BRANCHES, GitCommandError, git
from sandbox.git.commits import as_text, changed_files, differing_files, read_commit, read_commits, resolve
from sandbox.records.pull_requests import PullRequest
from sandbox.representations.commits import commit_object, file_object
from sandbox.representations.issues import IssueRepresenter
from sandbox.rest.calls import Call, Reply
from sandbox.rest.pagination import page
from sandbox.rest.routing import repository_routes
from sandbox.tenant.entities import RepositoryRecord

MOST_COMPARED = 250  # commits that a comparison lists


async def list_commits(call: Call) -> Reply:
    """https://docs.github.com/rest/commits/commits#list-commits"""
    repository, query = call.repository(), call.request.query_params
    directory = call.git_directory(repository)
    if bare_repository.is_empty(directory):
        raise errors.empty_repository()
    start = query.get("sha") or repository.default_branch
    sha = await resolve(directory, start)
    if sha is None:
        raise errors.not_found()
    filters = ["--fixed-strings", "--regexp-ignore-case"]  # as in author=dependabot[bot]
    filters += [f"--{name}={query[name]}" for name in ("since", "until", "author", "committer") if query.get(name)]
    path = ["--", query["path"]] if query.get("path") else []
    listed = (await git(directory, "rev-list", *filters, sha, *path)).decode().split()
    reply = page(call, listed, lambda each: each)
    reply.body = await _commit_objects(call, repository, reply.body)
    return reply


async def _commit_objects(call: Call, repository: RepositoryRecord, shas: list[str]) -> list[dict[str, Any]]:
    addresses = call.addresses(repository)
    return [commit_object(commit, addresses) for commit in await read_commits(call.git_directory(repository), shas)]


async def get_commit(call: Call) -> Reply:
    """https://docs.github.com/rest/commits/commits#get-a-commit"""
    repository = call.repository()
    directory, ref = call.git_directory(repository), call.parameter("ref")
    if bare_repository.is_empty(directory):
        raise errors.empty_repository()
    sha = await resolve(directory, ref)
    if sha is None:
        raise GitHubError(422, f"No commit found for SHA: {ref}")
    if call.wants("sha"):
        return Reply(sha.encode())
    if (text := await as_text(directory, call.wants, None, sha)) is not None:
        return Reply(text)
    addresses = call.addresses(repository)
    files = await changed_files(directory, sha)
    additions, deletions = sum(file.additions for file in files), sum(file.deletions for file in files)
    return Reply(
        {
            **commit_object(await read_commit(directory, sha), addresses),
            "stats": {"total": additions + deletions, "additions": additions, "deletions": deletions},
            "files": [file_object(file, sha, addresses) for file in files],
        }
    )


async def pulls_with_commit(call: Call) -> Reply:
    """https://docs.github.com/rest/commits/commits#list-pull-requests-associated-with-a-commit"""
    repository = call.repository()
    directory, ref = call.git_directory(repository), call.parameter("ref")
    sha = await resolve(directory, ref)
    if sha is None:
        raise GitHubError(422, f"No commit found for SHA: {ref}")
    pulls = call.tenant.store.all(PullRequest, str(repository.id))
    found = [pull for pull in pulls if sha in {pull.merge_commit_sha, *await _commits_of(directory, pull)}]
    return page(call, found, IssueRepresenter(call.tenant, call.site, repository).pull_request)


async def _commits_of(directory: Path, pull: PullRequest) -> list[str]:
    return (await git(directory, "rev-list", f"{pull.base_sha}..{pull.head_sha}")).decode().split()


async def comments_on_commit(call: Call) -> Reply:
    """https://docs.github.com/rest/commits/comments#list-commit-comments

    Nobody can make one here.
    """
    call.repository()
    return Reply([])


async def comments_on_commits(call: Call) -> Reply:
    """https://docs.github.com/rest/commits/comments#list-commit-comments-for-a-repository"""
    return await comments_on_commit(call)


async def branches_at_head(call: Call) -> Reply:
    """https://docs.github.com/rest/commits/commits#list-branches-for-head-commit"""
    repository, sha = call.repository(), call.parameter("sha")
    found = await bare_repository.refs(call.git_directory(repository), BRANCHES)
    api = call.addresses(repository).api
    branches = [
        {
            "name": ref.name.removeprefix(BRANCHES),
            "commit": {"sha": sha, "url": f"{api}/commits/{sha}"},
            "protected": False,
        }
        for ref in found
        if ref.sha == sha
    ]
    return Reply(branches)


async def compare(call: Call) -> Reply:
    """https://docs.github.com/rest/commits/commits#compare-two-commits

    All commits where pages are asked for, otherwise the first 250. Files stand on the first page.
    """
    repository = call.repository()
    directory, addresses = call.git_directory(repository), call.addresses(repository)
    names = call.parameter("basehead").split("...")
    if len(names) != 2:
        raise errors.not_found()
    base, head = [await resolve(directory, name.rpartition(":")[2]) for name in names]
    if base is None or head is None:
        raise errors.not_found()
    try:
        found = (await git(directory, "merge-base", "--all", base, head)).decode().split()
    except GitCommandError:
        raise errors.not_found(f"No common ancestor between {names[0]} and {names[1]}.") from None
    if (text := await as_text(directory, call.wants, base, head)) is not None:
        return Reply(text)
    ahead = (await git(directory, "rev-list", "--reverse", f"{base}..{head}")).decode().split()
    behind = int(await git(directory, "rev-list", "--count", f"{head}..{base}"))
    state = "diverged" if ahead and behind else "ahead" if ahead else "behind" if behind else "identical"
    query = call.request.query_params
    commits = Reply(ahead[:MOST_COMPARED])
    if "page" in query or "per_page" in query:
        commits = page(call, ahead, lambda each: each)
    files = await differing_files(directory, found[0], head) if query.get("page", "1") == "1" else []
    base_commit, merge_base = await _commit_objects(call, repository, [base, found[0]])
    between = "...".join(map(quote, names))
    page_address = f"{addresses.html}/compare/{between}"
    return Reply(
        {
            "url": f"{addresses.api}/compare/{between}",
            "html_url": page_address,
            "permalink_url": page_address,
            "diff_url": f"{page_address}.diff",
            "patch_url": f"{page_address}.patch",
            "base_commit": base_commit,
            "merge_base_commit": merge_base,
            "status": state,
            "ahead_by": len(ahead),
            "behind_by": behind,
            "total_commits": len(ahead),
            "commits": await _commit_objects(call, repository, commits.body),
            "files": [file_object(file, head, addresses) for file in files],
        },
        headers=commits.headers,
    )


ROUTES = [
    *repository_routes("GET", "/commits", list_commits),
    *repository_routes("GET", "/commits/{sha}/branches-where-head", branches_at_head),
    *repository_routes("GET", "/commits/{ref}/pulls", pulls_with_commit),
    *repository_routes("GET", "/commits/{ref}/comments", comments_on_commit),
    *repository_routes("GET", "/comments", comments_on_commits),
    *repository_routes("GET", "/commits/{ref:path}", get_commit),
    *repository_routes("GET", "/compare/{basehead:path}", compare),
]
