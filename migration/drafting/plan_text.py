"""The draft as the text of a plan: each guess with its evidence in a comment."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import yaml

from migration.drafting.draft import DraftedRepository
from migration.drafting.head_tree import Amount, HeadTree

SHOWN = 8
"""Files at the root that are named, the largest first."""
Moves = Mapping[str, Sequence[Mapping[str, object]]]


@dataclass(frozen=True)
class Draft:
    """name: of the monorepo. moves: by repository, entries with previous paths where some were found."""

    name: str
    tree: HeadTree
    repositories: Sequence[DraftedRepository]
    moves: Moves

    @property
    def text(self) -> str:
        """The whole plan, as YAML."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield "# Drafted from the files of the newest commit. Every line is yours to change."
        yield "# What the comments call a guess has its evidence beside it."
        yield ""
        yield "monorepo:"
        yield f"  name: {_scalar(self.name)}"
        yield f"  default_branch: {_scalar(self.tree.branch)}"
        yield ""
        yield from self._waves()
        yield from self._teams()
        yield "repositories:"
        for repository in self.repositories:
            yield from self._repository(repository)
        yield from self._rest()

    def _waves(self) -> Iterator[str]:
        if self._depth:
            yield "# A guess: repositories whose packages others use move before those others."
            yield "waves:"
            for depth in range(self._depth + 1):
                yield f"  - {{name: {_wave(depth)}, week: {depth + 1}}}"
            yield ""

    @property
    def _depth(self) -> int:
        return max((repository.depth for repository in self.repositories), default=0)

    def _teams(self) -> Iterator[str]:
        slugs = sorted({slug for repository in self.repositories for slug in _teams(repository)})
        if slugs:
            yield "# From CODEOWNERS. Who is in a team stays the organization's decision."
            yield "teams:"
            for slug in slugs:
                yield f"  - name: {slug}"
            yield ""

    def _repository(self, repository: DraftedRepository) -> Iterator[str]:
        folder = next(iter(repository.moves))
        yield f"  # {folder}: {repository.evidence}; {self.tree.amount(folder)}."
        yield f"  - name: {_scalar(repository.name)}"
        if self._depth:
            yield f"    wave: {_wave(repository.depth)}"
        if repository.kind:
            yield f"    kind: {repository.kind} # decides its pipelines; remove it for none"
        yield "    moves:"
        generated = self.tree.generated(folder)
        for entry in self.moves.get(repository.name) or [{"from": folder, "to": "."}]:
            yield f"      - {json.dumps(dict(entry), ensure_ascii=False)[:-1]}{_excluded(generated)}}}"
        for name, amount in generated.items():
            yield f"        # {name}/ is made by tools: {amount}"
        for path in self._gitlinks(folder):
            yield f"        # {self._gitlink(path)}"
        yield from _tags(repository)
        yield from _packages(repository)
        if repository.dockerfile and repository.kind in ("python-service", "vite-application"):
            yield f"    dockerfile: {repository.dockerfile}"
        yield from _owners(repository)
        yield ""

    def _gitlinks(self, folder: str) -> list[str]:
        return [path for path in self.tree.gitlinks if path == folder or path.startswith(f"{folder}/")]

    def _gitlink(self, path: str) -> str:
        commit = self.tree.gitlinks[path][:12]
        return f"{_one_line(path)} is a gitlink: commit {commit} of another repository, whose files are not here"

    def _rest(self) -> Iterator[str]:
        taken = [folder for repository in self.repositories for folder in repository.moves]
        yield "# What no repository takes:"
        left: dict[str, dict[str, int]] = {}
        for path, file in self.tree.files.items():
            if not any(path.startswith(f"{folder}/") for folder in taken):
                top = f"{path.partition('/')[0]}/" if "/" in path else ""
                left.setdefault(top, {})[path] = file.size
        for top, sizes in left.items():
            amount = Amount(len(sizes), sum(sizes.values()))
            yield f"#   {_one_line(top)} {amount}" if top else f"#   at the root {amount}: {_largest(sizes)}"
        for path in self.tree.gitlinks:
            if not any(path == folder or path.startswith(f"{folder}/") for folder in taken):
                yield f"#   {self._gitlink(path)}"


def _largest(sizes: Mapping[str, int]) -> str:
    names = sorted(sizes, key=lambda path: -sizes[path])
    return ", ".join(map(_one_line, names[:SHOWN])) + (", …" if len(names) > SHOWN else "")


def _wave(depth: int) -> str:
    return f"wave-{depth + 1}"


def _excluded(generated: Mapping[str, Amount]) -> str:
    return f', "exclude": {json.dumps([f"{name}/" for name in generated])}' if generated else ""


def _tags(repository: DraftedRepository) -> Iterator[str]:
    if repository.tags:
        yield "    tags: # from the tags that exist; others are not taken"
        for source, target in repository.tags:
            yield f"      - {{from: {_scalar(source)}, to: {_scalar(target)}}}"


def _packages(repository: DraftedRepository) -> Iterator[str]:
    if repository.packages:
        yield "    packages: # other projects need them; name and version from the manifests"
        for package in repository.packages:
            yield f"      - name: {_scalar(package.name)}"
            yield f"        path: {_scalar(package.path)}"
            yield f"        version: {json.dumps(package.version)}"
            if package.depends_on:
                yield f"        depends_on: {json.dumps(package.depends_on)}"
    if repository.cyclic:
        yield f"    # Not published, because they need each other: {', '.join(repository.cyclic)}."
    if repository.consumes:
        yield f"    consumes: {json.dumps(repository.consumes)} # named in its manifests"


def _owners(repository: DraftedRepository) -> Iterator[str]:
    teams = _teams(repository)
    if teams:
        yield f"    teams: {{{', '.join(f'{slug}: push' for slug in teams)}}}"
        yield f'    code_owners: {{"*": {json.dumps(teams)}}}'
    people = [owner for owner in repository.owners if "/" not in owner]
    if people:
        yield f"    # CODEOWNERS also names {', '.join(people)}: add people to code_owners as '@login'."


def _teams(repository: DraftedRepository) -> list[str]:
    """Slugs, of owners like @acme/core-team."""
    slugs = (owner.partition("/")[2].lower() for owner in repository.owners if owner.startswith("@"))
    return [slug for slug in dict.fromkeys(slugs) if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)]


def _scalar(text: str) -> str:
    return yaml.safe_dump(text, allow_unicode=True, width=10_000).partition("\n...")[0].rstrip("\n")


def _one_line(text: str) -> str:
    return text if text.isprintable() else repr(text)
