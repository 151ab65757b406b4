"""Files that are encrypted as they are written: compressed, cut into chunks, each sealed with AES-256-GCM.

The key of a file is derived from a key of the ring and a salt of its own, so a nonce may simply count. A chunk's nonce
says which chunk it is and whether it is the last: chunks cannot be swapped, left out or cut off unnoticed. The name
under which a file was written is sealed in as well: one backup's file does not pass for another's.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lianglin.project.errors import SetupError

MAGIC = b"LLBK1\n"
SALT = 16
CHUNK = 1024 * 1024
TAG = 16
HEAD = len(MAGIC) + 1 + SALT

Ring = Mapping[int, bytes]


class Damaged(SetupError):
    """A file is not what was written: a flipped bit, a missing end, another file's bytes."""


class WrongKey(SetupError):
    """The ring lacks the key under which a file was written."""


def derived(ring: Ring, number: int, salt: bytes, purpose: bytes) -> bytes:
    """32 bytes made from a key of the ring; WrongKey when it is not there."""
    if number not in ring:
        raise WrongKey(
            f"This was written under key {number} of LIANGLIN_BACKUP_KEYS, which is not set. Put it back into the ring."
        )
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=purpose).derive(ring[number])


def _nonce(count: int, *, last: bool) -> bytes:
    return count.to_bytes(11, "big") + bytes([last])


class Writer:
    """Writes one file. ``name`` is sealed in. Afterwards ``size`` and ``digest`` (SHA-256) of what lies on the disk."""

    def __init__(self, path: Path, ring: Ring, name: str) -> None:
        number, salt = max(ring), secrets.token_bytes(SALT)
        self.path, self.size, self.plain = path, 0, 0
        self._sum = hashlib.sha256()
        self._file = os.fdopen(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb"
        )
        self._name = name.encode()
        self._key = AESGCM(derived(ring, number, salt, b"lianglin backup file"))
        self._zip, self._rest, self._count = zlib.compressobj(1), bytearray(), 0
        try:
            self._put(MAGIC + bytes([number]) + salt)
        except OSError:
            self.abandon()
            raise

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return self._sum.hexdigest()

    def write(self, data: bytes) -> int:
        """Takes in bytes in the clear."""
        self.plain += len(data)
        self._rest += self._zip.compress(data)
        while len(self._rest) > CHUNK:
            self._seal(bytes(self._rest[:CHUNK]), last=False)
            del self._rest[:CHUNK]
        return len(data)

    def close(self) -> None:
        """Ends the file and waits until the disk has it."""
        if self._file.closed:
            return
        with self._file:
            self._rest += self._zip.flush()
            while len(self._rest) > CHUNK:
                self._seal(bytes(self._rest[:CHUNK]), last=False)
                del self._rest[:CHUNK]
            self._seal(bytes(self._rest), last=True)
            self._file.flush()
            os.fsync(self._file.fileno())

    def abandon(self) -> None:
        """Takes a half-written file away."""
        with suppress(OSError):  # a full disk refuses what is still in the buffer, too
            self._file.close()
        self.path.unlink(missing_ok=True)

    def _seal(self, data: bytes, *, last: bool) -> None:
        sealed = self._key.encrypt(_nonce(self._count, last=last), data, self._name)
        self._count += 1
        self._put(struct.pack(">I", len(sealed)) + sealed)

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._sum.update(data)
        self.size += len(data)

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()


def pieces(path: Path, ring: Ring, name: str) -> Iterator[bytes]:
    """What is in a file, piece by piece. Damaged or WrongKey; nothing of a damaged chunk is ever handed out."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise Damaged(f"{path} is missing. Use another backup, or bring the file back.") from None
    with file:
        head = file.read(HEAD)
        if len(head) < HEAD or not head.startswith(MAGIC):
            raise Damaged(f"{path} is damaged at its beginning. Use another backup.")
        key = AESGCM(derived(ring, head[len(MAGIC)], head[len(MAGIC) + 1 :], b"lianglin backup file"))
        unzip, count, last = zlib.decompressobj(), 0, False
        size = os.fstat(file.fileno()).st_size
        while not last:
            data, last = _chunk(file, size), file.tell() == size
            try:
                clear = key.decrypt(_nonce(count, last=last), data, name.encode())
                yield unzip.decompress(clear)
            except (InvalidTag, zlib.error):
                hint = " or the key of that number is another one" if count == 0 else ""
                raise Damaged(
                    f"{path} is damaged in its part {count + 1}{hint}. Use another backup."
                ) from None
            count += 1
        yield unzip.flush()


def _chunk(file: BinaryIO, size: int) -> bytes:
    head = file.read(4)
    length = struct.unpack(">I", head)[0] if len(head) == 4 else 0
    if not TAG <= length <= CHUNK + TAG or file.tell() + length > size:
        raise Damaged(f"{file.name} is cut off or damaged. Use another backup.")
    return file.read(length)


def whole(path: Path, ring: Ring, name: str) -> bytes:
    """All that is in a file: for small ones."""
    return b"".join(pieces(path, ring, name))


class _Reader(io.RawIOBase):
    def __init__(self, source: Iterator[bytes]) -> None:
        self._source, self._rest = source, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        target = memoryview(cast("bytearray", buffer))
        while not self._rest:
            piece = next(self._source, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        taken = min(len(target), len(self._rest))
        target[:taken] = self._rest[:taken]
        self._rest = self._rest[taken:]
        return taken


def opened(path: Path, ring: Ring, name: str) -> BinaryIO:
    """A file to be read from, in the clear."""
    return cast("BinaryIO", io.BufferedReader(_Reader(pieces(path, ring, name)), CHUNK))
