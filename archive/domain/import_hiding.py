"""Which rows of a list nobody is shown: a list may name openly whom the register protects."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, bindparam, select

from archive.domain.import_matching import Key
from archive.lists.reading import Reading
from archive.models import CaseFile, Person, PersonNumber
from archive.store import Work
from archive.vocabulary import Protection

_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_PERSON = Person.__table__  # type: ignore[attr-defined]
_NUMBER = PersonNumber.__table__  # type: ignore[attr-defined]


def _one_of(column: ColumnElement[str]) -> ColumnElement[bool]:
    return column.in_(bindparam("values", expanding=True))


_NUMBERS = (
    select(_NUMBER.c.short)
    .join(_PERSON, _PERSON.c.id == _NUMBER.c.person_id)
    .where(_one_of(_NUMBER.c.short), _PERSON.c.protection != Protection.NONE)
)
_FILES = select(_FILE.c.source_id, _FILE.c.reference_key).where(
    _one_of(_FILE.c.reference_key), _FILE.c.protected
)


def hidden(work: Work, rows: Sequence[tuple[Reading, Key]]) -> list[bool]:
    """Tell of each row whether it is about somebody protected, by the list or by the register."""
    by_register = of_register(work, rows)
    return [
        reading.protection.protected or known
        for (reading, _key), known in zip(rows, by_register, strict=True)
    ]


def of_register(work: Work, rows: Sequence[tuple[Reading, Key]]) -> list[bool]:
    """Tell of each row whether the register protects the person or the file it names."""
    shorts = [[p.number.number[-10:] for p in one.persons if p.number] for one, _key in rows]
    references = sorted({key.reference for _one, key in rows})
    theirs = protected_numbers(work, {short for own in shorts for short in own})
    found = work.connection.execute(_FILES, {"values": references}) if references else ()
    files = {Key(*row) for row in found}
    return [
        key in files or not theirs.isdisjoint(own) for (_reading, key), own in zip(rows, shorts, strict=True)
    ]


def protected_numbers(work: Work, shorts: Collection[str]) -> set[str]:
    """Return those of the numbers, without century, that a protected person has or had."""
    wanted = sorted(filter(None, shorts))
    return set(work.connection.execute(_NUMBERS, {"values": wanted}).scalars()) if wanted else set()
