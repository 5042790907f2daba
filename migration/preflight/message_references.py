"""Ids of commits and numbers of issues in messages that mean something else, or nothing, in the new repository."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from migration.git.command import run_git
from migration.plan import History
from migration.preflight.checks.findings import Finding
from migration.secrets.message_texts import Message

OF_MESSAGES = ("dangling-id", "issue-number")

_ID = re.compile(r"(?<![\w/@.-])(?=[a-f]*[0-9])([0-9a-f]{7,64})(?![\w/@.-])")
# https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
_ISSUE = re.compile(r"(?<![\w/&#@\\])(?:#|GH-)[1-9][0-9]{0,9}(?!\w)")


@dataclass(frozen=True, kw_only=True)
class MessageReferences:
    """Counted in the messages of one new history, each distinct message once.

    dangling: ids of commits that the monorepo has and the new history has not. example: one of them.
    issues: numbers of issues that no repository is named with.
    """

    dangling: int = 0
    example: str = ""
    issues: int = 0

    def with_more(self, other: "MessageReferences") -> "MessageReferences":
        """The sum."""
        return MessageReferences(
            dangling=self.dangling + other.dangling,
            example=self.example or other.example,
            issues=self.issues + other.issues,
        )


def count_references(git_dir: Path, messages: Sequence[Message], new_ids: frozenset[str]) -> MessageReferences:
    """git_dir: has the commits of the monorepo too. new_ids: commits of the new history. Raises GitError."""
    texts = [message.text for message in messages if message.part == "message"]
    ids = [found for text in texts for found in _ID.findall(text)]
    commits = _commits(git_dir, sorted(set(ids)))
    dangling = [each for each in ids if each in commits and commits[each] not in new_ids]
    issues = sum(len(_ISSUE.findall(text)) for text in texts)
    return MessageReferences(dangling=len(dangling), example=min(dangling, default=""), issues=issues)


def _commits(git_dir: Path, ids: Sequence[str]) -> Mapping[str, str]:
    """The whole id of each that begins the id of one commit."""
    if not ids:
        return {}
    asked = ("cat-file", "--buffer", "--batch-check=%(objecttype) %(objectname)")
    answer = run_git(*asked, directory=git_dir, standard_input="".join(f"{each}^{{commit}}\n" for each in ids).encode())
    lines = [line for line in answer.decode().splitlines() if not line.startswith("hint:")]
    return {
        each: line.removeprefix("commit ") for each, line in zip(ids, lines, strict=True) if line.startswith("commit ")
    }


def reference_findings(repository: str, counted: MessageReferences, history: History) -> Iterator[Finding]:
    """One warning for each kind."""
    if counted.dangling:
        what = "id in messages names a commit" if counted.dangling == 1 else "ids in messages name commits"
        remedy = "They did not move, or are not behind the commit that names them: only the monorepo has them."
        if not history.hashes:
            remedy = "Set `history: {hashes: true}` before the first push: ids of commits that moved then follow."
        problem = f"{counted.dangling:,} {what} that it does not have, such as {counted.example[:12]}"
        yield Finding.warning(OF_MESSAGES[0], repository, problem, remedy)
    if counted.issues and not history.issues:
        problem = f"{counted.issues:,} numbers such as #1 in messages will mean issues of {repository}"
        remedy = "Set `history: {issues: OWNER/MONOREPO}` before the first push: they then mean the monorepo's issues."
        yield Finding.warning(OF_MESSAGES[1], repository, problem, remedy)
