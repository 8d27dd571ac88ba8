"""Tell what happened to a thing, newest first, page by page; to a file also the moves of what held it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, bindparam, case, cast, exists, func, select

from archive.kernel.store import Work
from archive.models import CaseFile, Event, EventSubject, Place
from archive.places import paths
from archive.places.paths import PathStep
from archive.timeline import event_texts
from archive.timeline.event_texts import EventText, ToldEvent, places_in
from archive.vocabulary import EventKind as E

_EVENT = Event.__table__  # type: ignore[attr-defined]
_SUBJECT = EventSubject.__table__  # type: ignore[attr-defined]
_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_COLUMNS = tuple(_EVENT.c[name] for name in ("id", "stream", "at", "happened_at", "actor", "kind", "body"))
_NEWEST = 2**62
_DEEPEST = 12  # a tree of places is seven deep at most; a ring in its history must not hold us

# Ids of a stream grow with its numbers: going by number, a page deep in it costs as much as the first.
_OWN = (
    select(*_COLUMNS)
    .where(
        _EVENT.c.stream == bindparam("stream"),
        _EVENT.c.id < bindparam("before"),
        _EVENT.c.seq
        < func.coalesce(
            select(_EVENT.c.seq)
            .where(_EVENT.c.id == bindparam("before"), _EVENT.c.stream == bindparam("stream"))
            .scalar_subquery(),
            _NEWEST,
        ),
    )
    .order_by(_EVENT.c.seq.desc())
    .limit(bindparam("limit"))
)
_FINDS = (E.FILE_FOUND, E.FILE_FIND_TAKEN_BACK)
_STANDING = (E.FILE_REGISTERED, E.FILE_MOVED, E.FILE_TAKEN_BACK, E.FILE_REINSTATED, E.FILE_ARRIVED, *_FINDS)
_ABSENT = (E.FILE_LENT, E.FILE_REHOMED, E.FILE_VOIDED)
_PLACING_KINDS = frozenset(kind.value for kind in _STANDING + _ABSENT)
_PLACINGS = (
    select(_EVENT.c.id, _EVENT.c.kind, _EVENT.c.body)
    .where(_EVENT.c.stream == bindparam("stream"), _EVENT.c.kind.in_(sorted(_PLACING_KINDS)))
    .order_by(_EVENT.c.seq)
)
_HOLDERS = (
    select(*_COLUMNS)
    .where(
        _EVENT.c.stream.in_(bindparam("streams", expanding=True)),
        _EVENT.c.kind.in_([E.PLACE_CREATED.value, E.PLACE_MOVED.value]),
    )
    .order_by(_EVENT.c.stream, _EVENT.c.seq)
)
_EVER_MOVED = (
    select(_EVENT.c.id)
    .where(_EVENT.c.stream.in_(bindparam("streams", expanding=True)), _EVENT.c.kind == E.PLACE_MOVED.value)
    .limit(1)
)
_NUMBER = cast(func.substr(_EVENT.c.stream, 6), BigInteger)
_OF_PROTECTED = exists().where(
    _FILE.c.protected, _FILE.c.id == case((_EVENT.c.stream.startswith("file:"), _NUMBER), else_=0)
)
_COMING_AND_GOING = (
    *(E.FILE_MOVED, E.FILE_TAKEN_BACK, E.FILE_ARRIVED, E.FILE_REHOMED, E.PLACE_MOVED),
    *_FINDS,
)
_CAME_AND_WENT = (
    select(*_COLUMNS)
    .select_from(_SUBJECT.join(_EVENT, _EVENT.c.id == _SUBJECT.c.event_id))
    .where(
        _SUBJECT.c.subject == bindparam("stream"),
        _SUBJECT.c.event_id < bindparam("before"),
        _EVENT.c.kind.in_([kind.value for kind in _COMING_AND_GOING]),
        _EVENT.c.stream != bindparam("stream"),
        ~_OF_PROTECTED,
    )
    .order_by(_SUBJECT.c.event_id.desc())
    .limit(bindparam("limit"))
)


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """A page of a timeline; `before` asks for the next one, `subjects` is whom a look at it concerns.

    `trails` are those of the places it speaks of, where they may be shown.
    """

    entries: Sequence[EventText]
    before: int | None
    subjects: Sequence[str]
    trails: Mapping[int, Sequence[PathStep]] = field(default_factory=dict)


def of_file(
    work: Work,
    file: CaseFile,
    *,
    before: int | None = None,
    limit: int = 50,
    hide_places: bool | None = None,
    also: Iterable[int] = (),
) -> TimelinePage:
    """Tell what happened to a file, and the moves of box, crate or rack while it stood in them.

    `hide_places` leaves out every place; a file of a protected person is always told so. The trails of the
    places `also` are fetched in passing.
    """
    hidden = file.protected if hide_places is None else hide_places or file.protected
    rows = _own(work, file.stream, before, limit + 1)
    told = [ToldEvent(row) for row in rows]
    if hidden:
        return _page(work, told, limit, [file.stream], {}, hide_places=True)
    whole = before is None and len(rows) <= limit
    placings = rows[::-1] if whole else work.connection.execute(_PLACINGS, {"stream": file.stream}).all()
    spans = _spans_of_file(placings)
    spoken = places_in(json.loads(row.body)["facts"] for row in rows)
    steps = paths.steps(work, {*spans, *spoken, *also})
    carried = _carried(work, spans, {step.id for trail in steps.values() for step in trail})
    told += [ToldEvent(row, row.stream) for row in carried if row.id < (before or _NEWEST)]
    return _page(work, told, limit, [file.stream], steps)


def of_place(work: Work, place: Place, *, before: int | None = None, limit: int = 50) -> TimelinePage:
    """Tell what came to a place and went, files of protected persons left out, and what became of it."""
    asked = {"stream": place.stream, "before": before or _NEWEST, "limit": limit + 1}
    told = [ToldEvent(row, row.stream) for row in work.connection.execute(_CAME_AND_WENT, asked)]
    told += [ToldEvent(row) for row in _own(work, place.stream, before, limit + 1)]
    return _page(work, told, limit, [], {})


def of_stream(work: Work, stream: str, *, before: int | None = None, limit: int = 50) -> TimelinePage:
    """Tell what happened to anything that has a stream: a loan, an import, a user."""
    return _page(work, [ToldEvent(row) for row in _own(work, stream, before, limit + 1)], limit, [], {})


def _own(work: Work, stream: str, before: int | None, limit: int) -> Sequence[Any]:
    asked = {"stream": stream, "before": before or _NEWEST, "limit": limit}
    return work.connection.execute(_OWN, asked).all()


def _page(
    work: Work,
    told: list[ToldEvent],
    limit: int,
    subjects: list[str],
    known: Mapping[int, Sequence[PathStep]],
    *,
    hide_places: bool = False,
) -> TimelinePage:
    told.sort(key=lambda one: one.row.id, reverse=True)
    shown = told[:limit]
    files = [one.thing for one in shown if one.thing.startswith("file:")]
    return TimelinePage(
        event_texts.tell(work, shown, hide_places=hide_places, known=known),
        shown[-1].row.id if len(told) > limit else None,
        list(dict.fromkeys(subjects + files)),
        known,
    )


Span = tuple[int, int]  # from an event id to the next that ends it
Spans = Mapping[int, Sequence[Span]]


def _carried(work: Work, spans: Spans, likely: Iterable[int]) -> list[Any]:
    """Return the moves of a file's holders, and of theirs, each only while the file stood in them.

    `likely` are all that hold the places of the spans now: where none moved, nothing moved along.
    """
    now = {*spans, *likely}
    streams = [f"place:{place_id}" for place_id in sorted(now)]
    if not spans or work.connection.execute(_EVER_MOVED, {"streams": streams}).first() is None:
        return []
    events = _holder_events(work, now)
    moves: dict[int, Any] = {}
    for _level in range(_DEEPEST):
        if not spans:
            break
        if missing := spans.keys() - events.keys():
            events |= _holder_events(work, missing)
        above: dict[int, list[Span]] = {}
        for place_id, own in spans.items():
            rows = events[place_id]
            for span in own:
                moves.update((row.id, row) for row in rows if _within(row, span))
                for parent, part in _parents(rows, span):
                    above.setdefault(parent, []).append(part)
        spans = above
    return list(moves.values())


def _spans_of_file(placings: Iterable[Any]) -> dict[int, list[Span]]:
    """Return where a file stood between which events, from its events oldest first."""
    spans: dict[int, list[Span]] = {}
    place: int | None = None
    since: int | None = None
    for row in placings:
        if row.kind not in _PLACING_KINDS:
            continue
        if place is not None and since is not None:
            spans.setdefault(place, []).append((since, row.id))
        place = json.loads(row.body)["facts"].get("place", place)
        since = row.id if row.kind in _STANDING else None
    if place is not None and since is not None:
        spans.setdefault(place, []).append((since, _NEWEST))
    return spans


def _holder_events(work: Work, place_ids: Iterable[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {place_id: [] for place_id in sorted(place_ids)}
    streams = [f"place:{place_id}" for place_id in found]
    for start in range(0, len(streams), 500):
        for row in work.connection.execute(_HOLDERS, {"streams": streams[start : start + 500]}):
            found[int(row.stream.partition(":")[2])].append(row)
    return found


def _within(row: Any, span: Span) -> bool:
    return bool(row.kind == E.PLACE_MOVED.value and span[0] < row.id < span[1])


def _parents(rows: Sequence[Any], span: Span) -> list[tuple[int, Span]]:
    """Return in whom a place stood during a span, and when."""
    starts = [row.id for row in rows]
    found = []
    for row, until in zip(rows, [*starts[1:], _NEWEST], strict=True):
        parent = json.loads(row.body)["facts"]["parent"]
        begin, end = max(row.id, span[0]), min(until, span[1])
        if parent is not None and begin < end:
            found.append((parent, (begin, end)))
    return found
