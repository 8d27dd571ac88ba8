"""Compress and encrypt a stream on its way to disk, and back: gzip within age, readable by both programs.

Whoever encrypts holds public keys only; the identity that decrypts is kept elsewhere.
"""

import hashlib
import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import pyrage
from pyrage.x25519 import Identity, Recipient

from archive.kernel.errors import Conflict, Invalid
from archive.vocabulary.wording import N_

CHUNK = 1 << 20
LEVEL = 3  # twice as quick as the usual 6 for a tenth more bytes
_GZIP = 16 + zlib.MAX_WBITS

DAMAGED = N_("The backup is damaged, or not what its manifest says. Take another one.")


class ByteSource(Protocol):
    """Give bytes, nothing at the end."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Say how long a stream was, and its digest."""

    bytes: int
    sha256: str


class _Measured:
    def __init__(self) -> None:
        self._count, self._digest = 0, hashlib.sha256()

    def add(self, data: bytes) -> None:
        self._count += len(data)
        self._digest.update(data)

    def measure(self) -> Measure:
        return Measure(self._count, self._digest.hexdigest())


class _Compressing:
    """Be read compressed; remember what went wrong, since the library below makes a text of it."""

    def __init__(self, source: ByteSource) -> None:
        self._source, self._left, self._ended = source, b"", False
        self._deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP)
        self.plain = _Measured()
        self.error: BaseException | None = None

    def read(self, size: int = CHUNK) -> bytes:
        while not self._left and not self._ended:
            try:
                data = self._source.read(CHUNK)
            except BaseException as error:
                self.error = error
                raise
            self.plain.add(data)
            self._ended = not data
            self._left = self._deflate.compress(data) if data else self._deflate.flush()
        given, self._left = self._left[:size], self._left[size:]
        return given


class _Written:
    """Write on, measured; remember what went wrong."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.measured = file, _Measured()
        self.error: BaseException | None = None

    def write(self, data: bytes) -> int:
        try:
            self._file.write(data)
        except OSError as error:
            self.error = error
            raise
        self.measured.add(data)
        return len(data)

    def flush(self) -> None:
        self._file.flush()


class _Decompressing(_Written):
    """Be written compressed, write on what it was."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self._inflate = zlib.decompressobj(_GZIP)

    def write(self, data: bytes) -> int:
        waiting = data
        while waiting:
            super().write(self._inflate.decompress(waiting, CHUNK))
            waiting = self._inflate.unconsumed_tail
        return len(data)


def seal(source: ByteSource, path: Path, recipients: Sequence[str]) -> tuple[Measure, Measure]:
    """Write a stream to a new file, compressed, encrypted and on disk for certain; measure both."""
    with path.open("xb") as file:
        os.fchmod(file.fileno(), 0o600)
        reading, writing = _Compressing(source), _Written(file)
        try:
            pyrage.encrypt_io(reading, writing, [recipient(one) for one in recipients])
        except pyrage.EncryptError as error:
            raise reading.error or writing.error or error from error
        sync(file)
    return reading.plain.measure(), writing.measured.measure()


def unseal(path: Path, into: Path, identities: Sequence[Identity]) -> Measure:
    """Write what a file held to a new one, and measure it; raises Conflict where it cannot be read."""
    with path.open("rb") as file, into.open("xb") as plain:
        os.fchmod(plain.fileno(), 0o600)
        writing = _Decompressing(plain)
        try:
            pyrage.decrypt_io(file, writing, list(identities))
        except (pyrage.DecryptError, OSError, zlib.error) as error:
            if writing.error:
                raise writing.error from error
            if "No matching keys" in str(error):
                raise Conflict(
                    "backup_other_key", N_("This identity does not open the backup: it was made for another.")
                ) from error
            raise Conflict("backup_damaged", DAMAGED) from error
        sync(plain)
    return writing.measured.measure()


def measure(path: Path) -> Measure:
    """Measure a file as it lies there."""
    total = _Measured()
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            total.add(data)
    return total.measure()


def recipient(text: str) -> Recipient:
    """Read a public key; raises Invalid."""
    try:
        return Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise Invalid(
            "backup_recipient",
            N_(
                "“%(text)s” is no public key of age: it begins with age1. "
                "Make one with: aktspar backup new-key FILE"
            ),
            text=text[:80],
        ) from error


def identities(path: Path) -> list[Identity]:
    """Read the secret keys of a file, as age writes it; raises Invalid."""
    try:
        lines = [line.strip() for line in path.read_text(encoding="ascii").splitlines()]
        found = [Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (OSError, UnicodeError, pyrage.IdentityError) as error:
        raise Invalid(
            "backup_identity", N_("%(path)s holds no secret key of age that can be read."), path=path
        ) from error
    if not found:
        raise Invalid(
            "backup_identity", N_("%(path)s holds no secret key of age that can be read."), path=path
        )
    return found


def new_key(path: Path) -> str:
    """Write a new secret key to a new file only its owner can read, and return the public one."""
    identity = Identity.generate()
    public = str(identity.to_public())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(f"# public key: {public}\n{identity}\n")
        file.flush()
        os.fsync(file.fileno())
    return public


def sync(file: BinaryIO) -> None:
    """Have what was written on disk for certain."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Have what a folder lists on disk for certain."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
