"""What of a monorepo's history goes into one repository."""

import posixpath
from collections.abc import Container
from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True)
class PreviousPath:
    """A path that a folder had in some commits only.

    path: relative to the root, as in FolderMove; "" is the root, for a joined history.
    until: id of the commit from which on the path is something else; it counts in all commits that do not have this
        one behind them, and goes before the names that are listed before it there.
    joined_by: id of a merge that brought another project's history in, in which alone the path counts.
    """

    path: str
    until: str = ""
    joined_by: str = ""


@dataclass(frozen=True, kw_only=True)
class FolderMove:
    """One folder, or one file, of the monorepo and where it lands.

    source: the folder's path today, relative to the monorepo's root, "/" between names, no slash at either end.
    earlier: the names the folder had before, oldest last; same form as `source`, or limited to some commits.
    target: the folder in the new repository; "" is its root.
    exclude: gitignore-style patterns, relative to `source`, of files that stay behind in every commit.
    shared: a copy of what another repository owns; nothing is frozen or returned for it.
    others: of the move of the rest, whose `source` is "": all other moves of the plan. It takes what they do not.
    is_file: `source` and the earlier names are files, and `target` is a file. Only the history says that, so it is set
        by `CodeSelection.with_files`.
    """

    source: str
    target: str = ""
    earlier: tuple[str | PreviousPath, ...] = ()
    exclude: tuple[str, ...] = ()
    shared: bool = False
    others: tuple["FolderMove", ...] = ()
    is_file: bool = False

    @property
    def entries(self) -> tuple[PreviousPath, ...]:
        """The folder's paths, newest first: `source`, then `earlier`."""
        earlier = (path if isinstance(path, PreviousPath) else PreviousPath(path=path) for path in self.earlier)
        return (PreviousPath(path=self.source), *earlier)

    @property
    def names(self) -> tuple[str, ...]:
        """The paths that the folder had in the monorepo's own commits, newest first, each once."""
        return tuple(dict.fromkeys(entry.path for entry in self.entries if not entry.joined_by))

    def landing(self, path: str, name: str) -> str | None:
        """Where a path of the monorepo lands while the folder is called `name`; None where the move lacks it."""
        if path == name:
            return self.target
        if self.is_file or (name and not path.startswith(f"{name}/")):
            return None
        if any(other.landing(path, old) is not None for other in self.others for old in other.names):
            return None
        return posixpath.join(self.target, path[len(name) :].lstrip("/"))

    def origin(self, path: str) -> str | None:
        """Where a file of the new repository is in the monorepo; None where it is not the move's."""
        if self.is_file:
            return self.source if path == self.target else None
        if self.target and not path.startswith(f"{self.target}/"):
            return None
        origin = posixpath.join(self.source, path[len(self.target) :].lstrip("/"))
        return origin if self.landing(origin, self.source) == path else None


@dataclass(frozen=True, kw_only=True)
class TagMapping:
    """Which tags of the monorepo follow, and under which name.

    Both are tag names with at most one "*"; what the star of `source` matches replaces the star of `target`:
    "engine/v*" to "v*" turns engine/v1.2.0 into v1.2.0. The first rule that matches a tag wins; with the target None,
    the tag does not follow.
    """

    source: str
    target: str | None


@dataclass(frozen=True, kw_only=True)
class MessageRules:
    """What changes in the messages of commits and tags: nothing, unless said otherwise.

    hashes: ids of commits that moved along become their new ones.
    issues: "owner/name" of the repository that "#123" means, to be written before it; "" leaves it as it is.
    provenance: commits get a trailer with the id of their commit in the monorepo.
    """

    hashes: bool = False
    issues: str = ""
    provenance: bool = False


@dataclass(frozen=True, kw_only=True)
class RedactionRule:
    """A secret that is replaced in all of the new history. fingerprint: of the preflight, which is not the secret.

    replacement: one line of text that takes the place of its bytes.
    """

    fingerprint: str
    replacement: str = "***REMOVED***"


@dataclass(frozen=True, kw_only=True)
class CodeSelection:
    """Everything that one new repository takes from the monorepo. Two files may not land on one path.

    own_tags: of the tags that the rules take, only those on commits that change the repository follow.
    """

    moves: tuple[FolderMove, ...]
    tags: tuple[TagMapping, ...] = (TagMapping(source="*", target="*"),)
    messages: MessageRules = MessageRules()
    own_tags: bool = False
    redactions: tuple[RedactionRule, ...] = ()

    @property
    def all_moves(self) -> tuple[FolderMove, ...]:
        """The moves, and those that decide about the rest."""
        return (*self.moves, *(other for move in self.moves for other in move.others))

    def with_files(self, files: Container[str]) -> "CodeSelection":
        """With the moves of these sources as moves of files: one to the root keeps its name."""
        return replace(self, moves=tuple(_with_files(move, files) for move in self.moves))


def _with_files(move: FolderMove, files: Container[str]) -> FolderMove:
    move = replace(move, others=tuple(_with_files(other, files) for other in move.others))
    if move.source not in files:
        return move
    return replace(move, is_file=True, target=move.target or posixpath.basename(move.source))
