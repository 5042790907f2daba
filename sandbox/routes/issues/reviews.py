"""Reviews of pull requests. https://docs.github.com/rest/pulls/reviews"""

from dataclasses import replace

from sandbox.errors import GitHubError
from sandbox.records.pull_requests import Review, issue_of
from sandbox.rest.bodies import choice, optional, required
from sandbox.rest.calls import Call, Reply
from sandbox.rest.pagination import page
from sandbox.rest.routing import repository_routes
from sandbox.routes.issues.pulls import pull_of, representer
from sandbox.tenant.entities import now
from sandbox.tenant.permissions import Permission

EVENTS = {"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED"}


async def list_reviews(call: Call) -> Reply:
    """https://docs.github.com/rest/pulls/reviews#list-reviews-for-a-pull-request"""
    repository = call.repository()
    pull = pull_of(call, repository)
    found = call.tenant.store.all(Review, str(repository.id), str(pull.number))
    return page(call, found, representer(call, repository).review)


async def create_review(call: Call) -> Reply:
    """https://docs.github.com/rest/pulls/reviews#create-a-review-for-a-pull-request"""
    repository, user = call.writable_repository(Permission.READ), call.signed_in()
    pull = pull_of(call, repository)
    event = choice(call.body, "event", list(EVENTS), "COMMENT")
    if event != "COMMENT" and user.id == issue_of(call.tenant, pull).user_id:
        verb = "approve" if event == "APPROVE" else "request changes on"
        raise GitHubError(422, "Unprocessable Entity", [f"Can not {verb} your own pull request"])
    review = Review(
        id=call.tenant.store.next_id(),
        repository_id=repository.id,
        number=pull.number,
        user_id=user.id,
        state=EVENTS[event],
        body=optional(call.body, "body", str, ""),
        commit_id=optional(call.body, "commit_id", str, pull.head_sha),
        submitted_at=now(),
    )
    call.tenant.store.put(review)
    return Reply(representer(call, repository).review(review))


async def dismiss_review(call: Call) -> Reply:
    """https://docs.github.com/rest/pulls/reviews#dismiss-a-review-for-a-pull-request"""
    repository = call.writable_repository(Permission.WRITE)
    review = call.numbered(Review, "review_id", repository)
    required(call.body, "message", str)
    dismissed = replace(review, state="DISMISSED")
    call.tenant.store.put(dismissed)
    return Reply(representer(call, repository).review(dismissed))


ROUTES = [
    *repository_routes("GET", "/pulls/{pull_number}/reviews", list_reviews),
    *repository_routes("POST", "/pulls/{pull_number}/reviews", create_review),
    *repository_routes("PUT", "/pulls/{pull_number}/reviews/{review_id}/dismissals", dismiss_review),
]
