"""The files that a plan adds from folders beside it, as if the plan contained them."""

from collections.abc import Iterator
from pathlib import Path

from migration.plan.model import Plan, Repository
from migration.plan.problems import PlanFinding


def with_added_folders(plan: Plan, beside: Path) -> tuple[Plan, list[PlanFinding]]:
    """The plan whose `add_files` hold the files of each `add_folder` too, and what is wrong with those folders.

    beside: the folder of the plan's file. A file that `add_files` names itself goes before.
    """
    findings: list[PlanFinding] = []
    repositories = tuple(
        _with_files(repository, index, beside, findings) for index, repository in enumerate(plan.repositories)
    )
    return plan.model_copy(update={"repositories": repositories}), findings


def _with_files(repository: Repository, index: int, beside: Path, findings: list[PlanFinding]) -> Repository:
    transforms = repository.transforms
    if transforms.add_folder is None:
        return repository
    folder, location = beside / transforms.add_folder, ("repositories", index, "transforms", "add_folder")
    files: dict[str, str] = {}
    for path in _files_below(folder):
        name = path.relative_to(folder).as_posix()
        try:
            files[name] = path.read_bytes().decode()
        except UnicodeDecodeError:
            findings.append(PlanFinding(location, f"{name} in it is not UTF-8", "Save it as UTF-8, or leave it out."))
    if not files:
        findings.append(
            PlanFinding(location, f"there are no files in {folder}", "Correct the path, or remove the key.")
        )
    added = transforms.model_copy(update={"add_files": {**files, **transforms.add_files}})
    return repository.model_copy(update={"transforms": added})


def _files_below(folder: Path) -> Iterator[Path]:
    """In the order of their names, without what programs leave behind that were run there."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not {"__pycache__", "node_modules"} & set(path.relative_to(folder).parts):
            yield path
