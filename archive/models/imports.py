"""Lists on their way into the register."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from archive.kernel.columns import blob, data, flag, key, moment, number, ref, term, text
from archive.kernel.lifecycle import COMPARISON, IMPORT, Lifecycle
from archive.vocabulary import GapKind, ImportPurpose, ImportState, RowAnswer, RowState, TaskAnswer, TaskKind


class Upload(SQLModel, table=True):
    """An uploaded list, kept here so that any process can go on with it; size 0 until it is whole."""

    __tablename__ = "upload"

    id: int = key()
    name: str = text()
    size: int = number()
    sha256: str = text()
    at: datetime = moment()


class UploadChunk(SQLModel, table=True):
    """A stretch of an uploaded list."""

    __tablename__ = "upload_chunk"

    upload_id: int = ref("upload.id", primary_key=True)
    ordinal: int = number(primary_key=True)
    content: bytes = blob()


class SavedMapping(SQLModel, table=True):
    """A choice of columns saved under a name."""

    __tablename__ = "saved_mapping"

    id: int = key()
    name: str = text(unique=True)
    mapping: dict[str, Any] = data()
    packaged: bool = flag()
    version: int = number(default=1)
    saved_at: datetime = moment()
    saved_by: str = text()

    @property
    def stream(self) -> str:
        """Return the stream of this mapping's history."""
        return f"mapping:{self.id}"


class ImportRun(SQLModel, table=True):
    """One list being read, checked and registered, or compared."""

    __tablename__ = "import_run"

    id: int = key()
    purpose: ImportPurpose = term(ImportPurpose)
    status: ImportState = term(ImportState)
    upload_id: int = ref("upload.id")
    name: str = text()
    mapping: dict[str, Any] | None = data(nullable=True)
    shape: dict[str, Any] | None = data(nullable=True)
    options: dict[str, Any] = data()
    rows: int = number(default=0)
    next_row: int = number(default=0)
    share: int = number(default=0)
    counts: dict[str, Any] = data()
    problem: dict[str, Any] | None = data(nullable=True)
    started_by: str = text()
    created_at: datetime = moment()
    finished_at: datetime | None = moment(nullable=True)
    heartbeat: datetime | None = moment(nullable=True)

    @property
    def stream(self) -> str:
        """Return the stream of this import's history."""
        return f"import:{self.id}"

    @property
    def lifecycle(self) -> Lifecycle:
        """Return the table of what may be done: a list to compare with is never registered."""
        return COMPARISON if self.purpose is ImportPurpose.COMPARE else IMPORT


class ImportRow(SQLModel, table=True):
    """One row of a list: its cells as they stood, how they were read, and what became of it.

    `file_key` (source and reference as compared), `part` and `subject_number` find rows about the same file
    or person;
    `near` names rows and files that may be the same; `undo` says how to set back what the run changed.
    """

    __tablename__ = "import_row"
    __table_args__ = (
        Index("rows_of_run", "run_id", "row", unique=True),
        Index("rows_by_state", "run_id", "state", "row"),
        Index("rows_of_file", "file_id"),
        Index("rows_by_key", "file_key", "run_id", "part"),
        Index("rows_by_number", "subject_number", "run_id"),
        Index(
            "rows_not_registered",
            "id",
            sqlite_where=sql("state = 'rejected'"),
            postgresql_where=sql("state = 'rejected'"),
        ),
    )

    id: int = key()
    run_id: int = ref("import_run.id")
    row: int = number()
    cells: list[Any] = data()
    reading: dict[str, Any] | None = data(nullable=True)
    flags: list[Any] = data()
    state: RowState = term(RowState)
    problem: dict[str, Any] | None = data(nullable=True)
    file_key: str | None = text(nullable=True)
    part: int = number(default=1)
    covers: int = number(default=1)
    subject_number: str | None = text(nullable=True)
    near: list[Any] | None = data(nullable=True)
    file_id: int | None = ref("case_file.id", nullable=True)
    undo: dict[str, Any] | None = data(nullable=True)
    answer: RowAnswer | None = term(RowAnswer, nullable=True)


class Gap(SQLModel, table=True):
    """One difference between a list of closed cases and the register; `closed_on` is empty where unknown."""

    __tablename__ = "gap"
    __table_args__ = (Index("gaps_of_run", "run_id", "kind", "closed_on", "id"),)

    id: int = key()
    run_id: int = ref("import_run.id")
    kind: GapKind = term(GapKind)
    row_id: int | None = ref("import_row.id", nullable=True, index=True)
    file_id: int | None = ref("case_file.id", nullable=True)
    closed_on: str = text(default="")


class Task(SQLModel, table=True):
    """An item on the worklist that asks somebody to settle a question."""

    __tablename__ = "task"
    __table_args__ = (
        Index("open_tasks", "kind", "id", sqlite_where=sql("open = 1"), postgresql_where=sql("open")),
        Index("tasks_by_age", "id", sqlite_where=sql("open = 1"), postgresql_where=sql("open")),
        Index("tasks_of_file", "file_id"),
    )

    id: int = key()
    kind: TaskKind = term(TaskKind)
    open: bool = flag(default=True)
    run_id: int | None = ref("import_run.id", nullable=True, index=True)
    row_id: int | None = ref("import_row.id", nullable=True, index=True)
    file_id: int = ref("case_file.id")
    other_id: int | None = ref("case_file.id", nullable=True)
    facts: dict[str, Any] = data()
    opened_at: datetime = moment()
    settled_at: datetime | None = moment(nullable=True)
    settled_by: str | None = text(nullable=True)
    answer: TaskAnswer | None = term(TaskAnswer, nullable=True)

    @property
    def stream(self) -> str:
        """Return the stream of this item's history."""
        return f"task:{self.id}"
