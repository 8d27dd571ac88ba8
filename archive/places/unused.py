"""Places that came with a list that is withdrawn: why one is still needed, close it, wake it again."""

from collections.abc import Collection, Iterable
from functools import cache
from json import loads
from typing import Any

from sqlalchemy import Column, bindparam, select, update
from sqlmodel import SQLModel, col

from archive.history import history
from archive.kernel.errors import ChangedMeanwhile
from archive.kernel.store import CHANGED_MEANWHILE, Work
from archive.models import CaseFile, Event, Head, Label, Place
from archive.places import places
from archive.vocabulary import Custody, EventKind, Permission, PlaceNeed

_AT_ONCE = 500
_PLACE = Place.__table__  # type: ignore[attr-defined]
_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_LABEL = Label.__table__  # type: ignore[attr-defined]
_EVENT = Event.__table__  # type: ignore[attr-defined]
_HEAD = Head.__table__  # type: ignore[attr-defined]
_IDS: Any = bindparam("ids", expanding=True)
_FILES = select(_FILE.c.place_id).where(_FILE.c.place_id.in_(_IDS), _FILE.c.status != Custody.VOID.value)
_PLACES = select(_PLACE.c.parent_id).where(_PLACE.c.parent_id.in_(_IDS), _PLACE.c.closed_at.is_(None))
_LABELS = select(_LABEL.c.place_id).where(_LABEL.c.place_id.in_(_IDS), _LABEL.c.printed_at.is_not(None))
_LAST = (
    select(_EVENT.c.stream, _EVENT.c.kind, _EVENT.c.body)
    .join(_HEAD, (_HEAD.c.stream == _EVENT.c.stream) & (_HEAD.c.seq == _EVENT.c.seq))
    .where(_EVENT.c.stream.in_(_IDS))
)


def needed(work: Work, ids: Collection[int]) -> dict[int, PlaceNeed]:
    """Return which of some places must stay open, each with the first reason; the rest nothing needs."""
    found = _held(work, ids)
    found |= dict.fromkeys(_stated(work, _LABELS, ids) - found.keys(), PlaceNeed.LABEL)
    for column in _references():
        there = set(ids) - found.keys()
        named = select(column).where(column.in_(_IDS)).distinct()
        found |= dict.fromkeys(_stated(work, named, there), PlaceNeed.REFERRED)
    kept = {one for one, kind, facts in _last(work, set(ids) - found.keys()) if not _as_listed(kind, facts)}
    return found | dict.fromkeys(kept, PlaceNeed.CHANGED)


def _held(work: Work, ids: Collection[int]) -> dict[int, PlaceNeed]:
    """Return the places where files or open places stand."""
    files = dict.fromkeys(_stated(work, _FILES, ids), PlaceNeed.FILES)
    return dict.fromkeys(_stated(work, _PLACES, ids), PlaceNeed.PLACES) | files


@cache
def _references() -> tuple[Column[Any], ...]:
    """Return every column of another noun that names a place, also of tables made later."""
    own = {_PLACE.name, _FILE.name, _LABEL.name}
    return tuple(
        key.parent
        for table in SQLModel.metadata.sorted_tables
        for key in sorted(table.foreign_keys, key=lambda one: str(one.parent))
        if table.name not in own and key.column.table is _PLACE
    )


def _as_listed(kind: str, facts: dict[str, Any]) -> bool:
    """Tell whether the last thing that happened to a place is that a list made it or opened it again."""
    return kind == EventKind.PLACE_CREATED or (kind == EventKind.PLACE_REOPENED and bool(facts.get("listed")))


def _last(work: Work, ids: Collection[int]) -> Iterable[tuple[int, str, dict[str, Any]]]:
    streams = sorted(f"place:{one}" for one in ids)
    for start in range(0, len(streams), _AT_ONCE):
        for row in work.connection.execute(_LAST, {"ids": streams[start : start + _AT_ONCE]}):
            yield int(row.stream.removeprefix("place:")), row.kind, loads(row.body)["facts"]


def _stated(work: Work, statement: Any, ids: Collection[int]) -> set[int]:
    listed = sorted(ids)
    starts = range(0, len(listed), _AT_ONCE)
    return {
        one
        for start in starts
        for one in work.connection.execute(statement, {"ids": listed[start : start + _AT_ONCE]}).scalars()
    }


def close(work: Work, ids: Collection[int], import_id: int) -> None:
    """Close places an import made, with what stands in them; raises ChangedMeanwhile where one is needed."""
    work.require(Permission.SHAPE_PLACES)
    if not ids:
        return
    wanted = select(Place).where(col(Place.id).in_(sorted(ids))).order_by(col(Place.id)).with_for_update()
    found = work.session.scalars(wanted.execution_options(populate_existing=True)).all()
    gone = any(place.closed_at for place in found)
    for place in found:
        place.closed_at = work.now
        place.version += 1
    work.session.flush()
    if gone or _held(work, ids):
        raise ChangedMeanwhile("changed_meanwhile", CHANGED_MEANWHILE)
    history.record_many(
        work, [history.Entry(place.stream, EventKind.PLACE_CLOSED, {"run": import_id}) for place in found]
    )


def dormant(work: Work, ids: Collection[int]) -> set[int]:
    """Return which of some places the withdrawal of a list closed: another list may open these again."""
    return {
        one
        for one, kind, facts in _last(work, ids)
        if kind == EventKind.PLACE_CLOSED and facts.get("run") is not None
    }


def wake(work: Work, place_id: int) -> None:
    """Open a place again, since a list names it that the withdrawal of another closed."""
    work.require(Permission.SHAPE_PLACES)
    place = places.get(work, place_id)
    work.session.refresh(place, with_for_update=True)
    if place.closed_at is None or (place.parent_id and places.get(work, place.parent_id).closed_at):
        raise ChangedMeanwhile("changed_meanwhile", CHANGED_MEANWHILE)
    work.session.execute(
        update(Place).where(col(Place.id) == place_id).values(closed_at=None, version=place.version + 1)
    )
    history.record(work, EventKind.PLACE_REOPENED, place, listed=True)
