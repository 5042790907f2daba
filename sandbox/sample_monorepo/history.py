"""Plays the story: from steps to commits."""

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sandbox.errors import SandboxError
from sandbox.sample_monorepo.documents import grown, read_documents, reworded, unformatted, with_version
from sandbox.sample_monorepo.objects import File, SampleObjects
from sandbox.sample_monorepo.story import Person, StoryStep, covers, is_below, moved, read_story

REFERENCE = re.compile(r"@\{([\w-]+)(?::(\d+))?\}")
SIGNATURE = """-----BEGIN PGP SIGNATURE-----

iHUEABYKAB0WIQRTYW1wbGUgc2lnbmF0dXJlLCBub3QgYSByZWFsIG9uZQUCZ0wA
AAAKCRBtYWVzdHJvLXBsYXRmb3Jtc2FtcGxlAQDmbm9ib2R5IHNpZ25lZCB0aGlz
=smpl
-----END PGP SIGNATURE-----"""


class SampleError(SandboxError):
    """The sample monorepo cannot be made. The text says where, and what to do."""


@dataclass(frozen=True)
class Version:
    """What a path holds since a step. file: None when it was deleted. Of two versions the later one wins a merge."""

    since: int
    file: File | None


Tree = dict[str, Version]


@dataclass(frozen=True)
class SampleCommit:
    """A commit that was made, and what its parent held where it changed something."""

    id: str
    subject: str
    tree: Tree
    before: dict[str, File | None]


@dataclass(frozen=True)
class SampleHistory:
    """A pack with every object, and what each ref points at."""

    pack: bytes
    refs: dict[str, str]
    head: str


def play() -> SampleHistory:
    """The whole history of maestro-platform. The same bytes on every machine."""
    people, steps = read_story()
    return _Player(people, steps).play()


def _paths_over_time(steps: Sequence[StoryStep], documents: Iterable[str]) -> list[dict[str, str]]:
    """For each step all documents by their path at that time. Read backwards, from the head."""
    paths = {document: document for document in documents}
    over_time = []
    for step in reversed(steps):
        over_time.append(paths)
        if step.rename:
            old, new = step.rename
            paths = {moved(path, new, old): document for path, document in paths.items()}
    return over_time[::-1]


