"""Writing one pack with its index, so that a crash leaves either the whole pack or none.

Formats: https://git-scm.com/docs/gitformat-pack (pack version 2, index version 2).
"""

import os
import sys
import zlib
from array import array
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from migration.git.object_format import ObjectFormat

_KINDS = {b"commit": 1, b"tree": 2, b"blob": 3, b"tag": 4}
_LARGE = 1 << 31  # offsets from here on are in a table of their own; the bit says so


class PackWriter:
    """A pack under construction, in a temporary file beside its place; `finish` moves it there."""

    def __init__(self, folder: Path, object_format: ObjectFormat, first_large_offset: int = _LARGE) -> None:
        self._folder = folder
        self._format = object_format
        self._first_large_offset = first_large_offset
        self._offsets: dict[bytes, int] = {}
        self._checksums = array("I")
        self._path = folder / "tmp_pack"
        self._file = self._path.open("w+b", buffering=1 << 20)
        self._file.write(b"PACK" + (2).to_bytes(4, "big") + bytes(4))
        self._end = 12

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def __len__(self) -> int:
        return len(self._offsets)

    def add(self, kind: bytes, content: bytes) -> bytes:
        """Write an object, unless it is in the pack, and return its id."""
        object_id = self._format.object_id(kind, content)
        if object_id not in self._offsets:
            # A window and memory fit for small objects: with zlib's defaults the allocation takes most of the time.
            deflate = zlib.compressobj(1, zlib.DEFLATED, 13, 6)
            entry = b"".join([_entry_header(kind, len(content)), deflate.compress(content), deflate.flush()])
            self._offsets[object_id] = self._end
            self._checksums.append(zlib.crc32(entry))
            self._file.write(entry)
            self._end += len(entry)
        return object_id

    def finish(self) -> str:
        """Put the pack and its index in place, on disk for good; returns the name without suffix."""
        self._file.seek(8)
        self._file.write(len(self._offsets).to_bytes(4, "big"))
        self._file.seek(0)
        checksum = self._format.new_hash()
        while chunk := self._file.read(1 << 20):
            checksum.update(chunk)
        self._file.write(checksum.digest())
        _flush_to_disk(self._file)
        name = f"pack-{checksum.hexdigest()}"
        self._path.replace(self._folder / f"{name}.pack")
        # git looks for indexes: the pack counts from here on.
        write_to_disk(self._folder / f"{name}.idx", self._index(checksum.digest()))
        return name

    def _index(self, pack_checksum: bytes) -> bytes:
        order = sorted(zip(self._offsets, self._offsets.values(), self._checksums, strict=True))
        fanout, counted = array("I", bytes(4 * 256)), 0
        for object_id, _, _ in order:
            fanout[object_id[0]] += 1
        for byte, number in enumerate(fanout):
            counted += number
            fanout[byte] = counted
        checksums = array("I", [checksum for _, _, checksum in order])
        small, large = array("I"), array("Q")
        for _, offset, _ in order:
            if offset < self._first_large_offset:
                small.append(offset)
            else:
                small.append(_LARGE | len(large))
                large.append(offset)
        body = b"\xfftOc" + (2).to_bytes(4, "big") + _big_endian(fanout)
        body += b"".join(object_id for object_id, _, _ in order)
        body += _big_endian(checksums) + _big_endian(small) + _big_endian(large) + pack_checksum
        return body + bytes(self._format.new_hash(body).digest())


def _entry_header(kind: bytes, size: int) -> bytes:
    """Kind and size: four bits of the size first, then seven a byte, the lowest first."""
    first = _KINDS[kind] << 4 | size & 15
    if 16 <= size < 2048:  # most commits
        return bytes((first | 128, size >> 4))
    header = bytearray([first])
    size >>= 4
    while size:
        header[-1] |= 128
        header.append(size & 127)
        size >>= 7
    return bytes(header)


def write_to_disk(path: Path, content: bytes) -> None:
    """Write a file whole: a reader, even after a power cut, finds all of it or the file before it."""
    aside = path.with_name(f"tmp_{path.name}")
    with aside.open("wb") as file:
        file.write(content)
        _flush_to_disk(file)
    aside.replace(path)
    flush_folder_to_disk(path.parent)


def flush_folder_to_disk(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush_to_disk(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _big_endian(numbers: "array[int]") -> bytes:
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers.tobytes()
