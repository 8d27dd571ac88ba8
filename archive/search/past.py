"""What the register knows of a lost file's past: how it was handled since it was last certainly in hand."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, func, select

from archive.kernel.store import Work
from archive.models import Event, Place, Sighting
from archive.vocabulary import EventKind as E
from archive.vocabulary import Evidence, PlaceKind

MOST_EVENTS = 200
MOST_MATES = 80
_WITHIN = timedelta(minutes=45)  # one occasion
_LOOKED_AT = 2000  # events before and after a moment that are gone through for those of the same hands

_EVENT = Event.__table__  # type: ignore[attr-defined]
_SEEN = Sighting.__table__  # type: ignore[attr-defined]
_PLACE = Place.__table__  # type: ignore[attr-defined]


class What(StrEnum):
    """How a file was handled."""

    REGISTERED = "registered"
    PUT = "put"  # recorded at another place
    PACKED = "packed"  # into a crate
    UNPACKED = "unpacked"  # out of a crate
    CHECKED = "checked"  # seen where it is recorded
    SHOWN = "shown"  # scanned without naming a place
    LENT = "lent"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Handling:
    """One handling: `in_hand` when it was scanned or seen, so that it certainly was there then."""

    what: What
    at: datetime  # when it was recorded
    on: str  # the day it happened
    actor: str
    in_hand: bool
    place: int | None = None
    origin: int | None = None
    loan: int | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """The handlings since the file was last in hand, that one first, and where it stood, latest first."""

    handlings: Sequence[Handling]
    places: Sequence[int]

    def last(self, *whats: What) -> Handling | None:
        """Return the last handling of some sorts."""
        return next((one for one in reversed(self.handlings) if one.what in whats), None)


_PLACING = {
    *(E.FILE_REGISTERED, E.FILE_MOVED, E.FILE_ARRIVED, E.FILE_FOUND, E.FILE_TAKEN_BACK),
    E.FILE_FIND_TAKEN_BACK,
}
_BY_VALUE = {kind.value: kind for kind in (*_PLACING, E.FILE_SEEN, E.FILE_LENT, E.FILE_CHECKED)}
_KINDS = sorted(_BY_VALUE)
_STAYED = {What.CHECKED, What.SHOWN}  # and went back to where it stood
_FIELDS = (_EVENT.c.stream, _EVENT.c.at, _EVENT.c.happened_at, _EVENT.c.actor, _EVENT.c.kind, _EVENT.c.body)
_OWN = (
    select(*_FIELDS)
    .where(_EVENT.c.stream == bindparam("stream"), _EVENT.c.kind.in_(_KINDS))
    .order_by(_EVENT.c.seq.desc())
    .limit(MOST_EVENTS)
)
_HOW_SEEN = (
    select(_SEEN.c.happened_at, _SEEN.c.how)
    .where(_SEEN.c.file_id == bindparam("file_id"))
    .order_by(_SEEN.c.happened_at.desc())
    .limit(MOST_EVENTS)
)
_CRATES = select(_PLACE.c.id).where(
    _PLACE.c.id.in_(bindparam("ids", expanding=True)), _PLACE.c.kind == PlaceKind.CRATE
)


def for_file(work: Work, file_id: int) -> Past:
    """Read a file's past, in three statements."""
    rows = work.connection.execute(_OWN, {"stream": f"file:{file_id}"}).all()[::-1]
    told = [(row, json.loads(row.body)["facts"]) for row in rows]
    seen = {row.happened_at: row.how for row in work.connection.execute(_HOW_SEEN, {"file_id": file_id})}
    places = {facts.get(name) for _row, facts in told for name in ("place", "origin")} - {None}
    crates = set(work.connection.execute(_CRATES, {"ids": sorted(places)}).scalars())
    handlings: list[Handling] = []
    stood: list[int] = []
    position: int | None = None
    for row, facts in told:
        standing = stood[-1] if stood else None
        one = _handling(row, facts, crates, standing, seen.get(row.happened_at))
        if row.kind in _PLACING and one.place is not None:
            stood.append(one.place)
            position = one.position
        elif one.what in _STAYED:
            one = replace(one, place=one.place or standing, position=position)
        handlings = [one] if one.in_hand else [*handlings, one]
    now = stood[-1] if stood else None
    return Past(tuple(handlings), [place for place in dict.fromkeys(reversed(stood)) if place != now])


