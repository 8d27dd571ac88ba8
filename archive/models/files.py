"""Case files and what they are called."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from archive.kernel.columns import (
    Ordered,
    added_flag,
    data,
    flag,
    key,
    moment,
    number,
    partial_date,
    ref,
    term,
    text,
)
from archive.kernel.lifecycle import FILE, Lifecycle
from archive.kernel.partial_date import PartialDate
from archive.vocabulary import Custody, Evidence, Outcome, PersonRole


class SourceSystem(SQLModel, table=True):
    """A system or paper register in which files have their numbers."""

    __tablename__ = "source_system"

    id: int = key()
    code: str = text(unique=True)
    name: str = text()
    active: bool = added_flag()

    @property
    def stream(self) -> str:
        """Return the stream of this system's history."""
        return f"source:{self.id}"


class Unit(SQLModel, table=True):
    """A unit that closed files come from."""

    __tablename__ = "unit"

    id: int = key()
    name: str = text(unique=True)
    active: bool = added_flag()

    @property
    def stream(self) -> str:
        """Return the stream of this unit's history."""
        return f"unit:{self.id}"


class FileKind(SQLModel, table=True):
    """A kind of case file (akttyp) with the rule it is kept by."""

    __tablename__ = "file_kind"

    id: int = key()
    code: str = text(unique=True)
    letter: str = text()
    name_sv: str = text()
    name_en: str = text()
    delicate: bool = flag()
    retention_rule: str = text()
    active: bool = flag(default=True)

    @property
    def stream(self) -> str:
        """Return the stream of this kind's history."""
        return f"kind:{self.id}"


class CaseFile(SQLModel, table=True):
    """One physical cover with its content; a large personakt is several parts with the same reference."""

    __tablename__ = "case_file"
    __table_args__ = (
        Index(
            "one_file_per_reference",
            "source_id",
            "reference",
            "part",
            unique=True,
            sqlite_where=sql("status <> 'void'"),
            postgresql_where=sql("status <> 'void'"),
        ),
        Index("files_by_reference", "reference_key"),
        Index("files_on_place", "place_id", "position", "id"),
        Index("files_by_status", "status", "id"),
        Index("one_file_per_code", "code", unique=True),
        Index("files_of_import", "import_id"),
    )

    lifecycle: ClassVar[Lifecycle] = FILE

    id: int = key()
    code: str = text()
    source_id: int = ref("source_system.id")
    reference: str = text()
    reference_key: str = text(sa_type=Ordered)
    part: int = number(default=1)
    parts: int = number(default=1)
    kind_id: int = ref("file_kind.id")
    unit_id: int | None = ref("unit.id", nullable=True)
    status: Custody = term(Custody)
    place_id: int = ref("place.id")
    position: int = number(default=0)
    placed_at: datetime = moment()
    placed_by: str = text()
    placed_how: Evidence = term(Evidence)
    opened_on: PartialDate | None = partial_date()
    closed_on: PartialDate | None = partial_date()
    last_note_on: PartialDate | None = partial_date()
    placed_child: bool = flag()
    adoption: bool = flag()
    parenthood: bool = flag()
    child_investigation: bool = flag()
    custody_agreement: bool = flag()
    partly: bool = flag()
    kept: Outcome | None = term(Outcome, nullable=True)
    protected: bool = flag(default=True)
    corrected: list[str] = data()
    registered_at: datetime = moment()
    import_id: int | None = ref("import_run.id", nullable=True)
    replaced_by_id: int | None = ref("case_file.id", nullable=True)
    version: int = number(default=1)

    @property
    def stream(self) -> str:
        """Return the stream of this file's history."""
        return f"file:{self.id}"


class FilePerson(SQLModel, table=True):
    """That a case file is about a person, and how."""

    __tablename__ = "file_person"
    __table_args__ = (Index("files_of_person", "person_id", "file_id"),)

    file_id: int = ref("case_file.id", primary_key=True)
    person_id: int = ref("person.id", primary_key=True)
    role: PersonRole = term(PersonRole, default=PersonRole.SUBJECT)


class EarlierCheck(SQLModel, table=True):
    """A check made before this system existed, with the list as its source; never a sighting."""

    __tablename__ = "earlier_check"

    id: int = key()
    file_id: int = ref("case_file.id", index=True)
    checked_on: PartialDate | None = partial_date()
    sign: str = text(default="")
    import_id: int | None = ref("import_run.id", nullable=True)
