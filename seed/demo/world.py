"""Invent an archive of any size: persons, cases, covers and their true places, the same for the same seed.

Everything is kept in arrays, some 100 bytes a file, and made into objects on demand: a million files fit.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from archive.vocabulary import OrderRule, PersonRole, PlaceKind, Protection
from seed.demo.city import City, load
from seed.demo.population import Cases, People, populate


@dataclass(frozen=True, slots=True)
class InventedPerson:
    """Hold an invented person; `number` is as normalised, or empty; `born` is the true birth date."""

    index: int
    family_name: str
    given_name: str
    female: bool
    born: date
    number: str
    protection: Protection


@dataclass(frozen=True, slots=True)
class CoverSpot:
    """Say where a cover stands: box numbers run through a room, positions through a box."""

    site: str
    room: str
    rack: int
    shelf: int
    box: int
    position: int


@dataclass(frozen=True, slots=True)
class File:
    """Hold one cover: what it is, whom it is about, where it stood and stands."""

    index: int
    case: int
    source: str
    reference: str
    part: int
    parts: int
    kind: str
    unit: str
    persons: tuple[tuple[InventedPerson, PersonRole], ...]
    opened: date
    closed: date
    last_note: date
    width: float
    old: CoverSpot | None
    central: CoverSpot | None
    received: date | None
    checked: date | None
    checked_by: str

    @property
    def subject(self) -> InventedPerson:
        """Return the main person."""
        return self.persons[0][0]


@dataclass(frozen=True, slots=True)
class PlannedPlace:
    """Describe a place the archive needs; `path` holds the names from the address down."""

    path: tuple[str, ...]
    kind: PlaceKind
    order: OrderRule
    central: bool
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class RoomOf:
    """Name an old room with its number in the world and the site it belongs to."""

    number: int
    site: int
    name: str
    order: OrderRule
    emptied: date | None


class World:
    """Hold the whole archive: `files` covers, drawn from `seed`, and cases whose covers have not come yet."""

    def __init__(self, files: int, seed: int = 0, city: City | None = None) -> None:
        if files < 1:
            raise ValueError("a world needs at least one file")
        self.city = city or load()
        self.rooms = [
            RoomOf(number, site_number, room.name, room.order, site.emptied)
            for number, (site_number, site, room) in enumerate(
                (site_number, site, room)
                for site_number, site in enumerate(self.city.sites)
                for room in site.rooms
            )
        ]
        self.people: People
        self.cases: Cases
        self.people, self.cases = populate(files, seed, self.city)
        self._case_of = array("i")
        self._first_of = array("i")
        for case, parts in enumerate(self.cases.parts):
            self._first_of.append(len(self._case_of))
            if not self.cases.waiting(case):
                self._case_of.extend([case] * parts)

    def __len__(self) -> int:
        return len(self._case_of)

    def person(self, index: int) -> InventedPerson:
        """Return a person by index."""
        return InventedPerson(
            index,
            self.people.family_name(index),
            self.people.given_name(index),
            bool(self.people.female[index]),
            date.fromordinal(self.people.born[index]),
            self.people.number[index],
            self.people.protection(index),
        )

    def files(self) -> Iterator[File]:
        """Yield every cover, in the order their cases were opened in the making."""
        return map(self.file, range(len(self)))

    def file(self, index: int) -> File:
        """Return a cover by index."""
        case = self._case_of[index]
        cases = self.cases
        received = cases.received[case]
        checked = received and cases.checked_after[case] >= 0
        return File(
            index=index,
            case=case,
            source=cases.source(case).code,
            reference=cases.reference(case),
            part=index - self._first_of[case] + 1,
            parts=cases.parts[case],
            kind=self.city.kinds[cases.kind[case]].code,
            unit=self.city.units[cases.unit[case]].name,
            persons=tuple((self.person(person), role) for person, role in cases.persons(case)),
            opened=date.fromordinal(cases.opened[case]),
            closed=date.fromordinal(cases.closed[case]),
            last_note=date.fromordinal(cases.last_note[case]),
            width=cases.width[case] / 100,
            old=self._old_spot(index, case),
            central=self._central_spot(index),
            received=date.fromordinal(received) if received else None,
            checked=date.fromordinal(received + cases.checked_after[case]) if checked else None,
            checked_by=cases.checked_by(case),
        )

    def in_room(self, room: int) -> Sequence[int]:
        """Return the covers that an old room's list names, in the room's own order."""
        return self._orders[room]

    @property
    def in_central(self) -> Sequence[int]:
        """Return the covers the central archive has received, in shelf order; protected ones apart, last."""
        return self._received[0]

    @property
    def _locked_from(self) -> int:
        return self._received[1]

    @cached_property
    def _received(self) -> tuple[array[int], int]:
        cases, born = self.cases, self.people.born
        open_shelves: list[int] = []
        locked: list[int] = []
        for index, case in enumerate(self._case_of):
            if cases.received[case]:
                (locked if self.is_protected(case) else open_shelves).append(index)

        def key(index: int) -> tuple[int, int]:
            return born[cases.subject(self._case_of[index])], index

        open_shelves.sort(key=key)
        return array("i", [*open_shelves, *sorted(locked, key=key)]), len(open_shelves)

    def is_protected(self, case: int) -> bool:
        """Tell whether anyone the case is about has protected personal data."""
        return any(self.people.shield[person] for person, _role in self.cases.persons(case))

    @cached_property
    def _orders(self) -> list[array[int]]:
        standing: list[list[int]] = [[] for _room in self.rooms]
        for index, case in enumerate(self._case_of):
            if self.cases.room[case] < len(self.rooms):
                standing[self.cases.room[case]].append(index)
        for room, indexes in zip(self.rooms, standing, strict=True):
            indexes.sort(key=lambda index, order=room.order: self._shelf_key(index, order))  # type: ignore[misc]
        return [array("i", indexes) for indexes in standing]

    def _shelf_key(self, index: int, order: OrderRule) -> tuple[object, ...]:
        case = self._case_of[index]
        cases, people = self.cases, self.people
        subject = cases.subject(case)
        match order:
            case OrderRule.BIRTH_DATE:
                return people.born[subject], people.number[subject], index
            case OrderRule.REFERENCE:
                year = date.fromordinal(cases.opened[case]).year
                return cases.system[case], year, cases.serial[case], index
            case OrderRule.CLOSING_YEAR:
                return date.fromordinal(cases.closed[case]).year, people.born[subject], index
            case OrderRule.NAME:
                return people.family_name(subject), people.given_name(subject), index
            case OrderRule.KIND:
                return cases.kind[case], people.born[subject], index
            case _:
                return cases.closed[case], index

    @cached_property
    def _old_position(self) -> array[int]:
        positions = array("i", [-1]) * len(self)
        for indexes in self._orders:
            for position, index in enumerate(indexes):
                positions[index] = position
        return positions

    @cached_property
    def _central_position(self) -> array[int]:
        positions = array("i", [-1]) * len(self)
        for position, index in enumerate(self.in_central):
            positions[index] = position
        return positions

    def _old_spot(self, index: int, case: int) -> CoverSpot | None:
        if self._old_position[index] < 0:
            return None
        room = self.rooms[self.cases.room[case]]
        return self._spot(self.city.sites[room.site].name, room.name, self._old_position[index])

    def _central_spot(self, index: int) -> CoverSpot | None:
        position = self._central_position[index]
        if position < 0:
            return None
        central = self.city.central
        if position >= self._locked_from:
            return self._spot(central.name, central.protected, position - self._locked_from)
        stack, within = divmod(position, self._stack_size)
        return self._spot(central.name, central.stacks[stack], within)

    @property
    def _stack_size(self) -> int:
        """Whole racks, spread evenly over the stacks."""
        central = self.city.central
        racks = -(-central.racks_for(max(self._locked_from, 1)) // len(central.stacks))
        return racks * central.shelves_per_rack * central.boxes_per_shelf * central.files_per_box

    def _spot(self, site: str, room: str, position: int) -> CoverSpot:
        central = self.city.central
        box, within = divmod(position, central.files_per_box)
        shelf = box // central.boxes_per_shelf
        return CoverSpot(
            site,
            room,
            shelf // central.shelves_per_rack + 1,
            shelf % central.shelves_per_rack + 1,
            box + 1,
            within + 1,
        )

    def places(self) -> Iterator[PlannedPlace]:
        """Yield every place the world needs, parents before what stands in them."""
        sites = self.city.sites
        for site_number, site in enumerate(sites):
            yield PlannedPlace((site.name,), PlaceKind.SITE, OrderRule.AS_PLACED, False)
            for room in self.rooms:
                if room.site == site_number:
                    path = (site.name, room.name)
                    yield PlannedPlace(path, PlaceKind.ROOM, room.order, False)
                    yield from self._shelving(path, room.order, len(self._orders[room.number]), False)
        yield from self._central_places()

    def _central_places(self) -> Iterator[PlannedPlace]:
        central = self.city.central
        yield PlannedPlace((central.name,), PlaceKind.SITE, central.order, True)
        total, size = len(self.in_central), self._stack_size
        for number, stack in enumerate(central.stacks):
            path = (central.name, stack)
            yield PlannedPlace(path, PlaceKind.ROOM, central.order, True)
            here = min(max(self._locked_from - number * size, 0), size)
            yield from self._shelving(path, central.order, here, True)
        path = (central.name, central.protected)
        yield PlannedPlace(path, PlaceKind.ROOM, central.order, True)
        yield from self._shelving(path, central.order, total - self._locked_from, True)
        yield PlannedPlace((central.name, central.receiving), PlaceKind.ROOM, OrderRule.AS_PLACED, True)
        for desk in central.desks:
            yield PlannedPlace((central.name, desk), PlaceKind.DESK, OrderRule.AS_PLACED, True)

    def _shelving(
        self, path: tuple[str, ...], order: OrderRule, files: int, central: bool
    ) -> Iterator[PlannedPlace]:
        """Yield as many racks, shelves and boxes as so many files need, at least one shelf of boxes."""
        layout = self.city.central
        per_shelf = layout.boxes_per_shelf * layout.files_per_box
        for number in range(max(-(-files // per_shelf), 1)):
            rack, shelf = number // layout.shelves_per_rack + 1, number % layout.shelves_per_rack + 1
            if shelf == 1:
                yield PlannedPlace((*path, str(rack)), PlaceKind.RACK, order, central)
            yield PlannedPlace((*path, str(rack), str(shelf)), PlaceKind.SHELF, order, central)
            for box in range(number * layout.boxes_per_shelf, (number + 1) * layout.boxes_per_shelf):
                names = (*path, str(rack), str(shelf), str(box + 1))
                yield PlannedPlace(names, PlaceKind.BOX, order, central, layout.files_per_box)
