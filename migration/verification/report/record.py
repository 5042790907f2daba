"""The result of a verification and its file, so that the same repositories are not checked twice."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from migration.plan import Confirmation
from migration.verification.harness.check import Outcome, Verdict
from migration.verification.harness.context import VerificationContext


@dataclass(frozen=True, kw_only=True)
class Verification:
    """All verdicts. seen_at: when, ISO 8601 in UTC. key: of the repositories that were checked; see `key_of`.

    people: what only people can confirm, from the plan; the program never confirms it.
    """

    key: str
    seen_at: str
    seconds: float
    verdicts: tuple[Verdict, ...]
    people: tuple[Confirmation, ...]

    @property
    def holds(self) -> bool:
        """Whether every check passes."""
        return bool(self.verdicts) and all(verdict.outcome == Outcome.PASSES for verdict in self.verdicts)

    def counted(self, outcome: Outcome) -> int:
        """The number of checks with this outcome."""
        return sum(verdict.outcome == outcome for verdict in self.verdicts)

    def as_document(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "verified": self.holds,
            "seen_at": self.seen_at,
            "seconds": self.seconds,
            "key": self.key,
            "checks": [asdict(verdict) for verdict in self.verdicts],
            "people": [each.model_dump() for each in self.people],
        }

    def write(self, file: Path) -> None:
        """Write it as JSON."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(self.as_document(), indent=2, ensure_ascii=False))


def read_verification(file: Path, people: Sequence[Confirmation]) -> Verification | None:
    """Read the verification in a file; None when there is none, or one of another version."""
    try:
        document = json.loads(file.read_text())
        verdicts = tuple(
            Verdict(
                **{
                    **each,
                    "outcome": Outcome(each["outcome"]),
                    "ran": tuple(each["ran"]),
                    "saw": tuple(each["saw"]),
                }
            )
            for each in document["checks"]
        )
        return Verification(
            key=document["key"],
            seen_at=document["seen_at"],
            seconds=document["seconds"],
            verdicts=verdicts,
            people=tuple(people),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def key_of(context: VerificationContext) -> str:
    """The same for the same plan, refs in every repository, registry, checks, and the same way to run the stack."""
    refs = {repository.name: dict(context.remote(repository.name).refs()) for repository in context.plan.repositories}
    index = context.index.url if context.index else None
    folder = Path(__file__).parent.parent  # but for the page, which checks nothing
    code = {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.py"))}
    code = {name: text for name, text in code.items() if not name.startswith("report/")}
    docker = context.docker and {"demanded": context.docker.demanded}
    ingredients = [context.plan.model_dump(mode="json"), refs, index, code, docker]
    return hashlib.sha256(json.dumps(ingredients, sort_keys=True).encode()).hexdigest()
