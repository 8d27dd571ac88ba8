"""The programme: which old rooms are to be emptied, in which order, and how far each has come."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import SQLModel

from archive.kernel.columns import day, key, moment, number, ref, term, text
from archive.kernel.lifecycle import EMPTYING, Lifecycle
from archive.vocabulary import SweepState


class Emptying(SQLModel, table=True):
    """One old room of the programme, its final sweep and the two who signed that it is empty."""

    __tablename__ = "emptying"
    __table_args__ = (UniqueConstraint("room_id", name="one_emptying_per_room"),)

    lifecycle: ClassVar[Lifecycle] = EMPTYING

    id: int = key()
    room_id: int = ref("place.id")
    status: SweepState = term(SweepState)
    sweep: int = number(default=0)
    swept_at: datetime | None = moment(nullable=True)
    swept_by: str | None = text(nullable=True)
    signed_at: datetime | None = moment(nullable=True)
    signed_by: str | None = text(nullable=True)
    empty_at: datetime | None = moment(nullable=True)
    witnessed_by: str | None = text(nullable=True)
    version: int = number(default=1)
    number: int = number()  # last: from here on the word means the column

    @property
    def stream(self) -> str:
        """Return the stream of this emptying's history."""
        return f"emptying:{self.id}"


class SweptPlace(SQLModel, table=True):
    """That somebody stood at an empty shelf or box in a final sweep and scanned it."""

    __tablename__ = "swept_place"

    emptying_id: int = ref("emptying.id", primary_key=True)
    sweep: int = number(primary_key=True)
    place_id: int = ref("place.id", primary_key=True)
    at: datetime = moment()
    swept_by: str = text()


class RoomCount(SQLModel, table=True):
    """How many files were recorded in a room at the end of a day; counted once, read often."""

    __tablename__ = "room_count"

    room_id: int = ref("place.id", primary_key=True)
    day: date = day(primary_key=True)
    files: int = number()
    counted_at: datetime = moment()
