"""What GitHub says about violations of rules: to who pushes, and over the API."""

from urllib.parse import quote

from sandbox.rules.enforcement import Violation


def push_report(violations: list[Violation], html: str) -> tuple[bool, str]:
    """Whether a push is let in, and what its author reads. html: the address of the repository's page."""
    refusals = [violation for violation in violations if not violation.bypassed]
    lines: list[str] = []
    for ref in dict.fromkeys(violation.ref for violation in refusals or violations):
        broken = [violation for violation in refusals or violations if violation.ref == ref]
        if not refusals:
            lines.append(f"Bypassed rule violations for {ref}:")
        elif all(violation.is_classic for violation in broken):
            lines.append(f"error: GH006: Protected branch update failed for {ref}.")
        else:
            lines.append(f"error: GH013: Repository rule violations found for {ref}.")
            lines.append(f"Review all repository rules at {html}/rules?ref={quote(ref, safe='')}")
        for message in dict.fromkeys(violation.message for violation in broken):
            lines += ["", f"- {message}"]
        lines.append("")
    return not refusals, "\n".join(lines)


def refusal(violations: list[Violation]) -> str | None:
    """What the API answers to a change with these violations; None when it may happen."""
    refusals = [violation for violation in violations if not violation.bypassed]
    if not refusals:
        return None
    messages = list(dict.fromkeys(violation.message for violation in refusals))
    if all(violation.is_classic for violation in refusals):
        return " ".join(messages)
    return "Repository rule violations found\n\n" + "".join(f"{message}\n\n" for message in messages)
