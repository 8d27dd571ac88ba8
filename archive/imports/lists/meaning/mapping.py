"""Say which column of a list is what and how its cells are to be understood, as data that can be saved."""

from collections import Counter
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any, NamedTuple, Self

from archive.imports.lists.formats.text import simple
from archive.imports.lists.meaning.dates import DATE_ORDERS, DateOrder
from archive.imports.lists.meaning.fields import ListField
from archive.imports.lists.meaning.headings import plain
from archive.imports.lists.meaning.names import NAME_ORDERS, SEPARATORS, NameOrder
from archive.kernel.errors import Invalid
from archive.kernel.letters import one_form
from archive.kernel.partial_date import PartialDate
from archive.vocabulary import Protection
from archive.vocabulary.wording import N_

VERSION = 1

REPEATABLE = frozenset((ListField.FREE_TEXT, ListField.IGNORED, ListField.CO_PERSONS))
"""What several columns of a list may be."""

_DROPPED = (ListField.FREE_TEXT, ListField.IGNORED)
_IDENTIFYING = (
    ListField.REFERENCE,
    ListField.NUMBER,
    ListField.NAME,
    ListField.FAMILY_NAME,
    ListField.CO_PERSONS,
)

_MISSING = N_(
    "The list has no column %(columns)s, which the mapping names. Choose another mapping or correct it."
)
_TWICE = N_("Two columns are registered as %(what)s. Let one of them be something else.")
_IDENTIFIES_NOTHING = N_(
    "No column says which file a row is. Say which column holds the reference or the person."
)
_WRONG = N_("The mapping cannot be read: %(key)s is %(value)s. Correct it or make a new mapping.")
_DAY = N_("Write the day of the list as 2024-05-31, 2024-05 or only 2024, and no later than today.")
_NEWER = N_(
    "The mapping was made by a newer version (%(version)s). Update the program or make a new mapping."
)


class MappedColumn(NamedTuple):
    """Hold what a column is registered as; `occurrence` tells columns with the same heading apart, from 1."""

    header: str
    field: ListField
    occurrence: int = 1


