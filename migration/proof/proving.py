"""Holding a whole split against the monorepo, and remembering that it held."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from migration.desired_state.code_selection import CodeSelection
from migration.errors import ProofError, SplitError
from migration.git.command import GitError, run_git
from migration.proof.evidence import (
    empty_tree,
    file_versions,
    files_among,
    folder_versions,
    missing_objects,
    read_graph,
)
from migration.proof.path_validity import read_validity
from migration.proof.repository_proof import ProofSource, RepositoryCheck, RepositoryProof
from migration.proof.tag_checks import new_name, read_tags, tag_ids
from migration.split.workspace import Split, Workspace

PROOF = 3
"""Part of the key of a remembered proof: raise it whenever something else is proved."""

_REMEMBERED = "proof.json"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What was compared, and what was found wrong.

    monorepo_commits: that the head and the tags that follow reach. seconds: wall time in all.
    """

    monorepo_head: str
    monorepo_commits: int
    repositories: tuple[RepositoryProof, ...]
    seconds: float

    @property
    def failures(self) -> tuple[str, ...]:
        """Of all repositories, a sentence each."""
        return tuple(failure for repository in self.repositories for failure in repository.failures)

    def demand(self) -> None:
        """Raise ProofError with the first failures, unless everything held."""
        if self.failures:
            first = "\n".join(self.failures[:5])
            raise ProofError(
                f"The split does not hold its proof ({len(self.failures):,} failures), so nothing is pushed. "
                f"Run ./multirepo prove to see all of them, and report them.\n{first}"
            )


def quiet(phase: str, done: int, total: int) -> None:
    """Show no progress."""


def proof_of(
    split: Split, monorepo: Path, selections: Mapping[str, CodeSelection], progress: Progress = quiet
) -> Proof:
    """As `prove_split`, but a proof that held is kept beside the split, and the same split is not proved again."""
    key = _key(split, monorepo, selections)
    file = split.git_dir / _REMEMBERED
    remembered = _remembered(file, key)
    if remembered is not None:
        return remembered
    proof = prove_split(split, monorepo, selections, progress)
    if not proof.failures:
        aside = file.with_name(f"tmp_{file.name}")
        aside.write_text(json.dumps({"key": key, "proof": asdict(proof)}))
        aside.replace(file)
    return proof


def _remembered(file: Path, key: str) -> Proof | None:
    try:
        saved = json.loads(file.read_text())
        if saved["key"] != key:
            return None
        proof = saved["proof"]
        repositories = tuple(RepositoryProof(**{**each, "failures": ()}) for each in proof["repositories"])
        return Proof(**{**proof, "repositories": repositories})
    except (OSError, ValueError, TypeError, KeyError):
        return None  # never proved, or damaged: proved again


def _key(split: Split, monorepo: Path, selections: Mapping[str, CodeSelection]) -> str:
    tags = sorted((name, object_id.decode()) for name, object_id in tag_ids(monorepo).items())
    plan = [(name, asdict(selection)) for name, selection in selections.items()]
    histories = [(name, asdict(history)) for name, history in split.histories.items()]
    maps = [hashlib.sha256(_commit_map(split, name)).hexdigest() for name in split.histories]
    return hashlib.sha256(json.dumps([PROOF, split.monorepo_head, tags, plan, histories, maps]).encode()).hexdigest()


def _commit_map(split: Split, repository: str) -> bytes:
    """The raw ids of each kept commit in the monorepo and in the new repository, pair after pair."""
    try:
        return (split.git_dir / f"commit-map-{repository}").read_bytes()
    except FileNotFoundError:
        return b""


