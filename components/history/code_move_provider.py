"""The provider of code moves: pushes and reads; never deletes."""

from collections.abc import Mapping
from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult

from components.stack.stack_provider import OBJECT_ID, REPOSITORY_NAME, TARGET, StackProvider, stack_config


class CodeMoveProvider(StackProvider):
    """Pushes and reads; never deletes."""

    name = "code_move"
    identity = ("repository",)
    compared = ("default_branch", "head", "tree", "tags", "notes", "first_release")
    outputs = ("conflict",)
    patterns = (
        ("repository", REPOSITORY_NAME),
        ("default_branch", ".+"),
        ("head", OBJECT_ID),
        ("tree", f"{OBJECT_ID}?"),
    )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Push everything; harmless when an interrupted run has pushed it already."""
        from components.history.code_move_operations import push_code_move

        return CreateResult(props["repository"], push_code_move(props, stack_config()))

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Reject a history that does not continue the pushed one: the push would do it, after the preview."""
        is_same_place = all(_olds.get(name) == _news.get(name) for name in (*self.identity, *TARGET))
        if is_same_place and _olds.get("head") not in ("", None, _news.get("head")):
            from components.history.code_move_operations import CHANGED_OUTSIDE, history_of, reject_other_history

            if _olds.get(CHANGED_OUTSIDE):  # a refresh compares too, and must report it instead
                return super().diff(_id, _olds, _news)
            reject_other_history(_olds, _news, history_of(_news, stack_config()))
        return super().diff(_id, _olds, _news)

    def is_changed(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
        """A conflict is checked again each time: people may have resolved it."""
        return super().is_changed(olds, news) or bool(olds.get("conflict"))

    def apply_change(self, _olds: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
        """Push what is new or missing."""
        from components.history.code_move_operations import push_code_move

        return push_code_move(news, stack_config())

    def read_present(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read where the vendor branch, the tags and the default branch are now."""
        from components.history.code_move_operations import read_code_move

        current = read_code_move(props, stack_config())
        return ReadResult(None, {}) if current is None else ReadResult(id_, current, inputs=dict(current))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Leave the history where it is: deleting the resource must not lose commits."""
