"""The ground: rooms, boxes, desks and where each file really lies, beside the register that was told."""

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import col

from archive.accounts import users
from archive.files import files
from archive.files.files import NewFile
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Actor, Archive, Work, operator
from archive.models import FileKind, Place, SourceSystem
from archive.people import people
from archive.people.people import NewPerson
from archive.places import places
from archive.places.places import Level, names_from
from archive.places.shelf_order import birth_key
from archive.rules import identity
from archive.vocabulary import Evidence, OrderRule, PlaceKind, Protection, Role
from seed.demo.world import File, World
from tests.builders import SetClock, _quick_hash

BUILDER = operator("ground")
ROOMS_OF = {"Centralarkivet": 2, "Fabriksgatan": 2, "Torget": 1}  # the first is where the others are moved to
RACKS = {"Centralarkivet": 3, "Fabriksgatan": 2, "Torget": 2}
SHELVES = {"Centralarkivet": 4, "Fabriksgatan": 3, "Torget": 3}
BOXES = 4
SHARES = (0.5, 0.34, 0.16)  # of the files, by site
CRATES = 8
NEW_EACH_WEEK = 15
UNITS = 6
WORKERS = 5  # case workers of each unit


class Lie(NamedTuple):
    """Where a file lies: loose in a place, in a cover, on a desk or table, behind a rack, away, or gone."""

    kind: str
    at: int | str = 0


GONE = Lie("gone")


@dataclass(frozen=True, slots=True)
class Loss:
    """A file asked for and not found at a glance: where the register has it and where it really lies."""

    file: int
    recorded: int
    lie: Lie
    outer: Lie  # where the cover lies that holds it, else the same
    missed_by: str
    missed_at: datetime

    @property
    def in_recorded_place(self) -> bool:
        """Tell whether it was only overlooked."""
        return self.lie == Lie("place", self.recorded)

    @property
    def findable(self) -> bool:
        """Tell whether it is anywhere at all."""
        return self.outer != GONE


@dataclass(slots=True)
class Box:
    """A box or crate as it stands: `room` is where it really is."""

    id: int
    code: str
    room: int
    rack: int = 0
    shelf: int = 0
    slot: int = 0


@dataclass(frozen=True, slots=True)
class Paper:
    """A file as hands know it: its label, the number on its cover, whom it is about."""

    id: int
    code: str
    number: str
    reference: str
    persons: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Keeper:
    """One of the staff: some scan each file, others tick lists."""

    actor: Actor
    site: str
    scans: float


@dataclass(frozen=True, slots=True)
class Worker:
    """A case worker, with a desk."""

    actor: Actor
    unit: str


@dataclass(slots=True)
class Ground:
    """Hold the rooms and what lies in them."""

    site_of: dict[int, str] = field(default_factory=dict)  # of a room
    room_codes: dict[int, str] = field(default_factory=dict)
    boxes: dict[int, Box] = field(default_factory=dict)
    crates: dict[int, Box] = field(default_factory=dict)
    papers: dict[int, Paper] = field(default_factory=dict)
    homes: dict[int, int] = field(default_factory=dict)  # the box a file belongs into
    earlier: dict[int, int] = field(default_factory=dict)  # and did before it was moved
    lies: dict[int, Lie] = field(default_factory=dict)
    loose: dict[int, list[int]] = field(default_factory=dict)  # of a box or crate, in the order they stand
    out_of_order: set[int] = field(default_factory=set)
    keepers: list[Keeper] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)
    starts: list[str] = field(default_factory=list)  # of the central boxes: the number each begins with
    central: list[int] = field(default_factory=list)  # the central boxes in that order

    def put(self, file: int, lie: Lie, index: int | None = None) -> None:
        """Let a file lie somewhere; in a box at its end, or before the one at an index."""
        if lie.kind == "cover" and file in (int(lie.at), *self.covers_of(int(lie.at))):
            lie = Lie("place", self.homes[file])  # nothing lies inside what lies inside itself
        old = self.lies.get(file)
        if old is not None and old.kind == "place":
            self.loose[int(old.at)].remove(file)
        self.out_of_order.discard(file)
        self.lies[file] = lie
        if lie.kind == "place":
            row = self.loose.setdefault(int(lie.at), [])
            row.insert(len(row) if index is None else index, file)

    def covers_of(self, file: int) -> list[int]:
        """Return the covers a file lies in, the innermost first."""
        found: list[int] = []
        lie = self.lies[file]
        while lie.kind == "cover":
            found.append(int(lie.at))
            lie = self.lies[int(lie.at)]
        return found

    def outer(self, file: int) -> Lie:
        """Return where a file lies, with the covers that hold it."""
        return self.lies[(file, *self.covers_of(file))[-1]]

    def put_in_order(self, file: int, box: int) -> None:
        """Let a file stand in a box where its number belongs."""
        row = self.loose.setdefault(box, [])
        numbers = [self.papers[one].number for one in row if one != file]
        self.put(file, Lie("place", box), bisect_right(numbers, self.papers[file].number))

    def holder(self, place: int) -> Box:
        """Return a box or crate by id."""
        return self.boxes.get(place) or self.crates[place]

    def boxes_of_room(self, room: int) -> list[Box]:
        """Return the boxes of a room as they stand."""
        found = [box for box in self.boxes.values() if box.room == room]
        return sorted(found, key=lambda box: (box.rack, box.shelf, box.slot))

    def central_box(self, number: str) -> int:
        """Return the central box that a number belongs into."""
        return self.central[max(0, bisect_right(self.starts, number) - 1)]

    def beside(self, file: int) -> list[int]:
        """Return the files standing beside one that is loose in a box, nearest first."""
        lie = self.lies[file]
        row = self.loose[int(lie.at)] if lie.kind == "place" else []
        at = row.index(file) if row else 0
        near = sorted((abs(other - at), other) for other in range(len(row)) if other != at)
        return [row[other] for _far, other in near]


