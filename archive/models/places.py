"""Everything that can hold a file, as one tree."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import SQLModel

from archive.kernel.columns import Ordered, flag, key, moment, number, ref, term, text
from archive.vocabulary import OrderRule, PlaceKind


class Place(SQLModel, table=True):
    """A site, room, rack, shelf, box, crate or desk; `path` is the zero-padded positions from the root."""

    __tablename__ = "place"
    __table_args__ = (
        UniqueConstraint("path", name="one_place_per_path"),
        Index("places_of_parent", "parent_id", "position"),
        Index("one_place_per_code", "code", unique=True),
    )

    id: int = key()
    parent_id: int | None = ref("place.id", nullable=True)
    kind: PlaceKind = term(PlaceKind)
    name: str = text()
    position: int = number()
    path: str = text(sa_type=Ordered)
    depth: int = number()
    order_rule: OrderRule = term(OrderRule, default=OrderRule.AS_PLACED)
    code: str = text()
    central: bool = flag()
    capacity: int | None = number(nullable=True)
    closed_at: datetime | None = moment(nullable=True)
    version: int = number(default=1)

    @property
    def stream(self) -> str:
        """Return the stream of this place's history."""
        return f"place:{self.id}"
