"""Scanning blobs and messages: those that were not scanned before, exported in batches of a bounded size."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

from migration.git.command import git_output
from migration.secrets.match_cache import MatchCache, Matches, TextKey
from migration.secrets.message_texts import Message, MessageFiles
from migration.secrets.scanner import SecretScanner

BATCH_BYTES = 128 << 20
BATCH_FILES = 8_000
_LONGEST_NAME = 120
_CHUNK = 1 << 20
PREFIX = "tmp_scan_"
"""Of folders that hold texts while they are scanned."""


def scan_texts(
    git_dir: Path,
    blobs: Sequence[TextKey],
    messages: Sequence[Message],
    scanner: SecretScanner,
    progress: Callable[[int, int], None],
) -> dict[TextKey, Matches]:
    """The matches of each text. Those in the user's cache are not read again. Raises CodeMoveError, GitError.

    progress: called with the numbers of blobs that are scanned, and that must be.
    """
    keys = [*blobs, *(message.key for message in messages)]
    with MatchCache.opened(scanner.cache_dir, scanner.version) as cache:
        found = cache.read(keys)
        new = [key for key in dict.fromkeys(blobs) if key not in found]
        files = MessageFiles([message for message in messages if message.key not in found])
        done = 0
        for batch, folder in _batches(git_dir, new, files):
            matches = scanner.scan(folder)
            scanned = {key: tuple(matches.get(str(position), ())) for position, key in enumerate(batch)}
            if not done:
                scanned |= files.matches(matches)
            cache.write(scanned)
            found |= scanned
            done += len(batch)
            progress(done, len(new))
    return found


def _batches(git_dir: Path, blobs: Sequence[TextKey], files: MessageFiles) -> Iterator[tuple[list[TextKey], Path]]:
    """Some blobs, and a folder with each as POSITION/NAME, which is deleted afterwards. Messages are in the first."""
    if not blobs and not files:
        return
    for unfinished in git_dir.parent.glob(f"{PREFIX}*"):  # of a run that was killed
        shutil.rmtree(unfinished, ignore_errors=True)
    request = b"".join(b"%b\n" % object_id.encode() for object_id, _ in blobs)
    reading = ("cat-file", "--buffer", "--batch=%(objectsize)")
    with git_output(*reading, git_dir=git_dir, standard_input=request) as contents:
        remaining = iter(blobs)
        is_first = True
        while True:
            with tempfile.TemporaryDirectory(prefix=PREFIX, dir=git_dir.parent) as name:
                folder = Path(name)
                if is_first:
                    files.write(folder)
                batch = _export(contents, remaining, folder)
                if not batch and not (is_first and files):
                    return
                yield batch, folder
                is_first = False


def _export(contents: IO[bytes], blobs: Iterator[TextKey], folder: Path) -> list[TextKey]:
    batch: list[TextKey] = []
    size = 0
    while size < BATCH_BYTES and len(batch) < BATCH_FILES and (key := next(blobs, None)):
        place = folder / str(len(batch))
        place.mkdir()
        length = int(contents.readline())
        with (place / key[1]).open("wb") as file:
            _copy(contents, file, length)
        contents.read(1)
        size += length
        batch.append(key)
    return batch


def _copy(source: IO[bytes], target: IO[bytes], length: int) -> None:
    while length:
        chunk = source.read(min(length, _CHUNK))
        if not chunk:
            raise EOFError("git stopped within a blob")
        target.write(chunk)
        length -= len(chunk)


def blob_key(object_id: str, path: str) -> TextKey:
    """With a file name that every file system takes, with the same end; never that of a repository."""
    name = path.rpartition("/")[2]
    safe = "".join(each if each.isprintable() else "_" for each in name)[-_LONGEST_NAME:]
    while len(os.fsencode(safe)) > 2 * _LONGEST_NAME:
        safe = safe[1:]
    return object_id, "_" if safe.casefold() in ("", ".", "..", ".git") else safe
