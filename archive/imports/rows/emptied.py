"""The places a withdrawn list had made: which they are, those nothing needs closed, the others named."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from json import loads
from typing import Any

from sqlalchemy import bindparam, func, select

from archive.imports.rows import matching
from archive.kernel.store import Actor, Archive, Work
from archive.models import Event, EventSubject, ImportRow, ImportRun, Place
from archive.places import unused
from archive.vocabulary import EventKind, ImportState, PlaceNeed

AT_ONCE = 200
_EVENT = Event.__table__  # type: ignore[attr-defined]
_SUBJECT = EventSubject.__table__  # type: ignore[attr-defined]
_ROW = ImportRow.__table__  # type: ignore[attr-defined]
_RUN = ImportRun.__table__  # type: ignore[attr-defined]
_PLACE = Place.__table__  # type: ignore[attr-defined]
_VALUES: Any = bindparam("values", expanding=True)
_MADE = select(_EVENT.c.stream, _EVENT.c.kind, _EVENT.c.body).where(
    _EVENT.c.act.in_(_VALUES),
    _EVENT.c.kind.in_([EventKind.PLACE_CREATED.value, EventKind.PLACE_REOPENED.value]),
)
_MOVED_AWAY = (
    select(_EVENT.c.stream)
    .join(_SUBJECT, _SUBJECT.c.event_id == _EVENT.c.id)
    .where(_SUBJECT.c.subject.in_(_VALUES), _EVENT.c.kind == EventKind.FILE_MOVED.value)
)
_CHANGES = (
    select(_ROW.c.undo)
    .join(_RUN, _RUN.c.id == _ROW.c.run_id)
    .where(
        _ROW.c.file_id.in_(_VALUES),
        _ROW.c.run_id != bindparam("run_id"),
        _ROW.c.undo.is_not(None),
        _RUN.c.status.in_([ImportState.APPLYING.value, ImportState.APPLIED.value]),
    )
)
_IS_OPEN = _PLACE.c.closed_at.is_(None)
_OPEN = select(_PLACE.c.id, _PLACE.c.parent_id).where(_PLACE.c.id.in_(_VALUES), _IS_OPEN)
_INSIDE = (
    select(_PLACE.c.parent_id, func.count().label("number"))
    .where(_PLACE.c.parent_id.in_(_VALUES), _IS_OPEN)
    .group_by(_PLACE.c.parent_id)
)
Ranges = list[list[int]]


def note(work: Work, run: ImportRun, acts: Collection[str]) -> None:
    """Keep which places an import made in the same turns as it had to do with some files."""
    ids = _within(_told(run)["made"])
    for row in matching.fetch(work, _MADE, acts):
        if row.kind == EventKind.PLACE_CREATED or loads(row.body)["facts"].get("listed"):
            ids.add(int(row.stream.removeprefix("place:")))
    run.options = {**run.options, "places": {**_told(run), "made": _ranges(ids)}}


def waiting(run: ImportRun) -> list[int]:
    """Return the places to look at next: those made last stand in those made before."""
    return sorted(_within(_told(run)["made"]), reverse=True)[:AT_ONCE]


def look(archive: Archive, actor: Actor, run_id: int, ids: Sequence[int]) -> dict[int, PlaceNeed]:
    """Return which of some places are needed outside a turn, since some of what names them has no index."""
    with archive.read(actor) as work:
        needs = unused.needed(work, ids)
        needs = {one: need for one, need in needs.items() if need is not PlaceNeed.PLACES}
        return needs | dict.fromkeys(_to_be_set_back(work, run_id, set(ids) - needs.keys()), PlaceNeed.LIST)


def close(work: Work, run: ImportRun, ids: Sequence[int], needs: dict[int, PlaceNeed]) -> None:
    """Close those of some places that nothing needs, inner ones first, and keep why the others stay."""
    told = _told(run)
    parents = {row.id: row.parent_id for row in matching.fetch(work, _OPEN, ids)}
    inside = {row.parent_id: row.number for row in matching.fetch(work, _INSIDE, parents.keys())}
    stay = {one: need for one, need in needs.items() if one in parents}
    closing: list[int] = []
    for one in sorted(parents.keys() - stay.keys(), reverse=True):
        if inside.get(one):
            stay[one] = PlaceNeed.PLACES
            continue
        closing.append(one)
        inside[parents[one]] = inside.get(parents[one], 0) - 1
    unused.close(work, closing, run.id)
    kept = {code: _within(ranges) for code, ranges in told["kept"].items()}
    for one, need in stay.items():
        kept.setdefault(need.value, set()).add(one)
    run.options = {
        **run.options,
        "places": {
            "made": _ranges(_within(told["made"]).difference(ids)),
            "closed": told["closed"] + len(closing),
            "kept": {code: _ranges(some) for code, some in kept.items()},
        },
    }


def closed(run: ImportRun) -> int:
    """Return how many places the withdrawal of an import closed."""
    return int(_told(run)["closed"])


def kept(work: Work, run: ImportRun) -> Iterator[tuple[Place, PlaceNeed]]:
    """Return the places an import made that its withdrawal left open, in order, each with why."""
    needs = {one: need for need in PlaceNeed for one in _within(_told(run)["kept"].get(need.value, ()))}
    found = [work.session.get_one(Place, one) for one in needs]
    for place in sorted(found, key=lambda one: one.path):
        yield place, needs[place.id]


def _to_be_set_back(work: Work, run_id: int, ids: Collection[int]) -> set[int]:
    """Return the places another list took files from: its withdrawal would put them back there."""
    streams = {row.stream for row in matching.fetch(work, _MOVED_AWAY, {f"place:{one}" for one in ids})}
    moved = {int(one.removeprefix("file:")) for one in streams}
    undone = [row.undo for row in matching.fetch(work, _CHANGES, moved, run_id=run_id) if row.undo]
    places = {one["place"][0] for undo in undone for one in undo.get("files", ()) if "place" in one}
    return places & set(ids)


def _told(run: ImportRun) -> dict[str, Any]:
    return {"made": [], "closed": 0, "kept": {}, **run.options.get("places", {})}


def _within(ranges: Iterable[Sequence[int]]) -> set[int]:
    return {one for first, last in ranges for one in range(first, last + 1)}


def _ranges(ids: Iterable[int]) -> Ranges:
    """Return ids as stretches, since an import makes its places one after the other."""
    found: Ranges = []
    for one in sorted(ids):
        if found and found[-1][1] == one - 1:
            found[-1][1] = one
        else:
            found.append([one, one])
    return found
