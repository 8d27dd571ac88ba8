"""Every scan that reached us, with its answer."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from archive.kernel.columns import data, flag, moment, ref, term, text
from archive.vocabulary import ScanOutcome


class Scan(SQLModel, table=True):
    """One scan, claimed by the id made when it happened; its answer holds codes and ids, no personal data."""

    __tablename__ = "scan"
    __table_args__ = (
        Index("scans_of_actor", "actor", "at"),
        Index(
            "scans_of_unknown_codes",
            "at",
            sqlite_where=sql("outcome = 'unknown_code'"),
            postgresql_where=sql("outcome = 'unknown_code'"),
        ),
    )

    id: str = text(primary_key=True)
    actor: str = text()
    at: datetime = moment()
    happened_at: datetime = moment()
    content: str = text()
    code: str | None = text(nullable=True)
    outcome: ScanOutcome | None = term(ScanOutcome, nullable=True)
    reason: str | None = text(nullable=True)
    file_id: int | None = ref("case_file.id", nullable=True)
    place_id: int | None = ref("place.id", nullable=True)
    incident_id: int | None = ref("incident.id", nullable=True)
    facts: dict[str, Any] | None = data(nullable=True)
    undone: bool = flag()
