"""Let files be listed, packed, sent, received and reconciled in any order, beside everything else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from sqlalchemy import select
from sqlmodel import col

from archive import reference_data
from archive.cover_checks import checks
from archive.deliveries import dispatch as dispatching
from archive.deliveries import packing, pick_lists, planning, receiving, reconciliation
from archive.deliveries.planning import DeliveryPlan
from archive.files import files
from archive.kernel.store import Work, operator
from archive.models import (
    CaseFile,
    Delivery,
    DeliveryCrate,
    DeliveryLine,
    DeliverySender,
    Difference,
    Emptying,
    Label,
    Place,
)
from archive.places import places
from archive.places.places import subtree
from archive.programme import emptying as room_emptying
from archive.scanning import scans
from archive.scanning.scans import Scanned
from archive.vocabulary import (
    Custody,
    DeliveryState,
    DifferenceKind,
    DifferenceReason,
    Evidence,
    PlaceKind,
    ScanOutcome,
    SweepState,
)
from seed.demo import city
from tests.builders import a_file, a_place
from tests.stateful.machine import CHANGEABLE, PICK, PUT_DOWN, Account, Register, SentScan, _said

Result = TypeVar("Result")
OLD = "Ribbingsgatan 41"
UNDONE_AT_A_DELIVERY = frozenset(
    {
        ScanOutcome.PACKED,
        ScanOutcome.PACKED_UNLISTED,
        ScanOutcome.REPACKED,
        ScanOutcome.RECEIVED,
        ScanOutcome.RECEIVED_UNEXPECTED,
    }
)


class Delivering(Register):
    """The register with an old room, a central archive, two crates, one who packs and one who receives."""

    changeable = (
        *CHANGEABLE,
        *("delivery", "delivery_sender", "delivery_crate", "delivery_line", "delivery_difference"),
        *("emptying", "incident", "incident_file", "deadline", "cover_check"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.receiver = operator("receiver")
        self.packer = self.actor

    def as_receiver(self, verb: Callable[[Work], Result]) -> Result | None:
        """Let the one who receives do something."""
        self.actor = self.receiver
        try:
            return self.do(verb)
        finally:
            self.actor = self.packer

    @initialize()
    def build(self) -> None:
        reference_data.refresh(self.archive)
        city.place(self.archive)
        with self.archive.write(self.packer) as work:
            central = places.create(work, None, PlaceKind.SITE, "Nya arkivet", central=True)
            places.create_many(work, central, [places.Level(PlaceKind.ROOM, ("Magasin",))])
            room = a_place(work, (PlaceKind.SITE, OLD), (PlaceKind.ROOM, "Källare"))
            places.create_many(work, room, [places.Level(PlaceKind.CRATE, ("1", "2"))])
            shelf = places.create(work, room, PlaceKind.SHELF, "1")
            self.room, self.magazine = room.id, places.children(work, central)[0].id
            for number in range(4):
                file = a_file(work, shelf, reference=f"1987-{number}")
                self.account[file.id] = Account(Custody.ON_PLACE, shelf.id)

    def by_its_sender(self, which: int, act: Callable[[], None]) -> None:
        """Do something with a scan as the one who sent it."""
        receives = self.scans[which % len(self.scans)].scanned.task.startswith("receive")
        self.actor = self.receiver if receives else self.packer
        try:
            act()
        finally:
            self.actor = self.packer

    @precondition(lambda self: self.scans)
    @rule(which=PICK)
    def send_scan_again(self, which: int) -> None:
        self.by_its_sender(which, lambda: super(Delivering, self).send_scan_again(which))

    @precondition(lambda self: self.scans)
    @rule(which=PICK)
    def undo_scan(self, which: int) -> None:
        sent = self.scans[which % len(self.scans)]
        if sent.answer[0] not in UNDONE_AT_A_DELIVERY:
            super().undo_scan(which)
            return
        self.by_its_sender(which, lambda: self._undo_at_a_delivery(sent.scanned.id))

    def _undo_at_a_delivery(self, scan_id: str) -> None:
        undone = self.do(lambda work: scans.undo(work, scan_id))
        if undone and undone.file_id:
            with self.archive.read(self.packer) as work:
                file = files.get(work, undone.file_id)
                version = (undone.facts or {}).get("version", 0)
            if file.version > version:  # else it was undone before, and nothing happened now
                self.account[undone.file_id] = Account(file.status, file.place_id)

    # A whole delivery, so far

    @rule(stage=st.integers(1, 7), count=st.integers(1, 3), crate=st.integers(0, 1))
    def deliver_so_far(self, stage: int, count: int, crate: int) -> None:
        """Take a delivery of a few files as far as a stage, so that what comes next meets it there."""
        self.plan(7, count)
        self.do(lambda work: self._pack_some(work, count, crate))
        self._take_over(Custody.ON_PLACE)
        last = self._count(DeliverySender) - 1
        if stage >= 2 and last >= 0:
            self.dispatch(last)
        for number in range(count if stage >= 3 else 0):
            self.receive_what_was_packed(number if stage > 3 else 0)
        if stage >= 4:
            self.say_empty(self._count(DeliveryCrate) - 1)
            self.sign(last)
        if stage >= 5:
            for number in range(self._count(Difference)):
                self.explain_what_there_is(number)
        if stage >= 6:
            self.as_receiver(self._shelve_and_check)
            self._take_over(Custody.ON_PLACE)
        if stage >= 7:
            self.close_delivery(self._count(Delivery) - 1)

    def _count(self, model: Any) -> int:
        with self.archive.read(self.packer) as work:
            return len(work.session.scalars(select(model.id)).all())

    def _pack_some(self, work: Work, count: int, number: int) -> None:
        share = work.session.scalars(select(DeliverySender).order_by(col(DeliverySender.id).desc())).first()
        crates = work.session.scalars(
            select(Place).where(col(Place.kind) == PlaceKind.CRATE).order_by(col(Place.id))
        ).all()
        if share is None:
            return
        crate = packing.take_crate(work, share, crates[number])
        room = places.get(work, self.room)
        here = (
            select(col(CaseFile.id))
            .join(Place, col(Place.id) == col(CaseFile.place_id))
            .where(*subtree(room.path), col(CaseFile.status) == Custody.ON_PLACE)
            .order_by(col(CaseFile.id))
        )
        for file_id in work.session.scalars(here).all()[:count]:
            packing.pack(work, crate, files.held(work, file_id), how=Evidence.HAND)

    def _shelve_and_check(self, work: Work) -> None:
        magazine = places.get(work, self.magazine)
        received = select(col(DeliveryLine.file_id)).where(
            col(DeliveryLine.received_at).is_not(None), col(DeliveryLine.file_id).is_not(None)
        )
        for file_id in sorted({number for number in work.session.scalars(received) if number}):
            file = files.held(work, file_id)
            if file.status is Custody.ON_PLACE and file.place_id != magazine.id:
                files.move(work, file, magazine, how=Evidence.HAND)
        for waiting in checks.waiting(work):
            for what in waiting.needs:
                checks.confirm(work, checks.get(work, waiting.check.id), what)

    def _take_over(self, status: Custody) -> None:
        """Take over where files stand that a compound step moved, but never a change of state."""
        with self.archive.read(self.packer) as work:
            for file_id, kept in self.account.items():
                file = files.get(work, file_id)
                if kept.status is status and file.status is status:
                    kept.place = file.place_id

    # Planning

    @rule(days=st.integers(-1, 20), files_listed=st.integers(0, 4))
    def plan(self, days: int, files_listed: int) -> None:
        def plan(work: Work) -> None:
            day = work.now.date() + timedelta(days=days)
            delivery = planning.plan(work, DeliveryPlan(day, 2, 3, reception=places.get(work, self.magazine)))
            share = planning.add_sender(work, delivery, places.get(work, self.room))
            if files_listed:
                pick_lists.make(work, share, files_listed)

        self.do(plan)

    def some(self, work: Work, model: Any, number: int) -> Any:
        """Return one of what there is, or nothing."""
        found = work.session.scalars(select(model).order_by(model.id)).all()
        return found[number % len(found)] if found else None

    @rule(delivery=PICK, drop=st.booleans())
    def cancel(self, delivery: int, drop: bool) -> None:
        def cancel(work: Work) -> None:
            found = self.some(work, Delivery, delivery)
            if found is None:
                return
            if drop:
                share = self.some(work, DeliverySender, delivery)
                planning.drop_sender(work, share)
            else:
                planning.cancel(work, found, "Bilen är trasig")

        self.do(cancel)

    # Packing and dispatch

    @rule(sender=PICK, label=PICK, crate=st.integers(0, 1), late=st.sampled_from([0, 0, 0, 40]))
    def scan_to_pack(self, sender: int, label: int, crate: int, late: int) -> None:
        self._scan_at(DeliverySender, "pack", sender, label, crate, late)

    @rule(delivery=PICK, label=PICK, crate=st.integers(0, 1), late=st.sampled_from([0, 0, 0, 40]))
    def scan_to_receive(self, delivery: int, label: int, crate: int, late: int) -> None:
        self.actor = self.receiver
        try:
            self._scan_at(Delivery, "receive", delivery, label, crate, late)
        finally:
            self.actor = self.packer

    def _scan_at(self, model: Any, task: str, which: int, label: int, crate: int, late: int) -> None:
        def take(work: Work) -> tuple[Scanned, Any] | None:
            found = self.some(work, model, which)
            if found is None:
                return None
            crates = work.session.scalars(
                select(Place).where(col(Place.kind) == PlaceKind.CRATE).order_by(col(Place.id))
            ).all()
            scanned = Scanned(
                str(UUID(int=len(self.scans) + 1)),
                self.pick(work, Label, label).code,
                crates[crate].code,
                self.clock.now - timedelta(minutes=late) if late else None,
                task=f"{task}:{found.id}",
            )
            return scanned, scans.take(work, scanned)

        done = self.do(take)
        if done is None:
            return
        scanned, taken = done
        self.scans.append(SentScan(scanned, _said(taken)))
        if taken.outcome in PUT_DOWN and taken.file_id:
            self._seen(taken.file_id)

    def _seen(self, file_id: int) -> None:
        """Take over where a scan says a file stands, and see that it is where it was scanned."""
        with self.archive.read(self.packer) as work:
            file = files.get(work, file_id)
            holder = places.get(work, file.place_id)
        assert file.status in {Custody.ON_PLACE, Custody.IN_TRANSIT, Custody.LOST}
        assert holder.kind is PlaceKind.CRATE or file.status is Custody.LOST
        self.account[file_id] = Account(file.status, file.place_id)

    @rule(which=PICK)
    def receive_what_was_packed(self, which: int) -> None:
        """Scan a piece that is on its way out of its own crate, the crate first."""
        with self.archive.read(self.packer) as work:
            found = work.session.execute(
                select(CaseFile, DeliveryLine, DeliveryCrate)
                .join(DeliveryLine, col(DeliveryLine.file_id) == col(CaseFile.id))
                .join(DeliveryCrate, col(DeliveryCrate.id) == col(DeliveryLine.packed_crate_id))
                .where(col(DeliveryLine.in_transit))
                .order_by(col(CaseFile.id))
            ).all()
        if not found:
            return
        file, line, crate = found[which % len(found)]

        def receive(work: Work) -> ScanOutcome | None:
            receiving.arrive(work, crate)
            return receiving.receive(work, crate, files.held(work, file.id), how=Evidence.SCAN).outcome

        if self.as_receiver(receive) is not None:
            self.account[file.id] = Account(Custody.ON_PLACE, crate.place_id)
            assert line.id

    @rule(which=PICK)
    def dispatch(self, which: int) -> None:
        def dispatch(work: Work) -> list[int] | None:
            share = self.some(work, DeliverySender, which)
            if share is None:
                return None
            dispatching.dispatch(work, share, "Kim")
            crates = work.session.scalars(
                select(Place)
                .join(DeliveryCrate, col(DeliveryCrate.place_id) == col(Place.id))
                .where(col(DeliveryCrate.sender_id) == share.id, col(DeliveryCrate.open))
            )
            return [
                file_id
                for crate in crates
                for file_id in work.session.scalars(
                    select(col(CaseFile.id))
                    .join(Place, col(Place.id) == col(CaseFile.place_id))
                    .where(*subtree(crate.path))
                )
            ]

        for file_id in self.do(dispatch) or []:
            if self.account[file_id].status is Custody.ON_PLACE:
                self.account[file_id].status = Custody.IN_TRANSIT

    @rule(which=PICK)
    def call_back(self, which: int) -> None:
        def recall(work: Work) -> list[int] | None:
            share = self.some(work, DeliverySender, which)
            if share is None:
                return None
            carried = select(col(DeliveryLine.file_id)).where(
                col(DeliveryLine.sender_id) == share.id,
                col(DeliveryLine.in_transit),
                col(DeliveryLine.file_id).is_not(None),
            )
            found = [number for number in work.session.scalars(carried) if number is not None]
            dispatching.recall(work, share)
            return found

        for file_id in self.do(recall) or []:
            self.account[file_id].status = Custody.ON_PLACE

    @rule(which=PICK)
    def not_found(self, which: int) -> None:
        def look(work: Work) -> None:
            line = self.some(work, DeliveryLine, which)
            if line is not None:
                packing.not_found(work, line)

        self.do(look)

    # Receiving, reconciling, closing

    @rule(which=PICK)
    def say_empty(self, which: int) -> None:
        def empty(work: Work) -> None:
            crate = self.some(work, DeliveryCrate, which)
            if crate is not None:
                receiving.empty(work, crate)

        self.as_receiver(empty)

    @rule(which=PICK)
    def sign(self, which: int) -> None:
        def sign(work: Work) -> None:
            share = self.some(work, DeliverySender, which)
            if share is not None:
                reconciliation.sign(work, share)

        self.as_receiver(sign)

    @rule(which=PICK, reason=st.sampled_from(DifferenceReason), somewhere=st.booleans())
    def explain(self, which: int, reason: DifferenceReason, somewhere: bool) -> None:
        def explain(work: Work) -> None:
            found = self.some(work, Difference, which)
            if found is not None:
                place = places.get(work, self.room) if somewhere else None
                reconciliation.explain(work, [found], reason, text="Se pärm", place=place)

        self.as_receiver(explain)
        self._take_over_landed()

    @rule(which=PICK)
    def explain_what_there_is(self, which: int) -> None:
        """Explain a difference as well as it can be: with a reason, or as a suspected loss."""

        def explain(work: Work) -> None:
            found = self.some(work, Difference, which)
            if found is None:
                return
            reason = reconciliation.reasons(found)[0]
            if reason is DifferenceReason.SUSPECTED_LOSS:
                reconciliation.suspect(work, [found])
            else:
                reconciliation.explain(work, [found], reason)

        self.as_receiver(explain)

    def _take_over_landed(self) -> None:
        """Take over what an explanation let stand somewhere: nothing else may have changed."""
        with self.archive.read(self.packer) as work:
            rows = work.session.execute(
                select(col(CaseFile.id), col(CaseFile.status), col(CaseFile.place_id))
            ).all()
        for file_id, status, place_id in rows:
            if self.account[file_id].status is Custody.IN_TRANSIT and status is Custody.ON_PLACE:
                self.account[file_id] = Account(status, place_id)

    @rule(which=PICK)
    def close_delivery(self, which: int) -> None:
        def close(work: Work) -> None:
            delivery = self.some(work, Delivery, which)
            if delivery is not None:
                reconciliation.close(work, delivery)

        self.as_receiver(close)

    # Rooms

    @rule(step=st.sampled_from(["enter", "begin", "sweep", "finish", "sign", "countersign"]))
    def empty_the_room(self, step: str) -> None:
        def act(work: Work) -> None:
            emptying = self.some(work, Emptying, 0)
            if step == "enter":
                room_emptying.enter(work, places.get(work, self.room))
            elif emptying is None:
                return
            elif step == "sweep":
                for shelf in room_emptying.to_sweep(work, emptying):
                    room_emptying.sweep(work, emptying, shelf)
            elif step == "countersign":
                room_emptying.countersign(work, emptying, places.get(work, self.magazine))
            else:
                {"begin": room_emptying.begin, "finish": room_emptying.finish, "sign": room_emptying.sign}[
                    step
                ](work, emptying)

        (self.as_receiver if step == "countersign" else self.do)(act)
        with self.archive.read(self.packer) as work:
            for file_id, kept in self.account.items():
                file = files.get(work, file_id)
                if file.place_id == self.magazine and file.status is kept.status:
                    kept.place = self.magazine

    @invariant()
    def a_room_signed_empty_is_closed(self) -> None:
        with self.archive.read(self.packer) as work:
            for one in work.session.scalars(select(Emptying).where(col(Emptying.status) == SweepState.EMPTY)):
                room = places.get(work, one.room_id)
                held = work.session.scalars(
                    select(col(CaseFile.id))
                    .join(Place, col(Place.id) == col(CaseFile.place_id))
                    .where(*subtree(room.path), col(CaseFile.status).in_(_RECORDED))
                ).first()
                assert held is None or room.closed_at is None  # opened again, it may hold something

    @invariant()
    def a_closed_delivery_is_explained_whole(self) -> None:
        with self.archive.read(self.packer) as work:
            closed = select(Difference).join(Delivery, col(Delivery.id) == col(Difference.delivery_id))
            for one in work.session.scalars(closed.where(col(Delivery.status) == DeliveryState.CLOSED)):
                assert one.reason is not None
                assert one.kind in DifferenceKind


_RECORDED = (Custody.ON_PLACE, Custody.ON_LOAN, Custody.IN_TRANSIT)