@dataclass(frozen=True, slots=True)
class Mapping:
    """Hold the meaning of a list: its columns, and the settings for what the cells leave unsaid.

    `source` is the code of the system whose reference numbers the list holds, `site` the name of the address
    it lists, `kinds` the words for kinds of files with their codes, `list_date` the day nothing in the list
    is after, `serial_dates` that five digits are always a spreadsheet's day number, `unstated_protection`
    what persons get where the list has no column for it.
    """

    columns: tuple[MappedColumn, ...] = ()
    source: str = ""
    site: str = ""
    unit: str = ""
    default_kind: str = ""
    kinds: Dict[str, str] = field(default_factory=dict)
    date_order: DateOrder = "auto"
    serial_dates: bool = False
    name_order: NameOrder = "auto"
    person_separators: tuple[str, ...] = SEPARATORS
    list_date: date | None = None
    unstated_protection: Protection = Protection.UNKNOWN
    sheet: str = ""

    def place(self, names: Sequence[str]) -> dict[ListField, list[int]]:
        """Return the positions of the columns in a list; raises Invalid naming those it does not have."""
        found: dict[ListField, list[int]] = {}
        missing = []
        positions = numbered(names)
        for column in self.columns:
            position = positions.get(_key(column.header, column.occurrence))
            if position is None:
                missing.append(column.header)
            else:
                found.setdefault(column.field, []).append(position)
        if missing:
            raise Invalid("mapping_columns_missing", _MISSING, columns=", ".join(missing))
        return found

    def dropped(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the headings of a list that are not registered, so that a page can say so."""
        kept = {_key(c.header, c.occurrence) for c in self.columns if c.field not in _DROPPED}
        return tuple(names[position] for key, position in numbered(names).items() if key not in kept)

    def with_field(self, header: str, meaning: ListField | None, occurrence: int = 1) -> Self:
        """Return the mapping with one column corrected; None takes it out."""
        same = _key(header, occurrence)
        others = [c for c in self.columns if _key(c.header, c.occurrence) != same]
        added = [MappedColumn(header, meaning, occurrence)] if meaning else []
        return replace(self, columns=(*others, *added))

    def check(self) -> None:
        """Refuse a mapping that cannot be used; raises Invalid, saying what to change."""
        count = Counter(column.field for column in self.columns)
        twice = [meaning for meaning in count if count[meaning] > 1 and meaning not in REPEATABLE]
        if twice:
            raise Invalid("mapping_field_twice", _TWICE, field="columns", what=twice[0].label)
        if not any(count[meaning] for meaning in _IDENTIFYING):
            raise Invalid("mapping_identifies_nothing", _IDENTIFIES_NOTHING, field="columns")

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data for JSON."""
        return {
            "version": VERSION,
            "columns": [
                {"header": column.header, "field": column.field.value}
                | ({"occurrence": column.occurrence} if column.occurrence > 1 else {})
                for column in self.columns
            ],
            "source": self.source,
            "site": self.site,
            "unit": self.unit,
            "default_kind": self.default_kind,
            "kinds": dict(self.kinds),
            "date_order": self.date_order,
            "serial_dates": self.serial_dates,
            "name_order": self.name_order,
            "person_separators": list(self.person_separators),
            "list_date": self.list_date.isoformat() if self.list_date else None,
            "unstated_protection": self.unstated_protection.value,
            "sheet": self.sheet,
        }

    @classmethod
    def from_dict(cls, data: Dict[str, Any], *, whole: bool = True) -> Self:
        """Make it of the plain data of as_dict; raises Invalid where it is no mapping, or not `whole`."""
        version = data.get("version", VERSION)
        if not isinstance(version, int) or version > VERSION:
            raise Invalid("mapping_newer", _NEWER, version=version)
        unknown = set(data) - {known.name for known in fields(cls)} - {"version"}
        if unknown:
            raise Invalid("mapping_unreadable", _WRONG, key=min(unknown), value=data[min(unknown)])
        values = {key: _read(key, value) for key, value in data.items() if key != "version"}
        mapping = cls(**values)
        if whole:
            mapping.check()
        return mapping


def day_of_list(text: str, today: date) -> date:
    """Read the day a list is from, as somebody states it: of a month or a year the last; raises Invalid."""
    try:
        said = PartialDate.parse(text)
    except ValueError:
        said = None
    if said is None or said.earliest() > today:
        raise Invalid("list_date", _DAY, field="list_date")
    return min(said.latest(), today)


def numbered(names: Sequence[str]) -> dict[tuple[str, int], int]:
    """Return the position of each (heading, occurrence) of a list."""
    seen: Counter[str] = Counter()
    positions = {}
    for position, name in enumerate(names):
        word, _occurrence = _key(name, 1)
        seen[word] += 1
        positions[word, seen[word]] = position
    return positions


def _key(header: str, occurrence: int) -> tuple[str, int]:
    return plain(header) or header, occurrence


def _read(key: str, value: Any) -> Any:
    try:
        return _READERS[key](value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Invalid("mapping_unreadable", _WRONG, key=key, value=value) from error


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return one_form(value)


def _one_of(choices: Sequence[str]) -> Callable[[Any], str]:
    return lambda value: choices[choices.index(value)]


_FIELDS = {one.value: one for one in ListField}
_PROTECTIONS = {one.value: one for one in Protection}
_READERS: dict[str, Callable[[Any], Any]] = {
    "columns": lambda value: tuple(
        MappedColumn(_text(one["header"]), _FIELDS[one["field"]], int(one.get("occurrence", 1)))
        for one in value
    ),
    "kinds": lambda value: {simple(word): _text(code) for word, code in value.items()},
    "date_order": _one_of(DATE_ORDERS),
    "serial_dates": lambda value: {True: True, False: False}[value],
    "name_order": _one_of(NAME_ORDERS),
    "person_separators": lambda value: tuple(mark for mark in map(_text, value) if mark),
    "list_date": lambda value: date.fromisoformat(value) if value else None,
    "unstated_protection": lambda value: _PROTECTIONS[value],
    **dict.fromkeys(("source", "site", "unit", "default_kind", "sheet"), _text),
}
