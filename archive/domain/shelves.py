"""What stands where, in shelf order, and what came and went."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, func, select, tuple_
from sqlmodel import col

from archive.domain import places
from archive.domain.people import fold
from archive.domain.places import subtree
from archive.models import CaseFile, Event, EventSubject, Place
from archive.store import Work
from archive.vocabulary import EventKind, Permission
from labels import codes

_CANDIDATES = 400


def content(
    work: Work, place: Place, *, after: tuple[str, int, int] | None = None, limit: int = 50
) -> Sequence[Row[Any]]:
    """Return (CaseFile, Place) of what stands in a place and below, in shelf order, unprotected files only.

    `after` is the (path, position, id) of the last row already shown.
    """
    statement = (
        select(CaseFile, Place)
        .join(Place, col(Place.id) == CaseFile.place_id)
        .where(*subtree(place.path), col(CaseFile.status) == "on_place", ~col(CaseFile.protected))
        .order_by(col(Place.path), col(CaseFile.position), col(CaseFile.id))
        .limit(limit)
    )
    if after is not None:
        keys = tuple_(col(Place.path), col(CaseFile.position), col(CaseFile.id))
        statement = statement.where(keys > after)
    return work.session.execute(statement).all()


def counts(work: Work, place_ids: Iterable[int]) -> dict[int, int]:
    """Count the unprotected files standing directly in each place."""
    rows = work.session.execute(
        select(col(CaseFile.place_id), func.count())
        .where(
            col(CaseFile.place_id).in_(list(place_ids)),
            col(CaseFile.status) == "on_place",
            ~col(CaseFile.protected),
        )
        .group_by(col(CaseFile.place_id))
    )
    return {row[0]: row[1] for row in rows}


def came_and_went(work: Work, place: Place, *, before: int | None = None, limit: int = 50) -> Sequence[Event]:
    """Return the moves to and from a place, newest first, from before an event id on."""
    statement = (
        select(Event)
        .join(EventSubject, col(EventSubject.event_id) == Event.id)
        .where(
            col(EventSubject.subject) == place.stream,
            col(Event.kind).in_([EventKind.FILE_MOVED.value, EventKind.PLACE_MOVED.value]),
        )
        .order_by(col(EventSubject.event_id).desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(col(EventSubject.event_id) < before)
    return work.session.execute(statement).scalars().all()


def find(work: Work, text: str, *, limit: int = 10, open_only: bool = False) -> list[list[Place]]:
    """Return the trails of places by code, or whose name with its holders' names has every word of a text."""
    work.require(Permission.READ_FILES)
    words = fold(text).replace("/", " ").split()
    if code := codes.parse(text):
        rows = work.session.execute(select(Place).where(col(Place.code) == code)).scalars().all()
    elif words:
        # The last word tells most, as in "rum 1 hylla 3"; the others are held against the whole trail.
        named = col(Place.name).icontains(text.replace("/", " ").split()[-1], autoescape=True)
        rows = (
            work.session.execute(
                select(Place).where(named).order_by(col(Place.depth), col(Place.path)).limit(_CANDIDATES)
            )
            .scalars()
            .all()
        )
    else:
        return []
    trails = places.trails(work, [row.id for row in rows])
    found = [trails[row.id] for row in rows if not (open_only and row.closed_at)]
    if not code:
        found = [trail for trail in found if all(word in fold(_spoken(trail)) for word in words)]
    return found[:limit]


def _spoken(trail: Sequence[Place]) -> str:
    return " ".join(f"{place.kind.sv} {place.name}" for place in trail)
