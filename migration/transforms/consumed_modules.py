"""Modules of other repositories that the plan renames and that this one imports."""

from packaging.utils import NormalizedName, canonicalize_name

from migration.plan import Plan, Repository


def consumed_modules(plan: Plan, repository: Repository) -> dict[str, str]:
    """Old name to new name, of the repositories whose packages this one uses, directly or not.

    A module of the same name that the repository renames itself is its own.
    """
    homes = {canonicalize_name(package.name): home for home in plan.repositories for package in home.packages}
    needs = {
        canonicalize_name(package.name): package.depends_on for home in plan.repositories for package in home.packages
    }
    waiting = [*repository.consumes, *(name for package in repository.packages for name in package.depends_on)]
    used: set[NormalizedName] = set()
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name not in used:
            used.add(name)
            waiting += needs.get(name, ())
    renamed: dict[str, str] = {}
    for home in (homes[name] for name in sorted(used & homes.keys())):
        if home.name != repository.name:
            renamed |= home.transforms.rename_modules
    return {old: new for old, new in renamed.items() if old not in repository.transforms.rename_modules}
