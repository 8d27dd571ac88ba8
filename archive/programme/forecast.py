"""The programme: how many files are left in the old rooms, how fast they leave, when the last one will."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import sqrt
from statistics import mean, stdev

from sqlalchemy import delete, func, insert, select
from sqlmodel import col

from archive.kernel.clock import local_date
from archive.kernel.store import Archive, Work, worker
from archive.models import CaseFile, DeliverySender, Emptying, Place, RoomCount
from archive.places import paths, places
from archive.programme import emptying
from archive.vocabulary import Custody, Permission, SenderState, SweepState

ROUTINE = "programme"
WEEKS = 12  # of pace looked back upon
FEWEST = 3  # weeks without which nothing is foretold
MOST_WEEKS = 1040  # twenty years: beyond, there is no date
_COUNT = RoomCount.__table__  # type: ignore[attr-defined]
_HERE = (Custody.ON_PLACE, Custody.ON_LOAN)
# Of Student's distribution, two-sided at 90 %, by degrees of freedom.
_STUDENT = (6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812, 1.796, 1.782)


@dataclass(frozen=True, slots=True)
class Forecast:
    """When the last file leaves: likely, at the earliest and at the latest (nine times in ten).

    A day is empty where nothing can be said: too few weeks, or at this pace never.
    """

    pace: float | None
    likely: date | None
    earliest: date | None
    latest: date | None
    needed: float | None
    passed: bool


@dataclass(frozen=True, slots=True)
class RoomFigures:
    """How one room stands: files left at the end of each day counted, pieces sent per delivery day."""

    emptying: Emptying
    trail: tuple[Place, ...]
    left: int
    at_first: int
    counts: tuple[tuple[date, int], ...]
    sent: int


@dataclass(frozen=True, slots=True)
class Programme:
    """The whole programme as its page shows it; `counts` are the sums of all rooms per day counted."""

    rooms: tuple[RoomFigures, ...]
    counts: tuple[tuple[date, int], ...]
    left: int
    forecast: Forecast
    end: date | None


def count_all(archive: Archive) -> None:
    """Count the files in every room of the programme, once a day; counted again, the later count holds."""
    with archive.write(worker(ROUTINE)) as work:
        count(work, local_date(work.now))


def count(work: Work, day: date) -> None:
    """Count the files recorded in every room of the programme that is not empty yet."""
    rooms = [one for one in emptying.rooms(work) if one.status is not SweepState.EMPTY]
    closed = [one for one in emptying.rooms(work) if one.status is SweepState.EMPTY]
    rows = [
        {"room_id": one.room_id, "day": day, "files": left_in(work, one.room_id), "counted_at": work.now}
        for one in rooms
    ]
    rows += [{"room_id": one.room_id, "day": day, "files": 0, "counted_at": work.now} for one in closed]
    if rows:
        work.connection.execute(delete(_COUNT).where(_COUNT.c.day == day))
        work.connection.execute(insert(_COUNT), rows)


def left_in(work: Work, room_id: int) -> int:
    """Count the files recorded in a room, by the index of places."""
    room = places.get(work, room_id)
    statement = (
        select(func.count())
        .select_from(CaseFile)
        .join(Place, col(Place.id) == CaseFile.place_id)
        .where(*places.subtree(room.path), col(CaseFile.status).in_(_HERE))
    )
    return int(work.session.scalar(statement) or 0)


def read(work: Work, *, end: date | None) -> Programme:
    """Return the programme: rooms in order, what is left, pace, forecast; `end` is the day it should end."""
    work.require(Permission.DELIVER)
    today = local_date(work.now)
    rooms = emptying.rooms(work)
    counts = _counts(work, [one.room_id for one in rooms])
    sent = _sent(work, [one.room_id for one in rooms])
    named = _trails(work, rooms)
    figures = tuple(
        _room(work, one, named[one.room_id], counts.get(one.room_id, {}), sent.get(one.room_id, 0))
        for one in rooms
    )
    sums = _sums([one.counts for one in figures])
    left = sum(one.left for one in figures)
    return Programme(figures, sums, left, forecast(sums, left, today, end), end)


def of_room(work: Work, emptying: Emptying) -> RoomFigures:
    """Return how one room stands."""
    work.require(Permission.DELIVER)
    room_id = emptying.room_id
    counts, sent = _counts(work, [room_id]), _sent(work, [room_id])
    trail = _trails(work, [emptying])[room_id]
    return _room(work, emptying, trail, counts.get(room_id, {}), sent.get(room_id, 0))


def _counts(work: Work, room_ids: Sequence[int]) -> dict[int, dict[date, int]]:
    rows = work.connection.execute(
        select(_COUNT.c.room_id, _COUNT.c.day, _COUNT.c.files)
        .where(_COUNT.c.room_id.in_(room_ids))
        .order_by(_COUNT.c.room_id, _COUNT.c.day)
    )
    found: dict[int, dict[date, int]] = {}
    for room_id, day, files in rows:
        found.setdefault(room_id, {})[day] = files
    return found


def _sent(work: Work, room_ids: Sequence[int]) -> dict[int, int]:
    rows = work.connection.execute(
        select(col(DeliverySender.place_id), func.sum(col(DeliverySender.pieces)))
        .where(
            col(DeliverySender.place_id).in_(room_ids),
            # What is on its way is counted by those who receive it, and told once they have.
            col(DeliverySender.status) == SenderState.RECEIVED,
        )
        .group_by(col(DeliverySender.place_id))
    )
    return {row[0]: int(row[1] or 0) for row in rows}


def _trails(work: Work, rooms: Sequence[Emptying]) -> dict[int, tuple[Place, ...]]:
    found = paths.trails(work, [one.room_id for one in rooms])
    return {room_id: tuple(chain) for room_id, chain in found.items()}


def _room(
    work: Work, emptying: Emptying, trail: tuple[Place, ...], counts: Mapping[date, int], sent: int
) -> RoomFigures:
    """Take what was counted last; a room never counted is counted now."""
    series = tuple(sorted(counts.items()))
    left = series[-1][1] if series else left_in(work, emptying.room_id)
    return RoomFigures(emptying, trail, left, series[0][1] if series else left, series, sent)


def _sums(all_counts: Sequence[Sequence[tuple[date, int]]]) -> tuple[tuple[date, int], ...]:
    """Add the counts of all rooms per day; a room not counted on a day counts as last known."""
    days = sorted({day for counts in all_counts for day, _files in counts})
    totals = dict.fromkeys(days, 0)
    for counts in all_counts:
        known = dict(counts)
        last = counts[0][1] if counts else 0
        for day in days:
            last = known.get(day, last)
            totals[day] += last
    return tuple(totals.items())


def forecast(counts: Sequence[tuple[date, int]], left: int, today: date, end: date | None) -> Forecast:
    """Foretell when nothing is left, from how much less there was each week, and how sure that is."""
    needed = None
    passed = end is not None and end < today
    if end is not None and not passed:
        needed = left / max((end - today).days / 7, 1 / 7)
    if left == 0:
        return Forecast(None, today, today, today, 0.0 if needed is not None else None, passed)
    falls = _weekly(counts, today)
    if len(falls) < FEWEST:
        return Forecast(None, None, None, None, needed, passed)
    pace, spread = mean(falls), stdev(falls)
    student = _STUDENT[min(len(falls) - 1, len(_STUDENT)) - 1]

    def after(sign: int) -> date | None:
        for weeks in range(1, MOST_WEEKS):
            margin = student * spread * sqrt(weeks + weeks * weeks / len(falls))
            if weeks * pace + sign * margin >= left:
                return today + timedelta(weeks=weeks)
        return None

    return Forecast(pace, after(0), after(1), after(-1), needed, passed)


def _weekly(counts: Sequence[tuple[date, int]], today: date) -> list[int]:
    """Return how many files fewer there were at the end of each whole week, the oldest first."""
    if not counts:
        return []
    at_end: dict[date, int] = {}
    for day, files in counts:
        at_end[day - timedelta(days=day.weekday())] = files
    monday = min(at_end)
    series, known = [], at_end[monday]
    while monday < today - timedelta(days=today.weekday()):  # this week is not over
        known = at_end.get(monday, known)
        series.append(known)
        monday += timedelta(days=7)
    falls = [before - after for before, after in pairwise(series)]
    return falls[-WEEKS:]
