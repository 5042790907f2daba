"""The errors of migration/, by who must act. Each message says what, where, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass


class CodeMoveError(Exception):
    """The history of a monorepo cannot be moved."""


class SplitError(CodeMoveError):
    """The monorepo's history cannot be split as asked: the person with the plan or the monorepo must act."""


class ProofError(CodeMoveError):
    """A split is not what the plan and the monorepo say: a fault of this program. It must not be pushed."""


class PreflightError(CodeMoveError):
    """The histories hold what must not be pushed: the person with the plan or the monorepo must act."""


class CarryRefusedError(CodeMoveError):
    """A repository on GitHub holds something that a push would lose: a person must decide."""


class BackupError(CodeMoveError):
    """There is no proved copy of the monorepo, so nothing may move: a person must look at the backup repository."""


class RemoteError(CodeMoveError):
    """Git could not talk to a repository on a server.

    missing: the server says that there is no such repository, or does not let this token see it.
    """

    missing: bool = False


class PackagesError(Exception):
    """Packages cannot be made, published or used as the plan says."""


class ManifestError(PackagesError):
    """Manifests that cannot be brought to versions: the author of the plan or of the monorepo must act.

    faults: every one found, a sentence or two each.
    """

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(dict.fromkeys(faults))
        super().__init__("\n".join(self.faults))


class RegistryError(PackagesError):
    """The registry is down, slow or full, or it refuses: its operator must act. Safe to run again."""


class BuildError(PackagesError):
    """A package cannot be built: its author must act, or the operator of the network."""


class VersionTakenError(PackagesError):
    """The registry has this version with other content. The author of the plan must raise the version."""


class LockFileError(PackagesError):
    """A lock file cannot be brought up to its manifest here: its own tool must write it again. Says why."""


class ProvenanceError(PackagesError):
    """What a repository says of a published version is not so. Says what; somebody has to look at it."""


@dataclass(frozen=True, kw_only=True)
class PlanFault:
    """One thing that the plan's author has to change.

    line and column count from 1; both are 0 when the fault is in no line (no such file).
    key: the path of keys, like `repositories[2].moves[0].from`; "" when the file cannot be read as YAML.
    problem: what is wrong, without a full stop; remedy: what to do, as whole sentences.
    """

    file: str
    line: int
    column: int
    key: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return ": ".join(part for part in (place, self.key, f"{self.problem}. {self.remedy}") if part)


class PlanError(Exception):
    """The plan cannot be used. `faults` holds every fault found, in the order of the file; `str()` one per line."""

    def __init__(self, faults: Iterable[PlanFault]) -> None:
        # A mapping that is used twice through an anchor is reported once for each use, a line never twice.
        self.faults = tuple(sorted(dict.fromkeys(faults), key=lambda fault: (fault.line, fault.column, fault.key)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class TransformError(Exception):
    """A transform of the plan does not fit the files. Says which repository and file, and what to do."""
