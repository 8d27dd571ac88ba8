"""Those whom files are about."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import SQLModel

from archive.kernel.columns import Ordered, data, day, flag, key, moment, partial_date, ref, term, text
from archive.kernel.partial_date import PartialDate
from archive.vocabulary import NumberKind, NumberQuality, Protection


class Person(SQLModel, table=True):
    """Whom a case file is about."""

    __tablename__ = "person"

    id: int = key()
    family_name: str = text(default="")
    given_name: str = text(default="")
    birth_date: PartialDate | None = partial_date()
    protection: Protection = term(Protection, default=Protection.UNKNOWN)
    protection_source: str = text(default="")
    protection_since: date | None = day(nullable=True)
    corrected: list[str] = data()
    registered_at: datetime = moment()
    import_id: int | None = ref("import_run.id", nullable=True, index=True)

    @property
    def stream(self) -> str:
        """Return the stream of this person's history."""
        return f"person:{self.id}"


class PersonNumber(SQLModel, table=True):
    """An identity number a person has or had, as normalised and as written; never a key."""

    __tablename__ = "person_number"
    __table_args__ = (
        Index("numbers_whole", "number"),
        Index("numbers_without_century", "short"),
        Index("numbers_of_person", "person_id"),
    )

    id: int = key()
    person_id: int = ref("person.id")
    number: str = text(sa_type=Ordered)
    short: str = text(sa_type=Ordered)
    kind: NumberKind = term(NumberKind)
    quality: NumberQuality = term(NumberQuality)
    written: str = text()
    current: bool = flag(default=True)
    source: str = text(default="")


class NameToken(SQLModel, table=True):
    """A normalised word of a person's name; protected persons have none."""

    __tablename__ = "name_token"
    __table_args__ = (Index("tokens_of_person", "person_id", "token"),)

    token: str = text(primary_key=True, sa_type=Ordered)
    person_id: int = ref("person.id", primary_key=True)


class NameWord(SQLModel, table=True):
    """A distinct name word, among which misspellings are resolved."""

    __tablename__ = "name_word"

    word: str = text(primary_key=True, sa_type=Ordered)
