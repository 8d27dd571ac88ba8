"""Let a small archive deliver: an old room, crates, one who packs and one who receives."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from archive import reference_data
from archive.cover_checks import checks
from archive.deliveries import dispatch as dispatching
from archive.deliveries import lines as delivery_lines
from archive.deliveries import pick_lists, planning, receiving, reconciliation
from archive.deliveries.planning import DeliveryPlan
from archive.files import files
from archive.kernel.clock import local_date
from archive.kernel.store import Actor, Archive, Work, operator
from archive.models import CaseFile, Delivery, DeliveryCrate, DeliveryLine, DeliverySender, Difference
from archive.places import places
from archive.scanning import scans
from archive.scanning.scans import Scanned, StoredScan
from archive.vocabulary import DifferenceKind, DifferenceReason, LeftOut, PlaceKind, Role
from seed.demo import city
from tests.builders import a_file, a_place, user_in_role
from tests.remembering import remembering

Result = TypeVar("Result")
OLD, CENTRAL = "Ribbingsgatan 41", "Centralarkivet"


@dataclass
class Scene:
    """An archive about to deliver; it keeps ids only, since each act is a transaction of its own."""

    archive: Archive
    packer: Actor
    receiver: Actor
    room: int = 0
    shelf: int = 0
    home: int = 0
    crates: list[str] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    delivery: int = 0
    sender: int = 0
    scanned: "count[int]" = field(default_factory=lambda: count(1))

    def do(self, actor: Actor, verb: Callable[[Work], Result]) -> Result:
        """Do something in a transaction of its own."""
        with self.archive.write(actor) as work:
            return verb(work)

    def look(self, question: Callable[[Work], Result]) -> Result:
        """Read something."""
        with self.archive.read(operator("tests")) as work:
            return question(work)

    # What happens

    def plan(self, listed: int = 0, *, days: int = 7, crate_files: int = 4) -> None:
        """Plan a delivery from the room, with a pick list of so many files."""

        def plan(work: Work) -> None:
            day = local_date(work.now) + timedelta(days=days)
            delivery = planning.plan(work, DeliveryPlan(day, capacity=10, crate_files=crate_files))
            share = planning.add_sender(work, delivery, places.get(work, self.room))
            self.delivery, self.sender = delivery.id, share.id
            if listed:
                pick_lists.make(work, share, listed)

        self.do(operator("planner"), plan)

    def scan(
        self,
        actor: Actor,
        task: str,
        code: str,
        crate: str | None = None,
        *,
        happened_at: datetime | None = None,
        scan_id: str = "",
    ) -> StoredScan:
        """Scan something at a task, as the page does."""
        scanned = Scanned(scan_id or str(UUID(int=next(self.scanned))), code, crate, happened_at, task=task)
        return self.do(actor, lambda work: scans.take(work, scanned))

    def pack(self, number: int, crate: int = 0, **options: datetime) -> StoredScan:
        """Scan one of the files into one of the crates."""
        return self.scan(self.packer, f"pack:{self.sender}", self.code(number), self.crates[crate], **options)

    def pack_all(self, *numbers: int, crate: int = 0) -> None:
        """Scan some of the files into a crate."""
        for number in numbers:
            self.pack(number, crate)

    def dispatch(self) -> None:
        """Let it leave."""
        self.do(self.packer, lambda work: dispatching.dispatch(work, self.share(work), "Kim Karlsson"))

    def arrive(self, crate: int = 0) -> StoredScan:
        """Scan a crate at the reception."""
        return self.scan(self.receiver, f"receive:{self.delivery}", self.crates[crate])

    def receive(self, number: int, crate: int = 0, **options: datetime) -> StoredScan:
        """Scan one of the files out of one of the crates."""
        return self.scan(
            self.receiver, f"receive:{self.delivery}", self.code(number), self.crates[crate], **options
        )

    def empty(self, crate: int = 0) -> int:
        """Say that a crate is empty."""
        return self.do(self.receiver, lambda work: receiving.empty(work, self.crate(work, crate)))

    def sign(self) -> None:
        """Sign the receipt."""
        self.do(self.receiver, lambda work: reconciliation.sign(work, self.share(work)))

    def receive_all(self, *numbers: int, crate: int = 0) -> None:
        """Receive a crate with some of the files, and say that it is empty."""
        self.arrive(crate)
        for number in numbers:
            self.receive(number, crate)
        self.empty(crate)

    def explain(self, kind: DifferenceKind, reason: DifferenceReason, text: str = "") -> None:
        """Give every open difference of a kind a reason."""
        self.do(
            self.receiver,
            lambda work: reconciliation.explain(work, self.differences(work, kind), reason, text=text),
        )

    def shelve(self) -> None:
        """Scan all that was received to its shelf in the central archive."""
        home = self.look(lambda work: places.get(work, self.home).code)
        for line in self.look(self.lines):
            if line.received_at is not None and line.file_id is not None:
                code = self.look(lambda work, of=line.file_id: files.get(work, of).code)
                self.scan(self.receiver, "", code, home)

    def check_covers(self) -> None:
        """Confirm every cover that waits."""
        for check in self.look(lambda work: checks.waiting(work, delivery_id=self.delivery)):
            for what in check.needs:
                self.do(
                    self.receiver,
                    lambda work, check=check, what=what: checks.confirm(
                        work, checks.get(work, check.check.id), what
                    ),
                )

    def close(self) -> None:
        """Close the delivery."""
        self.do(self.receiver, lambda work: reconciliation.close(work, self.the_delivery(work)))

    # What there is

    def code(self, number: int) -> str:
        """Return the code of one of the files."""
        return self.look(lambda work: files.get(work, self.files[number]).code)

    def file(self, number: int) -> CaseFile:
        """Return one of the files as it is now."""
        return self.look(lambda work: files.get(work, self.files[number]))

    def the_delivery(self, work: Work) -> Delivery:
        """Return the delivery."""
        return planning.get(work, self.delivery)

    def share(self, work: Work) -> DeliverySender:
        """Return what the room sends."""
        return delivery_lines.sender(work, self.sender)

    def crate(self, work: Work, number: int) -> DeliveryCrate:
        """Return a crate as it was last in use."""
        place = places.by_code(work, self.crates[number])
        used = select(DeliveryCrate).where(col(DeliveryCrate.place_id) == place.id)
        found = work.session.scalars(used.order_by(col(DeliveryCrate.id).desc())).first()
        assert found is not None
        return found

    def lines(self, work: Work) -> list[DeliveryLine]:
        """Return every line of the delivery that was not undone, by row."""
        statement = select(DeliveryLine).where(
            col(DeliveryLine.delivery_id) == self.delivery,
            col(DeliveryLine.left_out).is_distinct_from(LeftOut.UNDONE),
        )
        return list(
            work.session.scalars(statement.order_by(col(DeliveryLine.sender_id), col(DeliveryLine.row)))
        )

    def line(self, number: int) -> DeliveryLine:
        """Return the line of one of the files."""
        return next(line for line in self.look(self.lines) if line.file_id == self.files[number])

    def differences(self, work: Work, *kinds: DifferenceKind) -> list[Difference]:
        """Return the open differences, only of some kinds when they are given."""
        statement = select(Difference).where(
            col(Difference.delivery_id) == self.delivery, col(Difference.open)
        )
        found = work.session.scalars(statement.order_by(col(Difference.id)))
        return [one for one in found if not kinds or one.kind in kinds]

    def named(self) -> dict[DifferenceKind, int]:
        """Count the open differences by name."""
        names = [one.kind for one in self.look(self.differences)]
        return {name: names.count(name) for name in dict.fromkeys(names)}


@remembering
def a_scene(archive: Archive, files_in_room: int = 6, crates: int = 2, *, routines: bool = False) -> Scene:
    """Give an archive with files in an old room, and crates there to pack them in.

    With `routines` there are the packaged ones too, which a suspected loss needs.
    """
    if routines:
        reference_data.refresh(archive)
        city.place(archive)
    scene = Scene(archive, user_in_role(archive, Role.ASSISTANT), user_in_role(archive, Role.ARCHIVIST))
    with archive.write(operator("tests")) as work:
        central = places.create(work, None, PlaceKind.SITE, CENTRAL, central=True)
        hall = places.create(work, central, PlaceKind.ROOM, "Magasin 1")
        rack = places.create(work, hall, PlaceKind.RACK, "1")
        scene.home = places.create(work, rack, PlaceKind.SHELF, "1").id
        shelf = a_place(
            work,
            (PlaceKind.SITE, OLD),
            (PlaceKind.ROOM, "Källare K1"),
            (PlaceKind.RACK, "A"),
            (PlaceKind.SHELF, "1"),
        )
        scene.shelf = shelf.id
        room = places.get(work, places.get(work, shelf.parent_id or 0).parent_id or 0)
        scene.room = room.id
        levels = [places.Level(PlaceKind.CRATE, tuple(f"Låda {number}" for number in range(1, crates + 1)))]
        scene.crates = [crate.code for crate in places.create_many(work, room, levels)]
        scene.files = [a_file(work, shelf).id for _number in range(files_in_room)]
    return scene


def a_third(archive: Archive) -> Actor:
    """Return somebody who may pack, and is neither of the two."""
    return user_in_role(archive, Role.ROOM_KEEPER)
