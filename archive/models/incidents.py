"""What cannot be found, who searched where, and who saw it; free text lies beside the events named here."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from archive.kernel.columns import flag, key, moment, number, ref, term, text
from archive.kernel.lifecycle import INCIDENT, Lifecycle
from archive.vocabulary import (
    Evidence,
    FoundState,
    FoundWhere,
    IncidentOutcome,
    IncidentState,
    Missed,
    Occasion,
    OthersRead,
    SearchResult,
    SeenAnswer,
)


class Incident(SQLModel, table=True):
    """The case of one or several files that cannot be found.

    `missed_at` is when somebody first missed it, `suspected_at` when it was suspected lost, `aware_at` when a
    named person decided that the authority was aware of a breach: three moments, none set by another.
    """

    __tablename__ = "incident"
    __table_args__ = (
        Index(
            "open_incidents",
            "id",
            sqlite_where=sql("status <> 'closed'"),
            postgresql_where=sql("status <> 'closed'"),
        ),
        Index("incidents_by_miss", "missed_at", "id"),
    )

    lifecycle: ClassVar[Lifecycle] = INCIDENT

    id: int = key()
    status: IncidentState = term(IncidentState)
    routine_id: int = ref("routine_version.id", index=True)
    what: Missed = term(Missed)
    occasion: Occasion = term(Occasion)
    pieces: int = number(default=1)
    missed_at: datetime = moment()
    suspected_at: datetime = moment()
    aware_at: datetime | None = moment(nullable=True)
    aware_by: str | None = text(nullable=True)
    reported_at: datetime = moment()
    reported_by: str = text()
    owner_id: int | None = ref("app_user.id", nullable=True, index=True)
    unit_id: int | None = ref("unit.id", nullable=True)
    diary_number: str = text(default="")
    somebody_waits: bool = flag()
    ongoing_case: bool = flag()
    child: bool = flag()
    protected: bool = flag()
    entered_afterwards: bool = flag()
    short: bool = flag()
    told_event: int | None = ref("event.id", nullable=True)
    escalated_at: datetime | None = moment(nullable=True)
    decided_at: datetime | None = moment(nullable=True)
    closed_at: datetime | None = moment(nullable=True)
    frozen_event: int | None = ref("event.id", nullable=True)
    frozen_sha256: str | None = text(nullable=True)
    version: int = number(default=1)

    @property
    def stream(self) -> str:
        """Return the stream of this incident's history."""
        return f"incident:{self.id}"

    @property
    def reporter(self) -> str:
        """Return who reported it, as a routine knows people."""
        return self.reported_by

    @property
    def over_when_entered(self) -> bool:
        """Tell whether it is an old loss whose clocks ran long ago, of which nothing was learnt since."""
        return self.entered_afterwards and (self.aware_at is None or self.aware_at <= self.reported_at)

    @property
    def learnt_since(self) -> datetime | None:
        """Return when it showed that a find in an old loss was none: nobody decided on that moment."""
        return self.aware_at if self.aware_by is None else None

    @property
    def clocks(self) -> bool:
        """Tell whether clocks run: for an old loss entered afterwards they ran long ago."""
        return not self.over_when_entered and self.status is not IncidentState.CLOSED

    @property
    def clock_from(self) -> datetime:
        """Return when the clocks began: as decided, else the earliest moment that is plausible."""
        return self.aware_at or min(self.missed_at, self.suspected_at)


class IncidentFile(SQLModel, table=True):
    """One thing an incident is about; an open row makes a registered file wanted.

    What is found of it stands here too while the row is open: something is missing still.
    """

    __tablename__ = "incident_file"
    __table_args__ = (
        Index(
            "one_open_incident_per_file",
            "file_id",
            unique=True,
            sqlite_where=sql("open = 1 AND file_id IS NOT NULL"),
            postgresql_where=sql("open AND file_id IS NOT NULL"),
        ),
        Index("incidents_of_file", "file_id"),
        Index("files_of_incident", "incident_id", "id"),
    )

    id: int = key()
    incident_id: int = ref("incident.id")
    file_id: int | None = ref("case_file.id", nullable=True)
    open: bool = flag(default=True)
    place_id: int | None = ref("place.id", nullable=True)
    added_at: datetime = moment()
    added_by: str = text()
    told_event: int | None = ref("event.id", nullable=True)
    outcome: IncidentOutcome | None = term(IncidentOutcome, nullable=True)
    outcome_at: datetime | None = moment(nullable=True)
    outcome_by: str | None = text(nullable=True)
    outcome_event: int | None = ref("event.id", nullable=True)
    found_at: datetime | None = moment(nullable=True)
    found_by: str | None = text(nullable=True)
    found_where: FoundWhere | None = term(FoundWhere, nullable=True)
    found_place_id: int | None = ref("place.id", nullable=True)
    found_in_id: int | None = ref("case_file.id", nullable=True)
    found_state: FoundState | None = term(FoundState, nullable=True)
    others_read: OthersRead | None = term(OthersRead, nullable=True)

    @property
    def part_found(self) -> bool:
        """Tell whether a part of it was found, and the rest is missing or declared lost."""
        return self.found_at is not None and self.outcome in (None, IncidentOutcome.DECLARED_LOST)


class Search(SQLModel, table=True):
    """One search of one place or cover; `lead` is the kind of reason the plan gave for looking there."""

    __tablename__ = "incident_search"
    __table_args__ = (Index("searches_of_incident", "incident_id", "at", "id"),)

    id: int = key()
    incident_id: int = ref("incident.id")
    step_id: int | None = ref("routine_step.id", nullable=True)
    by: str = text()
    at: datetime = moment()
    minutes: int = number(default=0)
    place_id: int | None = ref("place.id", nullable=True)
    cover_id: int | None = ref("case_file.id", nullable=True)
    lead: str = text(default="")
    result: SearchResult = term(SearchResult)
    scan_id: str | None = text(nullable=True)
    told_event: int | None = ref("event.id", nullable=True)


class WantedSighting(SQLModel, table=True):
    """That somebody saw a wanted file, until somebody says what it was."""

    __tablename__ = "wanted_sighting"
    __table_args__ = (
        Index("sightings_of_wanted", "item_id", "id"),
        Index(
            "unanswered_sightings",
            "item_id",
            "id",
            sqlite_where=sql("answered_at IS NULL"),
            postgresql_where=sql("answered_at IS NULL"),
        ),
    )

    id: int = key()
    item_id: int = ref("incident_file.id")
    place_id: int | None = ref("place.id", nullable=True)
    actor: str = text()
    at: datetime = moment()
    happened_at: datetime = moment()
    how: Evidence = term(Evidence)
    scan_id: str | None = text(nullable=True)
    answered_at: datetime | None = moment(nullable=True)
    answered_by: str | None = text(nullable=True)
    answer: SeenAnswer | None = term(SeenAnswer, nullable=True)


class IncidentReader(SQLModel, table=True):
    """Who was let into an incident, by name; `protected` when it was known to concern somebody protected."""

    __tablename__ = "incident_reader"

    incident_id: int = ref("incident.id", primary_key=True)
    user_id: int = ref("app_user.id", primary_key=True)
    at: datetime = moment()
    by: str = text()
    protected: bool = flag()
