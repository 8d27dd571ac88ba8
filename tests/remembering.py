"""Build once in a process what many tests begin with: the next archive is given the database it led to."""

import pickle
from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import datetime
from functools import wraps
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import make_url

from archive.kernel.store import Actor, Archive

Result = TypeVar("Result")
Built = TypeVar("Built", bound=Callable[..., Any])
Steps = tuple[Hashable, ...]
Look = tuple[int, int, int]


class _Kept(NamedTuple):
    """What building led to: the database, what was returned, the time it was then."""

    database: bytes
    result: bytes
    now: datetime


MOST = 100  # of a megabyte each; modules come one after the other

_begun: dict[str, tuple[Steps, Look]] = {}
_kept: dict[Steps, _Kept] = {}


def begin(path: Path) -> None:
    """Say that a database of SQLite is as migrated, and nobody has opened it."""
    _begun[str(path)] = (), _look(path)


def remembering(build: Built) -> Built:
    """Remember what a function that is given an archive, and else only plain data, builds in it."""

    @wraps(build)
    def given(archive: Archive, *values: Any, **named: Any) -> Any:
        said = (*enumerate(values), *sorted(named.items()))
        plain = ((name, _plain(value)) for name, value in said if value is not archive.clock)
        what = (build.__module__, build.__qualname__, *plain)
        return remembered(archive, what, lambda: build(archive, *values, **named))

    return given  # type: ignore[return-value]


def remembered(archive: Archive, what: Hashable, build: Callable[[], Result]) -> Result:
    """Build in an archive, or give one nobody has opened what building the same at this moment led to before.

    What `build` returns is plain data, the archive and its clock. On PostgreSQL it runs each time.
    """
    path = make_url(archive.settings.database_url).database or ""
    clock: Any = archive.clock
    before = _untouched(path)
    if before is None or not hasattr(clock, "now"):  # one that runs
        return build()
    settings = replace(archive.settings, database_url="", owner_database_url="", data_dir=Path())
    steps = (*before, what, clock.now, settings)
    if steps not in _kept:
        made = build()
        connection = archive.engine.raw_connection()
        try:
            database: bytes = connection.driver_connection.serialize()  # type: ignore[union-attr]
        finally:
            connection.close()
        _kept[steps] = _Kept(database, _spelt(made, archive), clock.now)
        if len(_kept) > MOST:
            del _kept[next(iter(_kept))]
        return made
    kept = _kept[steps] = _kept.pop(steps)  # the one used last
    Path(path).write_bytes(kept.database)
    _begun[path] = steps, _look(Path(path))
    clock.now = kept.now
    return _read(kept.result, archive)  # type: ignore[no-any-return]


def _plain(value: Any) -> Hashable:
    """Return what tells a value from others in any archive that was built alike; raises TypeError."""
    if isinstance(value, str | int | datetime | Actor | None):
        return value
    if isinstance(value, tuple):
        return tuple(_plain(one) for one in value)
    if isinstance(number := getattr(value, "id", None), int):  # of a row
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
    named = {id(archive): "archive", id(archive.clock): "clock"}
    pickler = pickle.Pickler(spelt := BytesIO())
    pickler.persistent_id = lambda one: named.get(id(one))  # type: ignore[method-assign]
    pickler.dump(made)
    return spelt.getvalue()


def _read(spelt: bytes, archive: Archive) -> Any:
    named = {"archive": archive, "clock": archive.clock}
    unpickler = pickle.Unpickler(BytesIO(spelt))
    unpickler.persistent_load = named.__getitem__  # type: ignore[method-assign]
    return unpickler.load()
