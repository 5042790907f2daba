"""Stage 1: `migration.yaml` becomes a frozen, checked model; every fault is told at once."""

from migration.plan.errors import Fault, PlanError
from migration.plan.model import (
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
)
from migration.plan.reading import read_plan

__all__ = [
    "VENDOR_BRANCH",
    "AllowedSecret",
    "Confirmation",
    "Contract",
    "Fault",
    "History",
    "Kind",
    "Monorepo",
    "Move",
    "Package",
    "PackageSource",
    "Plan",
    "PlanError",
    "Repository",
    "TagRule",
    "Team",
    "Transforms",
    "Wave",
    "read_plan",
]
