"""The check of each cover, what it confirmed and found, and what follows from papers in a wrong cover."""

import re
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from archive.kernel.columns import data, day, flag, key, moment, number, ref, term, text
from archive.kernel.lifecycle import ASSESSMENT, CHECK, FINDING, Lifecycle
from archive.vocabulary import (
    AssessmentAnswer,
    AssessmentState,
    CheckState,
    Confirmation,
    FindingKind,
    FindingState,
    SampleAnswer,
    SampleDirection,
)


def _only(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Make an index of the rows a condition of flags and comparisons holds for, on both engines."""
    # SQLite uses it only for a condition written as SQLAlchemy writes it there.
    plain = re.sub(r"NOT (?!NULL)(\w+)", r"\1 = 0", re.sub(r"^open\b", "open = 1", where))
    return Index(name, *columns, unique=unique, sqlite_where=sql(plain), postgresql_where=sql(where))


class CoverCheck(SQLModel, table=True):
    """The check of one cover and its content; `second_of` is the first check another person repeats blind.

    `drawn` tells that it was decided whether a first check is repeated, `hasty` that it was one of a run too
    fast to be true.
    """

    __tablename__ = "cover_check"
    __table_args__ = (
        _only("one_open_check_per_file", "file_id", where="open AND second_of IS NULL", unique=True),
        _only(
            "one_check_per_line",
            "line_id",
            where="second_of IS NULL AND status <> 'withdrawn'",
            unique=True,
        ),
        _only(
            "one_second_check_per_first",
            "second_of",
            where="status <> 'withdrawn'",
            unique=True,
        ),
        _only("open_checks", "id", where="open"),
        _only("open_checks_of_delivery", "delivery_id", "id", where="open"),
        _only("checks_not_drawn", "id", where="NOT drawn AND second_of IS NULL AND done_at IS NOT NULL"),
        Index("checks_of_delivery", "delivery_id", "id"),
        Index("checks_of_file", "file_id", "id"),
        Index("checks_of_line", "line_id"),
        Index("checks_by_person", "done_by", "done_at"),
        Index("checks_by_time", "done_at"),
    )

    lifecycle: ClassVar[Lifecycle] = CHECK

    id: int = key()
    file_id: int = ref("case_file.id")
    line_id: int | None = ref("delivery_line.id", nullable=True)
    delivery_id: int | None = ref("delivery.id", nullable=True)
    second_of: int | None = ref("cover_check.id", nullable=True)
    checklist: str = text()
    status: CheckState = term(CheckState)
    open: bool = flag(default=True)
    queued_at: datetime = moment()
    opened_at: datetime | None = moment(nullable=True)
    opened_by: str | None = text(nullable=True)
    done_at: datetime | None = moment(nullable=True)
    done_by: str | None = text(nullable=True)
    seconds: int | None = number(nullable=True)
    hasty: bool = flag()
    drawn: bool = flag()

    @property
    def stream(self) -> str:
        """Return the stream of this check's history."""
        return f"check:{self.id}"


class CoverConfirmation(SQLModel, table=True):
    """One thing one person confirmed; `by` is the person, however signed in, `seconds` the time it took.

    `cleared` tells that the person was one of those who may open the envelopes of protected persons.
    """

    __tablename__ = "cover_confirmation"
    __table_args__ = (
        _only("one_confirmation_each", "check_id", "what", "by", where="NOT undone", unique=True),
        Index("confirmations_of_check", "check_id", "id"),
    )

    id: int = key()
    check_id: int = ref("cover_check.id")
    what: Confirmation = term(Confirmation)
    by: str = text()
    at: datetime = moment()
    seconds: int | None = number(nullable=True)
    cleared: bool = flag()
    scan_id: str | None = text(nullable=True)
    undone: bool = flag()


class Finding(SQLModel, table=True):
    """What a check found wrong at one point of the checklist; `foreign_id` is the file that lay there."""

    __tablename__ = "finding"
    __table_args__ = (
        _only("open_findings", "id", where="open"),
        _only("findings_handed_on", "due_on", "id", where="open AND due_on IS NOT NULL"),
        Index("findings_of_check", "check_id", "id"),
        Index("findings_of_file", "file_id", "id"),
        Index("findings_of_foreign", "foreign_id"),
    )

    lifecycle: ClassVar[Lifecycle] = FINDING

    id: int = key()
    check_id: int = ref("cover_check.id")
    file_id: int = ref("case_file.id")
    point: str = text()
    kind: FindingKind = term(FindingKind)
    status: FindingState = term(FindingState)
    open: bool = flag(default=True)
    note: str = text(default="")
    foreign_id: int | None = ref("case_file.id", nullable=True)
    found_at: datetime = moment()
    found_by: str = text()
    scan_id: str | None = text(nullable=True)
    whom: str = text(default="")
    whom_id: int | None = ref("app_user.id", nullable=True, index=True)
    due_on: date | None = day(nullable=True)
    done_at: datetime | None = moment(nullable=True)
    done_by: str | None = text(nullable=True)

    @property
    def stream(self) -> str:
        """Return the stream of this finding's history."""
        return f"finding:{self.id}"


class Assessment(SQLModel, table=True):
    """The task to judge who may have read papers that lay in a cover while it was out; never deleted."""

    __tablename__ = "assessment"
    __table_args__ = (
        Index("one_assessment_per_finding", "finding_id", unique=True),
        _only("open_assessments", "due_at", "id", where="open"),
    )

    lifecycle: ClassVar[Lifecycle] = ASSESSMENT

    id: int = key()
    finding_id: int = ref("finding.id")
    file_id: int = ref("case_file.id", index=True)
    status: AssessmentState = term(AssessmentState)
    open: bool = flag(default=True)
    owner_id: int | None = ref("app_user.id", nullable=True, index=True)
    opened_at: datetime = moment()
    due_at: datetime = moment()
    since: datetime | None = moment(nullable=True)
    loans: list[int] = data()
    answer: AssessmentAnswer | None = term(AssessmentAnswer, nullable=True)
    readers: str = text(default="")
    decision: str = text(default="")
    incident_id: int | None = ref("incident.id", nullable=True, index=True)
    answered_at: datetime | None = moment(nullable=True)
    answered_by: str | None = text(nullable=True)

    @property
    def stream(self) -> str:
        """Return the stream of this assessment's history."""
        return f"assessment:{self.id}"


class Sample(SQLModel, table=True):
    """A two-way sample of register and shelves; its seed tells anybody how it was drawn."""

    __tablename__ = "sample"

    id: int = key()
    at: datetime = moment()
    drawn_by: str = text()
    seed: str = text()
    place_id: int = ref("place.id", index=True)
    size: int = number()

    @property
    def stream(self) -> str:
        """Return the stream of this sample's history."""
        return f"sample:{self.id}"


class SampleItem(SQLModel, table=True):
    """One file to look for on its shelf, or the `ordinal`-th file of a place to look up in the register."""

    __tablename__ = "sample_item"
    __table_args__ = (Index("items_of_sample", "sample_id", "direction", "id"),)

    id: int = key()
    sample_id: int = ref("sample.id")
    direction: SampleDirection = term(SampleDirection)
    place_id: int = ref("place.id", index=True)
    ordinal: int | None = number(nullable=True)
    file_id: int | None = ref("case_file.id", nullable=True, index=True)
    answer: SampleAnswer | None = term(SampleAnswer, nullable=True)
    answered_at: datetime | None = moment(nullable=True)
    answered_by: str | None = text(nullable=True)
