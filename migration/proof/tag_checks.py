"""The tags that must follow, and what they must say."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from migration.desired_state.code_selection import TagMapping
from migration.git.command import run_git
from migration.plan import is_own_tag
from migration.proof.evidence import read_objects


@dataclass(frozen=True)
class PeeledTag:
    """objects: contents of the tag objects from the tag to the commit; none for a lightweight tag."""

    objects: tuple[bytes, ...]
    commit: bytes


def tag_ids(monorepo: Path) -> dict[str, bytes]:
    """The monorepo's tags, without the migration's own: name without "refs/tags/" -> the object that each names."""
    answer = run_git(
        "for-each-ref", "--format=%(objectname) %(refname)", "refs/tags", directory=monorepo, user_config=True
    )
    split = (line.partition(b" refs/tags/") for line in answer.splitlines())
    found = {name.decode("utf-8", "surrogateescape"): object_id for object_id, _, name in split}
    return {name: object_id for name, object_id in found.items() if not is_own_tag(name)}


def read_tags(git_dir: Path, ids: Mapping[str, bytes]) -> dict[str, PeeledTag]:
    """Each tag down to its commit; tags that name no commit are left out."""
    objects: dict[str, tuple[bytes, ...]] = dict.fromkeys(ids, ())
    pending, found = dict(ids), {}
    while pending:
        behind = {}
        contents = read_objects(git_dir, pending.values())
        for (name, object_id), (kind, content) in zip(pending.items(), contents, strict=True):
            if kind == b"commit":
                found[name] = PeeledTag(objects[name], object_id)
            elif kind == b"tag":
                objects[name] += (content,)
                behind[name] = content.partition(b"\n")[0].removeprefix(b"object ")
        pending = behind
    return found


def new_name(rules: Iterable[TagMapping], name: str) -> str | None:
    """A tag's name in the new repository, by the first rule that matches."""
    for rule in rules:
        match = re.fullmatch(re.escape(rule.source).replace(r"\*", "(.*)", 1), name, re.DOTALL)
        if match and rule.target is not None and match.groups():
            return rule.target.replace("*", match[1], 1)
        if match:
            return rule.target
    return None


def renamed(rules: Iterable[TagMapping], tag: bytes) -> bytes:
    """What a tag object must call itself: its own name by the rules, or as it was where none matches."""
    new = new_name(rules, tag.decode("utf-8", "surrogateescape"))
    return tag if new is None else new.encode("utf-8", "surrogateescape")
