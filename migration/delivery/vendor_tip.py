"""The tip of the vendor branch: the split's newest tree with the plan's transforms applied, as one commit after it.

The split itself is never transformed: each of its commits holds the moved folders' own tree, which is what the proof
checks. A transform changes the newest tree alone. The next one goes on from the last, so that the vendor branch is
only ever fast-forwarded and people's work merges with what is new, not with the same transform again:

    split      A---B-------C---D
                    \\           \\
    vendor           B'----------D'
"""

import re
from dataclasses import dataclass
from pathlib import Path

from migration.git.command import object_named, run_git

_WRITER = "multirepo <multirepo@users.noreply.github.com>"
_MESSAGE = "Apply the plan's transforms\n\nSplit-Head: {}\n"
_COMMIT = re.compile(r"tree (\w+)\n((?:parent \w+\n)+)author .*> (\d+ [+-]\d{4})\n[^\0]*\nSplit-Head: (\w+)\n")


@dataclass(frozen=True, kw_only=True)
class Tip:
    """A transform commit. tree: what it holds. parents: the tip before it, if any, and the split's head if that is new.

    split_head: the commit of the split that was transformed. date: that commit's, in git's raw format, which makes the
    tip's id the same wherever it is made.
    """

    tree: str
    parents: tuple[str, ...]
    split_head: str
    date: str

    @property
    def content(self) -> str:
        """The commit object."""
        parents = "".join(f"parent {parent}\n" for parent in self.parents)
        people = f"author {_WRITER} {self.date}\ncommitter {_WRITER} {self.date}\n"
        return f"tree {self.tree}\n{parents}{people}\n{_MESSAGE.format(self.split_head)}"

    @classmethod
    def read(cls, git_dir: Path, commit: str) -> "Tip | None":
        """The transform commit of this id; None for any other commit, and for one that somebody rewrote."""
        content = run_git("cat-file", "commit", commit, directory=git_dir).decode("utf-8", "surrogateescape")
        found = _COMMIT.fullmatch(content)
        if found is None:
            return None
        parents = tuple(line.removeprefix("parent ") for line in found[2].splitlines())
        tip = cls(tree=found[1], parents=parents, date=found[3], split_head=found[4])
        return tip if tip.content == content else None

    def write(self, git_dir: Path) -> str:
        """Write the commit; its id."""
        written = run_git(
            "hash-object", "-t", "commit", "-w", "--stdin", directory=git_dir, standard_input=self.content.encode()
        )
        return written.decode().strip()


def next_tip(git_dir: Path, head: str, tree: str | None, present: str | None) -> str:
    """The commit where the vendor branch goes: `head`, or the transform commit after it.

    head: of the split. tree: of the tip, None where no transform changes the head's.
    present: the vendor branch's commit now, in `git_dir`, behind or at `head`; None when there is no branch.
    """
    before = Tip.read(git_dir, present) if present else None
    if before is None and tree is None:
        return head
    tree = tree or object_named(git_dir, f"{head}^{{tree}}")
    if present and before and before.split_head == head and before.tree == tree:
        return present
    parents = [present] if present and before else []
    if not before or before.split_head != head:
        parents.append(head)
    date = run_git("show", "--no-patch", "--format=%cd", "--date=raw", head, directory=git_dir).decode().strip()
    return Tip(tree=tree, parents=tuple(parents), split_head=head, date=date).write(git_dir)


def release_tag(git_dir: Path, repository: str, name: str, commit: str) -> str:
    """An annotated tag for the first release of a repository, dated as its commit; its id."""
    date = run_git("show", "--no-patch", "--format=%cd", "--date=raw", commit, directory=git_dir).decode().strip()
    header = f"object {commit}\ntype commit\ntag {name}\ntagger {_WRITER} {date}\n"
    content = f"{header}\n{repository} as a repository of its own\n"
    return run_git("mktag", directory=git_dir, standard_input=content.encode()).decode().strip()
