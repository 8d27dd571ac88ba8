"""Files out of the archive with a named borrower until a date."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from archive.kernel.columns import day, flag, key, moment, ref, term, text
from archive.kernel.lifecycle import LOAN, Lifecycle
from archive.vocabulary import LoanPurpose, LoanState


class Loan(SQLModel, table=True):
    """One file with one borrower; `open` stands behind the rule of at most one open loan per file."""

    __tablename__ = "loan"
    __table_args__ = (
        Index(
            "one_open_loan_per_file",
            "file_id",
            unique=True,
            sqlite_where=sql("open = 1"),
            postgresql_where=sql("open"),
        ),
        Index("loans_of_file", "file_id"),
        Index("loans_by_due_day", "open", "due_on", "id"),
    )

    lifecycle: ClassVar[Lifecycle] = LOAN

    id: int = key()
    file_id: int = ref("case_file.id")
    status: LoanState = term(LoanState)
    open: bool = flag(default=True)
    borrower: str = text()
    borrower_unit: str = text(default="")
    borrower_id: int | None = ref("app_user.id", nullable=True, index=True)
    purpose: LoanPurpose = term(LoanPurpose)
    note: str = text(default="")
    due_on: date = day()
    out_at: datetime = moment()
    out_by: str = text()
    returned_at: datetime | None = moment(nullable=True)
    returned_by: str | None = text(nullable=True)

    @property
    def stream(self) -> str:
        """Return the stream of this loan's history."""
        return f"loan:{self.id}"
