"""Two kinds of errors: ours for the person who runs the sandbox, and GitHub's for its clients.

GitHub's shapes: https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api
"""

from typing import Any


class SandboxError(Exception):
    """The sandbox cannot be started, stopped, reset or asked. The text says what, where, what to do."""


class GitHubError(Exception):
    """An answer with an error status, in GitHub's shape.

    errors: the objects of the `errors` array; None leaves the array out, as GitHub does for many statuses.
    documentation_url: None means the page of the route that raised it.
    """

    def __init__(
        self,
        status: int,
        message: str,
        errors: list[Any] | None = None,
        documentation_url: str | None = None,
    ) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.message = message
        self.errors = errors
        self.documentation_url = documentation_url

    def body(self, route_documentation: str) -> dict[str, Any]:
        """The JSON object that GitHub answers with. status is a string there."""
        body: dict[str, Any] = {"message": self.message}
        if self.errors is not None:
            body["errors"] = self.errors
        body["documentation_url"] = self.documentation_url or route_documentation
        body["status"] = str(self.status)
        return body


def bad_credentials() -> GitHubError:
    """A token that the tenant does not know."""
    return GitHubError(401, "Bad credentials", documentation_url="https://docs.github.com/rest")


def requires_authentication() -> GitHubError:
    """No token where one is needed."""
    return GitHubError(401, "Requires authentication")


def not_found(message: str = "Not Found") -> GitHubError:
    """Absent, or private and hidden from the caller: GitHub answers both alike."""
    return GitHubError(404, message)


def must_be_admin() -> GitHubError:
    """The caller may see the repository, but not administer it."""
    return GitHubError(403, "Must have admin rights to Repository.")


def must_be_owner() -> GitHubError:
    """The caller may see the organization, but does not own it."""
    return GitHubError(403, "Must be an organization owner to perform this action.")


def missing(field: str) -> GitHubError:
    """422 of GitHub's schema check: a required field is not there."""
    return GitHubError(422, f'Invalid request.\n\n"{field}" wasn\'t supplied.')


def archived() -> GitHubError:
    """A write to an archived repository. Clients look for the word "archived"."""
    return GitHubError(403, "Repository was archived so is read-only.")


def empty_repository() -> GitHubError:
    """Nothing was pushed yet."""
    return GitHubError(409, "Git Repository is empty.")


def invalid_field(
    resource: str, field: str, message: str, code: str = "custom", summary: str = "Validation Failed"
) -> GitHubError:
    """422 about one field of a request.

    code: one of GitHub's: missing, missing_field, invalid, already_exists, unprocessable, custom.
    """
    return GitHubError(422, summary, errors=[{"resource": resource, "code": code, "field": field, "message": message}])


def wrong_type(field: str, value: Any, expected: str) -> GitHubError:
    """422 of GitHub's schema check, for example of "yes" where true was due. expected: "a boolean"."""
    return GitHubError(422, f"Invalid request.\n\nFor 'properties/{field}', {value!r} is not {expected}.")
