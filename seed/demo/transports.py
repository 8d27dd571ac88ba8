"""What happened to one delivery of the demo archive: planned, packed, sent, received, explained, closed."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlmodel import col

from archive.deliveries import (
    dispatch,
    lines,
    packing,
    pick_lists,
    planning,
    receiving,
    reconciliation,
    transfer_notices,
)
from archive.deliveries.planning import DeliveryPlan
from archive.files import files, wanted
from archive.kernel.store import Actor, Archive, Work
from archive.models import Announcement, CaseFile, DeliveryCrate, DeliveryLine, Difference, Place
from archive.places import places
from archive.scanning import scans
from archive.scanning.scans import Scanned
from archive.vocabulary import Custody, DifferenceKind, DifferenceReason, Evidence, PlaceKind
from seed.demo.cast import ARCHIVIST, ASSISTANTS, KEEPER, OTHER_KEEPER, DemoClock

PER_CRATE = 15
LONGEST_ROUND = timedelta(minutes=25)  # for one crate, however much is in it
EACH = timedelta(seconds=20)
DRIVERS = ("Kent Wikström", "Amira Haddad", "Börje Sandberg")
# What explains what shows; a piece that is missed stays open in the demo.
_REASONS = {
    DifferenceKind.LISTED_NOT_PACKED: DifferenceReason.LEFT_BEHIND,
    DifferenceKind.ON_SHELF_NOT_LISTED: DifferenceReason.LIST_OLD,
    DifferenceKind.RECEIVED_NOT_PACKED: DifferenceReason.PACKED_UNSCANNED,
    DifferenceKind.IN_ANOTHER_CRATE: DifferenceReason.WRONG_CRATE,
    DifferenceKind.SEAL_BROKEN: DifferenceReason.SEAL_LOOSE,
    DifferenceKind.SEAL_DIFFERS: DifferenceReason.SEAL_MISWRITTEN,
}


@dataclass(frozen=True, slots=True)
class SenderWish:
    """What one sender is to send: so many files of a room, or what a unit announced."""

    place_id: int
    files: int
    contact: str = ""
    announcement_id: int | None = None


@dataclass(slots=True)
class Transport:
    """One delivery under way: its senders by id, and what goes wrong with it."""

    id: int
    number: int
    day: date
    shares: list[int]
    mishaps: frozenset[str] = frozenset()
    age: int = 0  # working days since it came
    held_back: int | None = None  # a piece that nobody takes out of its crate


@dataclass
class Carriers:
    """The people who pack, drive and receive, and the crates they use."""

    archive: Archive
    clock: DemoClock
    people: dict[str, Actor]
    crates: list[int] = field(default_factory=list)
    seal: int = 41200
    seal_broke_at: datetime | None = None

    def buy_crates(self, count: int, at: Place) -> None:
        """Take new crates into use."""
        with self.archive.write(self.people[ARCHIVIST]) as work:
            names = tuple(f"F-{number:04d}" for number in range(1, count + 1))
            made = places.create_many(
                work, places.get(work, at.id), [places.Level(PlaceKind.CRATE, names)], capacity=PER_CRATE * 2
            )
            self.crates = [place.id for place in made]

    def plan(
        self, number: int, day: date, wishes: Sequence[SenderWish], mishaps: Collection[str] = ()
    ) -> Transport | None:
        """Plan a delivery with a pick list for each room; none when nobody has anything to send."""
        if not wishes:
            return None
        with self.archive.write(self.people[ARCHIVIST]) as work:
            most = max(6, sum(-(-wish.files // PER_CRATE) for wish in wishes))
            delivery = planning.plan(work, DeliveryPlan(day, capacity=most, crate_files=PER_CRATE))
            transport = Transport(delivery.id, number, day, [], frozenset(mishaps))
            for wish in wishes:
                place = places.get(work, wish.place_id)
                announced = work.session.get(Announcement, wish.announcement_id or 0)
                unit = announced.unit_id if announced else None
                share = planning.add_sender(work, delivery, place, unit_id=unit, contact=wish.contact)
                if announced is not None:
                    transfer_notices.take_up(work, announced, share)
                else:
                    pick_lists.make(work, share, wish.files)
                transport.shares.append(share.id)
        return transport

    # At the sender

    def pack(self, transport: Transport, share_id: int, part: float = 1.0) -> None:
        """Put what is listed into crates, in shelf order, and seal them; only a part of it if so said."""
        packer = self._packer(transport, share_id)
        with self.archive.read(packer) as work:
            share = lines.sender(work, share_id)
            to_pack = self._to_pack(work, transport, share_id)
            if "unlisted" in transport.mishaps and share.listed_at and share_id == transport.shares[0]:
                to_pack += self._beside(work, share.place_id)
        to_pack = to_pack[: max(1, round(len(to_pack) * part))]
        for start in range(0, len(to_pack), PER_CRATE):
            full = start + PER_CRATE <= len(to_pack) or part >= 1
            self._fill_crate(packer, share_id, to_pack[start : start + PER_CRATE], sealed=full)

    def _packer(self, transport: Transport, share_id: int) -> Actor:
        keepers = (KEEPER, OTHER_KEEPER)
        return self.people[keepers[transport.shares.index(share_id) % len(keepers)]]

    def _to_pack(self, work: Work, transport: Transport, share_id: int) -> list[int]:
        """Return the files to be packed; of the first sender one is left behind where that goes wrong."""
        listed = work.session.scalars(
            select(col(DeliveryLine.file_id))
            .where(
                col(DeliveryLine.sender_id) == share_id,
                col(DeliveryLine.open),
                col(DeliveryLine.file_id).is_not(None),
            )
            .order_by(col(DeliveryLine.row))
        ).all()
        found = [file_id for file_id in listed if file_id is not None]
        if not lines.sender(work, share_id).listed_at:
            found = _standing(work, lines.sender(work, share_id).place_id, 500)
        if "left_behind" in transport.mishaps and share_id == transport.shares[0] and len(found) > 1:
            del found[-1]
        return found

    def _beside(self, work: Work, place_id: int) -> list[int]:
        """Return a file of the room that no list names."""
        claimed = select(col(DeliveryLine.file_id)).where(col(DeliveryLine.open))
        taken = set(work.session.scalars(claimed))
        return [file_id for file_id in _standing(work, place_id, 200) if file_id not in taken][:1]

    def _fill_crate(self, packer: Actor, share_id: int, file_ids: Sequence[int], *, sealed: bool) -> None:
        with self.archive.write(packer) as work:
            share = lines.sender(work, share_id)
            crate = packing.take_crate(work, share, self._empty_crate(work))
        with self._round(packer, len(file_ids)) as (work, moments):
            sought = wanted.by_file(work, file_ids)
            for file_id, moment in zip(file_ids, moments, strict=True):
                if file_id in sought:
                    self._miss(work, share_id, file_id)
                else:
                    file = files.held(work, file_id)
                    packing.pack(work, crate, file, how=Evidence.SCAN, happened_at=moment)
            if sealed and packing.files_in(work, places.get(work, crate.place_id)):
                self.seal += 1
                packing.seal(work, crate, f"S{self.seal}")

    def _empty_crate(self, work: Work) -> Place:
        """Return a crate that nobody uses and nothing stands in; it goes to the end of the row."""
        for place_id in list(self.crates):
            place = places.get(work, place_id)
            if lines.open_crate(work, place_id) is None and not packing.files_in(work, place):
                self.crates.remove(place_id)
                self.crates.append(place_id)
                return place
        raise RuntimeError("the demo has too few crates")

    def _miss(self, work: Work, share_id: int, file_id: int) -> None:
        """Say of a wanted file that it is not where the list says."""
        line = lines.open_line(work, file_id)
        if line is not None and line.sender_id == share_id:
            packing.not_found(work, line)

    @contextmanager
    def _round(self, actor: Actor, pieces: int) -> Iterator[tuple[Work, list[datetime]]]:
        """Give one transaction at the end of a round, and when each piece of it was in hand."""
        each = min(EACH, LONGEST_ROUND / max(pieces, 1))
        before = self.clock.now
        self.clock.forward(seconds=(pieces + 1) * each.total_seconds())
        with self.archive.write(actor) as work:
            each = (work.now - before) / (pieces + 2)
            yield work, [before + each * (number + 1) for number in range(pieces)]

    def send(self, transport: Transport, share_id: int) -> None:
        """Let a sender's crates leave; one with nothing to send but what cannot be found drops out."""
        with self.archive.write(self.people[ARCHIVIST]) as work:
            share = lines.sender(work, share_id)
            crates = lines.crates(work, sender_id=share_id)
            if not any(packing.files_in(work, lines.place_of(work, one)) for one in crates):
                planning.drop_sender(work, share)
                transport.shares.remove(share_id)
                return
        with self.archive.write(self._packer(transport, share_id)) as work:
            driver = DRIVERS[transport.number % len(DRIVERS)]
            dispatch.dispatch(work, lines.sender(work, share_id), driver)

    # At the archive

    def receive(self, transport: Transport, share_id: int, *, part: float = 1.0) -> None:
        """Take crate after crate and piece after piece; with a part only some of the last crate."""
        receiver = self.people[ASSISTANTS[transport.number % 2]]
        with self.archive.read(receiver) as work:
            sent = [one.id for one in lines.crates(work, sender_id=share_id) if one.origin_id]
        odd = self._misplaced(transport, share_id, sent)
        for number, crate_id in enumerate(sent):
            broken = "seal" in transport.mishaps and number == 0 and share_id == transport.shares[0]
            written = "seal_number" in transport.mishaps and number == 0 and share_id == transport.shares[-1]
            self._arrive(receiver, crate_id, broken=broken, miswritten=written)
            pieces = self._packed_in(crate_id)
            last = crate_id == sent[-1]
            pieces = pieces[: max(1, round(len(pieces) * part))] if last else pieces
            pieces = [one for one in pieces if one not in odd and one != transport.held_back]
            self._empty(receiver, crate_id, pieces + (odd if last else []), done=part >= 1 or not last)

    def _misplaced(self, transport: Transport, share_id: int, sent: Sequence[int]) -> list[int]:
        """Return a piece of the first crate that lies in the last one; with one crate none can."""
        if "other_crate" not in transport.mishaps or len(sent) < 2 or share_id != transport.shares[0]:
            return []
        return self._packed_in(sent[0])[:1]

    def _packed_in(self, crate_id: int) -> list[int]:
        with self.archive.read(self.people[ARCHIVIST]) as work:
            statement = select(col(DeliveryLine.file_id)).where(
                col(DeliveryLine.packed_crate_id) == crate_id, col(DeliveryLine.in_transit)
            )
            return [one for one in work.session.scalars(statement.order_by(col(DeliveryLine.row))) if one]

    def _arrive(self, receiver: Actor, crate_id: int, *, broken: bool, miswritten: bool) -> None:
        self.clock.forward(minutes=2)
        with self.archive.write(receiver) as work:
            crate = lines.crate(work, crate_id)
            receiving.arrive(work, crate)
            if crate.seal is not None:
                seen = f"{crate.seal[:-2]}{crate.seal[-1]}{crate.seal[-2]}" if miswritten else crate.seal
                receiving.check_seal(work, crate, seen, whole=not broken)
                self.seal_broke_at = work.now if broken else self.seal_broke_at

    def _empty(self, receiver: Actor, crate_id: int, pieces: Sequence[int], *, done: bool) -> None:
        with self._round(receiver, len(pieces)) as (work, moments):
            crate = lines.crate(work, crate_id)
            for file_id, moment in zip(pieces, moments, strict=True):
                file = files.held(work, file_id)
                receiving.receive(work, crate, file, how=Evidence.SCAN, happened_at=moment)
            if done:
                receiving.empty(work, crate)

    def sign(self, transport: Transport, share_id: int) -> None:
        """Sign a sender's receipt."""
        self.clock.forward(minutes=4)
        with self.archive.write(self.people[ASSISTANTS[transport.number % 2]]) as work:
            reconciliation.sign(work, lines.sender(work, share_id))

    def explain(self, transport: Transport) -> None:
        """Give what differs its reason; a file that is looked for already is told to its incident."""
        self.clock.forward(minutes=6)
        with self.archive.write(self.people[ARCHIVIST]) as work:
            for one in _open_differences(work, transport.id):
                if one.kind is DifferenceKind.LISTED_NOT_FOUND:
                    reconciliation.suspect(work, [one])
                elif one.kind in _REASONS:
                    reconciliation.explain(work, [one], _REASONS[one.kind])

    def shelve(self, transport: Transport, home: Callable[[CaseFile], Place]) -> None:
        """Scan what came to shelves."""
        with self.archive.read(self.people[ARCHIVIST]) as work:
            crates = select(col(DeliveryCrate.place_id)).where(col(DeliveryCrate.delivery_id) == transport.id)
            statement = select(CaseFile).where(
                col(CaseFile.place_id).in_(crates), col(CaseFile.status) == Custody.ON_PLACE
            )
            found = work.session.scalars(statement.order_by(col(CaseFile.position), col(CaseFile.id))).all()
            homes = [(file.code, home(file).code) for file in found]
        for start in range(0, len(homes), PER_CRATE):
            self.clock.forward(minutes=8)
            with self.archive.write(self.people[ASSISTANTS[2]]) as work:
                for code, context in homes[start : start + PER_CRATE]:
                    scans.take(work, Scanned(str(uuid4()), code, context))

    def close(self, transport: Transport) -> None:
        """Close a delivery."""
        with self.archive.write(self.people[ARCHIVIST]) as work:
            reconciliation.close(work, planning.get(work, transport.id))


def _open_differences(work: Work, delivery_id: int) -> list[Difference]:
    statement = select(Difference).where(col(Difference.delivery_id) == delivery_id, col(Difference.open))
    return list(work.session.scalars(statement.order_by(col(Difference.id))))


def _standing(work: Work, place_id: int, most: int) -> list[int]:
    """Return the files that stand at a place or below it, in shelf order."""
    place = places.get(work, place_id)
    return list(
        work.session.scalars(
            select(col(CaseFile.id))
            .join(Place, col(Place.id) == CaseFile.place_id)
            .where(*places.subtree(place.path), col(CaseFile.status) == Custody.ON_PLACE)
            .order_by(col(Place.path), col(CaseFile.position), col(CaseFile.id))
            .limit(most)
        )
    )
