"""What people may do with a repository: GitHub's roles, by all the names that its APIs give them.

https://docs.github.com/organizations/managing-user-access-to-your-organizations-repositories/managing-repository-roles/repository-roles-for-an-organization
"""

from enum import IntEnum


class Permission(IntEnum):
    """What a user may do with a repository; each includes those before it."""

    NONE = 0
    READ = 1
    TRIAGE = 2
    WRITE = 3
    MAINTAIN = 4
    ADMIN = 5

    @classmethod
    def named(cls, name: str) -> "Permission | None":
        """The permission that a request names: "push" and "write" are the same one; None for no role."""
        return next((level for level in cls if level and name in (level.role_name, level.grant_name)), None)

    @property
    def role_name(self) -> str:
        """The name of the role: read, triage, write, maintain, admin; "none" without any."""
        return self.name.lower()

    @property
    def grant_name(self) -> str:
        """The older name, that teams and `permissions` objects use: pull, triage, push, maintain, admin."""
        return {"read": "pull", "write": "push"}.get(self.role_name, self.role_name)

    def as_object(self) -> dict[str, bool]:
        """The `permissions` object of repositories and collaborators."""
        return {level.grant_name: self >= level for level in reversed(Permission) if level}
