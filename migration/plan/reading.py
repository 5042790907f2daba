"""From the file to the plan, or to every fault in it."""

from pathlib import Path

import yaml
from pydantic import ValidationError

from migration.errors import PlanError, PlanFault
from migration.plan.added_folders import with_added_folders
from migration.plan.checks import check
from migration.plan.entries import MOST_ENTRIES, Entry, EntryBuilder, TooManyEntriesError
from migration.plan.model import Plan
from migration.plan.problems import PlanFinding
from migration.plan.secret_triage import with_triage
from migration.plan.shape import explain, path_of, repaired


def read_plan(path: Path) -> Plan:
    """The plan in the YAML file at `path` (UTF-8). Raises PlanError with every fault that was found."""
    return _Reading(path).plan()


class _Reading:
    """One reading of one file; gathers its faults."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._faults: list[PlanFault] = []

    def plan(self) -> Plan:
        root = self._entries(self._text())
        try:
            plan = Plan.model_validate(root.plain())
        except ValidationError as error:
            details = error.errors(include_url=False)
            for detail in details:
                self._report(*explain(root, detail))
            plan = repaired(root, details)
        plan, findings = with_added_folders(plan, self._path.parent)
        plan, faults = with_triage(plan, self._path.parent)
        self._check(root, plan, [*findings, *faults])
        if self._faults:
            raise PlanError(self._faults)
        return plan

    def _check(self, root: Entry, plan: Plan, findings: list[PlanFinding]) -> None:
        for finding in (*findings, *check(plan)):
            entry, missing = root.find(finding.location)
            self._report(entry, path_of(entry, missing), finding.problem, finding.remedy)

    def _text(self) -> str:
        try:
            return self._path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            column = error.start - error.object.rfind(b"\n", 0, error.start)
            problem = f"the byte 0x{error.object[error.start]:02x} is not UTF-8"
            raise self._unreadable(problem, "Save the file as UTF-8.", line, column) from None
        except FileNotFoundError:
            remedy = "Check the path, or write a plan there: `monorepo` and `repositories` are enough."
            raise self._unreadable("there is no such file", remedy) from None
        except IsADirectoryError:
            raise self._unreadable("this is a folder", "Name the file in it, like 'migration.yaml'.") from None
        except (OSError, ValueError) as error:
            raise self._unreadable(f"the file cannot be opened ({error})", "Make it readable.") from None

    def _entries(self, text: str) -> Entry:
        builder = EntryBuilder(lambda entry, problem, remedy: self._report(entry, entry.key, problem, remedy))
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
            root = builder.build(node) if node is not None else None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            problem = ", ".join(" ".join(part.split()) for part in (error.context, error.problem) if part)
            remedy = "Look at this line and the one before: indentation by spaces, closed quotes and brackets."
            raise self._unreadable(f"invalid YAML: {problem}", remedy, line, column) from None
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            column = error.position - text.rfind("\n", 0, error.position)
            problem = f"the character U+{ord(text[error.position]):04X} is not allowed in YAML"
            raise self._unreadable(problem, "Remove it, or write it as '\\u…' in quotes.", line, column) from None
        except (RecursionError, TooManyEntriesError):
            problem = f"its aliases or levels unfold without end, or to more than {MOST_ENTRIES:,} entries"
            raise self._unreadable(problem, "Write them out, or nest them less.", 1, 1) from None
        if root is None or root.value is None:
            raise self._unreadable("the plan is empty", "Begin with `monorepo:` and `repositories:`.")
        return root

    def _unreadable(self, problem: str, remedy: str, line: int = 0, column: int = 0) -> PlanError:
        fault = PlanFault(file=str(self._path), line=line, column=column, key="", problem=problem, remedy=remedy)
        return PlanError([*self._faults, fault])

    def _report(self, entry: Entry, key: str, problem: str, remedy: str) -> None:
        self._faults.append(
            PlanFault(
                file=str(self._path),
                line=entry.line,
                column=entry.column,
                key=key,
                problem=problem,
                remedy=remedy,
            )
        )
