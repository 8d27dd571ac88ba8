"""Lists on their way into the register."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Index
from sqlmodel import SQLModel

from archive.columns import blob, data, flag, key, moment, number, ref, term, text
from archive.lifecycle import IMPORT, Lifecycle
from archive.vocabulary import ImportPurpose, ImportState, RowState, TaskKind


class Upload(SQLModel, table=True):
    """An uploaded list, kept in the database so that any process can go on with it."""

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
    saved_at: datetime = moment()
    saved_by: str = text()

    @property
    def stream(self) -> str:
        """Return the stream of this mapping's history."""
        return f"mapping:{self.id}"


class ImportRun(SQLModel, table=True):
    """One list being read, checked and registered, or compared."""

    __tablename__ = "import_run"

    lifecycle: ClassVar[Lifecycle] = IMPORT

    id: int = key()
    purpose: ImportPurpose = term(ImportPurpose)
    status: ImportState = term(ImportState)
    upload_id: int = ref("upload.id")
    name: str = text()
    mapping: dict[str, Any] | None = data(nullable=True)
    rows: int = number(default=0)
    next_row: int = number(default=0)
    counts: dict[str, Any] = data()
    started_by: str = text()
    created_at: datetime = moment()
    finished_at: datetime | None = moment(nullable=True)
    heartbeat: datetime | None = moment(nullable=True)

    @property
    def stream(self) -> str:
        """Return the stream of this import's history."""
        return f"import:{self.id}"


class ImportRow(SQLModel, table=True):
    """One row of a list: its cells as they stood, how they were read, and what became of it."""

    __tablename__ = "import_row"
    __table_args__ = (
        Index("rows_of_run", "run_id", "row", unique=True),
        Index("rows_by_state", "run_id", "state", "row"),
        Index("rows_of_file", "file_id"),
    )

    id: int = key()
    run_id: int = ref("import_run.id")
    row: int = number()
    cells: list[Any] = data()
    reading: dict[str, Any] | None = data(nullable=True)
    flags: list[Any] = data()
    state: RowState = term(RowState)
    problem: dict[str, Any] | None = data(nullable=True)
    file_id: int | None = ref("case_file.id", nullable=True)


class Task(SQLModel, table=True):
    """An item on the worklist that asks somebody to settle a question."""

    __tablename__ = "task"
    __table_args__ = (
        Index("open_tasks", "open", "kind", "id"),
        Index("tasks_of_file", "file_id"),
    )

    id: int = key()
    kind: TaskKind = term(TaskKind)
    open: bool = flag(default=True)
    run_id: int | None = ref("import_run.id", nullable=True, index=True)
    row_id: int | None = ref("import_row.id", nullable=True)
    file_id: int = ref("case_file.id")
    other_id: int | None = ref("case_file.id", nullable=True)
    facts: dict[str, Any] = data()
    opened_at: datetime = moment()
    settled_at: datetime | None = moment(nullable=True)
    settled_by: str | None = text(nullable=True)
    answer: str | None = text(nullable=True)

    @property
    def stream(self) -> str:
        """Return the stream of this item's history."""
        return f"task:{self.id}"
