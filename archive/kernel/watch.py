"""Notice a database that is no longer the one this process opened, before anything is acknowledged.

SQLite goes on writing into a file that was removed or replaced, and takes one that was overwritten for its
own. In WAL mode only a checkpoint writes the file itself, and checkpoints happen inside commits, which take
turns. So whoever commits leaves in the lock file how the file looked afterwards; a file that looks otherwise
was touched by somebody else. SQLite's own restore is a transaction like ours and leaves the file as it was,
so the newest event anybody acknowledged is left there too, and asked for before the next is written.
PostgreSQL is asked for its identity, its tables' own numbers, and the newest event we know of.
"""

import ctypes
import os
import sqlite3
import threading
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

from sqlalchemy import Connection, Engine, PoolProxiedConnection, text
from sqlalchemy.exc import ProgrammingError

from archive.kernel.errors import Unavailable
from archive.vocabulary.wording import N_

LOST = N_(
    "The register's database was removed, replaced or restored while the server ran. Nothing was saved. "
    "Tell the administrator: the server has to be started again on the right database."
)
REMOVED, REPLACED, RESTORED = "database_removed", "database_replaced", "database_restored"

Newest = tuple[int, bytes]
Look = tuple[int, int, int, int]  # device, inode, bytes, time of the last change

_SETTLING = "committing"
_RECORD = 200  # bytes; always written whole
_CHECKPOINTED = 1000 * 4096  # bytes of a -wal file from which on a commit makes SQLite write the file itself
_ATTEMPTS = 100
_NEWEST = "SELECT id, hash FROM event ORDER BY id DESC LIMIT 1"
_HASH = "SELECT hash FROM event WHERE id = ?"
# A dump restored in place makes new tables, a copy put in place is another database: the numbers are new.
_STANDS = text(
    "SELECT (SELECT identity FROM register), (SELECT hash FROM event WHERE id = :id), "
    "'event'::regclass::oid || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class WatchNote(NamedTuple):
    """Hold what whoever commits leaves in the lock file: the file's look, the age, the newest event."""

    look: str = ""
    age: int = 0  # one more each time a process that began found the register other than it was noted
    newest: Newest = (0, b"")

    def spell(self) -> bytes:
        """Return it as it is written, with a sum that tells half a note."""
        spelt = f"{self.look},{self.age},{self.newest[0]},{self.newest[1].hex()}".encode()
        return b"%s,%d" % (spelt, crc32(spelt))

    @classmethod
    def read(cls, path: str) -> "WatchNote":
        """Return what is noted, nothing where there is none."""
        for _ in range(_ATTEMPTS):
            try:
                return cls.understood(_read(path))
            except (OSError, ValueError):
                pass
        return cls()

    @classmethod
    @lru_cache(maxsize=2)  # most writers find what they left themselves
    def understood(cls, written: bytes) -> "WatchNote":
        """Return what was written; raises ValueError for half a note."""
        spelt, _comma, total = written.strip().rpartition(b",")
        if int(total) != crc32(spelt):
            raise ValueError("half a note")
        look, age, number, digest = spelt.decode().split(",")
        return cls(look, int(age), (int(number), bytes.fromhex(digest)))


class FileWatch:
    """Watch the file of SQLite by its looks and its newest event; keep one connection that holds on to it."""

    def __init__(self, path: str) -> None:
        self._path, self._log, self._record = path, f"{path}-wal", f"{path}.lock"
        self._guard = threading.Lock()
        self._anchor: PoolProxiedConnection | None = None
        self._file: Look | None = None
        self._first_log: Look | None = None
        self._age, self._newest = 0, (0, b"")
        self._lost = ""

    def opening(self, engine: Engine) -> None:
        """Look before a connection is taken; raises Unavailable."""
        if self._anchor is None:
            with self._guard:
                if self._anchor is None:
                    self._hold_on(engine)
        self._verify()

    def check(self, connection: Connection) -> None:
        """Ask for the newest event anybody acknowledged, first in a transaction; raises Unavailable."""
        noted = WatchNote.read(self._record)
        wanted = max(self._newest, noted.newest if noted.age == self._age else self._newest)
        if noted.age > self._age or not self._holds(connection, wanted):
            self._lost = RESTORED
            raise Unavailable(self._lost, LOST)
        self._newest = wanted

    def _holds(self, connection: Connection, wanted: Newest) -> bool:
        # Past SQLAlchemy, where the question costs a tenth; every write asks it.
        driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
        try:
            return _is_in(driver.execute(_HASH, (wanted[0],)).fetchone(), wanted)
        except sqlite3.OperationalError:  # what is there now has no history at all
            return not wanted[0]

    def committing(self) -> None:
        """Look right before a commit, when it is our turn; raises Unavailable."""
        now = _look(self._path)
        if now != self._file and _same(now, self._file) and WatchNote.read(self._record).look == _SETTLING:
            self._file = now  # whoever left that was killed at it, while the file was written
        self._verify()
        self._note(_SETTLING)

    def committed(self, newest: Newest | None) -> None:
        """Look right after a commit, before it is acknowledged; raises Unavailable."""
        self._newest = newest or self._newest
        now = _look(self._path)
        log = _look(self._log)
        # The commit itself may have moved the log into the file, but never a short log.
        if log is not None and log[2] >= _CHECKPOINTED and _same(now, self._file):
            self._file = now
        self._verify(settling=False)
        self._note(_spelt(self._file))

    def close(self) -> None:
        """Let go of the file, unless it is no longer ours."""
        if self._anchor is None:
            return
        if self._reason():
            _never_close(self._anchor)
        else:
            self._anchor.close()
        self._anchor = None

    def _hold_on(self, engine: Engine) -> None:
        before = _look(self._path)
        anchor = engine.raw_connection()
        anchor.detach()  # from the pool, which would close it with the others
        anchor.cursor().execute("SELECT count(*) FROM sqlite_master").fetchone()
        self._first_log = _look(self._log)
        self._take_up(anchor)
        if before is not None and not _same(before, self._file):
            self._lost = REPLACED
        self._anchor = anchor

    def _take_up(self, anchor: PoolProxiedConnection) -> None:
        """Take the register as it is; where it is other than noted, those who began earlier will see so."""
        for _ in range(_ATTEMPTS):
            noted = WatchNote.read(self._record)
            self._file = _look(self._path)
            try:
                there = anchor.cursor().execute(_HASH, (noted.newest[0],)).fetchone()
                newest = anchor.cursor().execute(_NEWEST).fetchone()
            except sqlite3.OperationalError:  # no tables yet
                there = newest = None
            if noted == WatchNote.read(self._record):
                break
        known = noted.look in ("", _SETTLING, _spelt(self._file)) and _is_in(there, noted.newest)
        self._age, self._newest = noted.age + (not known), newest or (0, b"")

    def _verify(self, *, settling: bool = True) -> None:
        if reason := self._reason(settling=settling):
            self._lost = reason
            raise Unavailable(reason, LOST)

    def _reason(self, *, settling: bool = True) -> str:
        """Tell what became of the file, nothing while it is as this process or another of ours left it."""
        for _ in range(_ATTEMPTS):
            if self._lost:
                return self._lost
            now, log = _look(self._path), _look(self._log)
            if now is None or log is None:
                return REMOVED
            if not (_same(now, self._file) and _same(log, self._first_log)):
                return REPLACED
            if now == self._file:
                return ""
            noted = WatchNote.read(self._record)
            if settling and noted.look == _SETTLING:  # somebody is at it, or was killed at it
                return ""
            if noted.look == _spelt(now) and noted.age <= self._age:
                self._file = now
                return ""
            if now == _look(self._path) and noted == WatchNote.read(self._record):
                return RESTORED
        return ""

    def _note(self, look: str) -> None:
        file = os.open(self._record, os.O_WRONLY | os.O_CREAT, 0o666)
        try:
            os.write(file, WatchNote(look, self._age, self._newest).spell().ljust(_RECORD))
        finally:
            os.close(file)


class ServerWatch:
    """Watch a database on a server by its identity and by the newest event this process knows of."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._identity = self._tables = ""
        self._newest: Newest = (0, b"")
        self._lost = ""

    def opening(self, _engine: Engine) -> None:
        """Refuse once the database was seen to be another; raises Unavailable."""
        if self._lost:
            raise Unavailable(self._lost, LOST)

    def check(self, connection: Connection) -> None:
        """Ask the database who it is and whether what we know of is in it; raises Unavailable."""
        wanted = self._identity, self._newest  # as they are before the question: others go on meanwhile
        try:
            identity, known, tables = connection.execute(_STANDS, {"id": wanted[1][0]}).one()
        except ProgrammingError:
            identity, known, tables = None, None, ""
        if not wanted[0] and identity:
            return self._begin(connection, identity, tables)
        if identity != wanted[0]:
            self._lost = REPLACED if identity else REMOVED
        elif tables != self._tables or not _is_in((known,), wanted[1]):
            self._lost = RESTORED
        if self._lost:
            raise Unavailable(self._lost, LOST)
        return None

    def _begin(self, connection: Connection, identity: str, tables: str) -> None:
        newest = connection.exec_driver_sql(_NEWEST).first()
        self._tables = tables
        self._identity = identity
        self.committed(newest and (newest.id, bytes(newest.hash)))

    def committing(self) -> None:
        """Need nothing more: a transaction ends in the database it began in, or not at all."""

    def committed(self, newest: Newest | None) -> None:
        """Remember the newest event that is in it for certain."""
        with self._guard:
            if newest is not None and newest[0] > self._newest[0]:
                self._newest = newest

    def close(self) -> None:
        """Hold nothing."""


def _look(path: str) -> Look | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - a Path costs more than the question, and each write asks thrice
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _is_in(found: tuple[bytes | None] | None, event: Newest) -> bool:
    return not event[0] or bytes((found and found[0]) or b"") == event[1]


def _read(path: str) -> bytes:
    file = os.open(path, os.O_RDONLY)
    try:
        return os.read(file, _RECORD)
    finally:
        os.close(file)


def _same(one: Look | None, other: Look | None) -> bool:
    return (one and one[:2]) == (other and other[:2])


def _spelt(look: Look | None) -> str:
    return " ".join(map(str, look or ()))


def _never_close(connection: PoolProxiedConnection) -> None:
    """Leave a connection open until the process is gone.

    The last to be closed writes its log into the file, and deletes the log by name: both are another's now.
    """
    for kept in (
        connection,
        connection.driver_connection,
    ):  # not even at the very end, when Python takes everything apart
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(kept))