class _Player:
    def __init__(self, people: dict[str, Person], steps: Sequence[StoryStep]) -> None:
        self.people = people
        self.steps = steps
        self.documents = read_documents()
        self.paths = _paths_over_time(steps, self.documents)
        self.growing = [
            {path for path in paths if covers(step.grow, path)} for step, paths in zip(steps, self.paths, strict=True)
        ]
        self.steps_in_all = Counter(
            paths[path] for paths, growing in zip(self.paths, self.growing, strict=True) for path in growing
        )
        self.steps_taken: Counter[str] = Counter()
        self.formatted: set[str] = set()
        # What documents still say in other words, the latest revision first.
        self.older_words: dict[str, list[dict[str, str]]] = defaultdict(list)
        for step, paths in zip(reversed(steps), reversed(self.paths), strict=True):
            for path, words in step.was.items():
                self._must_say(paths[path], words)
                self.older_words[paths[path]].append(words)
        self.versions = {folder: "0.0.0" for step in steps for folder in step.release}
        self.store = SampleObjects()
        self.named: dict[str, SampleCommit] = {}  # by branch, and by the name that the story gives
        self.open_branches: set[str] = set()
        self.refs: dict[str, str] = {}

    def _must_say(self, document: str, words: dict[str, str]) -> None:
        for new in words.values():
            if new not in self.documents[document].decode():
                raise SampleError(f"history.yaml: files/{document} does not say {new!r}, which a step puts there")

    def play(self) -> SampleHistory:
        for number, step in enumerate(self.steps):
            parents = self._parents(step)
            tree = self._merge(parents)
            changes = self._changes(number, step, tree)
            before = {path: tree[path].file if path in tree else None for path in changes}
            changes = {path: file for path, file in changes.items() if file != before[path]}
            if not changes and not step.empty and not step.merge:
                raise SampleError(f"history.yaml: {step.subject!r} of {step.moment:%Y-%m} changes nothing")
            tree |= {path: Version(number, file) for path, file in changes.items()}
            self._commit(step, parents, tree, {path: before[path] for path in changes})
        heads = {f"refs/heads/{branch}": self.named[branch].id for branch in self.open_branches | {"main"}}
        return SampleHistory(self.store.pack(), self.refs | heads, self.named["main"].id)

    def _parents(self, step: StoryStep) -> list[SampleCommit]:
        merged = step.merge.split()
        if step.branch == "main":
            self.open_branches -= set(merged)
        else:
            self.open_branches.add(step.branch)
        first = [] if step.root else [self.named.get(step.branch) or self.named["main"]]
        return first + [self.named[name] for name in merged]

    @staticmethod
    def _merge(parents: Sequence[SampleCommit]) -> Tree:
        tree: Tree = {}
        for parent in parents:
            for path, version in parent.tree.items():
                if path not in tree or tree[path].since < version.since:
                    tree[path] = version
        return tree

    def _changes(self, number: int, step: StoryStep, tree: Tree) -> dict[str, File | None]:
        present = {path: version.file for path, version in tree.items() if version.file}
        changes: dict[str, File | None] = {}
        if step.undo:
            changes |= self.named[step.undo].before
        if step.rename:
            for path in [path for path in present if is_below(step.rename[0], path)]:
                changes |= {path: None, moved(path, *step.rename): present[path]}
        if step.delete:
            changes |= {path: None for path in present if is_below(step.delete, path)}
        changes |= {path: self._file(self._resolved(text).encode()) for path, text in step.write.items()}
        changes |= {path: self._file(target.encode(), "120000") for path, target in step.link.items()}
        for path, file in self._documents(number, step, present).items():
            mode = present[path].mode if path in present else file.mode
            changes[path] = replace(file, mode=mode)
        for path, known in [*present.items(), *changes.items()]:
            if known and covers(step.executable, path):
                changes[path] = replace(known, mode="100755")
        return changes

    def _documents(self, number: int, step: StoryStep, present: Container[str]) -> dict[str, File]:
        """The documents that this step grows, formats or releases, by path."""
        paths, growing = self.paths[number], self.growing[number]
        self.versions |= step.release
        self.steps_taken.update(paths[path] for path in growing)
        self.formatted |= {document for path, document in paths.items() if is_below(step.format, path)}
        for path in step.was:
            self.older_words[paths[path]].remove(step.was[path])
        touched = f"{step.format} {' '.join(step.was)}"
        manifests = " ".join(f"/{folder}/*" for folder in step.release)
        again = {path for path in paths if path in present and (is_below(touched, path) or covers(manifests, path))}
        return {path: self._render(path, paths[path]) for path in sorted(growing | again)}

    def _render(self, path: str, document: str) -> File:
        content = self.documents[document]
        for words in self.older_words[document]:
            content = reworded(content, words)
        content = grown(document, content, self.steps_taken[document], self.steps_in_all[document])
        for folder, version in self.versions.items():
            if covers(f"/{folder}/*", path):
                content = with_version(path, content, version)
        return self._file(content if document in self.formatted else unformatted(path, content))

    def _file(self, content: bytes, mode: str = "100644") -> File:
        return File(mode, self.store.add("blob", content))

    def _resolved(self, text: str) -> str:
        return REFERENCE.sub(lambda match: self.named[match[1]].id[: int(match[2] or 40)], text)

    def _commit(
        self, step: StoryStep, parents: Sequence[SampleCommit], tree: Tree, before: dict[str, File | None]
    ) -> None:
        files = {path: version.file for path, version in tree.items() if version.file}
        subject = step.subject or f'Revert "{self.named[step.undo or ""].subject}"'
        author = self.people[step.by]
        committer = self.people[step.committer or step.by]
        # A committer who is not the author commits on the next day.
        written = step.moment - timedelta(days=1 if step.committer else 0)
        lines = [
            f"tree {self.store.add_tree(files)}",
            *(f"parent {parent.id}" for parent in parents),
            f"author {author.line(written)}",
            f"committer {committer.line(step.moment)}",
            *([f"encoding {step.encoding}"] if step.encoding else []),
            *(["gpgsig " + SIGNATURE.replace("\n", "\n ")] if step.signed else []),
        ]
        text = "\n".join(lines) + "\n\n" + self._message(step, subject)
        commit_id = self.store.add("commit", text.encode(step.encoding or "utf-8"))
        commit = SampleCommit(commit_id, subject, tree, before)
        self.named[step.branch] = commit
        if step.name:
            self.named[step.name] = commit
        self._tag(step, commit_id)

    def _message(self, step: StoryStep, subject: str) -> str:
        paragraphs = [subject]
        if step.undo and step.subject is None:
            paragraphs.append(f"This reverts commit {self.named[step.undo].id}.")
        if step.body:
            paragraphs.append(self._resolved(step.body))
        if step.co_author:
            helper = self.people[step.co_author]
            paragraphs.append(f"Co-authored-by: {helper.name} <{helper.email}>")
        return "\n\n".join(paragraphs) + "\n"

    def _tag(self, step: StoryStep, commit_id: str) -> None:
        self.refs |= {f"refs/tags/{name}": commit_id for name in step.marks}
        for name, message in step.tags.items():
            tagger = self.people[step.by].line(step.moment + timedelta(minutes=5))
            text = f"object {commit_id}\ntype commit\ntag {name}\ntagger {tagger}\n\n{self._resolved(message)}\n"
            self.refs[f"refs/tags/{name}"] = self.store.add("tag", text.encode())
