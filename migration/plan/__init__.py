"""Stage 1: `migration.yaml` becomes a frozen, checked model; all errors are reported at once.

It must not know a stack.
"""

from migration.errors import PlanError, PlanFault
from migration.plan.model import (
    BACKUP_SUFFIX,
    FROZEN_TAG,
    ROLLED_BACK_TAG,
    VENDOR_BRANCH,
    AllowedSecret,
    Confirmation,
    Contract,
    History,
    Kind,
    Monorepo,
    Move,
    Package,
    PackageSource,
    Plan,
    Repository,
    TagRule,
    Team,
    Transforms,
    Wave,
    is_own_tag,
)
from migration.plan.reading import read_plan
from migration.plan.repository_settings import (
    ORGANIZATION_ADMINS,
    REPOSITORY_ADMINS,
    Actions,
    Environment,
    Label,
    Protection,
    RepositorySettings,
)

__all__ = [
    "BACKUP_SUFFIX",
    "FROZEN_TAG",
    "ORGANIZATION_ADMINS",
    "REPOSITORY_ADMINS",
    "ROLLED_BACK_TAG",
    "VENDOR_BRANCH",
    "Actions",
    "AllowedSecret",
    "Confirmation",
    "Contract",
    "Environment",
    "History",
    "Kind",
    "Label",
    "Monorepo",
    "Move",
    "Package",
    "PackageSource",
    "Plan",
    "PlanError",
    "PlanFault",
    "Protection",
    "Repository",
    "RepositorySettings",
    "TagRule",
    "Team",
    "Transforms",
    "Wave",
    "is_own_tag",
    "read_plan",
]