def built(archive: Archive, clock: SetClock, count: int, weeks: int, seed: str) -> "Building":
    """Register an archive of so many files and let every file lie where the register says."""
    building = Building(archive, clock, random.Random(f"ground:{seed}"))
    building.everything(World(count + weeks * NEW_EACH_WEEK, building.draw.randrange(10**6)), count)
    return building


class Building:
    """Build the register and the ground side by side."""

    def __init__(self, archive: Archive, clock: SetClock, draw: random.Random) -> None:
        self.archive, self.clock, self.draw = archive, clock, draw
        self.ground = Ground()
        self.waiting: list[File] = []  # closed later, registered then
        self._known: dict[int, int] = {}
        self._kinds: dict[str, int] = {}
        self._sources: dict[str, int] = {}
        self._places: dict[int, Place] = {}

    def everything(self, world: World, count: int) -> None:
        """Make places, people and files."""
        order = list(world.files())
        self.draw.shuffle(order)
        with self.archive.write(BUILDER) as work:
            self._staff(work)
            for site, rooms in ROOMS_OF.items():
                self._site(work, site, rooms)
            self._reference_data(work, order)
        numbers = sorted(number_of(file) for file in order)
        boxes = len(self.ground.central)
        self.ground.starts = [numbers[at * len(numbers) // boxes] for at in range(boxes)]
        self.waiting = order[count:]
        for start in range(0, count, 500):
            self._register(order[start : min(start + 500, count)])

    def _staff(self, work: Work) -> None:
        scans = {"Centralarkivet": (0.95, 0.8, 0.5), "Fabriksgatan": (0.8, 0.3), "Torget": (0.6,)}
        for site, shares in scans.items():
            for number, share in enumerate(shares):
                actor = _user(work, f"keeper-{site.lower()}-{number}", "Arkiv", Role.ARCHIVIST)
                self.ground.keepers.append(Keeper(actor, site, share))
        for unit in range(UNITS):
            for number in range(WORKERS):
                actor = _user(work, f"worker-{unit}-{number}", f"Enhet {unit}", Role.CASE_WORKER)
                self.ground.workers.append(Worker(actor, f"Enhet {unit}"))

    def _site(self, work: Work, site: str, rooms: int) -> None:
        central = site == "Centralarkivet"
        rule = OrderRule.BIRTH_DATE if central else OrderRule.REFERENCE
        root = places.create(work, None, PlaceKind.SITE, site, order_rule=rule, central=central)
        for number in range(1, rooms + 1):
            room = places.create(work, root, PlaceKind.ROOM, f"{site} {number}")
            self.ground.site_of[room.id], self.ground.room_codes[room.id] = site, room.code
            levels = [
                Level(PlaceKind.RACK, names_from(f"1-{RACKS[site]}")),
                Level(PlaceKind.SHELF, names_from(f"1-{SHELVES[site]}")),
                Level(PlaceKind.BOX, names_from(f"1-{BOXES}")),
            ]
            made = places.create_many(work, room, levels)
            by_id = {place.id: place for place in made}
            for place in made:
                if place.kind is PlaceKind.BOX and place.parent_id:
                    shelf = by_id[place.parent_id]
                    assert shelf.parent_id
                    self._box(place, room.id, shelf.parent_id, shelf.id)
            if central:
                self.ground.central += [box.id for box in self.ground.boxes_of_room(room.id)]
            if not central and number == 1:
                for crate in places.create_many(
                    work, room, [Level(PlaceKind.CRATE, names_from(f"1-{CRATES}"))]
                ):
                    self.ground.crates[crate.id] = Box(crate.id, crate.code, room.id)

    def _box(self, place: Place, room: int, rack: int, shelf: int) -> None:
        self._places[place.id] = place
        self.ground.boxes[place.id] = Box(place.id, place.code, room, rack, shelf, place.position)
        self.ground.loose[place.id] = []

    def _reference_data(self, work: Work, order: Sequence[File]) -> None:
        for code in sorted({file.kind for file in order}):
            kind = FileKind(code=code, letter=code[0], name_sv=code, name_en=code, retention_rule="sol")
            work.session.add(kind)
            work.session.flush()
            self._kinds[code] = kind.id
        for code in sorted({file.source for file in order}):
            work.session.add(SourceSystem(code=code, name=code))
        work.session.flush()
        rows = work.session.execute(select(col(SourceSystem.code), col(SourceSystem.id)))
        self._sources = {row.code: row.id for row in rows}

    def _register(self, batch: Sequence[File]) -> None:
        with self.archive.write(BUILDER) as work:
            self.enter(work, batch, list(self._first_homes(batch)))

    def _first_homes(self, batch: Sequence[File]) -> Iterator[int]:
        """Choose each file's box: in the central archive by its number, in the old rooms by its reference."""
        old = {
            site: [box.id for room in self._rooms(site) for box in self.ground.boxes_of_room(room)]
            for site in ROOMS_OF
        }
        for file in batch:
            site = self.draw.choices(list(ROOMS_OF), SHARES)[0]
            if site == "Centralarkivet":
                yield self.ground.central_box(number_of(file))
            else:
                boxes = old[site]
                year = min(max(file.opened.year, 1975), 2024) - 1975 + file.opened.month / 13
                yield boxes[int(year / 50 * len(boxes))]

    def _rooms(self, site: str) -> list[int]:
        return [room for room, of in self.ground.site_of.items() if of == site]

    def enter(self, work: Work, batch: Sequence[File], boxes: Sequence[int]) -> list[int]:
        """Register files with their persons, each at its box, and let them stand there."""
        self._meet(work, batch)
        made = files.register_many(
            work, [self._new(file, box) for file, box in zip(batch, boxes, strict=True)]
        )
        for entered, file, box in zip(made, batch, boxes, strict=True):
            ids = tuple(self._known[person.index] for person, _role in file.persons)
            self.ground.papers[entered.id] = Paper(
                entered.id, entered.code, number_of(file), file.reference, ids
            )
            self.ground.homes[entered.id] = box
            self.ground.put_in_order(entered.id, box)
        return [entered.id for entered in made]

    def _meet(self, work: Work, batch: Sequence[File]) -> None:
        """Register the persons that are new."""
        everyone = {person.index: person for file in batch for person, _role in file.persons}
        fresh = [person for index, person in everyone.items() if index not in self._known]
        made = people.register_many(
            work,
            [
                NewPerson(
                    person.family_name,
                    person.given_name,
                    identity.read(person.number, today=work.now.date()) if person.number else None,
                    PartialDate.from_date(person.born),
                    person.protection,
                )
                for person in fresh
            ],
        )
        self._known.update({person.index: row.id for person, row in zip(fresh, made, strict=True)})

    def _new(self, file: File, box: int) -> NewFile:
        return NewFile(
            reference=file.reference,
            source_id=self._sources[file.source],
            kind_id=self._kinds[file.kind],
            place=self._places[box],
            persons=tuple((self._known[person.index], role) for person, role in file.persons),
            part=file.part,
            parts=file.parts,
            opened_on=PartialDate.from_date(file.opened),
            closed_on=PartialDate.from_date(file.closed),
            protected=any(person.protection is not Protection.NONE for person, _role in file.persons),
            birth_key=birth_key(file.subject.number),
            how=Evidence.LIST,
        )


def number_of(file: File) -> str:
    """Return the number written on a cover: that of the person, or the date of birth."""
    return file.subject.number or f"{file.subject.born:%Y%m%d}0000"


def _user(work: Work, login: str, unit: str, role: Role) -> Actor:
    user = users.create_user(work, login, login.capitalize(), _quick_hash(), [role], unit=unit)
    return users.actor(user.stream, user.name, user.id, [role])
