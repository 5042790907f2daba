"""A renamed module, checked by running it: everything compiles and is imported, and no old name is left."""

import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from migration.desired_state.pipelines import PYTHON_KINDS
from migration.plan import Repository
from migration.transforms.consumed_modules import consumed_modules
from migration.verification.checks.standalone_repositories import folders_of, title_of
from migration.verification.harness.check import BrokenError, Check, Evidence
from migration.verification.harness.commands import clean_environment, run
from migration.verification.harness.context import VerificationContext
from migration.verification.harness.python_environments import python_environment

_IMPORT = """\
import importlib, pathlib, pkgutil, sys
for name in sys.argv[1:]:
    package = importlib.import_module(name)
    names = [name, *(module.name for module in pkgutil.walk_packages(getattr(package, "__path__", ()), f"{name}."))]
    for folder in getattr(package, "__path__", ()):
        for file in pathlib.Path(folder).rglob("*.py"):
            compile(file.read_bytes(), file, "exec")
    for module in names:
        if module.endswith("__main__"):
            continue
        try:
            importlib.import_module(module)
        except BaseException as error:
            print(f"{module}: {type(error).__name__}: {error}")
        else:
            print("imported")
"""


def checks(context: VerificationContext) -> Iterator[Check]:
    """One line for each repository whose code a renaming of the plan changes."""
    for repository in context.plan.repositories:
        if repository.transforms.rename_modules or consumed_modules(context.plan, repository):
            yield Check(
                name=f"{repository.name}.renamed-modules",
                part=title_of(repository),
                line="Renamed modules are imported, and no old name is left",
                run=partial(_check_renamed, context, repository),
            )


def _check_renamed(context: VerificationContext, repository: Repository, evidence: Evidence) -> None:
    own = repository.transforms.rename_modules
    names = {**consumed_modules(context.plan, repository), **own}
    clone = context.clone(repository.name, evidence)
    _no_name_is_left(clone, repository, names, evidence)
    if own and repository.kind in PYTHON_KINDS:
        for folder in folders_of(repository):
            programs = python_environment(context, repository.name, folder, evidence)
            _everything_is_imported(clone / folder, programs / "python", own, evidence)


def _no_name_is_left(clone: Path, repository: Repository, names: dict[str, str], evidence: Evidence) -> None:
    from migration.transforms.renaming import names_left  # slow to import

    listed = subprocess.run(["git", "ls-files", "-z"], cwd=clone, capture_output=True, check=True).stdout.decode()
    paths = [path for path in listed.split("\0") if path and (clone / path).is_file()]
    files = {path: (clone / path).read_bytes() for path in paths if not (clone / path).is_symlink()}
    doubts = names_left(files, names, repository.transforms.kept_names)
    left = [f"{doubt.path}:{doubt.line}: {doubt.text}" for doubt in doubts]
    evidence.ran.append(f"searched {len(files)} files for {', '.join(names)}")
    if left:
        raise BrokenError(
            "\n".join(left[:10]) + (f"\n… and {len(left) - 10} more" if len(left) > 10 else ""),
            f"Change them with `transforms.replace_text` of {repository.name}, or list their files with a reason under "
            "`transforms.kept_names`.",
        )
    evidence.saw.append(f"no line of {len(files)} files names {', '.join(names)} where the plan does not keep it")


def _everything_is_imported(project: Path, python: Path, names: dict[str, str], evidence: Evidence) -> None:
    roots = [root for root in (project, project / "src") if root.is_dir()]
    tops = {new: new.split(".")[0] for new in names.values()}
    present = [new for new, top in tops.items() if any((root / top).exists() for root in roots)]
    if not present:
        return
    remedy = "Run it in a clone of the repository, and change what it names with `transforms.replace_text`."
    environment = clean_environment(PYTHONPATH=":".join(map(str, roots)))
    output = run(evidence, [python, "-c", _IMPORT, *present], project, remedy, environment)
    failed = [line for line in output.splitlines() if line != "imported"]
    words = [word for pair in names.items() for word in pair]
    if broken := [line for line in failed if any(word in line.partition(": ")[2] for word in words)]:
        raise BrokenError("\n".join(broken[:10]), remedy)
    evidence.saw.append(f"{output.count('imported')} modules of {', '.join(present)} compiled and imported")
    evidence.saw += [f"not imported, for a reason of its own: {line}" for line in failed]
