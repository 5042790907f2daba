"""The file in which people decide about each secret of the preflight, as if the plan contained the decisions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from migration.plan.model import AllowedSecret, Plan, Redaction
from migration.plan.problems import PlanFinding
from migration.plan.values import Fingerprint

LOCATION = ("preflight", "triage")
Decision = Literal["redact", "allow", "exclude"]


class TriagedSecret(BaseModel):
    """One secret. What only helps to decide may be anything: rule, guess, first, places, text."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    fingerprint: Fingerprint
    """As the preflight prints it."""
    decision: Decision
    """redact: take it out of the moved histories; allow: leave it; exclude: the plan leaves its files behind."""
    reason: str = ""
    """Why it may stay. Required for allow."""


class Triage(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    secrets: Annotated[tuple[TriagedSecret, ...], Field(default=())]


def with_triage(plan: Plan, beside: Path) -> tuple[Plan, list[PlanFinding]]:
    """The plan with the decisions of its triage file, and what is wrong with that file. beside: the plan's folder."""
    name = plan.preflight.triage
    if name is None:
        return plan, []
    try:
        document = yaml.safe_load((beside / name).read_text(encoding="utf-8")) or {}
        triage = Triage.model_validate(document)
    except FileNotFoundError:
        return plan, [PlanFinding(LOCATION, f"there is no file {name} beside the plan", _write(name))]
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        problem = " ".join(str(error).split())
        return plan, [PlanFinding(LOCATION, f"{name} cannot be read: {problem}", "Correct it as YAML in UTF-8.")]
    except ValidationError as error:
        return plan, [_explain(name, dict(detail)) for detail in error.errors(include_url=False)]
    return _decided(plan, triage), list(_without_reason(name, triage))


def _write(name: str) -> str:
    return f"Write it: ./multirepo preflight --triage {name}, without this line in the plan."


def _explain(name: str, detail: dict[str, object]) -> PlanFinding:
    location = detail["loc"]
    steps = location if isinstance(location, tuple) else ()
    where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")
    return PlanFinding(LOCATION, f"{name}: {where or 'the file'}: {detail['msg']}", "Correct that entry.")


def _without_reason(name: str, triage: Triage) -> Iterator[PlanFinding]:
    remedy = "Write why it may be in the history: it is not a secret, or it is revoked."
    for number, secret in enumerate(triage.secrets):
        if secret.decision == "allow" and not secret.reason.strip():
            yield PlanFinding(
                LOCATION, f"{name}: secrets[{number}] allows {secret.fingerprint} without a reason", remedy
            )


def _decided(plan: Plan, triage: Triage) -> Plan:
    allowed = (
        AllowedSecret(fingerprint=secret.fingerprint, reason=secret.reason)
        for secret in triage.secrets
        if secret.decision == "allow" and secret.reason.strip()
    )
    known = {redaction.fingerprint for redaction in plan.history.redact}
    redacted = (
        Redaction(fingerprint=secret.fingerprint)
        for secret in triage.secrets
        if secret.decision == "redact" and secret.fingerprint not in known
    )
    preflight = plan.preflight.model_copy(update={"allowed_secrets": (*plan.preflight.allowed_secrets, *allowed)})
    history = plan.history.model_copy(update={"redact": (*plan.history.redact, *redacted)})
    return plan.model_copy(update={"preflight": preflight, "history": history})
