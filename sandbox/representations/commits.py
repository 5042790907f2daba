"""Commits as the JSON objects that GitHub's documentation describes."""

from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from sandbox.git.commits import ChangedFile, Commit
from sandbox.tenant.entities import node_id
from sandbox.tenant.sites import Addresses


def commit_object(commit: Commit, addresses: Addresses) -> dict[str, Any]:
    """A commit without its files. No e-mail address is known to belong to a user."""
    address = f"{addresses.api}/commits/{commit.sha}"
    return {
        "sha": commit.sha,
        "node_id": node_id("C", addresses.repository_id, commit.sha),
        "commit": {
            "author": asdict(commit.author),
            "committer": asdict(commit.committer),
            "message": commit.message,
            "tree": {"sha": commit.tree, "url": f"{addresses.api}/git/trees/{commit.tree}"},
            "url": f"{addresses.api}/git/commits/{commit.sha}",
            "comment_count": 0,
            "verification": {
                "verified": False,
                "reason": "unknown_key" if commit.signature else "unsigned",
                "signature": commit.signature,
                "payload": commit.payload,
                "verified_at": None,
            },
        },
        "url": address,
        "html_url": f"{addresses.html}/commit/{commit.sha}",
        "comments_url": f"{address}/comments",
        "author": None,
        "committer": None,
        "parents": [
            {
                "sha": parent,
                "url": f"{addresses.api}/commits/{parent}",
                "html_url": f"{addresses.html}/commit/{parent}",
            }
            for parent in commit.parents
        ],
    }


def file_object(file: ChangedFile, commit: str, addresses: Addresses) -> dict[str, Any]:
    """One file of a commit, without its patch."""
    path = quote(file.path)
    document = {
        "sha": file.sha,
        "filename": file.path,
        "status": file.status,
        "additions": file.additions,
        "deletions": file.deletions,
        "changes": file.additions + file.deletions,
        "blob_url": f"{addresses.html}/blob/{commit}/{path}",
        "raw_url": f"{addresses.html}/raw/{commit}/{path}",
        "contents_url": f"{addresses.api}/contents/{path}?ref={commit}",
    }
    return document | ({"previous_filename": file.previous_path} if file.previous_path else {})


def git_commit_object(commit: Commit, addresses: Addresses) -> dict[str, Any]:
    """A commit as the Git database shows it. https://docs.github.com/rest/git/commits#get-a-commit-object"""
    document = commit_object(commit, addresses)
    inner = document["commit"]
    return {
        "sha": commit.sha,
        "node_id": document["node_id"],
        "url": inner["url"],
        "html_url": document["html_url"],
        "author": inner["author"],
        "committer": inner["committer"],
        "message": commit.message,
        "tree": inner["tree"],
        "parents": [
            {**parent, "url": f"{addresses.api}/git/commits/{parent['sha']}"} for parent in document["parents"]
        ],
        "verification": inner["verification"],
    }
