"""Commits. https://docs.github.com/rest/commits/commits"""

from sandbox import bare_repository, errors
from sandbox.calls import Call, Reply
from sandbox.commit_representations import commit_object, file_object
from sandbox.commits import changed_files, read_commit, resolve
from sandbox.errors import GitHubError
from sandbox.routes import repository_routes


async def get_commit(call: Call) -> Reply:
    """https://docs.github.com/rest/commits/commits#get-a-commit"""
    repository = call.repository()
    directory, ref = call.git_directory(repository), call.parameter("ref")
    if bare_repository.is_empty(directory):
        raise errors.empty_repository()
    sha = await resolve(directory, ref)
    if sha is None:
        raise GitHubError(422, f"No commit found for SHA: {ref}")
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


ROUTES = repository_routes("GET", "/commits/{ref:path}", get_commit)
