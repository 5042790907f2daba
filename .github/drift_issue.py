"""Keep one issue about drift: open it, bring it up to date, close it when GitHub is as it should be.

    ./multirepo drift --markdown > drift.md    # exit code 0: clean, 3: drift
    python .github/drift_issue.py drift.md 3

In the environment: GITHUB_TOKEN (may write issues), GITHUB_REPOSITORY and GITHUB_API_URL, which GitHub Actions sets.
"""

import json
import os
import sys
import urllib.request
from pathlib import Path
from typing import Any

MARK = "<!-- drift -->"
"""What the report begins with; by it the issue is found again."""

TITLE = "Somebody changed at GitHub what the stack keeps"
LABEL = "drift"
CLEAN, DRIFT = "0", "3"


def keep_issue(report: str, code: str) -> str:
    """What was done. report: Markdown that begins with MARK. code: that of the drift command, which could look."""
    if code not in (CLEAN, DRIFT) or not report.startswith(MARK):
        sys.exit(f"The drift command ended with {code}, so it could not look. The issue stays as it is; see its log.")
    found = next((one for one in _ask("GET", f"?state=open&labels={LABEL}&per_page=100") if _is_ours(one)), None)
    if found is None:
        if code == CLEAN:
            return "No drift, and no issue."
        return f"Opened issue {_ask('POST', '', title=TITLE, body=report, labels=[LABEL])['number']}."
    if code == CLEAN:
        _ask("POST", f"/{found['number']}/comments", body=report)
        _ask("PATCH", f"/{found['number']}", state="closed", state_reason="completed")
        return f"Closed issue {found['number']}."
    if found["body"].strip() == report.strip():
        return f"Issue {found['number']} says so already."
    _ask("PATCH", f"/{found['number']}", body=report)
    return f"Brought issue {found['number']} up to date."


def _is_ours(issue: dict[str, Any]) -> bool:
    return "pull_request" not in issue and (issue["body"] or "").startswith(MARK)


def _ask(method: str, path: str, **body: Any) -> Any:
    """https://docs.github.com/en/rest/issues/issues"""
    address = f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}/issues{path}"
    headers = {"Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}", "Accept": "application/vnd.github+json"}
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(address, data=data, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


if __name__ == "__main__":
    print(keep_issue(Path(sys.argv[1]).read_text(encoding="utf-8"), sys.argv[2]))
