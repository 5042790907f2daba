"""GitHub Apps: those that exist in every tenant, as records without anything to log in with.

https://docs.github.com/rest/apps/apps
"""

from dataclasses import dataclass

from sandbox.records.checks import ACTIONS_APP_ID


@dataclass(frozen=True)
class App:
    """A GitHub App."""

    id: int
    slug: str
    name: str
    description: str


APPS = (
    App(ACTIONS_APP_ID, "github-actions", "GitHub Actions", "Automate your workflow from idea to production"),
    App(29110, "dependabot", "Dependabot", "Automated dependency updates"),
)


def app_with(*, number: int | None = None, slug: str | None = None) -> App | None:
    """The app with this id or slug."""
    return next((app for app in APPS if app.id == number or app.slug == slug), None)
