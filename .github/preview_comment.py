"""Turn the JSON of `pulumi preview --json` into the comment on a pull request: short first, complete in a fold.

    python .github/preview_comment.py preview.json events.json > comment.md

events.json: what `--event-log` wrote beside it, which alone has what the policies say.

Pulumi writes "[secret]" where a secret stands, so no value in it is one.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

MARK = "<!-- preview -->"
"""By it the workflow finds its comment again."""

LIMIT = 60_000
"""GitHub takes 65,536 characters; what is left is for the words around the changes."""

LONGEST_VALUE = 200

SIGNS = {"create": "+", "update": "~", "delete": "-", "replace": "!", "import": "=", "refresh": "?"}
VERBS = {"create": "to create", "update": "to update", "delete": "to delete", "replace": "to replace"}
PARTS_OF_A_REPLACEMENT = ("create-replacement", "delete-replaced", "discard-replaced")


def comment(preview: dict[str, Any], violations: list[str]) -> str:
    """The whole comment. Changes that do not fit are left out as a whole, and counted.

    violations: what broke a policy.
    """
    errors = _errors(preview, violations)
    blocks = [_block(step) for step in preview.get("steps", []) if _is_change(step)]
    warnings = _warnings(preview)
    if not blocks:
        return "\n\n".join([MARK, *(errors or [_summary(preview)]), *warnings]) + "\n"
    shown = _as_many_as_fit(blocks)
    text = "\n".join(shown)
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text) or [""]))
    fold = [f"<details><summary>All {len(blocks)} changes</summary>", f"{fence}diff\n{text}\n{fence}"]
    if len(shown) < len(blocks):
        fold.append(f"{len(blocks) - len(shown)} more do not fit here: the run's log has them all.")
    return "\n\n".join([MARK, *errors, _summary(preview), *warnings, *fold, "</details>"]) + "\n"


def _is_change(step: dict[str, Any]) -> bool:
    return step["op"] not in ("same", "read", *PARTS_OF_A_REPLACEMENT)


def _errors(preview: dict[str, Any], violations: list[str]) -> list[str]:
    messages = violations or [
        one["message"].removeprefix("error: ")
        for one in preview.get("diagnostics", [])
        if one.get("severity") == "error"
    ]
    return [f"**The preview failed.**\n\n{_quoted(messages)}"] if messages else []


def _warnings(preview: dict[str, Any]) -> list[str]:
    """What the program has to say, such as what an adoption changes."""
    told = [one["message"] for one in preview.get("diagnostics", []) if one.get("severity") == "warning"]
    messages = [message.strip().removeprefix("warning: ") for message in told]
    if not messages:
        return []
    return [f"<details><summary>Warnings: {len(messages)}</summary>", _quoted(messages), "</details>"]


def _quoted(messages: list[str]) -> str:
    """As an indented block, in which nothing is markup."""
    return "\n".join(f"    {line}" for message in messages for line in message.strip().splitlines())[: LIMIT // 10]


def _summary(preview: dict[str, Any]) -> str:
    counts = preview.get("changeSummary", {})
    changes = [f"{counts[op]} {verb}" for op, verb in VERBS.items() if counts.get(op)]
    changes += [f"{count} to {op}" for op, count in counts.items() if op not in (*VERBS, "same", "read")]
    same = f"{counts.get('same', 0)} unchanged"
    return f"**Preview:** {', '.join([*changes, same])}." if changes else f"**Preview:** nothing changes ({same})."


def _block(step: dict[str, Any]) -> str:
    """One change: a line that names it, and a line for each input that changes."""
    kind, _, name = step["urn"].split("::", 2)[2].partition("::")
    lines = [f"{SIGNS.get(step['op'], '*')} {step['op']} {name} ({kind.rpartition('$')[2]})"]
    if step["op"] in ("update", "replace"):
        lines += [f"    {key}: {_short(was)} -> {_short(will_be)}" for key, was, will_be in _changed(step)]
    return "\n".join(lines)


def _changed(step: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """Each input that changes: its name, what it was, what it will be.

    Of an imported resource Pulumi has no earlier inputs, only outputs, and names what differs.
    """
    old, new = step.get("oldState", {}), step.get("newState", {})
    was, will_be = old.get("inputs", {}), new.get("inputs", {})
    named = {re.split(r"[.\[]", path)[0] for path in step.get("detailedDiff") or {}}
    if named:
        was = was | {key: old.get("outputs", {}).get(key) for key in named if key not in was}
    keys = sorted(key for key in named or {*was, *will_be} if not key.startswith("__"))  # those are Pulumi's own
    return [(key, was.get(key), will_be.get(key)) for key in keys if was.get(key) != will_be.get(key)]


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}... ({len(text)} characters)"


def _as_many_as_fit(blocks: list[str]) -> list[str]:
    room = LIMIT
    for number, block in enumerate(blocks):
        room -= len(block) + 1
        if room < 0:
            return blocks[:number]
    return blocks


def read(file: Path) -> dict[str, Any]:
    """The preview; where Pulumi ended before it wrote one, an error that says so."""
    try:
        preview: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {"diagnostics": [{"severity": "error", "message": "There is no result: see the run's log."}]}
    return preview


def read_violations(file: Path) -> list[str]:
    """What broke a policy that must not be broken, from the events; nothing where Pulumi ended before it wrote any."""
    events = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()) if file.exists() else ()
    found = (event["policyEvent"] for event in events if "policyEvent" in event)
    return [f"{one['policyName']}: {one['message'].strip()}" for one in found if one["enforcementLevel"] == "mandatory"]


if __name__ == "__main__":
    sys.stdout.write(comment(read(Path(sys.argv[1])), read_violations(Path(sys.argv[2]))))
