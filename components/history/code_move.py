"""The dynamic resource that pushes a folder's history to its repository."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from components.stack.late_failure import fail_at_the_end
from components.stack.stack_provider import StackProvider, stack_config

if TYPE_CHECKING:  # a provider's process does without
    from migration.desired_state import DesiredRepository
    from migration.split.workspace import SplitHistory


class CodeMoveProvider(StackProvider):
    """Pushes and reads; never deletes."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Push everything; harmless when an interrupted run has pushed it already."""
        from components.history.code_move_operations import push_code_move

        return CreateResult(props["repository"], push_code_move(props, stack_config()))

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare what the monorepo has with what was pushed, or with what the last refresh found.

        A conflict is checked again each time: people may have resolved it.
        """
        changed = [name for name in COMPARED if _olds.get(name) != _news.get(name)]
        replaces = [name for name in changed if name == "repository"]
        return DiffResult(changes=bool(changed or _olds.get("conflict")), replaces=replaces)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Push what is new or missing."""
        from components.history.code_move_operations import push_code_move

        return UpdateResult(push_code_move(_news, stack_config()))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read where the vendor branch, the tags and the default branch are now."""
        from components.history.code_move_operations import read_code_move

        current = read_code_move(props, stack_config())
        return ReadResult(None, {}) if current is None else ReadResult(id_, current, inputs=dict(current))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Leave the history where it is: deleting the resource must not lose commits."""


COMPARED = ("repository", "default_branch", "head", "tree", "tags", "notes", "first_release")


@dataclass(frozen=True, kw_only=True)
class CodeMoveArgs:
    """What one repository must hold, known before anything is pushed.

    repository: its name on GitHub, without the owner.
    head: commit at the end of the moved history, where the vendor branch must be.
    tree: of the commit that follows it there with what the plan's transforms change; "" when they change nothing.
    tags: tag name to object id.
    notes: whether each commit gets a git note with the id of its commit in the monorepo.
    first_release: tag of the default branch once it has everything; "" for none.
    brought_back: commits of the default branch that rollbacks have returned to the monorepo.
    carries: the size of the history, for the reviewer of the preview.
    """

    repository: pulumi.Input[str]
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


class CodeMove(Resource, module="code_move", name="CodeMove"):
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
        self.conflict.apply(fail_at_the_end)


def describe_history(history: "SplitHistory") -> str:
    """The size of the history, such as "1,204 commits, 38 merges, 3 tags, 412 files"."""
    counts = {
        "commit": history.commits,
        "merge": history.merges,
        "tag": len(history.tags),
        "file": history.files,
    }
    return ", ".join(f"{count:,} {noun}{'' if count == 1 else 's'}" for noun, count in counts.items())