def _handling(
    row: Any, facts: dict[str, Any], crates: set[int], standing: int | None, how_seen: Evidence | None
) -> Handling:
    kind, place = _BY_VALUE[row.kind], facts.get("place")
    scanned = facts.get("how") == Evidence.SCAN.value
    in_hand = scanned
    if kind is E.FILE_LENT:
        what, in_hand = What.LENT, True
    elif kind is E.FILE_TAKEN_BACK:
        what, in_hand = What.RETURNED, how_seen is Evidence.SCAN
    elif kind is E.FILE_SEEN:
        what, in_hand = What.SHOWN if place is None else What.CHECKED, True
    elif kind is E.FILE_CHECKED:
        what, place, in_hand = What.CHECKED, standing, True
    elif kind is E.FILE_REGISTERED:
        what, in_hand = What.REGISTERED, facts.get("how") != Evidence.LIST.value
    elif place in crates:
        what = What.PACKED
    else:
        what = What.UNPACKED if standing in crates else What.PUT
    if kind is E.FILE_FOUND:
        in_hand = True
    on = row.happened_at.date().isoformat()
    loan, position = facts.get("loan"), facts.get("position")
    return Handling(what, row.at, on, row.actor, in_hand, place, standing, loan, position)


@dataclass(frozen=True, slots=True)
class Mate:
    """Another file the same person handled on the same occasion, where it was put, how many minutes apart."""

    file: int
    place: int | None
    apart: float


_MATE_KINDS = sorted(
    kind.value for kind in (E.FILE_MOVED, E.FILE_ARRIVED, E.FILE_TAKEN_BACK, E.FILE_LENT, E.FILE_REGISTERED)
)


def _around(later: bool) -> Any:
    """Ask for what the same hands did before or after a moment, among so many events and no more."""
    bound, order = (
        (_EVENT.c.at.between(bindparam("at"), bindparam("until")), _EVENT.c.at)
        if later
        else (_EVENT.c.at.between(bindparam("since"), bindparam("at")), _EVENT.c.at.desc())
    )
    near = (
        select(_EVENT.c.id.label("event_id")).where(bound).order_by(order).limit(_LOOKED_AT).subquery("near")
    )
    return (
        select(_EVENT.c.stream, _EVENT.c.at, _EVENT.c.kind, _EVENT.c.body)
        .join(near, near.c.event_id == _EVENT.c.id)
        .where(
            _EVENT.c.actor == bindparam("actor"),
            _EVENT.c.kind.in_(_MATE_KINDS),
            func.substr(_EVENT.c.stream, 1, 5) == "file:",
        )
        .order_by(order)
        .limit(MOST_MATES)
    )


_BEFORE, _AFTER = _around(later=False), _around(later=True)


def mates(work: Work, file_id: int, one: Handling) -> list[Mate]:
    """Return what the same person handled on the same occasion, nearest in time first, in two statements."""
    asked = {"at": one.at, "since": one.at - _WITHIN, "until": one.at + _WITHIN, "actor": one.actor}
    rows = [row for statement in (_BEFORE, _AFTER) for row in work.connection.execute(statement, asked).all()]
    rows.sort(key=lambda row: abs(row.at - one.at))
    found: dict[int, Mate] = {}
    for row in rows:
        file = int(row.stream.partition(":")[2])
        if file != file_id:
            apart = abs(row.at - one.at).total_seconds() / 60
            found.setdefault(file, Mate(file, json.loads(row.body)["facts"].get("place"), apart))
    return list(found.values())[:MOST_MATES]
