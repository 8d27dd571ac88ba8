"""Deliveries: who sends what in which crate, what was listed, packed and received, and how these differ."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from archive.kernel.columns import day, flag, key, moment, number, ref, term, text
from archive.kernel.lifecycle import DELIVERY, SENDER, Lifecycle
from archive.vocabulary import (
    DeliveryState,
    DifferenceKind,
    DifferenceReason,
    Evidence,
    LeftOut,
    SenderState,
)


class Delivery(SQLModel, table=True):
    """One transport to the central archive; `week` keeps the timetable from opening a week twice."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("week", name="one_delivery_per_week"),
        Index("deliveries_by_day", "day", "id"),
        Index("deliveries_by_status", "status", "id"),
    )

    lifecycle: ClassVar[Lifecycle] = DELIVERY

    id: int = key()
    status: DeliveryState = term(DeliveryState)
    day: date = day()
    week: str | None = text(nullable=True)
    capacity: int = number()
    crate_files: int = number()
    alarm_hours: int = number()
    transit_id: int = ref("place.id")
    reception_id: int = ref("place.id")
    planned_at: datetime = moment()
    planned_by: str = text()
    dispatched_at: datetime | None = moment(nullable=True)
    received_at: datetime | None = moment(nullable=True)
    closed_at: datetime | None = moment(nullable=True)
    version: int = number(default=1)

    @property
    def stream(self) -> str:
        """Return the stream of this delivery's history."""
        return f"delivery:{self.id}"


class DeliverySender(SQLModel, table=True):
    """The share of one sender: an old room, or a unit; `place_id` is where it is fetched."""

    __tablename__ = "delivery_sender"
    __table_args__ = (
        UniqueConstraint("delivery_id", "number", name="one_sender_per_number"),
        Index("senders_of_place", "place_id", "id"),
        Index("senders_of_unit", "unit_id", "id"),
    )

    lifecycle: ClassVar[Lifecycle] = SENDER

    id: int = key()
    delivery_id: int = ref("delivery.id")
    status: SenderState = term(SenderState)
    place_id: int = ref("place.id")
    unit_id: int | None = ref("unit.id", nullable=True)
    listed_at: datetime | None = moment(nullable=True)
    listed_by: str | None = text(nullable=True)
    driver: str = text(default="")
    contact: str = text(default="")
    dispatched_at: datetime | None = moment(nullable=True)
    dispatched_by: str | None = text(nullable=True)
    crates: int | None = number(nullable=True)
    pieces: int | None = number(nullable=True)
    signed_at: datetime | None = moment(nullable=True)
    signed_by: str | None = text(nullable=True)
    version: int = number(default=1)
    number: int = number()  # last: from here on the word means the column

    @property
    def stream(self) -> str:
        """Return the stream of this sender's history."""
        return f"sender:{self.id}"


class DeliveryCrate(SQLModel, table=True):
    """A crate (a place) in use for one sender; `open` until it is said to be empty or is let go."""

    __tablename__ = "delivery_crate"
    __table_args__ = (
        UniqueConstraint("sender_id", "number", name="one_crate_per_number"),
        Index(
            "one_open_delivery_per_crate",
            "place_id",
            unique=True,
            sqlite_where=sql("open = 1"),
            postgresql_where=sql("open"),
        ),
        Index("crates_of_delivery", "delivery_id", "id"),
        Index("deliveries_of_crate", "place_id", "id"),
    )

    id: int = key()
    delivery_id: int = ref("delivery.id")
    sender_id: int = ref("delivery_sender.id")
    place_id: int = ref("place.id")
    origin_id: int | None = ref("place.id", nullable=True)
    open: bool = flag(default=True)
    taken_at: datetime = moment()
    taken_by: str = text()
    seal: str | None = text(nullable=True)
    sealed_at: datetime | None = moment(nullable=True)
    sealed_by: str | None = text(nullable=True)
    arrived_at: datetime | None = moment(nullable=True)
    arrived_by: str | None = text(nullable=True)
    seal_seen: str | None = text(nullable=True)
    seal_whole: bool | None = flag(nullable=True)
    emptied_at: datetime | None = moment(nullable=True)
    emptied_by: str | None = text(nullable=True)
    number: int = number()  # last: from here on the word means the column


