"""What stands around a place: boxes beside it, what is in it, racks and rooms not yet searched."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, literal, select

from archive.kernel.store import Work
from archive.models import CaseFile, Event, EventSubject, Place
from archive.search.ranking import SearchSpot
from archive.vocabulary import Custody, EventKind, PlaceKind

BESIDE = 24  # boxes looked at on each side
COVERS = 30  # looked at on each side
MOST_RACKS, MOST_ROOMS = 60, 60
MOST_BOXES = 1000  # counted in a rack or room
_USUAL_FILES = 25  # of a box nothing is known of
_AT_ONCE = 500

_PLACE = Place.__table__  # type: ignore[attr-defined]
_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_EVENT = Event.__table__  # type: ignore[attr-defined]
_SUBJECT = EventSubject.__table__  # type: ignore[attr-defined]
_MOST_MOVES = 12
_GONE = (Custody.DISPOSED, Custody.HANDED_OVER, Custody.WITHDRAWN, Custody.VOID)


@dataclass(frozen=True, slots=True)
class Stand:
    """A place as the search needs it."""

    id: int
    parent_id: int | None
    kind: PlaceKind
    path: str
    position: int


_FIELDS = (_PLACE.c.id, _PLACE.c.parent_id, _PLACE.c.kind, _PLACE.c.path, _PLACE.c.position)
_BY_ID = select(*_FIELDS).where(_PLACE.c.id.in_(bindparam("ids", expanding=True)))
_BY_PATH = select(*_FIELDS).where(_PLACE.c.path.in_(bindparam("paths", expanding=True)))
_OF_KIND = (
    _PLACE.c.path > bindparam("low"),
    _PLACE.c.path < bindparam("high"),
    _PLACE.c.kind == bindparam("kind"),
)
_BEFORE = select(*_FIELDS).where(*_OF_KIND).order_by(_PLACE.c.path.desc()).limit(BESIDE)
_AFTER = select(*_FIELDS).where(*_OF_KIND).order_by(_PLACE.c.path).limit(BESIDE)
_WITHIN = select(*_FIELDS).where(*_OF_KIND).order_by(_PLACE.c.path).limit(bindparam("limit"))
_STANDING = (
    select(_FILE.c.id, _FILE.c.position)
    .where(
        _FILE.c.place_id == bindparam("place_id"),
        _FILE.c.id != bindparam("file_id"),
        _FILE.c.status.not_in(_GONE),
    )
    .limit(COVERS)
)
_LEFT = _STANDING.where(_FILE.c.position < bindparam("position")).order_by(
    _FILE.c.position.desc(), _FILE.c.id.desc()
)
_RIGHT = _STANDING.where(_FILE.c.position >= bindparam("position")).order_by(_FILE.c.position, _FILE.c.id)
_COUNTS = (
    select(_FILE.c.place_id, func.count().label("files"))
    .where(_FILE.c.place_id.in_(bindparam("ids", expanding=True)), _FILE.c.status.not_in(_GONE))
    .group_by(_FILE.c.place_id)
)
_box = _PLACE.alias("box")
_BOXES = (
    select(literal(1))
    .where(
        _box.c.path > _PLACE.c.path + ".",
        _box.c.path < _PLACE.c.path + "/",
        _box.c.kind == bindparam("kind"),
    )
    .limit(MOST_BOXES)
    .correlate(_PLACE)
)
_SIZES = select(
    _PLACE.c.id, select(func.count()).select_from(_BOXES.subquery()).scalar_subquery().label("boxes")
).where(_PLACE.c.id.in_(bindparam("ids", expanding=True)))
_MOVED = (
    select(_EVENT.c.stream, _EVENT.c.body)
    .select_from(_SUBJECT.join(_EVENT, _EVENT.c.id == _SUBJECT.c.event_id))
    .where(
        _SUBJECT.c.subject == bindparam("shelf"),
        _EVENT.c.kind == EventKind.PLACE_MOVED.value,
        _EVENT.c.at > bindparam("since"),
    )
    .order_by(_SUBJECT.c.event_id.desc())
    .limit(_MOST_MOVES)
)
_OWN_MOVE = (
    select(_EVENT.c.body)
    .where(
        _EVENT.c.stream == bindparam("stream"),
        _EVENT.c.kind == EventKind.PLACE_MOVED.value,
        _EVENT.c.at > bindparam("since"),
    )
    .order_by(_EVENT.c.seq)
    .limit(1)
)
_ON_SHELF = (
    select(*_FIELDS).where(_PLACE.c.parent_id == bindparam("shelf")).order_by(_PLACE.c.path).limit(BESIDE)
)
_site = _PLACE.alias("site")
_ROOMS = (
    select(*_FIELDS)
    .join(_site, _site.c.id == _PLACE.c.parent_id)
    .where(_site.c.parent_id.is_(None), _PLACE.c.kind == PlaceKind.ROOM, _PLACE.c.closed_at.is_(None))
    .order_by(_PLACE.c.path)
    .limit(MOST_ROOMS)
)


class Surroundings:
    """Read places once and answer where they are; `home` is where the lost file is, or was, recorded."""

    def __init__(self, work: Work, home: int) -> None:
        self.work = work
        self.stands: dict[int, Stand] = {}
        self._by_path: dict[str, Stand] = {}
        self.learn([home])
        self.home = self.stands[home]
        self.room = self._above(self.home, PlaceKind.ROOM)
        self.rack = self._above(self.home, PlaceKind.RACK)
        self._far: dict[int, int] = {}
        self.beside: list[Stand] = []  # nearest first
        area = self.room or self._site(self.home)
        if area is not None and area is not self.home:
            self.beside = self._row(area)

    def learn(self, ids: Iterable[int]) -> None:
        """Read places and all that holds them, in two statements for 500."""
        fresh = sorted(set(ids) - self.stands.keys())
        for start in range(0, len(fresh), _AT_ONCE):
            self._take(self.work.connection.execute(_BY_ID, {"ids": fresh[start : start + _AT_ONCE]}))
        paths = {above for one in fresh if one in self.stands for above in _above(self.stands[one].path)}
        unknown = sorted(paths - self._by_path.keys())
        for start in range(0, len(unknown), _AT_ONCE):
            self._take(self.work.connection.execute(_BY_PATH, {"paths": unknown[start : start + _AT_ONCE]}))

    def _take(self, rows: Iterable[Any]) -> list[Stand]:
        taken = [Stand(*row) for row in rows]
        for stand in taken:
            self.stands[stand.id] = self._by_path[stand.path] = stand
        return taken

    def _row(self, area: Stand) -> list[Stand]:
        """Return the places of the home's kind on both sides of it, nearest first."""
        path, kind = self.home.path, self.home.kind
        down = {"low": f"{area.path}.", "high": path, "kind": kind}
        up = {"low": path, "high": f"{area.path}/", "kind": kind}
        before = self._take(self.work.connection.execute(_BEFORE, down))
        after = self._take(self.work.connection.execute(_AFTER, up))
        self._far = {one.id: far for side in (after, before) for far, one in enumerate(side, 1)}
        return sorted([*after, *before], key=lambda one: self._far[one.id])

    def covers_beside(self, file_id: int, position: int) -> tuple[list[int], list[int]]:
        """Return the files at the home before and after a position, nearest first, all but one."""
        asked = {"place_id": self.home.id, "file_id": file_id, "position": position}
        left, right = (
            [row.id for row in self.work.connection.execute(statement, asked)]
            for statement in (_LEFT, _RIGHT)
        )
        return left, right

    def distance(self, stand: Stand) -> int:
        """Return how many boxes away a place beside the home is."""
        return self._far[stand.id]

    def before_moves(self, since: datetime) -> list[Stand]:
        """Return what stood on the home's shelf at a moment and stands elsewhere now, or the home does."""
        asked = {"stream": f"place:{self.home.id}", "since": since}
        own = self.work.connection.execute(_OWN_MOVE, asked).scalar()
        shelf = json.loads(own)["facts"]["origin"] if own else self.home.parent_id
        if shelf is None:
            return []
        rows = self.work.connection.execute(_MOVED, {"shelf": f"place:{shelf}", "since": since}).all()
        gone = [int(row.stream[6:]) for row in rows if json.loads(row.body)["facts"]["origin"] == shelf]
        self.learn([shelf, *gone])
        found = [self.stands[place] for place in gone if place in self.stands]
        if own:
            found += self._take(self.work.connection.execute(_ON_SHELF, {"shelf": shelf}))
        return [one for one in found if one.kind is self.home.kind and one.id != self.home.id]

    def same_slot(self) -> list[Stand]:
        """Return the places with the home's position on another shelf, those of its own rack first."""
        found = [
            one
            for one in self.beside
            if one.position == self.home.position and one.parent_id != self.home.parent_id
        ]
        own = self.rack.path if self.rack else "-"
        return sorted(found, key=lambda one: not one.path.startswith(f"{own}."))

    def other_racks(self) -> list[Stand]:
        """Return the racks of the room other than the home's."""
        if self.room is None:
            return []
        bounds = {"low": f"{self.room.path}.", "high": f"{self.room.path}/", "kind": PlaceKind.RACK}
        rows = self.work.connection.execute(_WITHIN, {**bounds, "limit": MOST_RACKS})
        return [one for one in self._take(rows) if self.rack is None or one.id != self.rack.id]

    def other_rooms(self) -> list[Stand]:
        """Return the open rooms other than the home's, in order."""
        rows = self._take(self.work.connection.execute(_ROOMS))
        self.learn(one.id for one in rows)
        return [one for one in rows if self.room is None or one.id != self.room.id]

    def boxes(self, stands: Sequence[Stand]) -> dict[int, int]:
        """Count the places of the home's kind in racks and rooms."""
        kind = self.home.kind if self.home.kind is not PlaceKind.CRATE else PlaceKind.BOX
        asked = {"ids": [one.id for one in stands], "kind": kind}
        return {row.id: row.boxes for row in self.work.connection.execute(_SIZES, asked)} if stands else {}

    def room_of(self, place: int) -> int | None:
        """Return the room a place is in."""
        stand = self.stands.get(place)
        room = self._above(stand, PlaceKind.ROOM) if stand else None
        return room.id if room else None

    def rack_of(self, place: int) -> int | None:
        """Return the rack a place is in."""
        stand = self.stands.get(place)
        rack = self._above(stand, PlaceKind.RACK) if stand else None
        return rack.id if rack else None

    def site_of(self, place: int) -> int | None:
        """Return the site a place is in."""
        stand = self.stands.get(place)
        site = self._site(stand) if stand else None
        return site.id if site else None

    def _above(self, stand: Stand, kind: PlaceKind) -> Stand | None:
        holders = (self._by_path.get(path) for path in (stand.path, *_above(stand.path)))
        return next((one for one in holders if one is not None and one.kind is kind), None)

    def _site(self, stand: Stand) -> Stand | None:
        return self._by_path.get(stand.path.partition(".")[0])

    def spots(self, places: Iterable[int], boxes: Mapping[int, int]) -> dict[int, SearchSpot]:
        """Describe places for the plan, with how many files they hold, in one statement for 500."""
        wanted = [self.stands[place] for place in dict.fromkeys(places) if place in self.stands]
        files: dict[int, int] = {}
        single = [one.id for one in wanted if one.id not in boxes]
        for start in range(0, len(single), _AT_ONCE):
            rows = self.work.connection.execute(_COUNTS, {"ids": single[start : start + _AT_ONCE]})
            files.update((row.place_id, row.files) for row in rows)
        each = files.get(self.home.id) or _USUAL_FILES
        return {
            one.id: SearchSpot(
                one.id,
                self.site_of(one.id) or 0,
                self.room_of(one.id) or 0,
                one.path,
                boxes[one.id] * each if one.id in boxes else files.get(one.id, 0),
                tuple(self._by_path[path].id for path in _above(one.path) if path in self._by_path),
                boxes.get(one.id, 0),
            )
            for one in wanted
        }


def _above(path: str) -> list[str]:
    """Return the paths of all that holds a path, nearest first."""
    parts = path.split(".")
    return [".".join(parts[:depth]) for depth in range(len(parts) - 1, 0, -1)]
