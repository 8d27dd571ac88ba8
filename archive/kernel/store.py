"""The database: the only place that begins, commits and rolls back."""

import fcntl
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    Connection,
    Dialect,
    Engine,
    Select,
    Table,
    TypeDecorator,
    create_engine,
    event,
    func,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.types import JSON, TypeEngine
from sqlmodel import Session

from archive.kernel.clock import Clock, system_clock
from archive.kernel.config import Settings
from archive.kernel.errors import ChangedMeanwhile, Invalid, NotPermitted, Unavailable
from archive.kernel.watch import FileWatch, ServerWatch
from archive.vocabulary import Permission, Role
from archive.vocabulary.wording import N_

CHANGED_MEANWHILE = N_(
    "Somebody else registered or changed the same thing just now. Look at it again and retry."
)
TOO_LARGE = N_("A number in it is larger than any here. Nothing was saved; check what was written.")
BUSY = N_(
    "The register is busy: somebody else has been writing in it for a long time. "
    "Nothing was saved; wait a moment and try again."
)
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=15000",
    "recursive_triggers=ON",  # else INSERT OR REPLACE slips past the delete triggers
    "secure_delete=ON",
    "cache_size=-4000",  # kB for each connection: a larger one is no faster, the file's pages are in memory
    "temp_store=MEMORY",
)

CONNECT_SECONDS = 10  # until a server that does not answer counts as unreachable

APART = 500_000_000  # ids from here on are counted by themselves: the others have no gap where one was taken
_NEXT_IDS = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")


@dataclass(frozen=True, slots=True)
class Actor:
    """Name who acts: `user:7`, `token:3`, `worker:imports`, `operator:root`; there is no anonymous change."""

    id: str
    name: str
    permissions: frozenset[Permission]
    user_id: int | None = None
    roles: tuple[Role, ...] = ()

    def may(self, permission: Permission) -> bool:
        """Tell whether the actor holds a permission."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise NotPermitted unless the actor holds a permission."""
        if permission not in self.permissions:
            raise NotPermitted(
                "not_permitted",
                N_("Your role does not include: %(permission)s. Ask the archivist or the administrator."),
                permission=permission.label,
                needed=permission.value,
            )


def operator(name: str) -> Actor:
    """Return the actor of the command line: whoever may run it holds the database anyway."""
    return Actor(f"operator:{name}", name, frozenset(Permission))


def worker(routine: str) -> Actor:
    """Return the actor of one routine the worker runs."""
    return Actor(f"worker:{routine}", routine, frozenset(Permission))


