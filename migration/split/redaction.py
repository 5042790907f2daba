"""The redactions of one repository: its secrets found by their fingerprints, then taken out of all its objects."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from migration.desired_state.code_selection import RedactionRule
from migration.git.command import ObjectStore
from migration.git.pack import PackWriter
from migration.split.objects.redactor import Redactor
from migration.split.objects.writing import NewRepository
from migration.split.redaction_record import RedactionRecord, SecretPlace, fingerprint_of
from migration.split.trees.redacted_trees import RedactedTrees

Progress = Callable[[int, int], None]


class HistoryRedaction:
    """Redacts one repository while it is written. record: of the split before that this one goes on from."""

    def __init__(self, rules: Sequence[RedactionRule], store: ObjectStore, record: RedactionRecord) -> None:
        self._rules, self._store = rules, store
        self.record = record
        self._trees: RedactedTrees | None = None
        self._redactor = Redactor({})
        self._fingerprints: dict[bytes, str] = {}

    def prepare(self, repository: NewRepository, source_ids: Sequence[bytes], progress: Progress) -> bool:
        """Find the secrets and the files that have them; whether secrets were found that were not known before."""
        commits = repository.to_write()
        self._trees = RedactedTrees(self._store, repository.workshop)
        self._trees.look_into(repository.original_tree(place) for place in commits)
        known = self._known_secrets()
        missing = [rule.fingerprint for rule in self._rules if rule.fingerprint not in known]
        if missing:
            texts = [source_ids[repository.kept_commits.commits[place]] for place in commits]
            texts += self._tag_objects(repository)
            self.record.places |= self._find(missing, texts, progress)
        secrets = self._known_secrets()
        replacements = {rule.fingerprint: rule.replacement.encode() for rule in self._rules}
        self._fingerprints = {secret: fingerprint for fingerprint, secret in reversed(secrets.items())}
        self._redactor = Redactor({secret: replacements[name] for secret, name in self._fingerprints.items()})
        for file, content, redacted in self._trees.redact(self._redactor.in_file):
            new = self._store.object_format.object_id(b"blob", redacted).hex()
            self.record.files[file.hex()] = new
            self._note(new, content)
        return bool(secrets.keys() - known.keys())

    def tree(self, tree: bytes) -> bytes:
        """What a tree of the repository becomes."""
        assert self._trees is not None
        return self._trees.tree(tree)

    def in_text(self, content: bytes) -> bytes:
        """A commit or tag without the secrets."""
        return self._redactor.in_commit_or_tag(content)

    def note_text(self, new_id: bytes, before: bytes) -> None:
        """Note what a commit or tag lost. before: with the secrets."""
        self._note(new_id.hex(), before)

    def write_files(self, pack: PackWriter) -> None:
        """Write the files that changed."""
        assert self._trees is not None
        changed = list(self._trees.replaced)
        for _, content in self._store.read(changed):
            pack.add(b"blob", self._redactor.in_file(content))

    def _note(self, new_id: str, before: bytes) -> None:
        lost = {self._fingerprints[secret] for secret in self._redactor.secrets_in(before)}
        if lost:
            self.record.lost[new_id] = sorted(lost.union(self.record.lost.get(new_id, ())))

    def _known_secrets(self) -> dict[str, bytes]:
        """By fingerprint, in the order of the plan."""
        places = {
            rule.fingerprint: self.record.places[rule.fingerprint]
            for rule in self._rules
            if rule.fingerprint in self.record.places
        }
        contents = self._store.read([bytes.fromhex(place.object_id) for place in places.values()])
        found = {
            fingerprint: place.secret_in(content, fingerprint)
            for (fingerprint, place), (_, content) in zip(places.items(), contents, strict=True)
        }
        return {fingerprint: secret for fingerprint, secret in found.items() if secret}

    def _tag_objects(self, repository: NewRepository) -> list[bytes]:
        object_id = self._store.object_format.object_id
        return [object_id(b"tag", content) for tag in repository.source_tags.values() for content in tag.objects]

    def _find(
        self, fingerprints: Sequence[str], texts: Sequence[bytes], progress: Progress
    ) -> Mapping[str, SecretPlace]:
        """Scan the files and the texts of commits and tags for the secrets with these fingerprints."""
        from migration.secrets.locating import find_secrets  # slow to import, and mostly not needed

        assert self._trees is not None
        files = [(file.hex(), name.decode("utf-8", "surrogateescape")) for file, name in self._trees.files.items()]
        objects = [text.hex() for text in texts]
        found = find_secrets(self._store.git_dir, files, objects, set(fingerprints), progress)
        return _places(self._store, found)


def _places(store: ObjectStore, found: Iterable[tuple[str, str, bytes]]) -> dict[str, SecretPlace]:
    """found: object id, rule, and secret. One that is encoded in all of its objects has no place."""
    places: dict[str, SecretPlace] = {}
    listed = list(found)
    contents = store.read([bytes.fromhex(object_id) for object_id, _, _ in listed])
    for (object_id, rule, secret), (_, content) in zip(listed, contents, strict=True):
        start = content.find(secret)
        if start >= 0:
            places.setdefault(fingerprint_of(rule, secret), SecretPlace(object_id, rule, start, len(secret)))
    return places
