"""Versions of the common routines, who has read them, and the steps of what runs by them."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from archive.kernel.columns import day, flag, key, moment, number, ref, term, text
from archive.kernel.lifecycle import MATTER, ROUTINE, Lifecycle
from archive.vocabulary import MatterState, RoutineState, StepState


class RoutineVersion(SQLModel, table=True):
    """One version of a routine as its YAML text; at most one of a name is in force."""

    __tablename__ = "routine_version"
    __table_args__ = (
        UniqueConstraint("name", "edition", name="one_text_per_version"),
        Index(
            "one_version_in_force",
            "name",
            unique=True,
            sqlite_where=sql("status = 'in_force'"),
            postgresql_where=sql("status = 'in_force'"),
        ),
    )

    lifecycle: ClassVar[Lifecycle] = ROUTINE

    id: int = key()
    name: str = text()
    edition: int = number()
    content: str = text()
    status: RoutineState = term(RoutineState)
    packaged: bool = flag()
    decided_by: str = text(default="")
    decided_on: date | None = day(nullable=True)
    diary_number: str = text(default="")
    in_force_from: date | None = day(nullable=True)
    revise_by: date | None = day(nullable=True)
    made_at: datetime = moment()
    made_by: str = text()
    version: int = number(default=1)

    @property
    def stream(self) -> str:
        """Return the stream of this version's history."""
        return f"routine:{self.id}"


class RoutineRead(SQLModel, table=True):
    """That a user has confirmed having read a version."""

    __tablename__ = "routine_read"

    routine_id: int = ref("routine_version.id", primary_key=True)
    user_id: int = ref("app_user.id", primary_key=True)
    at: datetime = moment()


class Matter(SQLModel, table=True):
    """A case of any routine but that of lost files: a deviation, the yearly self-check."""

    __tablename__ = "matter"

    lifecycle: ClassVar[Lifecycle] = MATTER

    id: int = key()
    status: MatterState = term(MatterState)
    routine_id: int = ref("routine_version.id", index=True)
    opened_at: datetime = moment()
    opened_by: str = text()
    noticed_at: datetime = moment()
    owner_id: int | None = ref("app_user.id", nullable=True, index=True)
    unit_id: int | None = ref("unit.id", nullable=True)
    about: str = text(default="")
    diary_number: str = text(default="")
    closed_at: datetime | None = moment(nullable=True)
    version: int = number(default=1)

    @property
    def stream(self) -> str:
        """Return the stream of this matter's history."""
        return f"matter:{self.id}"

    @property
    def reporter(self) -> str:
        """Return who began it, as a routine knows people."""
        return self.opened_by

    @property
    def clocks(self) -> bool:
        """Tell whether clocks run."""
        return self.status is MatterState.OPEN


class RoutineStep(SQLModel, table=True):
    """A step that opened in an incident or matter, `run` its stream; its deadline is stored when it opens.

    `ended_at` is when somebody wrote down that it is done, `done_at` when it was.
    """

    __tablename__ = "routine_step"
    __table_args__ = (
        UniqueConstraint("run", "step", "occurrence", name="one_step_per_occurrence"),
        Index("open_steps", "id", sqlite_where=sql("state = 'open'"), postgresql_where=sql("state = 'open'")),
    )

    id: int = key()
    run: str = text()
    step: str = text()
    occurrence: int = number(default=1)
    state: StepState = term(StepState, default=StepState.OPEN)
    opened_at: datetime = moment()
    due_at: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)
    ended_by: str | None = text(nullable=True)
    done_at: datetime | None = moment(nullable=True)
    performed_by: str | None = text(nullable=True)
    told_event: int | None = ref("event.id", nullable=True)
