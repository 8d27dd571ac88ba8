"""Searching on the ground: what a look costs and finds, and the two orders the plan is measured against.

(a) the recorded box, then its surroundings, then all rooms in order; (b) the order of the National Archives
of the United Kingdom, of whose eleven stages the source names seven (domain.md §5). Both read the register as
it is when the file is missed, as the plan does.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlmodel import col

from archive.kernel.store import Work
from archive.models import Loan
from tests.bench import search_rates as rates
from tests.bench.search_ground import Ground, Lie, Loss

MOST_TOGETHER = 20  # files looked into that were in use at the same time


class Look(NamedTuple):
    """One place searched: `read` or `open` a box, one `cover`, a `desk`, `table`, `behind` a rack, `away`."""

    how: str
    at: int | str


_FINDS = {"desk": rates.DESK, "table": rates.TABLE, "behind": rates.BEHIND, "away": rates.ELSEWHERE}
_MINUTES = {
    "desk": rates.DESK_MINUTES,
    "table": rates.TABLE_MINUTES,
    "behind": rates.BEHIND_MINUTES,
    "away": rates.ELSEWHERE_MINUTES,
    "cover": rates.ONE_COVER_MINUTES,
}


@dataclass
class Hunt:
    """One search for one file: minutes spent, places looked at, and who is looking.

    Luck belongs to file, place and person: every order of searching meets the same.
    """

    ground: Ground
    loss: Loss
    seed: str
    minutes: float = 0.0
    looks: list[tuple[Look, int]] = field(default_factory=list)
    found: bool = False
    room: int = 0

    def __post_init__(self) -> None:
        self.room = self.ground.holder(self.loss.recorded).room

    @property
    def person(self) -> int:
        """Return the number of the one who is looking: they take turns."""
        return int(self.minutes // rates.SHIFT) % rates.PERSONS

    @property
    def given_up(self) -> bool:
        """Tell whether as much time was spent as anyone would."""
        return self.minutes >= rates.MOST_MINUTES

    def look(self, look: Look) -> bool:
        """Go there and look; tell whether the file was found."""
        before = sum(done == look and who == self.person for done, who in self.looks)
        chance = self._chance(look) * rates.AGAIN**before
        luck = random.Random(f"{self.seed}:{self.loss.file}:{look}:{self.person}:{before}").random()
        self.found = luck < chance
        self.looks.append((look, self.person))
        self.minutes += self._walk(look) + self._minutes(look) * (0.5 if self.found else 1)
        return self.found

    def _chance(self, look: Look) -> float:
        """Return how likely this look finds the file where it really lies."""
        covers, outer = self.ground.covers_of(self.loss.file), self.loss.outer
        if look.how == "cover":
            return rates.ONE_COVER if look.at in covers and outer.kind in ("place", "desk", "table") else 0
        if look.how in ("read", "open"):
            finds = rates.READ if look.how == "read" else rates.OPEN
            inside = rates.READ_FINDS_IN_COVER if look.how == "read" else rates.OPEN
            return (inside if covers else finds) if outer == Lie("place", look.at) else 0
        there = outer.kind == look.how and (outer.at == look.at or look.how == "away")
        return _FINDS[look.how] * (rates.IN_COVER_THERE if covers else 1) if there else 0

    def _minutes(self, look: Look) -> float:
        if look.how not in ("read", "open"):
            return _MINUTES[look.how]
        each = rates.PER_COVER_READ if look.how == "read" else rates.PER_COVER_OPENED
        return rates.START + each * len(self.ground.loose.get(int(look.at), ()))

    def _walk(self, look: Look) -> float:
        """Return how long it takes to get there; desks and authorities are asked from where one is."""
        room = self._room(look)
        if room is None:
            return 0.0
        old, self.room = self.room, room
        if room == old:
            return rates.SAME_ROOM
        same_site = self.ground.site_of[room] == self.ground.site_of[old]
        return rates.SAME_SITE if same_site else rates.OTHER_SITE

    def _room(self, look: Look) -> int | None:
        if look.how in ("read", "open"):
            return self.ground.holder(int(look.at)).room
        if look.how == "cover":
            lie = self.ground.lies[int(look.at)]
            return self.ground.holder(int(lie.at)).room if lie.kind == "place" else None
        if look.how == "table":
            return int(look.at)
        if look.how == "behind":
            return next(box.room for box in self.ground.boxes.values() if box.rack == look.at)
        return None


def hunt(ground: Ground, loss: Loss, looks: Iterable[Look], seed: str) -> Hunt:
    """Search in an order until the file is found or the search is given up."""
    search = Hunt(ground, loss, seed)
    for look in looks:
        if search.look(look) or search.given_up:
            break
    return search


class Orders:
    """Make the orders of searching that need no plan."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.rooms = list(ground.site_of)

    def by_surroundings(self, loss: Loss) -> Iterator[Look]:
        """Yield order (a): covers are read first, then desks are asked, then every cover is opened; again."""
        near = self._surroundings(loss.recorded)
        rooms = [box for room in self.rooms for box in self._in_room(room)]
        while True:
            yield from self._reading([loss.recorded, *near])
            yield from self._corners(self.ground.holder(loss.recorded).room)
            for room in self.rooms:
                yield from self._reading(self._in_room(room))
                yield from self._corners(room)
            yield from self._everybody()
            yield from (Look("open", box) for box in dict.fromkeys([loss.recorded, *near, *rooms]))

    def by_national_archives(self, work: Work, loss: Loss) -> Iterator[Look]:
        """Yield order (b): movements, reading rooms, same user, same time, series, alike numbers, area."""
        history = _loans_of(work, loss.file)
        recorded = self.ground.holder(loss.recorded)
        near = self._surroundings(loss.recorded)
        together = _together(work, loss, history)
        yield Look("read", loss.recorded)
        yield Look("table", recorded.room)
        yield from self._desks(loan.borrower for loan in history[:2])
        yield from self._into(_by_same_borrower(work, loss, history))
        yield from self._into(together)
        yield from self._reading(near)
        alike = self._alike(loss.file)
        yield from self._into(alike)
        yield from self._reading(self._in_room(recorded.room))
        yield from self._corners(recorded.room)
        yield from (Look("open", box) for box in [loss.recorded, *near[:4]])
        while True:
            for room in self.rooms:
                yield from self._reading(self._in_room(room))
                yield from self._corners(room)
            yield from self._everybody()
            for room in self.rooms:
                yield from (Look("open", box) for box in self._in_room(room))

    def _surroundings(self, place: int) -> list[int]:
        """Return the other boxes of the shelf, nearest first, then those of the rack; a crate's room."""
        box = self.ground.holder(place)
        row = self.ground.boxes_of_room(box.room)
        far = {one.id: abs(one.slot - box.slot) for one in row}
        shelf = sorted((one.id for one in row if one.shelf == box.shelf), key=lambda one: far[one])
        rack = [one.id for one in row if one.rack == box.rack and one.shelf != box.shelf]
        return [one for one in [*shelf, *rack] if one != place]

    def _in_room(self, room: int) -> list[int]:
        crates = [crate.id for crate in self.ground.crates.values() if crate.room == room]
        return [*(box.id for box in self.ground.boxes_of_room(room)), *crates]

    def _corners(self, room: int) -> Iterator[Look]:
        yield Look("table", room)
        for rack in dict.fromkeys(box.rack for box in self.ground.boxes_of_room(room)):
            yield Look("behind", rack)

    def _everybody(self) -> Iterator[Look]:
        yield from (Look("desk", worker.actor.id) for worker in self.ground.workers)
        yield Look("away", "authority")

    def _reading(self, boxes: Iterable[int]) -> Iterator[Look]:
        return (Look("read", box) for box in boxes)

    def _desks(self, borrowers: Iterable[str]) -> Iterator[Look]:
        ids = {worker.actor.name: worker.actor.id for worker in self.ground.workers}
        return (Look("desk", ids[name]) for name in dict.fromkeys(borrowers))

    def _into(self, files: Sequence[int]) -> Iterator[Look]:
        """Look into files and read the boxes they stand in, room by room and box by box."""
        boxes = {file: self.ground.holder(self.ground.homes[file]) for file in files}
        order = sorted(files, key=lambda file: (boxes[file].room, boxes[file].rack, boxes[file].id))
        for box, its in groupby(order, key=lambda file: boxes[file].id):
            yield Look("read", box)
            yield from (Look("cover", file) for file in its)

    def _alike(self, file: int) -> list[int]:
        """Return the files with the most alike references: the numbers before and after."""
        order = sorted(self.ground.papers, key=lambda one: self.ground.papers[one].reference)
        at = order.index(file)
        return [order[one] for one in (at - 1, at + 1, at - 2, at + 2) if 0 <= one < len(order)]


