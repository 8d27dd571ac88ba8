"""Codes and the labels they are printed on."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import SQLModel

from archive.kernel.columns import key, moment, number, ref, term, text
from archive.vocabulary import LabelReason, LabelState


class Label(SQLModel, table=True):
    """A ten-character code: blank, or bound to one file or place, or void."""

    __tablename__ = "label"
    __table_args__ = (
        Index("labels_of_file", "file_id"),
        Index("labels_of_place", "place_id"),
        Index("labels_of_batch", "batch_id"),
    )

    code: str = text(primary_key=True)
    state: LabelState = term(LabelState)
    file_id: int | None = ref("case_file.id", nullable=True)
    place_id: int | None = ref("place.id", nullable=True)
    printed_at: datetime | None = moment(nullable=True)
    batch_id: int | None = ref("label_batch.id", nullable=True)
    voided_at: datetime | None = moment(nullable=True)
    reason: LabelReason | None = term(LabelReason, nullable=True)


class LabelBatch(SQLModel, table=True):
    """One print-out of labels."""

    __tablename__ = "label_batch"

    id: int = key()
    at: datetime = moment()
    printed_by: str = text()
    stock: str = text()
    count: int = number()

    @property
    def stream(self) -> str:
        """Return the stream of this batch's history."""
        return f"labels:{self.id}"
