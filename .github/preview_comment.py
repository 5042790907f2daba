"""Render the JSON of `pulumi preview --json` as the comment on a pull request: a summary, and all changes in a fold.

    python .github/preview_comment.py preview.json events.json whole-preview.md > comment.md

events.json: the output of `--event-log`, the only one with the policy violations. whole-preview.md: gets the same
without the limit of a comment; the workflow keeps it as an artifact.

Pulumi replaces secrets by "[secret]", so the JSON contains none.
"""

import json
import math
import re
import sys
from pathlib import Path
from typing import Any

MARK = "<!-- preview -->"
"""Identifies the comment of the workflow."""

LIMIT = 65_536
"""Characters of a comment that GitHub accepts. Errors come first, then the summary, warnings, and changes."""
SHARES = 4
"""One of as many parts goes to the errors, and to the warnings; the changes get the rest."""
ROOM_FOR_TEXT = 500
"""Characters for fences, headings, and the sentence about what does not fit."""

REST = "The artifact `whole-preview` of the run contains everything."

LONGEST_VALUE = 200

SIGNS = {"create": "+", "update": "~", "delete": "-", "replace": "!", "import": "=", "refresh": "?"}
VERBS = {"create": "to create", "update": "to update", "delete": "to delete", "replace": "to replace"}
PARTS_OF_A_REPLACEMENT = ("create-replacement", "delete-replaced", "discard-replaced")


def comment(preview: dict[str, Any], violations: list[str], limit: float = LIMIT) -> str:
    """Return the whole comment. Changes that do not fit are omitted as a whole, and counted.

    violations: messages of failed policies. limit: characters.
    """
    errors = _errors(preview, violations, limit / SHARES)
    blocks = [_block(step) for step in preview.get("steps", []) if _is_change(step)]
    warnings = _warnings(preview, limit / SHARES)
    if not blocks:
        return "\n\n".join([MARK, *(errors or [_summary(preview)]), *warnings]) + "\n"
    rest = [MARK, *errors, _summary(preview), *warnings]
    steps = _as_many_as_fit(blocks, limit - ROOM_FOR_TEXT - sum(len(part) + 2 for part in rest))
    text = "\n".join(steps)
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text) or [""]))
    fold = [f"<details><summary>All {len(blocks)} changes</summary>", f"{fence}diff\n{text}\n{fence}"]
    if len(steps) < len(blocks):
        fold.append(f"{len(blocks) - len(steps)} more do not fit here. {REST}")
    return "\n\n".join([*rest, *fold, "</details>"]) + "\n"


def _is_change(step: dict[str, Any]) -> bool:
    return step["op"] not in ("same", "read", *PARTS_OF_A_REPLACEMENT)


def _errors(preview: dict[str, Any], violations: list[str], room: float) -> list[str]:
    messages = violations or [
        entry["message"].removeprefix("error: ")
        for entry in preview.get("diagnostics", [])
        if entry.get("severity") == "error"
    ]
    return [f"**The preview failed.**\n\n{_quote(messages, room)}"] if messages else []


def _warnings(preview: dict[str, Any], room: float) -> list[str]:
    """Return the warnings of the program, such as the changes of an adoption."""
    diagnostics = preview.get("diagnostics", [])
    warnings = [entry["message"] for entry in diagnostics if entry.get("severity") == "warning"]
    messages = [message.strip().removeprefix("warning: ") for message in warnings]
    if not messages:
        return []
    return [f"<details><summary>Warnings: {len(messages)}</summary>", _quote(messages, room), "</details>"]


def _quote(messages: list[str], room: float) -> str:
    """Indent the messages, so that Markdown renders them as plain text. Those that do not fit are counted."""
    lines = [f"    {line}" for message in messages for line in message.strip().splitlines()]
    longest = None if math.isinf(room) else int(room)
    fitting = _as_many_as_fit([line[:longest] for line in lines], room)
    omitted = len(lines) - len(fitting)
    return "\n".join(fitting + ([f"    {omitted} more lines do not fit here. {REST}"] if omitted else []))


def _summary(preview: dict[str, Any]) -> str:
    counts = preview.get("changeSummary", {})
    changes = [f"{counts[op]} {verb}" for op, verb in VERBS.items() if counts.get(op)]
    changes += [f"{count} to {op}" for op, count in counts.items() if op not in (*VERBS, "same", "read")]
    same = f"{counts.get('same', 0)} unchanged"
    return f"**Preview:** {', '.join([*changes, same])}." if changes else f"**Preview:** nothing changes ({same})."


def _block(step: dict[str, Any]) -> str:
    """Render one change: a line that names it, and a line for each changed input."""
    kind, _, name = step["urn"].split("::", 2)[2].partition("::")
    lines = [f"{SIGNS.get(step['op'], '*')} {step['op']} {name} ({kind.rpartition('$')[2]})"]
    if step["op"] in ("update", "replace"):
        lines += [f"    {key}: {_short(was)} -> {_short(will_be)}" for key, was, will_be in _changed(step)]
    return "\n".join(lines)


def _changed(step: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """Return each changed input: its name, its old value, its new value.

    For an imported resource, Pulumi has outputs instead of old inputs, and names the differences.
    """
    old, new = step.get("oldState", {}), step.get("newState", {})
    was, will_be = old.get("inputs", {}), new.get("inputs", {})
    named = {re.split(r"[.\[]", path)[0] for path in step.get("detailedDiff") or {}}
    if named:
        was = was | {key: old.get("outputs", {}).get(key) for key in named if key not in was}
    keys = sorted(key for key in named or {*was, *will_be} if not key.startswith("__"))  # internal to Pulumi
    return [(key, was.get(key), will_be.get(key)) for key in keys if was.get(key) != will_be.get(key)]


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}... ({len(text)} characters)"


def _as_many_as_fit(blocks: list[str], room: float) -> list[str]:
    for number, block in enumerate(blocks):
        room -= len(block) + 1
        if room < 0:
            return blocks[:number]
    return blocks


def read(file: Path) -> dict[str, Any]:
    """Return the preview, or an error if Pulumi ended before it wrote one."""
    try:
        preview: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {"diagnostics": [{"severity": "error", "message": "Pulumi wrote no preview. See the log of the run."}]}
    return preview


def read_violations(file: Path) -> list[str]:
    """Return the violations of mandatory policies; none if Pulumi ended before it wrote events."""
    events = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()) if file.exists() else ()
    violations = (event["policyEvent"] for event in events if "policyEvent" in event)
    mandatory = (event for event in violations if event["enforcementLevel"] == "mandatory")
    return [f"{event['policyName']}: {event['message'].strip()}" for event in mandatory]


if __name__ == "__main__":
    preview_file, event_file, whole = map(Path, sys.argv[1:4])
    preview = read(preview_file), read_violations(event_file)
    whole.write_text(comment(*preview, limit=math.inf), encoding="utf-8")
    sys.stdout.write(comment(*preview))
