"""What people and the monorepo changed differently, and how a person puts it right: on a branch, in a pull request."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from migration.git.merge import commits_between
from migration.plan import VENDOR_BRANCH

RESOLUTION_BRANCH = f"merge-{VENDOR_BRANCH}"
"""Holds the vendor branch's commit until a person has merged the default branch into it. The vendor branch itself is no
place for that: only the code move writes there."""

RESOLUTION_REF = f"refs/heads/{RESOLUTION_BRANCH}"


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """One conflict. tip: the vendor branch's commit. paths: the files that git could not merge.

    people_commits, monorepo_commits: those that touch them, of people and of the monorepo: short id and subject.
    """

    repository: str
    default_branch: str
    tip: str
    paths: tuple[str, ...]
    people_commits: tuple[str, ...]
    monorepo_commits: tuple[str, ...]

    @classmethod
    def between(
        cls, git_dir: Path, repository: str, default_branch: str, present: str, tip: str, paths: tuple[str, ...]
    ) -> "Conflict":
        """The conflict of two commits."""
        return cls(
            repository=repository,
            default_branch=default_branch,
            tip=tip,
            paths=paths,
            people_commits=tuple(commits_between(git_dir, tip, present, paths)),
            monorepo_commits=tuple(commits_between(git_dir, present, tip, paths)),
        )

    @property
    def sentence(self) -> str:
        """For the person who ran the code move."""
        return (
            f"{self.repository}: {self.default_branch} and the monorepo changed the same lines of "
            f"{', '.join(self.paths)}. {self.default_branch} was left as it is; everything else went on."
        )

    @property
    def title(self) -> str:
        """Of the pull request."""
        return f"Merge what changed in the monorepo into {self.default_branch}"

    @property
    def body(self) -> str:
        """Of the pull request: files, both sides, the commands; GitHub's Markdown."""
        return f"""\
People changed lines here that the monorepo changed, too, so git could not merge them. `{self.default_branch}` is as
it was.

**Files**
{_list(f"`{path}`" for path in self.paths)}

**Commits on `{self.default_branch}` that touch them**
{_list(self.people_commits)}

**Commits from the monorepo that touch them**
{_list(self.monorepo_commits)}

**To resolve it**
```
git fetch origin
git switch {RESOLUTION_BRANCH}
git merge origin/{self.default_branch}
# edit the files named above, then
git add --all && git commit
git push
```
Merge this pull request with a merge commit; a squashed one would bring the same conflict back.
The next `pulumi up` goes on from there.
"""


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines) or "- none by itself"
