"""Which repositories a monorepo becomes, as far as its files say."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from packaging.utils import canonicalize_name

from migration.desired_state.managed_files import CODE_OWNERS_PATHS
from migration.drafting.head_tree import HeadTree
from migration.drafting.projects import DOCKERFILE, Project, PythonPackage
from migration.git.path_patterns import matches_folder

_SEPARATORS = ("/v", "@v", "@", "-v")
"""Between a project's name and a version, in a tag."""


@dataclass(frozen=True, kw_only=True)
class DraftedPackage:
    """A package that another project needs. path: in the new repository."""

    name: str
    version: str
    path: str
    depends_on: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DraftedRepository:
    """A repository of the plan. moves: source to target. evidence: why it is one. tags: from and to, of each rule.

    depth: 0 for one that needs no other, else one more than those it needs. owners: as CODEOWNERS names them.
    cyclic: packages that others need, and that cannot be published because they need each other.
    """

    name: str
    moves: Mapping[str, str]
    evidence: str
    kind: str | None
    dockerfile: str | None
    packages: tuple[DraftedPackage, ...]
    consumes: tuple[str, ...]
    tags: tuple[tuple[str, str], ...]
    owners: tuple[str, ...]
    depth: int = 0
    cyclic: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Group:
    """Projects that become one repository. folder: the whole folder that moves, or None for the projects alone."""

    folder: str | None
    projects: tuple[Project, ...]
    evidence: str


def draft_repositories(tree: HeadTree, projects: Sequence[Project], tags: Sequence[str]) -> list[DraftedRepository]:
    """The repositories, those that others need first."""
    groups = _groups(tree, projects)
    names = _names([_title(group) for group in groups])
    needed = _needed_packages(projects)
    published = _publishable(needed)
    unpublished = needed.keys() - published.keys()
    drafted = [
        replace(
            _repository(tree, group, name, published, tags),
            cyclic=tuple(sorted(needed[key].name for key in _own(group.projects) & unpublished)),
        )
        for group, name in zip(groups, names, strict=True)
    ]
    return _in_order(drafted)


def _groups(tree: HeadTree, projects: Sequence[Project]) -> list[_Group]:
    groups: list[_Group] = []
    tops = dict.fromkeys(path.partition("/")[0] for path in tree.files if "/" in path)
    for top in tops:
        inside = tuple(project for project in projects if PurePosixPath(project.folder).parts[0] == top)
        if not inside:
            named = re.compile(rf"{re.escape(top)}/readme(\.\w+)?", re.IGNORECASE)
            readme = next((path for path in tree.files if named.fullmatch(path)), "")
            if readme and not top.startswith("."):
                groups.append(_Group(top, (), f"has a {readme.rpartition('/')[2]}"))
        elif inside[0].folder == top:
            groups.append(_Group(top, inside, f"has its own {', '.join(inside[0].evidence)}"))
        elif all(project.is_library for project in inside):
            groups.append(_Group(top, inside, f"holds {len(inside)} Python packages and nothing that runs"))
        else:
            groups += [_Group(each.folder, (each,), f"has its own {', '.join(each.evidence)}") for each in inside]
    return groups


def _title(group: _Group) -> str:
    return group.folder or group.projects[0].folder


def _names(folders: Sequence[str]) -> list[str]:
    """The last part of each folder, or all of it where that is taken; in letters that GitHub takes."""
    last = [folder.rpartition("/")[2] for folder in folders]
    count = Counter(name.lower() for name in last)
    chosen = [name if count[name.lower()] == 1 else folder for name, folder in zip(last, folders, strict=True)]
    return [re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:100] or "repository" for name in chosen]


def _own(projects: Iterable[Project]) -> set[str]:
    """Normalized names of the packages in the projects."""
    return {canonicalize_name(package.name) for project in projects for package in project.packages}