class DeliveryLine(SQLModel, table=True):
    """One piece: listed, packed and received are facts apart; nothing is ever edited to fit.

    `open` claims the file for this delivery until it has landed or is explained; `in_transit` is from the
    dispatch until the file has landed or is otherwise decided on. A piece that is in no register has no file
    but a code, or at least what is written on it.
    """

    __tablename__ = "delivery_line"
    __table_args__ = (
        UniqueConstraint("sender_id", "row", name="one_line_per_row"),
        Index(
            "one_open_line_per_file",
            "file_id",
            unique=True,
            sqlite_where=sql("open = 1"),
            postgresql_where=sql("open"),
        ),
        Index(
            "one_transit_line_per_file",
            "file_id",
            unique=True,
            sqlite_where=sql("in_transit = 1"),
            postgresql_where=sql("in_transit"),
        ),
        Index("lines_of_file", "file_id", "id"),
        Index("lines_of_delivery", "delivery_id", "id"),
        Index("lines_packed_in", "packed_crate_id"),
        Index("lines_received_in", "received_crate_id"),
        Index("lines_of_code", "code"),
    )

    id: int = key()
    delivery_id: int = ref("delivery.id")
    sender_id: int = ref("delivery_sender.id")
    row: int = number()
    file_id: int | None = ref("case_file.id", nullable=True)
    code: str | None = text(nullable=True)
    reference: str = text(default="")
    open: bool = flag(default=True)
    in_transit: bool = flag()
    listed: bool = flag()
    place_id: int | None = ref("place.id", nullable=True)
    planned_crate: int | None = number(nullable=True)
    left_out: LeftOut | None = term(LeftOut, nullable=True)
    not_found_at: datetime | None = moment(nullable=True)
    not_found_by: str | None = text(nullable=True)
    packed_crate_id: int | None = ref("delivery_crate.id", nullable=True)
    packed_at: datetime | None = moment(nullable=True)
    packed_by: str | None = text(nullable=True)
    packed_how: Evidence | None = term(Evidence, nullable=True)
    received_crate_id: int | None = ref("delivery_crate.id", nullable=True)
    received_at: datetime | None = moment(nullable=True)
    received_by: str | None = text(nullable=True)
    received_how: Evidence | None = term(Evidence, nullable=True)
    turned_up_at: datetime | None = moment(nullable=True)
    turned_up_by: str | None = text(nullable=True)


class Difference(SQLModel, table=True):
    """One named difference between listed, packed and received; `open` until it has a reason."""

    __tablename__ = "delivery_difference"
    __table_args__ = (
        UniqueConstraint("line_id", "kind", name="one_difference_of_a_kind_per_line"),
        UniqueConstraint("crate_id", "kind", name="one_difference_of_a_kind_per_crate"),
        Index("differences_of_delivery", "delivery_id", "id"),
        Index(
            "open_differences",
            "delivery_id",
            sqlite_where=sql("open = 1"),
            postgresql_where=sql("open"),
        ),
    )

    id: int = key()
    delivery_id: int = ref("delivery.id")
    sender_id: int = ref("delivery_sender.id")
    kind: DifferenceKind = term(DifferenceKind)
    line_id: int | None = ref("delivery_line.id", nullable=True)
    crate_id: int | None = ref("delivery_crate.id", nullable=True)
    other_crate_id: int | None = ref("delivery_crate.id", nullable=True)
    open: bool = flag(default=True)
    found_at: datetime = moment()
    found_by: str = text()
    reason: DifferenceReason | None = term(DifferenceReason, nullable=True)
    note: str = text(default="")
    explained_at: datetime | None = moment(nullable=True)
    explained_by: str | None = text(nullable=True)
    incident_id: int | None = ref("incident.id", nullable=True)


class Announcement(SQLModel, table=True):
    """That a unit has so many newly closed files to send; `sender_id` once a delivery fetches them."""

    __tablename__ = "announcement"
    __table_args__ = (
        Index(
            "one_open_announcement_per_place",
            "unit_id",
            "place_id",
            unique=True,
            sqlite_where=sql("open = 1"),
            postgresql_where=sql("open"),
        ),
        Index("announcements_of_sender", "sender_id"),
    )

    id: int = key()
    unit_id: int = ref("unit.id")
    place_id: int = ref("place.id")
    files: int = number()
    contact: str = text(default="")
    open: bool = flag(default=True)
    announced_at: datetime = moment()
    announced_by: str = text()
    sender_id: int | None = ref("delivery_sender.id", nullable=True)

    @property
    def stream(self) -> str:
        """Return the stream of this announcement's history."""
        return f"announcement:{self.id}"
