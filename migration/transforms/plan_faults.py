"""What the plan's transforms cannot do with the newest files: all of it at once, before anything is written."""

from collections.abc import Iterator

from migration.errors import ManifestError
from migration.git.tree_changes import Files, TreeFiles
from migration.packages.manifests.conversion import with_versions
from migration.packages.manifests.dependency_rules import dependency_rules
from migration.plan import Plan, Repository
from migration.split.splitting import Split


def plan_faults(plan: Plan, split: Split, index_url: str | None) -> list[str]:
    """A sentence or two for each manifest, and for each passage of `replace_text` that is not there, of all
    repositories. index_url: as for `tip_trees`.
    """
    faults = []
    for repository in plan.repositories:
        history = split.histories.get(repository.name)
        if history is not None and history.head is not None:
            with TreeFiles(split.git_dir, history.head) as files:
                found = [*_of_manifests(files, plan, repository, index_url), *_of_passages(files, repository)]
            faults += [f"{repository.name}: {fault}" for fault in found]
    return faults


def _of_manifests(files: Files, plan: Plan, repository: Repository, index_url: str | None) -> tuple[str, ...]:
    try:
        with_versions(files, dependency_rules(plan, repository, index_url))
    except ManifestError as error:
        return error.faults
    return ()


def _of_passages(files: Files, repository: Repository) -> Iterator[str]:
    if repository.transforms.rename_modules:  # which may give a file another name, and a passage another text
        return
    for path, passages in repository.transforms.replace_text.items():
        if path not in files:
            yield f"`transforms.replace_text` names {path}, which does not exist there. Correct the path in the plan."
            continue
        for passage in passages:
            if passage.encode() not in files[path]:
                yield f"`transforms.replace_text`: {path} does not contain {passage!r}. Correct or remove the passage."
