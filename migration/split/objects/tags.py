"""Which tags follow into a repository, under which names, and on which commits."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from migration.desired_state.code_selection import TagMapping
from migration.git.rewrite import tag_target

# https://git-scm.com/docs/git-check-ref-format, for the part after "refs/tags/".
_INVALID_NAME = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^/|/$|\.$|(^|/)\.|\.lock(/|$)|^@?$")


@dataclass(frozen=True)
class SourceTag:
    """A tag of the monorepo that names a commit.

    objects: contents of the tag objects from the tag to the commit; none for a lightweight tag, two or more
        where a tag names a tag.
    commit: raw id.
    """

    objects: tuple[bytes, ...]
    commit: bytes


def resolve_tags(
    tags: Mapping[str, bytes], read: Callable[[Sequence[bytes]], Iterator[tuple[bytes, bytes]]]
) -> dict[str, SourceTag]:
    """Follow each tag to its commit. Tags that name a tree or a blob are left out."""
    chains: dict[str, tuple[bytes, ...]] = dict.fromkeys(tags, ())
    pending, resolved = dict(tags), {}
    while pending:
        following = {}
        for (name, object_id), (kind, content) in zip(pending.items(), read(list(pending.values())), strict=True):
            if kind == b"commit":
                resolved[name] = SourceTag(chains[name], object_id)
            elif kind == b"tag":
                chains[name] = (*chains[name], content)
                following[name] = tag_target(content).object_id
        pending = following
    return {name: resolved[name] for name in tags if name in resolved}


def new_tag_name(rules: Iterable[TagMapping], name: str) -> str | None:
    """The tag's name in the new repository, by the first rule that matches; None when none does."""
    for rule in rules:
        before, star, after = rule.source.partition("*")
        if not star:
            if name == rule.source:
                return rule.target
        elif len(name) >= len(before + after) and name.startswith(before) and name.endswith(after):
            filled = name[len(before) : len(name) - len(after)]
            return rule.target and rule.target.replace("*", filled, 1)
    return None


def name_problems(repository: str, renamed: Mapping[str, str], commits: Mapping[str, object]) -> Iterator[str]:
    """Each pair of tags that land on one name, and each name that cannot be a tag.

    renamed: old -> new name. commits: old name -> what the tag is on; tags of one commit may share a name.
    """
    sources: dict[str, str] = {}
    for old, new in renamed.items():
        if _INVALID_NAME.search(new):
            yield f"{repository}: the tag {old!r} would become {new!r}, which git refuses. Change its tag rule."
        other = sources.setdefault(new, old)
        if commits[other] != commits[old]:
            yield (
                f"{repository}: the tags {other!r} and {old!r} would both become {new!r}. "
                "Change the tag rules so that each gets a name of its own."
            )
    for new, old in sources.items():
        for parent in (new[: slash.start()] for slash in re.finditer("/", new)):
            if parent in sources:
                yield (
                    f"{repository}: the tags {sources[parent]!r} and {old!r} would become {parent!r} and {new!r}, "
                    "and git cannot hold both. Change the tag rules so that neither is a folder of the other."
                )