@dataclass(slots=True)
class Work:
    """Hold one transaction: connection, actor, the moment it began, and the act its events share."""

    connection: Connection = field(repr=False)
    actor: Actor
    now: datetime
    mac_key: bytes = field(repr=False)
    writes: bool = True
    act: str = field(default_factory=lambda: uuid4().hex)
    # What is asked for again and again and cannot change within one transaction, by what it is.
    known: dict[str, dict[Any, Any]] = field(default_factory=dict, repr=False)
    newest: tuple[int, bytes] | None = None  # id and hash of the last event it wrote
    _session: Session | None = field(default=None, init=False, repr=False)

    @property
    def session(self) -> Session:
        """Return the session of this transaction; the hot paths need none, and it costs more than they do."""
        if self._session is None:
            self._session = Session(self.connection, expire_on_commit=False, autoflush=self.writes)
        return self._session

    def flush(self) -> None:
        """Send what the session holds back."""
        if self._session is not None:
            self._session.flush()

    def close(self) -> None:
        """Let go of what was read, so that another transaction may take it up."""
        if self._session is not None:
            self._session.close()

    @property
    def sqlite(self) -> bool:
        """Tell whether the transaction runs on SQLite."""
        return self.connection.dialect.name == "sqlite"

    def require(self, permission: Permission) -> None:
        """Raise NotPermitted unless the actor holds a permission."""
        self.actor.require(permission)

    @contextmanager
    def granting(self, *permissions: Permission) -> Iterator[None]:
        """Let the actor do in the block what an answer that is theirs to give asks for."""
        actor = self.actor
        self.actor = replace(actor, permissions=actor.permissions.union(permissions))
        try:
            yield
        finally:
            self.actor = actor

    def reserve_ids(self, table: Table, count: int) -> Sequence[int]:
        """Take ids of a table for rows about to be inserted; on SQLite the writer lock keeps them ours."""
        if self.sqlite:
            last = self.connection.execute(_last_id(table)).scalar_one()
            return range(last + 1, last + 1 + count)
        return list(self.connection.execute(_NEXT_IDS, {"name": table.name, "count": count}).scalars())

    def insert_one(self, table: Table, row: Mapping[str, Any]) -> int:
        """Insert a row and return its id, past what a statement costs."""
        sql, values = _insertion(table, self.connection.dialect, tuple(row))
        return int(self.connection.exec_driver_sql(f"{sql} RETURNING id", values(row)).scalar_one())

    def insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert many rows, each with the columns of the first, past what a statement costs for each row."""
        if rows:
            sql, values = _insertion(table, self.connection.dialect, tuple(rows[0]))
            self.connection.exec_driver_sql(sql, [values(row) for row in rows])

    def update(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Update many rows by their id, each with the columns of the first, as `insert` inserts them."""
        if rows:
            names = tuple(name for name in rows[0] if name != "id")
            sql, values = _update(table, self.connection.dialect, names)
            self.connection.exec_driver_sql(sql, [values(row) for row in rows])

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Run the block in a savepoint: an error undoes the block, not the transaction."""
        # The session's own begin_nested costs several times as much, and scans wait for it.
        self.flush()
        newest = self.newest
        self.connection.exec_driver_sql("SAVEPOINT attempt")
        try:
            yield
            self.flush()
        except BaseException:
            self.newest = newest
            if self._session is None or self._session.is_active:  # else a flush failed, and all with it
                if self._session is not None:
                    self._session.expunge_all()
                self.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT attempt")
                self.connection.exec_driver_sql("RELEASE SAVEPOINT attempt")
            raise
        self.connection.exec_driver_sql("RELEASE SAVEPOINT attempt")


Values = Callable[[Mapping[str, Any]], tuple[Any, ...]]


@cache
def _insertion(table: Table, dialect: Dialect, names: tuple[str, ...]) -> tuple[str, Values]:
    """Make the statement for the driver, and what turns a row into the values it stores."""
    quote, mark = dialect.identifier_preparer.quote, _mark(dialect)
    columns = ", ".join(quote(name) for name in names)
    sql = f"INSERT INTO {quote(table.name)} ({columns}) VALUES ({', '.join([mark] * len(names))})"  # noqa: S608
    return sql, _values(table, dialect, names)


@cache
def _update(table: Table, dialect: Dialect, names: tuple[str, ...]) -> tuple[str, Values]:
    quote, mark = dialect.identifier_preparer.quote, _mark(dialect)
    columns = ", ".join(f"{quote(name)} = {mark}" for name in names)
    sql = f"UPDATE {quote(table.name)} SET {columns} WHERE id = {mark}"  # noqa: S608
    return sql, _values(table, dialect, (*names, "id"))


def _mark(dialect: Dialect) -> str:
    return "?" if dialect.paramstyle == "qmark" else "%s"


def _values(table: Table, dialect: Dialect, names: tuple[str, ...]) -> Values:
    kinds = [table.c[name].type.dialect_impl(dialect) for name in names]
    processors = [
        # The same moment, term or date comes again and again; most data are empty; bytes are as they are.
        (at, lru_cache(maxsize=1024)(process) if isinstance(kind, TypeDecorator) else _sparing(process, kind))
        for at, kind in enumerate(kinds)
        if (process := kind.bind_processor(dialect)) is not None
    ]

    def values(row: Mapping[str, Any]) -> tuple[Any, ...]:
        found = [row[name] for name in names]
        for at, process in processors:
            found[at] = process(found[at])
        return tuple(found)

    return values


def _sparing(process: Callable[[Any], Any], kind: TypeEngine[Any]) -> Callable[[Any], Any]:
    """Encode an empty list of a column of data only once."""
    if not isinstance(kind, JSON):
        return process
    empty = process([])
    return lambda value: empty if value == [] else None if value is None else process(value)


@cache
def _last_id(table: Table) -> Select[int]:
    return select(func.coalesce(func.max(table.c.id), 0)).where(table.c.id < APART)


class Archive:
    """Open transactions on one database."""

    def __init__(self, settings: Settings, clock: Clock = system_clock) -> None:
        self.settings = settings
        self.clock = clock
        self.engine = make_engine(settings.database_url, settings.lock_seconds)
        # One moment also for a page or a check of many statements: PostgreSQL's default is one per statement.
        one_moment = {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
        self._reading = self.engine if settings.sqlite else self.engine.execution_options(**one_moment)
        self._lock = WriterLock(settings.database_url, settings.lock_seconds) if settings.sqlite else None
        path = make_url(settings.database_url).database or ""
        self._watch = FileWatch(path) if settings.sqlite else ServerWatch()

    @contextmanager
    def write(self, actor: Actor) -> Iterator[Work]:
        """Begin a transaction; commit at the end of the block, roll back on any error."""
        with self._turn(), _plainly(), self._begun(self.engine, actor, writes=True) as work:
            self.check(work)
            yield work
            work.flush()
            self._watch.committing()
            try:
                work.connection.commit()
            except BaseException:  # else the pool gets the connection back with transaction and lock still on
                work.connection.invalidate()
                raise
            self._watch.committed(work.newest)

    @contextmanager
    def read(self, actor: Actor) -> Iterator[Work]:
        """Begin a transaction that sees one moment and is rolled back at the end of the block."""
        with _plainly(), self._begun(self._reading, actor, writes=False) as work:
            yield work

    def check(self, work: Work) -> None:
        """Raise Unavailable unless the database is still the one this process opened."""
        self._watch.check(work.connection)

    @contextmanager
    def _begun(self, engine: Engine, actor: Actor, *, writes: bool) -> Iterator[Work]:
        """Begin a transaction, rolled back at the end of the block unless committed."""
        self._watch.opening(self.engine)
        with engine.connect() as connection:
            connection.info["writes"] = writes
            connection.begin()
            work = Work(connection, actor, self.clock(), self.settings.mac_key, writes)
            try:
                yield work
            finally:
                work.close()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._lock is None:
            yield
        else:
            with self._lock:
                yield

    def close(self) -> None:
        """Give back every connection and the lock file."""
        self._watch.close()
        self.engine.dispose()
        if self._lock is not None:
            self._lock.close()


_UNIQUE = {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "23505"}
_LARGE = {"22003"}
_LOCKED = {"SQLITE_BUSY", "55P03"}
# What SQLite says of a file that is no database any more, and PostgreSQL of a session that slept too long.
_AWAY = {"SQLITE_CORRUPT", "SQLITE_NOTADB", "25P03", "25P04"}


@contextmanager
def _plainly() -> Iterator[None]:
    """Turn a lost race and an unreachable database into refusals; any other database error is a bug."""
    try:
        yield
    except OverflowError as error:  # what SQLite's driver says of a number of more than 63 bits
        raise Invalid("number_large", TOO_LARGE) from error
    except PoolExhausted as error:
        raise Unavailable("register_busy", BUSY) from error
    except DBAPIError as error:
        name = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None)
        if name in _LARGE:
            raise Invalid("number_large", TOO_LARGE) from error
        if name in _UNIQUE:
            raise ChangedMeanwhile("changed_meanwhile", CHANGED_MEANWHILE) from error
        if name in _LOCKED:
            raise Unavailable("register_busy", BUSY) from error
        away = name in _AWAY or error.connection_invalidated or isinstance(error, OperationalError)
        if not away or name == "SQLITE_ERROR":  # a statement that makes no sense
            raise
        raise Unavailable(
            "database_unavailable",
            N_("The register cannot answer safely just now. Nothing was saved; wait a moment and try again."),
        ) from error


def make_engine(url: str, lock_seconds: int | None = None) -> Engine:
    """Make the engine with the settings each database needs; SQLite's folder is made if missing.

    With `lock_seconds` nobody waits for another's lock longer than that, nor holds one for much longer.
    """
    if not url.startswith("sqlite"):
        limits = {
            "lock_timeout": lock_seconds,
            "idle_in_transaction_session_timeout": 3 * (lock_seconds or 0),
        }
        options = " ".join(f"-c {name}={seconds}s" for name, seconds in limits.items() if seconds)
        # Without prepared statements: name searches on millions of rows else get a generic plan.
        return create_engine(
            url,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"prepare_threshold": None, "connect_timeout": CONNECT_SECONDS, "options": options},
        )
    database = make_url(url).database
    if database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, pool_size=20, max_overflow=20, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    if lock_seconds:
        busy = f"PRAGMA busy_timeout={lock_seconds * 1000}"  # another program's lock is waited for no longer
        event.listen(engine, "connect", lambda connection, _record: connection.execute(busy))
    # Not by an event of the engine: having any makes each statement dearer.
    engine.dialect.do_begin = _begin_sqlite  # type: ignore[method-assign, assignment]
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # BEGIN is ours to say, see _begin_sqlite
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    # A deferred transaction that read first fails at once with SQLITE_BUSY_SNAPSHOT when it comes to write.
    connection.execute("BEGIN IMMEDIATE" if connection.info.get("writes") else "BEGIN")


class WriterLock:
    """Let writers take turns in the order they came: SQLite's own busy wait polls and starves.

    A thread queue inside the process, a file lock between processes (web, worker, command line). Who waits
    for the file holds a gate before it, so that a process which writes all the time lets the others in.
    Nobody waits longer than `seconds`: the one whose turn it is may have been paused.
    """

    def __init__(self, url: str, seconds: float) -> None:
        path = make_url(url).database
        self._paths = (Path(f"{path}.gate.lock"), Path(f"{path}.lock"))
        self._seconds = seconds
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._busy = False
        self._holder = 0
        self._files: tuple[Any, ...] = ()
        self._pid = 0

    def __enter__(self) -> None:
        if self._holder == threading.get_ident():
            raise RuntimeError("a transaction is open in this thread already: it would wait for itself")
        until = monotonic() + self._seconds
        self._queue(until)
        try:
            gate, file = self._open()
            _flock(gate, until)
            try:
                _flock(file, until)
            finally:
                fcntl.flock(gate, fcntl.LOCK_UN)
        except BaseException:
            self._pass_on()
            raise
        self._holder = threading.get_ident()

    def __exit__(self, *_error: object) -> None:
        self._holder = 0
        fcntl.flock(self._open()[1], fcntl.LOCK_UN)
        self._pass_on()

    def close(self) -> None:
        """Close the lock files; the next writer opens them again."""
        for file in self._files:
            file.close()
        self._files = ()

    def _queue(self, until: float) -> None:
        mine = threading.Lock()
        with self._guard:
            wait = self._busy
            self._busy = True
            if wait:
                mine.acquire()
                self._waiting.append(mine)
        if not wait or mine.acquire(timeout=max(until - monotonic(), 0)):
            return
        with self._guard:
            if mine in self._waiting:  # else our turn came just now
                self._waiting.remove(mine)
                raise Unavailable("register_busy", BUSY)

    def _pass_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._busy = False

    def _open(self) -> tuple[Any, ...]:
        if not self._files or self._pid != os.getpid():  # a forked child needs its own locks
            self._files = tuple(path.open("a") for path in self._paths)
            self._pid = os.getpid()
        return self._files


def _flock(file: Any, until: float) -> None:
    """Lock a file; the kernel knows no limit to waiting, so it is asked again and again."""
    pause = 0.0002
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() >= until:
                raise Unavailable("register_busy", BUSY) from None
        sleep(pause)
        pause = min(pause * 2, 0.005)
