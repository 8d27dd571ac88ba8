"""A physical world the register does not see: hands lend, carry, check and put away, and slip at given rates.

What is done goes through the real verbs, as those who do it would tell the register; where the files end up
is kept apart, in the ground. It knows nothing of the search plan. Everything is drawn from a seed.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from archive.files import files
from archive.kernel.store import Actor, Archive, Work
from archive.loans import loans
from archive.loans.loans import Request
from archive.places import places
from archive.scanning import scans
from archive.scanning.scans import Scanned
from archive.vocabulary import Evidence, LoanPurpose, ScanOutcome
from tests.bench import search_rates as rates
from tests.bench.search_ground import GONE, NEW_EACH_WEEK, Ground, Keeper, Lie, Loss, Worker, built, number_of
from tests.bench.search_rates import CHECK, PACK, PUT_AWAY, RETURN, Mixture, Slip
from tests.builders import SetClock

BEGINS = datetime(2026, 1, 12, 7, 0, tzinfo=UTC)  # a Monday
_SENDING = (LoanPurpose.COURT, LoanPurpose.DISCLOSURE, LoanPurpose.SUPERVISION)
_PURPOSES = (LoanPurpose.CASE_WORK, *_SENDING, LoanPurpose.ARCHIVE_WORK)
_NEXT = (1, -1, 1, -1, 1, -1, 1, 2, -2, 3)
_MISREAD = {
    "1": "7",
    "7": "1",
    "3": "8",
    "8": "3",
    "5": "6",
    "6": "5",
    "0": "6",
    "9": "4",
    "4": "9",
    "2": "7",
}
HOLDING = 30  # files in a crate


@dataclass(frozen=True, slots=True)
class Out:
    """A file handed out: which one the register names, which one was really taken, whose desk it lies on."""

    file: int
    taken: int
    borrower: Worker
    purpose: LoanPurpose
    batch: int
    due: int


class Life:
    """Let hands work for some weeks on a ground and tell the register what they think they did."""

    def __init__(
        self, archive: Archive, clock: SetClock, mixture: Mixture, seed: int, count: int = 2400
    ) -> None:
        self.archive, self.clock, self.mixture = archive, clock, mixture
        self.draw = random.Random(f"{mixture.name}:{seed}")
        clock.now = BEGINS - timedelta(days=30)
        self.building = built(archive, clock, count, rates.WEEKS, f"{mixture.name}:{seed}")
        self.ground: Ground = self.building.ground
        self.recorded = dict(self.ground.homes)  # as the register has it; -1 for what is on loan
        self.out: list[Out] = []
        self.slips: list[tuple[Slip, int]] = []
        self._batches = 0

    def live(self, weeks: int = rates.WEEKS) -> None:
        """Let so many weeks pass."""
        for day in range(weeks * 7):
            if day % 7 < 5:
                self.clock.now = BEGINS + timedelta(days=day)
                self._day(day)

    def _day(self, day: int) -> None:
        todo: list[Callable[[], None]] = [self.take_back_due(day)]
        todo += [lambda: self.lend(day)] * self._share(self.mixture.loans)
        todo += [self.ask] * self._share(self.mixture.asks)
        todo += [self.check] * self._share(self.mixture.checks)
        if day % 7 == 1:
            todo.append(self.pack)
        if day % 7 == 2:
            todo.append(self.unpack)
        if day % 7 == 3:
            todo += [self.register_new, self.shift_a_box]
        self.draw.shuffle(todo)
        for one in todo:
            one()

    def _share(self, a_week: float) -> int:
        whole, rest = divmod(a_week / 5, 1)
        return int(whole) + (self.draw.random() < rest)

    @contextmanager
    def _as(self, actor: Actor) -> Iterator[Work]:
        self.clock.forward(minutes=self.draw.uniform(3, 15))
        with self.archive.write(actor) as work:
            yield work

    def _keeper(self, room: int) -> Keeper:
        site = self.ground.site_of[room]
        return self.draw.choice([keeper for keeper in self.ground.keepers if keeper.site == site])

    def _slip(self, among: Sequence[Slip], times: float = 1) -> Slip | None:
        at = self.draw.random() / times
        for slip in among:
            at -= self.mixture.rate(slip)
            if at < 0:
                return slip
        return None

    def _scan(self, work: Work, code: str, context: str | None = None, *, carry: bool = False) -> ScanOutcome:
        self.clock.forward(seconds=6)
        scan = Scanned(str(UUID(int=self.draw.getrandbits(128))), code, context, carry=carry)
        return scans.take(work, scan).outcome

    def _put_by_scan(self, work: Work, file: int, place: int) -> None:
        """Scan a file at a place; the register moves it there, takes it back there, or sees it there."""
        self._scan(work, self.ground.papers[file].code, self.ground.holder(place).code)
        self.recorded[file] = place

    # Lending

    def lend(self, day: int) -> None:
        """Take out what a case worker asks for, one to four files, and hand it out."""
        borrower = self.draw.choice(self.ground.workers)
        wanted = self._wanted()
        keeper = self._keeper(self.ground.holder(self.recorded[wanted[0]]).room)
        purpose = self.draw.choices(_PURPOSES, (80, 4, 8, 3, 5))[0]
        days = int(self.draw.expovariate(1 / 14)) + 2
        self._batches += 1
        with self._as(keeper.actor) as work:
            for file in wanted:
                taken = self._fetch(file)
                if taken is None:
                    continue
                due_on = (self.clock.now + timedelta(days=28)).date()
                known = borrower.actor.user_id if self.draw.random() < 0.6 else None
                request = Request(borrower.actor.name, purpose, due_on, borrower.unit, known)
                loans.hand_out(work, files.get(work, file), request)
                self.recorded[file] = -1
                self.ground.put(taken, Lie("desk", borrower.actor.id))
                self.out.append(Out(file, taken, borrower, purpose, self._batches, day + days))

    def _wanted(self) -> list[int]:
        """Choose a file, and some more of the same person or from the same room."""
        draw = self.draw
        standing = [file for file, place in self.recorded.items() if place in self.ground.boxes]
        first = draw.choice(standing)
        room = self.ground.boxes[self.recorded[first]].room
        more = draw.choices((0, 1, 2, 3), (50, 25, 15, 10))[0]
        kin = [file for file in self.siblings(first) if file in self.recorded and self._stands_in(file, room)]
        found = [first, *kin[:more]] if draw.random() < 0.6 else [first]
        while len(found) <= more:
            other = draw.choice(standing)
            if other not in found and self._stands_in(other, room):
                found.append(other)
        return found

    def _stands_in(self, file: int, room: int) -> bool:
        place = self.recorded[file]
        return place in self.ground.boxes and self.ground.boxes[place].room == room

    def siblings(self, file: int) -> list[int]:
        """Return the other files about any of the same persons."""
        persons = set(self.ground.papers[file].persons)
        return [
            one for one, paper in self.ground.papers.items() if one != file and persons & {*paper.persons}
        ]

    def _fetch(self, file: int) -> int | None:
        """Take a file from where it is recorded: it, none, or by a slip one beside it."""
        recorded = self.recorded[file]
        if self.ground.lies[file] != Lie("place", recorded) or not self._glances(file):
            return None
        beside = self.ground.beside(file)
        if beside and self._slip((Slip.WRONG_PULL,)):
            other = self._alike(file, beside)
            self.slips.append((Slip.WRONG_PULL, other))
            return other
        return file

    def _alike(self, file: int, beside: Sequence[int]) -> int:
        """Choose what a hand takes for another: the most alike number in the box, or a neighbour."""
        number = self.ground.papers[file].number

        def differing(other: int) -> int:
            return sum(a != b for a, b in zip(number, self.ground.papers[other].number, strict=False))

        return min(beside, key=differing) if self.draw.random() < 0.5 else beside[0]

    def _glances(self, file: int) -> bool:
        out = file in self.ground.out_of_order
        return self.draw.random() < (rates.GLANCE_OUT_OF_ORDER if out else rates.GLANCE)

    def take_back_due(self, day: int) -> Callable[[], None]:
        """Take back what borrowers bring on a day."""

        def take_back() -> None:
            due = [out for out in self.out if out.due <= day]
            self.out = [out for out in self.out if out.due > day]
            for batch in sorted({out.batch for out in due}):
                self._take_back([out for out in due if out.batch == batch])

        return take_back

    def _take_back(self, batch: Sequence[Out]) -> None:
        keeper = self._keeper(self._room_of(self.ground.homes[batch[0].file]))
        mates = [out.taken for out in batch]
        with self._as(keeper.actor) as work:
            for out in batch:
                if self.recorded[out.file] != -1:  # another file was taken, and this one seen on its shelf
                    self.put_away(out.taken, self.ground.homes[out.taken], mates)
                    continue
                slip = self._return_slip(out, mates)
                if slip or out.taken != out.file or self.draw.random() > keeper.scans:
                    loans.take_back(work, files.get(work, out.file))
                    self.recorded[out.file] = self.ground.homes[out.file]
                    if slip is None:
                        self.put_away(out.taken, self.ground.homes[out.file], mates)
                elif (where := self.put_away(out.file, self.ground.homes[out.file], mates)) is not None:
                    self._put_by_scan(work, out.file, where)

    def _return_slip(self, out: Out, mates: Sequence[int]) -> Slip | None:
        slip = self._slip(RETURN)
        if slip is None and out.purpose in _SENDING:
            slip = self._slip((Slip.SENT_OUT,), times=10)
        others = [mate for mate in mates if mate != out.taken]
        if slip is None or (slip is Slip.IN_LOAN_MATE and not others):
            return None
        self.slips.append((slip, out.taken))
        colleagues = [w for w in self.ground.workers if w.unit == out.borrower.unit and w != out.borrower]
        lies = {
            Slip.KEPT: Lie("desk", out.borrower.actor.id),
            Slip.HANDED_ON: Lie("desk", self.draw.choice(colleagues).actor.id),
            Slip.SENT_OUT: Lie("away", "authority"),
            Slip.IN_LOAN_MATE: Lie("cover", self.draw.choice(others)) if others else GONE,
            Slip.GONE: GONE,
        }
        self.ground.put(out.taken, lies[slip])
        return slip

    def _room_of(self, place: int) -> int:
        return self.ground.holder(place).room

    # Putting away

    def put_away(self, file: int, box: int, mates: Sequence[int], times: float = 1) -> int | None:
        """Put a file into its box, or by a slip elsewhere; return the place one would scan, None if none."""
        slip = self._slip(PUT_AWAY, times)
        others = [mate for mate in mates if mate != file]
        if slip in (Slip.BATCH_BOX, Slip.CONTEXT_KEPT) and not others:
            slip = None
        if slip is None:
            self.ground.put_in_order(file, box)
            return box
        self.slips.append((slip, file))
        if slip is Slip.CONTEXT_KEPT:
            self.ground.put_in_order(file, box)
            return self.ground.homes[self.draw.choice(others)]
        if slip is Slip.OUT_OF_ORDER:
            self.ground.put(file, Lie("place", box), self.draw.randrange(len(self.ground.loose[box]) + 1))
            self.ground.out_of_order.add(file)
            return box
        self._misplace(slip, file, box, others)
        return box

    def _misplace(self, slip: Slip, file: int, box: int, mates: Sequence[int]) -> None:
        ground, draw = self.ground, self.draw
        stands = ground.boxes[box]
        if slip is Slip.ON_TABLE:
            ground.put(file, Lie("table", stands.room))
        elif slip is Slip.BEHIND:
            ground.put(file, Lie("behind", stands.rack))
        elif slip is Slip.GONE:
            ground.put(file, GONE)
        elif slip is Slip.IN_COVER:
            ground.put_in_order(file, box)
            near = ground.beside(file)[:2] or [draw.choice(list(ground.papers))]
            ground.put(
                file, Lie("cover", draw.choice(list(mates) if mates and draw.random() < 0.4 else near))
            )
        else:
            ground.put_in_order(file, self._wrong_box(slip, file, box, mates))

    def _wrong_box(self, slip: Slip, file: int, box: int, mates: Sequence[int]) -> int:
        if slip is Slip.OTHER_SHELF:
            return self._other_shelf(box)
        if slip is Slip.MISREAD:
            return self._misread(file, box)
        if slip is Slip.BATCH_BOX:
            return self.ground.homes[self.draw.choice(list(mates))]
        if slip is Slip.WITH_SIBLING and (kin := self.siblings(file)):
            return self.ground.homes[self.draw.choice(kin)]
        if slip is Slip.OLD_HOME and file in self.ground.earlier:
            return self.ground.earlier[file]
        row = [one.id for one in self.ground.boxes_of_room(self._room_of(box))]
        at = row.index(box) + self.draw.choice(_NEXT)
        return row[min(max(at, 0), len(row) - 1)]

    def _other_shelf(self, box: int) -> int:
        stands = self.ground.boxes[box]
        same = [
            one
            for one in self.ground.boxes_of_room(stands.room)
            if one.slot == stands.slot
            and one.id != box
            and (one.rack == stands.rack or self.draw.random() < 0.3)
        ]
        return self.draw.choice(same).id if same else box

    def _misread(self, file: int, box: int) -> int:
        """Return the box a misread number belongs into: digits swapped, one misread, day taken for month."""
        if box not in self.ground.central:
            return self.draw.choice(self.ground.boxes_of_room(self._room_of(box))).id
        digits = list(self.ground.papers[file].number)
        how, at = self.draw.random(), self.draw.randrange(2, 7)
        if how < 0.5:
            digits[at], digits[at + 1] = digits[at + 1], digits[at]
        elif how < 0.85:
            digits[at] = _MISREAD[digits[at]]
        else:
            digits[4:8] = digits[6:8] + digits[4:6]
        return self.ground.central_box("".join(digits))

    # On the spot

    def ask(self) -> None:
        """Let a case worker look at a file in the room, most often scanning it, and put it back."""
        worker = self.draw.choice(self.ground.workers)
        file = self._wanted()[0]
        taken = self._fetch(file)
        if taken is None:
            return
        if self.draw.random() < 0.7:
            with self._as(worker.actor) as work:
                self._scan(work, self.ground.papers[taken].code)
        if self._slip((Slip.KEPT_UNRECORDED,)):
            self.slips.append((Slip.KEPT_UNRECORDED, taken))
            self.ground.put(taken, Lie("desk", worker.actor.id))
        else:
            self.put_away(taken, self.recorded[file], [], times=3)

    def check(self) -> None:
        """Scan every file of a box in its order and put it back."""
        box = self.draw.choice(list(self.ground.boxes))
        keeper = self._keeper(self._room_of(box))
        with self._as(keeper.actor) as work:
            for file in list(self.ground.loose[box]):
                if self.draw.random() > rates.CHECKER:
                    continue
                self._put_by_scan(work, file, box)
                self.ground.homes[file] = box
                slip = self._slip(CHECK)
                beside = self.ground.beside(file)
                if slip and beside:
                    self.slips.append((slip, file))
                    next_box = self._wrong_box(Slip.NEXT_BOX, file, box, [])
                    lie = Lie("cover", beside[0]) if slip is Slip.SLIPPED else Lie("place", next_box)
                    self.ground.put(file, lie)

    def shift_a_box(self) -> None:
        """Move a box to another shelf of its room, in the register too."""
        box = self.draw.choice(list(self.ground.boxes.values()))
        other = self.draw.choice(self.ground.boxes_of_room(box.room))
        if other.shelf == box.shelf:
            return
        with self._as(self._keeper(box.room).actor) as work:
            place = places.get(work, box.id)
            places.move(work, place, places.get(work, other.shelf))
            box.rack, box.shelf, box.slot = other.rack, other.shelf, place.position

    def register_new(self) -> None:
        """Register the files that units closed this week, each put into its box."""
        keeper = self._keeper(self._room_of(self.ground.central[0]))
        fresh = [self.building.waiting.pop() for _ in range(min(NEW_EACH_WEEK, len(self.building.waiting)))]
        boxes = [self.ground.central_box(number_of(file)) for file in fresh]
        with self._as(keeper.actor) as work:
            made = self.building.enter(work, fresh, boxes)
            for one in made:
                self.recorded[one] = self.ground.homes[one]
                self.put_away(one, self.ground.homes[one], made)

    # The weekly delivery

    def pack(self) -> None:
        """Pack some boxes of an old room into crates and send them to the central archive."""
        full = [
            box for box in self.ground.boxes.values() if not self._central(box.room) and self._listed(box.id)
        ]
        if not full:
            return
        full.sort(key=lambda box: (box.room, box.rack, box.shelf, box.slot))
        room = full[0].room
        keeper = self._keeper(room)
        listed: list[int] = []
        for box in full:
            if box.room == room and len(listed) < self.mixture.packed:
                listed += self._listed(box.id)
        crates = list(self.ground.crates)[: -(-len(listed) // HOLDING)]
        with self._as(keeper.actor) as work:
            for crate in crates:
                if self.ground.crates[crate].room != room:
                    self._carry(work, crate, room)
            careful = self.draw.random() < keeper.scans
            for number, file in enumerate(listed):
                self._pack_one(work, file, crates[number // HOLDING], crates, careful)
        with self._as(keeper.actor) as work:
            for crate in crates:
                self._carry(work, crate, self._room_of(self.ground.central[0]))

    def _central(self, room: int) -> bool:
        return self.ground.site_of[room] == "Centralarkivet"

    def _listed(self, place: int) -> list[int]:
        return [file for file, at in self.recorded.items() if at == place]

    def _carry(self, work: Work, crate: int, room: int) -> None:
        self._scan(work, self.ground.crates[crate].code, self.ground.room_codes[room], carry=True)
        self.ground.crates[crate].room = room

    def _pack_one(self, work: Work, file: int, crate: int, crates: Sequence[int], careful: bool) -> None:
        there = self.ground.lies[file] == Lie("place", self.recorded[file])
        if careful and not there:
            return
        slip = self._slip(PACK) if there else None
        if slip is Slip.LEFT_BEHIND and careful:
            slip = None  # what is scanned is in the hand
        mates = [one for one in self.ground.loose.get(crate, []) if one != file]
        box = self.recorded[file]
        if careful:
            self._put_by_scan(work, file, crate)
        else:
            files.move(work, files.get(work, file), places.get(work, crate), how=Evidence.HAND)
            self.recorded[file] = crate
        self.ground.earlier[file] = box
        if not there:
            return
        if slip:
            self.slips.append((slip, file))
        wrong = [one for one in crates if one != crate] or [crate]
        lies = {
            Slip.LEFT_BEHIND: Lie("place", box),
            Slip.WRONG_CRATE: Lie("place", self.draw.choice(wrong)),
            Slip.IN_CRATE_MATE: Lie("cover", self.draw.choice(mates)) if mates else Lie("place", crate),
            Slip.ON_TABLE: Lie("table", self._room_of(box)),
            Slip.GONE: GONE,
        }
        self.ground.put(file, lies[slip] if slip else Lie("place", crate))

    def unpack(self) -> None:
        """Unpack the crates that stand in the central archive, each file into its box."""
        for crate in [one for one in self.ground.crates.values() if self._central(one.room)]:
            keeper = self._keeper(crate.room)
            careful = self.draw.random() < keeper.scans
            with self._as(keeper.actor) as work:
                self._unpack(work, crate.id, careful)

    def _unpack(self, work: Work, crate: int, careful: bool) -> None:
        inside, listed = list(self.ground.loose.get(crate, [])), self._listed(crate)
        for file in inside if careful else list(dict.fromkeys([*listed, *inside])):
            box = self.ground.central_box(self.ground.papers[file].number)
            left = file in inside and self._slip((Slip.LEFT_IN_CRATE,)) is not None
            if left:
                self.slips.append((Slip.LEFT_IN_CRATE, file))
                if careful:
                    continue
            self.ground.homes[file] = box
            where: int | None = box
            if file in inside and not left:
                where = self.put_away(file, box, inside)
            if careful and where is not None:
                self._put_by_scan(work, file, where)
            elif file in listed:
                files.move(work, files.get(work, file), places.get(work, box), how=Evidence.HAND)
                self.recorded[file] = box

    # What is missed

    def losses(self) -> list[Loss]:
        """Ask once for every file the register has in a place; return those not found at a glance."""
        found = []
        order = [file for file, place in self.recorded.items() if place != -1]
        self.draw.shuffle(order)
        for file in order:
            recorded = self.recorded[file]
            lie = self.ground.lies[file]
            if lie == Lie("place", recorded) and self._glances(file):
                continue
            fetcher = self._keeper(self._room_of(recorded))
            found.append(Loss(file, recorded, lie, self.ground.outer(file), fetcher.actor.id, self.clock.now))
        return found
