"""The weeks of the demo archive: rooms swept and emptied, a delivery every week, what is going on today."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlmodel import col

from archive.deliveries import planning, transfer_notices
from archive.files import files
from archive.files.files import NewFile
from archive.kernel.clock import add_working_days, local_date
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Work, worker
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import (
    CaseFile,
    CoverCheck,
    DeliveryLine,
    Emptying,
    FileKind,
    PersonNumber,
    Place,
    SourceSystem,
    Unit,
)
from archive.places import places
from archive.programme import emptying, forecast, weekly_delivery
from archive.programme.weekly_delivery import Usual, day_in_week
from archive.vocabulary import Custody, LoanPurpose, PersonRole, PlaceKind, SweepState
from seed.demo.cast import ARCHIVIST, ASSISTANTS, CASE_WORKER, KEEPER, OTHER_KEEPER, UNIT
from seed.demo.checkers import Checkers
from seed.demo.transports import PER_CRATE, Carriers, SenderWish, Transport
from seed.demo.world import World

WEEKS = 24  # at the pace of the demo the old rooms are empty in about so many
FEWEST, LARGEST = 4, 240  # pieces of one delivery, however small or large the demo
DELIVERIES = 10  # at most that come in the time of the demo
FIRST_ROOMS = ("Pannrummet", "Valvet", "Mellanarkiv")
SECOND_ROOMS = ("Norra arkivet", "Södra arkivet")
OFFICE, OFFICE_ROOM = "Kansligatan 8", "Rum 3014"
MISHAPS = {1: "left_behind", 2: "seal", 3: "unlisted", 4: "other_crate", 5: "left_behind"}
_CLAIMED = select(col(DeliveryLine.file_id)).where(
    col(DeliveryLine.open), col(DeliveryLine.file_id).is_not(None)
)
OF_UNIT = 3  # the delivery a unit sends with


@dataclass
class Weeks:
    """The deliveries of the demo, from the first week until today."""

    carriers: Carriers
    checkers: Checkers
    world: World
    weekday: int
    pieces: int = FEWEST
    made: int = 0
    shelved: int = 0
    coming: Transport | None = None
    going: list[Transport] = field(default_factory=list)
    boxes: list[int] = field(default_factory=list)
    turns_up: Callable[[Transport], None] = lambda _transport: None
    swept_last: int = 0  # the room that is being swept when the story ends
    foreign_in: int = 0  # the file in whose cover another one will be found

    @property
    def last_day(self) -> date:
        """Return the day the story ends."""
        return self.carriers.clock.last_day

    # Before the first week

    def prepare(self) -> None:
        """Enter the rooms into the programme, put up shelves for what comes, take crates into use."""
        with self.carriers.archive.write(self.carriers.people[ARCHIVIST]) as work:
            rooms = work.session.scalars(select(Place).where(col(Place.kind) == PlaceKind.ROOM))
            named = {place.name: place for place in rooms}
            emptied = [room.name for room in self.world.rooms if room.emptied]
            for name in (*emptied, *FIRST_ROOMS, *SECOND_ROOMS):
                emptying.enter(work, named[name])
            self.swept_last = named[emptied[-1]].id
            left = sum(_free(work, named[name]) for name in (*FIRST_ROOMS, *SECOND_ROOMS))
            self.pieces = min(max(FEWEST, left // WEEKS), LARGEST)
            self._put_up_shelves(work, named[self.world.city.central.stacks[-1]])
            office = places.create(work, None, PlaceKind.SITE, OFFICE)
            places.create(work, office, PlaceKind.ROOM, OFFICE_ROOM)
            reception = named[self.world.city.central.receiving]
        self.checkers.every = max(4, min(12, self.pieces // 3))
        self.carriers.buy_crates(8 + 6 * (self.pieces // PER_CRATE + 2), reception)

    def _put_up_shelves(self, work: Work, stack: Place) -> None:
        layout = self.world.city.central
        per_rack = layout.shelves_per_rack * layout.boxes_per_shelf * layout.files_per_box
        racks = [one for one in places.children(work, stack) if one.kind is PlaceKind.RACK]
        count = DELIVERIES * self.pieces // per_rack + 1
        numbers = tuple(str(len(racks) + number) for number in range(1, count + 1))
        levels = [
            places.Level(PlaceKind.RACK, numbers),
            places.Level(PlaceKind.SHELF, tuple(str(one + 1) for one in range(layout.shelves_per_rack))),
            places.Level(PlaceKind.BOX, tuple(str(one + 1) for one in range(layout.boxes_per_shelf))),
        ]
        made = places.create_many(work, stack, levels, capacity=layout.files_per_box)
        self.boxes = [place.id for place in sorted(made, key=_path) if place.kind is PlaceKind.BOX]

    def sweep_emptied(self) -> None:
        """Sweep the rooms in which nothing is recorded, and sign that they are empty and closed."""
        with self.carriers.archive.read(self.carriers.people[ARCHIVIST]) as work:
            waiting = [one.id for one in self._left_empty(work) if one.room_id != self.swept_last]
        for emptying_id in waiting:
            self._sweep(emptying_id)

    def _left_empty(self, work: Work) -> list[Emptying]:
        """Return the rooms nothing is recorded in, that nobody has swept."""
        rooms = [one for one in emptying.rooms(work) if one.status is SweepState.WAITING]
        return [one for one in rooms if not forecast.left_in(work, one.room_id)]

    def sweep_half(self) -> None:
        """Begin with the last of the emptied rooms; somebody is there right now."""
        people, archive = self.carriers.people, self.carriers.archive
        with archive.write(people[KEEPER]) as work:
            for one in self._left_empty(work):
                emptying.begin(work, one)
                shelves = emptying.to_sweep(work, one)
                for shelf in shelves[: len(shelves) // 2]:
                    emptying.sweep(work, one, shelf)

    def _sweep(self, emptying_id: int) -> None:
        people, archive, clock = self.carriers.people, self.carriers.archive, self.carriers.clock
        with archive.write(people[KEEPER]) as work:
            emptying.begin(work, _emptying(work, emptying_id))
        clock.forward(minutes=9)
        with archive.write(people[KEEPER]) as work:
            for shelf in emptying.to_sweep(work, _emptying(work, emptying_id)):
                emptying.sweep(work, _emptying(work, emptying_id), shelf)
            emptying.finish(work, _emptying(work, emptying_id))
            emptying.sign(work, _emptying(work, emptying_id))
        clock.forward(minutes=3)
        with archive.write(people[ARCHIVIST]) as work:
            home = _room(work, self.world.city.central.receiving)
            emptying.countersign(work, _emptying(work, emptying_id), home)

    # Week by week

    def day(self) -> None:
        """Let a working day pass: what came is checked, what is planned comes, the next one is planned."""
        clock = self.carriers.clock
        today = local_date(clock.now)
        for transport in list(self.going):
            self._go_on(transport)
        if self.coming is not None and self.coming.day == today:
            self._transport(self.coming)
            self.coming = None
        clock.at(16, 10)
        tomorrow = add_working_days(today, 1)
        if day_in_week(tomorrow, self.weekday) == tomorrow < self.last_day:
            self.coming = self._plan(tomorrow)
        self.count()

    def count(self) -> None:
        """Count what is left in the rooms, as every night."""
        with self.carriers.archive.write(worker(forecast.ROUTINE)) as work:
            forecast.count(work, local_date(work.now))

    def _is_last(self, transport: Transport) -> bool:
        """Tell whether no later delivery has come before today: its covers are still being checked."""
        return day_in_week(transport.day + timedelta(days=7), self.weekday) >= self.last_day

    def _plan(self, day: date) -> Transport | None:
        self.made += 1
        wishes = self._wishes(FIRST_ROOMS, SECOND_ROOMS)
        if self.made == 1:
            wishes += self._left_over()
        if self.made == OF_UNIT:
            wishes += self._of_unit()
        return self.carriers.plan(self.made, day, wishes, {MISHAPS.get(self.made, "")})

    def _wishes(self, *groups: Iterable[str]) -> list[SenderWish]:
        """Say how much each of two addresses sends: the first room of it that has something left."""
        wishes = []
        with self.carriers.archive.read(self.carriers.people[ARCHIVIST]) as work:
            less = self.pieces * 2 // 5
            for share, names in zip((self.pieces - less, less), groups, strict=True):
                rooms = [_room(work, name) for name in names]
                room = next((one for one in rooms if not one.closed_at and _free(work, one)), None)
                if room is not None:
                    wishes.append(SenderWish(room.id, max(share, 1)))
        return wishes

    def _left_over(self) -> list[SenderWish]:
        """Fetch what the lists still name in rooms that were emptied before."""
        with self.carriers.archive.read(self.carriers.people[ARCHIVIST]) as work:
            rooms = [_room(work, room.name) for room in self.world.rooms if room.emptied]
            return [SenderWish(room.id, min(left, LARGEST)) for room in rooms if (left := _free(work, room))]

    def _of_unit(self) -> list[SenderWish]:
        """Register a unit's newly closed files and let it send them."""
        with self.carriers.archive.write(self.carriers.people[ASSISTANTS[0]]) as work:
            room = _room(work, OFFICE_ROOM)
            new = _newly_closed(work, self.world, room, max(2, self.pieces // 5))
            if not new:
                return []
            files.register_many(work, new)
            unit = work.session.scalars(select(Unit).where(col(Unit.name) == UNIT)).one()
            announced = transfer_notices.announce(work, unit.id, room, len(new))
            return [SenderWish(room.id, len(new), announcement_id=announced.id)]

    def _transport(self, transport: Transport) -> None:
        """Let the planned delivery come."""
        self._bring(transport)
        if not transport.shares:
            return
        clock = self.carriers.clock
        clock.at(13)
        for share_id in transport.shares:
            self.carriers.receive(transport, share_id)
            self.carriers.sign(transport, share_id)
        self.carriers.explain(transport)
        if self._is_last(transport):
            self._lend_from_queue(transport)
        self.going.append(transport)

    def _bring(self, transport: Transport) -> None:
        clock = self.carriers.clock
        clock.at(8, 20)
        for share_id in list(transport.shares):
            self.carriers.pack(transport, share_id)
            self.carriers.send(transport, share_id)
        if not transport.shares:
            self._call_off(transport.id, "Den enda akten på listan gick inte att hitta.")

    def _go_on(self, transport: Transport) -> None:
        transport.age += 1
        clock = self.carriers.clock
        clock.at(9, 30)
        if self._is_last(transport):
            if transport.age == 1:
                self.checkers.check(transport.id, 0.3)
        elif transport.age == 1:
            self.turns_up(transport)
            self.checkers.check(transport.id, 0.5)
        elif transport.age == 2:
            self.checkers.check(transport.id)
            self.carriers.shelve(transport, self.home)
        else:
            self.checkers.put_right()
            self.carriers.close(transport)
            self.going.remove(transport)
            self.sweep_emptied()
        self.checkers.check_again()

    def home(self, file: CaseFile) -> Place:
        """Return the box a file that came is put into: the next one with room; an envelope apart."""
        with self.carriers.archive.read(self.carriers.people[ARCHIVIST]) as work:
            if file.protected:
                room = _room(work, self.world.city.central.protected)
                boxes = select(Place).where(*places.subtree(room.path), col(Place.kind) == PlaceKind.BOX)
                return work.session.scalars(boxes.order_by(col(Place.path).desc()).limit(1)).one()
            box = self.boxes[self.shelved // self.world.city.central.files_per_box]
            self.shelved += 1
            return places.get(work, box)

    def _lend_from_queue(self, transport: Transport) -> None:
        """Lend a file whose cover is not checked yet: what lies in it goes along."""
        waiting = [number for number, sealed in self.checkers.waiting(transport.id) if not sealed]
        if not waiting:
            return
        with self.carriers.archive.write(self.carriers.people[ASSISTANTS[0]]) as work:
            self.foreign_in = work.session.get_one(CoverCheck, waiting[-1]).file_id
            borrower = self.carriers.people[CASE_WORKER].name
            due = add_working_days(local_date(work.now), 5)
            request = Request(borrower, LoanPurpose.CASE_WORK, due, borrower_unit=UNIT)
            loans.hand_out(work, files.get(work, self.foreign_in), request)

    # Today

    def today(self) -> None:
        """Leave a delivery in every state: checked, being received, on the way, being packed, planned."""
        if self.going:
            self._find_foreign(self.going[-1])
            self.checkers.check(self.going[-1].id, 0.45)
            self.checkers.check_again()
        today, tomorrow = self.last_day, add_working_days(self.last_day, 1)
        arriving = self._next(today, "seal_number", FIRST_ROOMS, SECOND_ROOMS)
        on_its_way = self._next(today, "", FIRST_ROOMS[1:], SECOND_ROOMS)
        packed = self._next(tomorrow, "", FIRST_ROOMS[1:], SECOND_ROOMS[::-1])
        if arriving is not None:
            self._bring(arriving)
            if arriving.shares:
                self._receive_half(arriving)
        if on_its_way is not None:
            self._bring(on_its_way)
        if packed is not None:
            self.carriers.pack(packed, packed.shares[0], 0.6)
        self._announce(UNIT, 14)
        self._open_next_week(tomorrow)
        self._cancel(add_working_days(self.last_day, 6))
        self._announce("Familjerätten", 9)
        self.sweep_half()
        self.count()

    def _next(self, day: date, mishap: str, *groups: Iterable[str]) -> Transport | None:
        self.made += 1
        return self.carriers.plan(self.made, day, self._wishes(*groups), {mishap})

    def _find_foreign(self, transport: Transport) -> None:
        """Take the lent file back, and find another one of its room in its cover."""
        if not self.foreign_in:
            return
        with self.carriers.archive.write(self.carriers.people[ASSISTANTS[0]]) as work:
            holder = files.get(work, self.foreign_in)
            loans.take_back(work, holder)
            line = work.session.scalars(
                select(DeliveryLine).where(
                    col(DeliveryLine.file_id) == holder.id, col(DeliveryLine.delivery_id) == transport.id
                )
            ).one()
            other = other_of_room(work, line.place_id or 0)
            check_id = work.session.scalars(
                select(col(CoverCheck.id)).where(col(CoverCheck.line_id) == line.id)
            ).first()
        if other is not None and check_id is not None:
            self.checkers.foreign(check_id, other)

    def _cancel(self, day: date) -> None:
        with self.carriers.archive.write(self.carriers.people[ARCHIVIST]) as work:
            extra = planning.plan(work, planning.DeliveryPlan(day, capacity=4, crate_files=PER_CRATE)).id
        self._call_off(extra, "Hissen på Ribbingsgatan 41 är avstängd för reparation.")

    def _call_off(self, delivery_id: int, reason: str) -> None:
        with self.carriers.archive.write(self.carriers.people[ARCHIVIST]) as work:
            planning.cancel(work, planning.get(work, delivery_id), reason)

    def _receive_half(self, transport: Transport) -> None:
        """Sign for the first sender, of whom a piece is missing, and begin with the second."""
        first, *others = transport.shares
        with self.carriers.archive.read(self.carriers.people[ARCHIVIST]) as work:
            sent = select(col(DeliveryLine.file_id)).where(
                col(DeliveryLine.sender_id) == first, col(DeliveryLine.in_transit)
            )
            pieces = list(work.session.scalars(sent.order_by(col(DeliveryLine.row))))
        transport.held_back = pieces[-1] if len(pieces) > 1 else None
        self.carriers.receive(transport, first)
        self.carriers.sign(transport, first)
        for share_id in others:
            self.carriers.receive(transport, share_id, part=0.6)

    def _announce(self, unit: str, count: int) -> None:
        with self.carriers.archive.write(self.carriers.people[OTHER_KEEPER]) as work:
            found = work.session.scalars(select(Unit).where(col(Unit.name) == unit)).first()
            room = _room(work, OFFICE_ROOM)
            if found is not None:
                transfer_notices.announce(work, found.id, room, count)

    def _open_next_week(self, tomorrow: date) -> None:
        """Open the delivery of next week as the timetable does, or of the week after when one is planned."""
        some_day = self.last_day + timedelta(days=7)
        if planning.week_of(tomorrow) == planning.week_of(some_day):
            some_day += timedelta(days=7)
        usual = Usual(self.weekday, crates=max(2, self.pieces // PER_CRATE + 1), crate_files=PER_CRATE)
        with self.carriers.archive.write(worker(weekly_delivery.ROUTINE)) as work:
            weekly_delivery.open_week(work, some_day, usual)


def _path(place: Place) -> str:
    return place.path


def _room(work: Work, name: str) -> Place:
    return work.session.scalars(
        select(Place).where(col(Place.kind) == PlaceKind.ROOM, col(Place.name) == name)
    ).one()


def _emptying(work: Work, emptying_id: int) -> Emptying:
    return emptying.get(work, emptying_id)


def _free(work: Work, room: Place) -> int:
    """Count the files of a room that stand there and no list claims."""
    statement = (
        select(func.count())
        .select_from(CaseFile)
        .join(Place, col(Place.id) == CaseFile.place_id)
        .where(
            *places.subtree(room.path),
            col(CaseFile.status) == Custody.ON_PLACE,
            col(CaseFile.id).not_in(_CLAIMED),
        )
    )
    return int(work.session.scalar(statement) or 0)


def other_of_room(work: Work, place_id: int) -> int | None:
    """Return a file that the register still shows in the room of a place, and that is in no envelope."""
    path = work.session.get_one(Place, place_id).path.split(".")
    statement = (
        select(col(CaseFile.id))
        .join(Place, col(Place.id) == CaseFile.place_id)
        .where(
            *places.subtree(".".join(path[:2])),
            col(CaseFile.status) == Custody.ON_PLACE,
            ~col(CaseFile.protected),
            col(CaseFile.id).not_in(_CLAIMED),
        )
        .order_by(col(Place.path).desc(), col(CaseFile.position).desc())
    )
    return work.session.scalars(statement.limit(1)).first()


def _newly_closed(work: Work, world: World, room: Place, most: int) -> list[NewFile]:
    """Return closed cases no cover of which has been delivered, of persons the register knows."""
    source = work.session.scalars(select(SourceSystem).where(col(SourceSystem.code) == "LINJE")).one()
    kinds = {kind.code: kind.id for kind in work.session.scalars(select(FileKind))}
    units = {unit.name: unit.id for unit in work.session.scalars(select(Unit))}
    found: list[NewFile] = []
    cases, city = world.cases, world.city
    for case in range(len(cases)):
        person = world.person(cases.subject(case))
        if len(found) == most or not cases.waiting(case) or world.is_protected(case) or not person.number:
            continue
        known = work.session.scalars(
            select(col(PersonNumber.person_id)).where(col(PersonNumber.number) == person.number)
        ).first()
        if known is None or cases.source(case).code != source.code:
            continue
        found.append(
            NewFile(
                reference=cases.reference(case),
                source_id=source.id,
                kind_id=kinds[city.kinds[cases.kind[case]].code],
                place=room,
                persons=((known, PersonRole.SUBJECT),),
                unit_id=units.get(city.units[cases.unit[case]].name),
                opened_on=PartialDate.from_date(date.fromordinal(cases.opened[case])),
                closed_on=PartialDate.from_date(date.fromordinal(cases.closed[case])),
                last_note_on=PartialDate.from_date(date.fromordinal(cases.last_note[case])),
            )
        )
    return found
