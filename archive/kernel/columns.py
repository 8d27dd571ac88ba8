"""Column types and field makers the models share; no rules."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Dialect, Integer, LargeBinary, String, Text, true
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import JSON, TypeDecorator, TypeEngine
from sqlmodel import Field

from archive.kernel.partial_date import PartialDate
from archive.vocabulary import Term

# A range of paths is a subtree only where "." sorts before "/" and digits: PostgreSQL's "C" collation.
Ordered = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
# SQLite only numbers rows by itself in an INTEGER PRIMARY KEY.
BigId = BigInteger().with_variant(Integer, "sqlite")


class UtcTime(TypeDecorator[datetime]):
    """Store a moment in UTC and give it back aware; refuses a naive one."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class PartialDateText(TypeDecorator[PartialDate]):
    """Store a partial date as its sortable text."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: PartialDate | None, _dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def result_processor(self, _dialect: Dialect, _coltype: object) -> Callable[[Any], Any]:
        return _partial_date


@lru_cache(maxsize=65_536)  # there are 365 days in a year, and a page shows many of them again
def _partial_date(text: str | None) -> PartialDate | None:
    return None if text is None else PartialDate.parse(text)


class TermText(TypeDecorator[Term]):
    """Store a vocabulary term by its value."""

    impl = String(30)
    cache_ok = True

    def __init__(self, terms: type[Term]) -> None:
        super().__init__()
        self.terms = terms
        # A look-up per value read is hot; the enum's own call is several times as slow.
        self._members: dict[str, Term] = {str(term): term for term in terms}
        self._read: dict[str | None, Term | None] = {None: None}
        self._read.update(self._members)

    def process_bind_param(self, value: Term | str | None, _dialect: Dialect) -> str | None:
        return None if value is None else self._members[value].value

    def result_processor(self, _dialect: Dialect, _coltype: object) -> Callable[[Any], Any]:
        return self._read.__getitem__


def key() -> Any:
    """Make the numbered primary key."""
    return Field(default=None, primary_key=True, sa_type=BigId)


def ref(target: str, *, index: bool = False, nullable: bool = False, primary_key: bool = False) -> Any:
    """Make a foreign key to `table.column`."""
    kind = BigId if target.endswith(".id") else Text
    options: dict[str, Any] = {"foreign_key": target, "index": index, "sa_type": kind}
    if nullable:
        return Field(default=None, nullable=True, **options)
    return Field(primary_key=primary_key, nullable=False, **options)


def term(terms: type[Term], *, default: Term | None = None, nullable: bool = False, **options: Any) -> Any:
    """Make a column of vocabulary terms."""
    options = {"sa_type": TermText(terms), "nullable": nullable, **options}
    return Field(default=default, **options) if nullable or default is not None else Field(**options)


def text(*, default: str | None = None, nullable: bool = False, **options: Any) -> Any:
    """Make a text column."""
    options = {"sa_type": Text, "nullable": nullable, **options}
    return Field(default=default, **options) if nullable or default is not None else Field(**options)


def moment(*, nullable: bool = False, index: bool = False) -> Any:
    """Make a column of moments in UTC."""
    options: dict[str, Any] = {"sa_type": UtcTime, "nullable": nullable, "index": index}
    return Field(default=None, **options) if nullable else Field(**options)


def partial_date() -> Any:
    """Make a column of dates whose month and day may be unknown; always optional."""
    return Field(default=None, sa_type=PartialDateText, nullable=True)


def day(*, nullable: bool = False, primary_key: bool = False) -> Any:
    """Make a column of whole dates."""
    if nullable:
        return Field(default=None, sa_type=Date, nullable=True)
    return Field(sa_type=Date, nullable=False, primary_key=primary_key)


def flag(*, default: bool = False, nullable: bool = False, **options: Any) -> Any:
    """Make a yes/no column; a nullable one begins unknown."""
    return Field(default=None if nullable else default, sa_type=Boolean, nullable=nullable, **options)


def added_flag() -> Any:
    """Make a yes/no column, yes at first, that a migration added: it keeps the default it was added with."""
    return flag(default=True, sa_column_kwargs={"server_default": true()})


def number(*, default: int | None = None, nullable: bool = False, primary_key: bool = False) -> Any:
    """Make a whole-number column."""
    if nullable or default is not None:
        return Field(default=default, sa_type=BigInteger, nullable=nullable)
    return Field(sa_type=BigInteger, nullable=False, primary_key=primary_key)


def data(*, nullable: bool = False) -> Any:
    """Make a column of JSON data."""
    return Field(default=None, sa_type=JSON(none_as_null=True), nullable=nullable)


def blob() -> Any:
    """Make a column of bytes."""
    return Field(sa_type=LargeBinary, nullable=False)
