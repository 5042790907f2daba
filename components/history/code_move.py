"""The dynamic resource that pushes a folder's history to its repository."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_github as github
from pulumi.dynamic import Resource

from components.history.code_move_provider import CodeMoveProvider
from components.stack.declaration import child_name, moved_from
from components.stack.stack_provider import target_properties
from components.stack.unfinished_work import warn_unfinished

if TYPE_CHECKING:  # a provider's process does without
    from migration.desired_state import DesiredRepository
    from migration.split.workspace import SplitHistory


@dataclass(frozen=True, kw_only=True)
class CodeMoveArgs:
    """What one repository must hold, known before anything is pushed.

    owner, server: of the repositories, as the stack sets them. repository: its name on GitHub, without the owner.
    head: commit at the end of the moved history, where the vendor branch must be.
    tree: of the commit that follows it there with what the plan's transforms change; "" when they change nothing.
    tags: tag name to object id.
    notes: whether each commit gets a git note with the id of its commit in the monorepo.
    first_release: tag of the default branch once it has everything; "" for none.
    brought_back: commits of the default branch that rollbacks have returned to the monorepo.
    carries: the size of the history, for the reviewer of the preview.
    """

    owner: str
    server: str
    repository: str
    default_branch: str
    head: str
    tree: str
    tags: Mapping[str, str]
    notes: bool
    carries: str
    first_release: str = ""
    brought_back: Sequence[str] = ()

    @classmethod
    def of(
        cls,
        owner: str,
        server: str,
        desired: "DesiredRepository",
        history: "SplitHistory | None",
        tree: str = "",
        brought_back: Sequence[str] = (),
    ) -> "CodeMoveArgs | None":
        """What the repository's code move pushes. tree: of the vendor branch's tip where transforms change it.

        None when nothing of the monorepo's history is for it, and while it is archived: GitHub takes no push then.
        """
        if history is None or history.head is None or desired.archived:
            return None
        return cls(
            owner=owner,
            server=server,
            repository=desired.name,
            default_branch=desired.default_branch,
            head=history.head,
            tree=tree,
            tags=history.tags,
            notes=desired.notes,
            carries=describe_history(history),
            first_release=desired.first_release,
            brought_back=brought_back,
        )


class CodeMove(pulumi.ComponentResource):
    """The code of one repository: its history, pushed, and then its default branch."""

    conflict: pulumi.Output[str]
    """See `PushedHistory`."""

    def __init__(self, name: str, args: CodeMoveArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the history, then the default branch that GitHub shows."""
        super().__init__("multirepo:history:CodeMove", name, None, opts)
        formerly = moved_from(opts, f"{args.repository}-code")
        options = pulumi.ResourceOptions(parent=self, aliases=formerly)
        history = PushedHistory(child_name(name, "history"), args, options)
        formerly = moved_from(opts, f"{args.repository}-default-branch")
        github.BranchDefault(
            child_name(name, "default-branch"),
            repository=args.repository,
            branch=args.default_branch,
            opts=pulumi.ResourceOptions(parent=self, aliases=formerly, depends_on=[history]),
        )
        self.conflict = history.conflict
        self.register_outputs({"conflict": self.conflict})


class PushedHistory(Resource, module="code_move", name="CodeMove"):
    """The vendor branch, the tags and the default branch of one repository, as far as they come from the monorepo.

    Leaves every other branch and tag alone. Deleting the resource deletes nothing on GitHub.
    """

    conflict: pulumi.Output[str]
    """Why the default branch lacks some of the monorepo's work, and where to resolve it; "" when it has everything."""

    def __init__(self, name: str, args: CodeMoveArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the move under the stack's settings; `carries` and `brought_back` are shown, not compared."""
        super().__init__(
            CodeMoveProvider(),
            name,
            {
                **target_properties(args.server, args.owner),
                "repository": args.repository,
                "default_branch": args.default_branch,
                "head": args.head,
                "tree": args.tree,
                "tags": dict(args.tags),
                "notes": args.notes,
                "carries": args.carries,
                "conflict": None,
                **({"first_release": args.first_release} if args.first_release else {}),
                **({"brought_back": list(args.brought_back)} if args.brought_back else {}),
            },
            opts,
        )
        self.conflict.apply(warn_unfinished)


def describe_history(history: "SplitHistory") -> str:
    """The size of the history, such as "1,204 commits, 38 merges, 3 tags, 412 files"."""
    counts = {
        "commit": history.commits,
        "merge": history.merges,
        "tag": len(history.tags),
        "file": history.files,
    }
    return ", ".join(f"{count:,} {noun}{'' if count == 1 else 's'}" for noun, count in counts.items())
