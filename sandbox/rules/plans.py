"""What an account's plan leaves out. https://docs.github.com/get-started/learning-about-github/githubs-plans"""

from sandbox.errors import GitHubError, invalid_field
from sandbox.tenant.entities import Account, RepositoryRecord

PLANS = ("free", "pro", "team", "enterprise")
PROTECTION = "Upgrade to GitHub Pro or make this repository public to enable this feature."


def demand_visibility(owner: Account, visibility: str) -> None:
    """Refuse internal repositories to all but organizations of an enterprise."""
    if visibility == "internal" and (owner.type, owner.plan) != ("Organization", "enterprise"):
        raise invalid_field(
            "Repository", "visibility", "Only organizations of an enterprise can set visibility to internal"
        )


def lacks_protection(owner: Account, repository: RepositoryRecord) -> bool:
    """Whether there are neither rulesets nor branch protection: in private repositories of a free plan."""
    return owner.plan == "free" and repository.visibility != "public"


def demand_protection(owner: Account, repository: RepositoryRecord) -> None:
    """Refuse rulesets and branch protection where the plan has none."""
    if lacks_protection(owner, repository):
        raise GitHubError(403, PROTECTION)


def demand_deployment_rule(owner: Account, repository: RepositoryRecord, rule: str) -> None:
    """Refuse a rule that makes jobs wait, in a private repository of any but an enterprise's. rule: "wait timer"."""
    if owner.plan != "enterprise" and repository.visibility != "public":
        raise GitHubError(
            422,
            "Failed to create the environment protection rule. "
            f"Please ensure the billing plan supports the {rule} protection rule.",
        )


def demand_secret_scanning(owner: Account, repository: RepositoryRecord) -> None:
    """Refuse to scan private repositories where GitHub Secret Protection cannot be bought: below the team plan.

    https://docs.github.com/get-started/learning-about-github/about-github-advanced-security
    """
    if owner.plan in ("free", "pro") and repository.visibility != "public":
        raise GitHubError(422, "Secret scanning is not available for this repository.")
