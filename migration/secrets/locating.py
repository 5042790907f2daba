"""Secrets found again by their fingerprints, in the texts that a scan reported."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from migration.git.command import run_git
from migration.secrets.match_cache import Matches, TextKey
from migration.secrets.message_texts import Message, read_messages
from migration.secrets.scanner import SecretScanner
from migration.secrets.text_scan import PREFIX, blob_key, scan_texts

_TRIED = 20
"""Texts that are read again for one fingerprint: in some of them the secret can be encoded."""


def find_secrets(
    git_dir: Path,
    files: Sequence[tuple[str, str]],
    objects: Sequence[str],
    fingerprints: set[str],
    progress: Callable[[int, int], None],
    scanner: SecretScanner | None = None,
) -> list[tuple[str, str, bytes]]:
    """Object id, rule and secret, of some texts that have each. The scan is that of the preflight, which caches it.

    files: id and path of each blob. objects: ids of commits and tags. Raises CodeMoveError, GitError.
    """
    scanner = scanner or SecretScanner.installed()
    keys = [blob_key(object_id, path) for object_id, path in files]
    messages = list(read_messages(git_dir, objects))
    matches = scan_texts(git_dir, keys, messages, scanner, progress)
    suspects = [(key[0], key[1], _listed_fingerprints(matches[key], fingerprints)) for key in keys]
    contents = [
        (object_id, name, run_git("cat-file", "blob", object_id, directory=git_dir))
        for object_id, name in _chosen(suspects)
    ]
    of_message = {message.key: message for message in messages}
    chosen = _chosen([(*key, _listed_fingerprints(matches[key], fingerprints)) for key in of_message])
    contents += [_as_text(of_message[key]) for key in chosen]
    return list(_read_again(git_dir, contents, fingerprints, scanner))


def _listed_fingerprints(matches: Matches, fingerprints: set[str]) -> set[str]:
    return {match.fingerprint for match in matches} & fingerprints


def _chosen(suspects: Sequence[tuple[str, str, set[str]]]) -> Iterator[TextKey]:
    """A few of the texts with each fingerprint."""
    times: dict[str, int] = {}
    for object_id, name, fingerprints in suspects:
        if any(times.get(fingerprint, 0) < _TRIED for fingerprint in fingerprints):
            times |= {fingerprint: times.get(fingerprint, 0) + 1 for fingerprint in fingerprints}
            yield object_id, name


def _as_text(message: Message) -> tuple[str, str, bytes]:
    return message.object_id, "message.txt", message.text.encode()


def _read_again(
    git_dir: Path, contents: Sequence[tuple[str, str, bytes]], fingerprints: set[str], scanner: SecretScanner
) -> Iterator[tuple[str, str, bytes]]:
    if not contents:
        return
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=git_dir.parent) as name:
        folder = Path(name)
        for position, (_, file_name, content) in enumerate(contents):
            (folder / str(position)).mkdir()
            (folder / str(position) / file_name).write_bytes(content)
        for entry, secrets in scanner.secrets(folder, fingerprints).items():
            for rule, secret in secrets:
                yield contents[int(entry)][0], rule, secret
