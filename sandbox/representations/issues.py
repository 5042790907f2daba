"""Issues, labels, comments and pull requests as the JSON objects that GitHub's documentation describes."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sandbox.records.issues import Comment, Issue, LabelRecord
from sandbox.records.pull_requests import PullRequest, Review, issue_of
from sandbox.representations.accounts import simple_user
from sandbox.representations.repositories import minimal_repository
from sandbox.tenant.entities import Account, RepositoryRecord, node_id
from sandbox.tenant.permissions import Permission
from sandbox.tenant.sites import Site, addresses_of
from sandbox.tenant.tenants import Tenant

REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


@dataclass(frozen=True)
class IssueRepresenter:
    """Shows what belongs to one repository."""

    tenant: Tenant
    site: Site
    repository: RepositoryRecord

    @property
    def api(self) -> str:
        """The repository's address in REST."""
        return addresses_of(self.site, self.tenant, self.repository).api

    @property
    def html(self) -> str:
        """The repository's page."""
        return addresses_of(self.site, self.tenant, self.repository).html

    def user(self, number: int | None) -> dict[str, Any] | None:
        """The user with this id."""
        account = self.tenant.store.by_id(Account, number) if number else None
        return simple_user(self.site, account) if account else None

    def label(self, label: LabelRecord) -> dict[str, Any]:
        """https://docs.github.com/rest/issues/labels#get-a-label"""
        return {
            "id": label.id,
            "node_id": node_id("LA", label.id),
            "url": f"{self.api}/labels/{quote(label.name)}",
            "name": label.name,
            "color": label.color,
            "default": label.default,
            "description": label.description,
        }

    def labels(self, issue: Issue) -> list[dict[str, Any]]:
        """The labels that the issue has."""
        return [self.label(label) for number in issue.labels if (label := self.tenant.store.by_id(LabelRecord, number))]

    def association(self, number: int) -> str:
        """How a user is associated with the repository."""
        user = self.tenant.store.by_id(Account, number)
        if user is None:
            return "NONE"
        if self.repository.owner_id == user.id or self.tenant.is_owner(self.tenant.owner_of(self.repository), user):
            return "OWNER"
        if self.tenant.membership(self.repository.owner_id, user):
            return "MEMBER"
        return "COLLABORATOR" if self.tenant.role(user, self.repository) else "NONE"

    def reactions(self, address: str) -> dict[str, Any]:
        """Nobody reacts here."""
        return {"url": f"{address}/reactions", "total_count": 0, **dict.fromkeys(REACTIONS, 0)}

    def _shared(self, issue: Issue) -> dict[str, Any]:
        """What an issue and a pull request both show."""
        assignees = [self.user(number) for number in issue.assignees]
        return {
            "number": issue.number,
            "state": issue.state,
            "locked": False,
            "title": issue.title,
            "user": self.user(issue.user_id),
            "body": issue.body,
            "labels": self.labels(issue),
            "milestone": None,
            "active_lock_reason": None,
            "assignee": assignees[0] if assignees else None,
            "assignees": assignees,
            "created_at": issue.created_at,
            "updated_at": issue.updated_at,
            "closed_at": issue.closed_at,
            "author_association": self.association(issue.user_id),
        }

    def issue(self, issue: Issue) -> dict[str, Any]:
        """https://docs.github.com/rest/issues/issues#get-an-issue"""
        address = f"{self.api}/issues/{issue.number}"
        kind = "pull" if issue.is_pull_request else "issues"
        page = f"{self.html}/{kind}/{issue.number}"
        document = {
            **self._shared(issue),
            "id": issue.id,
            "node_id": node_id("PR" if issue.is_pull_request else "I", issue.id),
            "url": address,
            "repository_url": self.api,
            "labels_url": f"{address}/labels{{/name}}",
            "comments_url": f"{address}/comments",
            "events_url": f"{address}/events",
            "timeline_url": f"{address}/timeline",
            "html_url": page,
            "comments": len(self.tenant.store.all(Comment, str(issue.repository_id), str(issue.number))),
            "state_reason": issue.state_reason,
            "reactions": self.reactions(address),
            "performed_via_github_app": None,
        }
        if issue.is_pull_request:
            pull = self.tenant.store.by_key(PullRequest, *issue.key)
            document["pull_request"] = {
                "url": f"{self.api}/pulls/{issue.number}",
                "html_url": page,
                "diff_url": f"{page}.diff",
                "patch_url": f"{page}.patch",
                "merged_at": pull.merged_at if pull else None,
            }
            document["draft"] = pull.draft if pull else False
        return document

    def comment(self, comment: Comment) -> dict[str, Any]:
        """https://docs.github.com/rest/issues/comments#get-an-issue-comment"""
        address = f"{self.api}/issues/comments/{comment.id}"
        return {
            "id": comment.id,
            "node_id": node_id("IC", comment.id),
            "url": address,
            "html_url": f"{self.html}/issues/{comment.number}#issuecomment-{comment.id}",
            "issue_url": f"{self.api}/issues/{comment.number}",
            "user": self.user(comment.user_id),
            "created_at": comment.created_at,
            "updated_at": comment.updated_at,
            "author_association": self.association(comment.user_id),
            "body": comment.body,
            "reactions": self.reactions(address),
            "performed_via_github_app": None,
        }

    def pull_request(self, pull: PullRequest) -> dict[str, Any]:
        """A pull request as lists show it. https://docs.github.com/rest/pulls/pulls#list-pull-requests"""
        address, page = f"{self.api}/pulls/{pull.number}", f"{self.html}/pull/{pull.number}"
        issue = f"{self.api}/issues/{pull.number}"
        links = {
            "self": address,
            "html": page,
            "issue": issue,
            "comments": f"{issue}/comments",
            "review_comments": f"{address}/comments",
            "review_comment": f"{self.api}/pulls/comments{{/number}}",
            "commits": f"{address}/commits",
            "statuses": f"{self.api}/statuses/{pull.head_sha}",
        }
        addresses = {f"{name}_url": link for name, link in links.items() if name not in {"self", "html"}}
        return {
            **self._shared(issue_of(self.tenant, pull)),
            "id": pull.id,
            "node_id": node_id("PR", pull.id),
            "url": address,
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            **addresses,
            "_links": {name: {"href": link} for name, link in links.items()},
            "head": self._side(pull.head, pull.head_sha),
            "base": self._side(pull.base, pull.base_sha),
            "merged_at": pull.merged_at,
            "merge_commit_sha": pull.merge_commit_sha,
            "requested_reviewers": [],
            "requested_teams": [],
            "auto_merge": None,
            "draft": pull.draft,
        }

    def _side(self, branch: str, sha: str) -> dict[str, Any]:
        owner = self.tenant.owner_of(self.repository)
        return {
            "label": f"{owner.login}:{branch}",
            "ref": branch,
            "sha": sha,
            "user": simple_user(self.site, owner),
            "repo": minimal_repository(self.tenant, self.site, self.repository, owner, Permission.READ),
        }

    def review(self, review: Review) -> dict[str, Any]:
        """https://docs.github.com/rest/pulls/reviews#get-a-review-for-a-pull-request"""
        page = f"{self.html}/pull/{review.number}"
        pull = f"{self.api}/pulls/{review.number}"
        return {
            "id": review.id,
            "node_id": node_id("PRR", review.id),
            "user": self.user(review.user_id),
            "body": review.body,
            "state": review.state,
            "html_url": f"{page}#pullrequestreview-{review.id}",
            "pull_request_url": pull,
            "_links": {"html": {"href": page}, "pull_request": {"href": pull}},
            "submitted_at": review.submitted_at,
            "commit_id": review.commit_id,
            "author_association": self.association(review.user_id),
        }