def _loans_of(work: Work, file: int) -> Sequence[Loan]:
    statement = select(Loan).where(col(Loan.file_id) == file).order_by(col(Loan.id).desc())
    return work.session.execute(statement).scalars().all()


def _by_same_borrower(work: Work, loss: Loss, history: Sequence[Loan]) -> list[int]:
    """Return what the last borrower had at about the same time."""
    if not history:
        return []
    last = history[0]
    statement = (
        select(col(Loan.file_id))
        .where(
            col(Loan.borrower) == last.borrower,
            col(Loan.file_id) != loss.file,
            col(Loan.out_at) >= last.out_at - timedelta(days=30),
            col(Loan.out_at) <= (last.returned_at or loss.missed_at),
        )
        .limit(MOST_TOGETHER)
    )
    return list(dict.fromkeys(work.session.execute(statement).scalars()))


def _together(work: Work, loss: Loss, history: Sequence[Loan]) -> list[int]:
    """Return what was handed out or taken back within an hour of it."""
    if not history:
        return []
    hour = timedelta(hours=1)
    near = [col(Loan.out_at).between(history[0].out_at - hour, history[0].out_at + hour)]
    if history[0].returned_at:
        near.append(
            col(Loan.returned_at).between(history[0].returned_at - hour, history[0].returned_at + hour)
        )
    statement = (
        select(col(Loan.file_id)).where(or_(*near), col(Loan.file_id) != loss.file).limit(MOST_TOGETHER)
    )
    return list(dict.fromkeys(work.session.execute(statement).scalars()))
