"""Build once in a process what many tests begin with: the next archive is given the database it led to."""

import pickle
from collections.abc import Callable, Hashable
from datetime import datetime
from functools import wraps
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import make_url

from archive.store import Archive

Result = TypeVar("Result")
Built = TypeVar("Built", bound=Callable[..., Any])
Steps = tuple[Hashable, ...]
Look = tuple[int, int, int]


class _Kept(NamedTuple):
    """What building led to: the database, what was returned, the time it was then."""

    database: bytes
    result: bytes
    now: datetime


_begun: dict[str, tuple[Steps, Look]] = {}
_kept: dict[Steps, _Kept] = {}


def begin(path: Path) -> None:
    """Say that a database of SQLite is as migrated, and nobody has opened it."""
    _begun[str(path)] = (), _look(path)


def remembering(build: Built) -> Built:
    """Remember what a function that is given an archive, and else only plain data, builds in it."""

    @wraps(build)
    def given(archive: Archive, *values: Any, **named: Any) -> Any:
        said = (*values, *(value for _name, value in sorted(named.items())))
        plain = (_plain(one) for one in said if one is not archive.clock)
        what = (build.__module__, build.__qualname__, *plain)
        return remembered(archive, what, lambda: build(archive, *values, **named))

    return given  # type: ignore[return-value]


def remembered(archive: Archive, what: Hashable, build: Callable[[], Result]) -> Result:
    """Build in an archive, or give one nobody has opened what building the same at this moment led to before.

    What `build` returns is plain data that may hold the archive. On PostgreSQL it runs each time.
    """
    path = make_url(archive.settings.database_url).database or ""
    clock: Any = archive.clock
    before = _untouched(path)
    if before is None or not hasattr(clock, "now"):  # one that runs
        return build()
    steps = (*before, what, clock.now)
    if steps not in _kept:
        made = build()
        connection = archive.engine.raw_connection()
        try:
            database: bytes = connection.driver_connection.serialize()  # type: ignore[union-attr]
        finally:
            connection.close()
        _kept[steps] = _Kept(database, _spelt(made, archive), clock.now)
        return made
    kept = _kept[steps]
    Path(path).write_bytes(kept.database)
    _begun[path] = steps, _look(Path(path))
    clock.now = kept.now
    return _read(kept.result, archive)  # type: ignore[no-any-return]


def _plain(value: Any) -> Hashable:
    """Return what tells a value from others in any archive that was built alike; raises TypeError."""
    if isinstance(value, str | int | None):
        return value
    if isinstance(number := getattr(value, "id", None), str | int):  # of a row, or of who acts
        return type(value).__name__, number
    raise TypeError(f"{value!r} says nothing of itself in another archive")


def _untouched(path: str) -> Steps | None:
    """Return what was built in a database nobody has opened since; None when anybody has."""
    steps, look = _begun.get(path, ((), None))
    opened = any(Path(f"{path}{end}").exists() for end in ("-wal", ".lock"))
    return None if look is None or opened or _look(Path(path)) != look else steps


def _look(path: Path) -> Look:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _spelt(made: object, archive: Archive) -> bytes:
    pickler = pickle.Pickler(spelt := BytesIO())
    pickler.persistent_id = lambda one: "archive" if one is archive else None  # type: ignore[method-assign]
    pickler.dump(made)
    return spelt.getvalue()


def _read(spelt: bytes, archive: Archive) -> Any:
    unpickler = pickle.Unpickler(BytesIO(spelt))
    unpickler.persistent_load = lambda _id: archive  # type: ignore[method-assign]
    return unpickler.load()