def prove_split(
    split: Split, monorepo: Path, selections: Mapping[str, CodeSelection], progress: Progress = quiet
) -> Proof:
    """Hold a split against the monorepo. Whatever is wrong is in the proof; nothing is raised for it.

    monorepo: looked at for its tags; its objects are read through the split's repository, which borrows them.
    Raises SplitError when the monorepo cannot be read, or another run replaced the split meanwhile.
    """
    started = time.monotonic()
    with Workspace(split.git_dir.parent).lock:
        _refuse_replaced(split)
        progress("reading the monorepo again", 0, 0)
        try:
            sources = {move.source for selection in selections.values() for move in selection.all_moves if move.source}
            tips = [split.monorepo_head.encode(), *tag_ids(monorepo).values()]
            files = files_among(split.git_dir, tips, sorted(sources))
            selections = {name: selection.with_files(files) for name, selection in selections.items()}
            source = _read_source(split, monorepo, selections)
        except GitError as error:
            raise SplitError(f"Reading {monorepo} for the proof failed: {error}. Run `git fsck` there.") from error
        repositories = []
        for done, (name, selection) in enumerate(selections.items()):
            progress(f"proving {name}:", done, len(selections))
            check = RepositoryCheck(name, selection, split.histories[name], _commit_map(split, name), source)
            repositories.append(check.run())
        repositories = _with_missing_objects(split, repositories)
    return Proof(
        monorepo_head=split.monorepo_head,
        monorepo_commits=len(source.ids),
        repositories=tuple(repositories),
        seconds=time.monotonic() - started,
    )


def _with_missing_objects(split: Split, repositories: Sequence[RepositoryProof]) -> list[RepositoryProof]:
    """The proofs, with a failure for each repository whose history lacks trees or files."""
    tips = {name: [*history.tags.values(), *filter(None, [history.head])] for name, history in split.histories.items()}
    if not missing_objects(split.git_dir, {tip for each in tips.values() for tip in each}):
        return list(repositories)
    proofs = []
    for proof in repositories:
        missing = missing_objects(split.git_dir, tips[proof.repository])
        such = f"{len(missing):,}, such as {min(missing, default=b'').decode()}"
        failure = f"{proof.repository}: objects of its history do not exist: {such}."
        proofs.append(replace(proof, failures=(*proof.failures, failure)) if missing else proof)
    return proofs


def second_run_failures(first: Split, second: Split) -> tuple[str, ...]:
    """What a split of the same commit and plan into an empty workspace made otherwise, a sentence each."""
    failures = []
    for repository, history in first.histories.items():
        again = second.histories[repository]
        if again.head != history.head:
            failures.append(f"{repository}: split again, the head is {again.head}; it was {history.head}.")
        for tag in sorted(history.tags.keys() | again.tags.keys()):
            before, after = history.tags.get(tag), again.tags.get(tag)
            if before != after:
                failures.append(f"{repository}: split again, the tag {tag!r} is {after}; it was {before}.")
    return tuple(failures)


def _refuse_replaced(split: Split) -> None:
    """A split of another plan in the same workspace takes this one's place, and would make it look wrong."""
    listing = run_git("for-each-ref", "--format=%(objectname)", "refs/multirepo", directory=split.git_dir)
    expected = [object_id for history in split.histories.values() for object_id in history.tags.values()]
    expected += [history.head for history in split.histories.values() if history.head]
    if sorted(listing.decode().split()) != sorted(expected):
        raise SplitError(
            f"The refs in {split.git_dir} are not those of the split that is to be proved: another run replaced it. "
            "Run the same command again."
        )


def _read_source(split: Split, monorepo: Path, selections: Mapping[str, CodeSelection]) -> ProofSource:
    rules = [selection.tags for selection in selections.values()]
    ids = {
        name: tag for name, tag in tag_ids(monorepo).items() if any(new_name(each, name) is not None for each in rules)
    }
    tags = read_tags(split.git_dir, ids)
    head = split.monorepo_head.encode()
    graph = read_graph(split.git_dir, [head, *(tag.commit for tag in tags.values())])
    moves = [move for selection in selections.values() for move in selection.all_moves]
    names = {entry.path for move in moves if not move.is_file for entry in move.entries}
    file_names = {entry.path for move in moves if move.is_file for entry in move.entries}
    return ProofSource(
        git_dir=split.git_dir,
        head=head,
        graph=graph,
        ids=list(graph.positions),
        folders=folder_versions(split.git_dir, graph.roots, names),
        files=file_versions(split.git_dir, graph.roots, file_names),
        tags=tags,
        empty_tree=empty_tree(split.git_dir),
        validity=read_validity(split.git_dir, graph, selections.values()),
    )