def _needed_packages(projects: Iterable[Project]) -> dict[str, PythonPackage]:
    """Packages that another project names, by normalized name. One in another's manifest alone is none of ours."""
    packages: dict[str, PythonPackage] = {
        canonicalize_name(each.name): each for project in projects for each in project.packages
    }
    needed: dict[str, PythonPackage] = {}
    for project in projects:
        for name in project.needs - _own([project]):
            if name in packages:
                needed[name] = packages[name]
    waiting = list(needed.values())
    while waiting:  # what a published package needs is published, too
        for name in waiting.pop().needs:
            if name in packages and name not in needed:
                needed[name] = packages[name]
                waiting.append(packages[name])
    return needed


def _publishable(needed: Mapping[str, PythonPackage]) -> dict[str, PythonPackage]:
    """Those that can be published one after the other. Packages in a cycle cannot, nor what needs one of them."""
    ready: dict[str, PythonPackage] = {}
    while more := {
        name: package
        for name, package in needed.items()
        if name not in ready and package.needs & needed.keys() <= ready.keys()
    }:
        ready |= more
    return ready


def _repository(
    tree: HeadTree, group: _Group, name: str, published: Mapping[str, PythonPackage], tags: Sequence[str]
) -> DraftedRepository:
    folder = _title(group)
    own = _own(group.projects)
    needs = {name for project in group.projects for name in project.needs}
    packages = tuple(
        DraftedPackage(
            name=package.name,
            version=package.version,
            path=str(PurePosixPath(package.folder).relative_to(folder)),
            depends_on=tuple(sorted(published[need].name for need in package.needs if need in published)),
        )
        for key, package in published.items()
        if key in own
    )
    root = next((project for project in group.projects if project.folder == folder), None)
    return DraftedRepository(
        name=name,
        moves={folder: "."},
        evidence=group.evidence,
        kind=_kind(root, packages),
        dockerfile=DOCKERFILE if root and root.is_image else None,
        packages=tuple(sorted(packages, key=lambda each: each.path)),
        consumes=tuple(sorted(published[need].name for need in needs if need in published and need not in own)),
        tags=_tag_rules([name, folder.rpartition("/")[2]], tags),
        owners=_owners(tree, folder),
    )


def _kind(root: Project | None, packages: Sequence[DraftedPackage]) -> str | None:
    if root is None:
        return "python-packages" if packages else None
    if root.uses_vite:
        return "vite-application"
    if "pyproject.toml" in root.evidence:
        return "python-packages" if packages and not root.is_image else "python-service"
    return None


def _tag_rules(names: Sequence[str], tags: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """A rule for tags that begin with a name of the repository, such as auth/v1.0.0 or auth@1.0.0."""
    rules = []
    for start in dict.fromkeys(f"{name}{separator}" for name in names for separator in _SEPARATORS):
        if any(re.match(rf"{re.escape(start)}\d", tag) for tag in tags):
            rules.append((f"{start}*", "v*"))
    return tuple(rules)


def _owners(tree: HeadTree, folder: str) -> tuple[str, ...]:
    """Of the last line of CODEOWNERS that names the folder or one above it."""
    path = next((path for path in CODE_OWNERS_PATHS if path in tree.files), None)
    found: tuple[str, ...] = ()
    for line in tree.text(path).splitlines() if path else []:
        pattern, *owners = line.partition("#")[0].split() or [""]
        if owners and matches_folder(re.sub(r"/\*\*?$", "", pattern), folder):
            found = tuple(owners)
    return found


def _in_order(repositories: Sequence[DraftedRepository]) -> list[DraftedRepository]:
    """With their depth, those that others need first. Repositories that need each other have one depth."""
    home = {package.name: repository.name for repository in repositories for package in repository.packages}
    needs = {each.name: {home[name] for name in each.consumes} for each in repositories}
    depth = dict.fromkeys(needs, 0)
    for _ in needs:
        deeper = {name: max((depth[other] + 1 for other in others), default=0) for name, others in needs.items()}
        if deeper == depth or max(deeper.values()) >= len(needs):
            break
        depth = deeper
    placed = (replace(repository, depth=depth[repository.name]) for repository in repositories)
    return sorted(placed, key=lambda repository: repository.depth)
