"""What a verification came to, and how it is kept, so that the same world need not be judged twice."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from migration.plan import Confirmation
from migration.verification.harness.check import Outcome, Verdict
from migration.verification.harness.world import VerificationWorld


@dataclass(frozen=True, kw_only=True)
class Verification:
    """All verdicts. seen_at: when, ISO 8601 in UTC. key: of the world that was judged; see `key_of`.

    people: what only people can judge, as the plan has it; it is never confirmed by the program.
    """

    key: str
    seen_at: str
    seconds: float
    verdicts: tuple[Verdict, ...]
    people: tuple[Confirmation, ...]

    @property
    def holds(self) -> bool:
        """Whether all that a machine can judge was judged, and holds."""
        return bool(self.verdicts) and all(one.outcome == Outcome.HOLDS for one in self.verdicts)

    def counted(self, outcome: Outcome) -> int:
        """How many checks came to this."""
        return sum(one.outcome == outcome for one in self.verdicts)

    def as_document(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "verified": self.holds,
            "seen_at": self.seen_at,
            "seconds": self.seconds,
            "key": self.key,
            "checks": [asdict(one) for one in self.verdicts],
            "people": [one.model_dump() for one in self.people],
        }

    def write(self, file: Path) -> None:
        """Keep it."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(self.as_document(), indent=2, ensure_ascii=False))


def read_verification(file: Path, people: Sequence[Confirmation]) -> Verification | None:
    """The verification that was kept there; None when there is none, or one of another version."""
    try:
        document = json.loads(file.read_text())
        verdicts = tuple(
            Verdict(
                **{
                    **one,
                    "outcome": Outcome(one["outcome"]),
                    "ran": tuple(one["ran"]),
                    "saw": tuple(one["saw"]),
                }
            )
            for one in document["checks"]
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


def key_of(world: VerificationWorld) -> str:
    """The same for the same plan, refs in every repository, registry, checks, and the same way to run the stack."""
    refs = {one.name: dict(world.remote(one.name).refs()) for one in world.plan.repositories}
    index = world.index.url if world.index else None
    here = Path(__file__).parent.parent  # but for the page, which judges nothing
    code = {str(path.relative_to(here)): path.read_text() for path in sorted(here.rglob("*.py"))}
    code = {name: text for name, text in code.items() if not name.startswith("report/")}
    docker = world.docker and {"demanded": world.docker.demanded}
    ingredients = [world.plan.model_dump(mode="json"), refs, index, code, docker]
    return hashlib.sha256(json.dumps(ingredients, sort_keys=True).encode()).hexdigest()
