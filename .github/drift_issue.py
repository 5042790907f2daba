"""Maintain one issue about drift: open it, update it, and close it when the drift is resolved.

    ./multirepo drift --markdown > drift.md    # exit code 0: clean, 4: drift
    python .github/drift_issue.py drift.md 4

In the environment: GITHUB_TOKEN (can write issues), GITHUB_REPOSITORY and GITHUB_API_URL, which GitHub Actions sets.
"""

import json
import os
import sys
import urllib.request
from pathlib import Path
from typing import Any

MARK = "<!-- drift -->"
"""The start of the report, which identifies the issue."""

TITLE = "Changes on GitHub outside Pulumi"
LABEL = "drift"
CLEAN, DRIFT = "0", "4"


def update_issue(report: str, code: str) -> str:
    """Return the action taken. report: Markdown that starts with MARK. code: exit code of the drift command."""
    if code not in (CLEAN, DRIFT) or not report.startswith(MARK):
        sys.exit(f"The drift command failed with {code}. The issue is unchanged. See the log of the run.")
    found = next((issue for issue in _send("GET", f"?state=open&labels={LABEL}&per_page=100") if _is_ours(issue)), None)
    if found is None:
        if code == CLEAN:
            return "No drift and no open issue."
        return f"Opened issue {_send('POST', '', title=TITLE, body=report, labels=[LABEL])['number']}."
    if code == CLEAN:
        _send("POST", f"/{found['number']}/comments", body=report)
        _send("PATCH", f"/{found['number']}", state="closed", state_reason="completed")
        return f"Closed issue {found['number']}."
    if found["body"].strip() == report.strip():
        return f"Issue {found['number']} is up to date."
    _send("PATCH", f"/{found['number']}", body=report)
    return f"Updated issue {found['number']}."


def _is_ours(issue: dict[str, Any]) -> bool:
    return "pull_request" not in issue and (issue["body"] or "").startswith(MARK)


def _send(method: str, path: str, **body: Any) -> Any:
    """https://docs.github.com/en/rest/issues/issues"""
    address = f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}/issues{path}"
    headers = {"Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}", "Accept": "application/vnd.github+json"}
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(address, data=data, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


if __name__ == "__main__":
    print(update_issue(Path(sys.argv[1]).read_text(encoding="utf-8"), sys.argv[2]))
