"""What the events of one `pulumi up` add up to."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_COLOUR_TAG = re.compile(r"<\{%.*?%\}>")
_STACK_TRACE = re.compile(
    r"^(panic: [^\n]*\n+)?goroutine \d+ \[[^\n]*\n"
    r"((created by )?[^\s][^\n]*\n[ \t]+[^\n]*\.(go|s):\d+[^\n]*(\n|\Z)|\n)*",
    re.MULTILINE,
)
"""A goroutine as Go prints it: its name, then a call and its place in turn."""
STACK = "pulumi:pulumi:Stack"
"""Type of the resource that has the stack's outputs."""
_CONSEQUENCE = "an unhandled error occurred: "
"""So begins what Pulumi adds after the program's own error."""


@dataclass
class Deployment:
    """violations: of policies. advice: of policies that stop nothing, and the program's warnings.

    unfinished: the stack's output of that name, see docs/outputs.md.
    """

    changes: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything was created, updated, imported or deleted."""
        return any(count for operation, count in self.changes.items() if operation not in ("same", "read"))

    @property
    def message(self) -> str:
        """The errors, each once, without what only follows from them."""
        causes = [error for error in self.errors if _CONSEQUENCE not in error]
        return "\n".join(dict.fromkeys(causes or self.errors))

    def note(self, event: Mapping[str, Any], say: Callable[[str], None]) -> None:
        """Add one event. say: gets what happens now."""
        if started := event.get("resourcePreEvent"):
            metadata = started["metadata"]
            if metadata["op"] != "same":
                say(f"{metadata['op']} {metadata['urn'].rsplit('::', 1)[-1]}")
        elif diagnostic := event.get("diagnosticEvent"):
            self._note_diagnostic(diagnostic, say)
        elif violation := event.get("policyEvent"):
            target = self.violations if violation["enforcementLevel"] == "mandatory" else self.advice
            description, _, message = violation["message"].strip().partition("\n")
            target.append(f"{violation['policyName']}: {message or description}")
        elif (finished := event.get("resOutputsEvent")) and finished["metadata"]["type"] == STACK:
            outputs = (finished["metadata"].get("new") or {}).get("outputs") or {}
            self.unfinished = list(outputs.get("unfinished") or ())
        elif summary := event.get("summaryEvent"):
            self.changes.update(summary["resourceChanges"])

    def _note_diagnostic(self, diagnostic: Mapping[str, Any], say: Callable[[str], None]) -> None:
        message = without_stack_traces(_COLOUR_TAG.sub("", diagnostic["message"]).strip())
        severity = diagnostic["severity"]
        if severity == "error":
            self.errors.append(message)
        elif severity == "warning":
            text = message.removeprefix("warning: ")
            if text not in self.advice:
                self.advice.append(text)
        elif severity == "info" and message:
            say(message)


def without_stack_traces(text: str) -> str:
    """The text without goroutines of a Go program that died: they bury the cause."""
    return _STACK_TRACE.sub("", text).strip()
