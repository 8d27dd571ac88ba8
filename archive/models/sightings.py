"""That a person or scanner saw a file at a place."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import SQLModel

from archive.kernel.columns import key, moment, ref, term, text
from archive.vocabulary import Evidence


class Sighting(SQLModel, table=True):
    """One observation of one file; the newest is the last confirmed sighting."""

    __tablename__ = "sighting"
    __table_args__ = (
        Index("sightings_of_file", "file_id", "happened_at"),
        Index("sightings_at_place", "place_id", "happened_at"),
    )

    id: int = key()
    file_id: int = ref("case_file.id")
    place_id: int | None = ref("place.id", nullable=True)
    at: datetime = moment()
    happened_at: datetime = moment()
    actor: str = text()
    how: Evidence = term(Evidence)
    scan_id: str | None = text(nullable=True)
