"""The first rows of a list as they would be registered, for somebody to look at before anything is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from archive.imports import kind_words, masking, runs, uploads
from archive.imports.lists.meaning.fields import FlagCode, ListField
from archive.imports.lists.meaning.guessing import ColumnGuess, guess
from archive.imports.lists.meaning.mapping import Mapping as ListMapping
from archive.imports.lists.meaning.reader import ListReader
from archive.imports.lists.meaning.reading import Reading
from archive.imports.lists.meaning.tables import ListShape, OpenList
from archive.imports.rows.items import Item, Terms, item_of
from archive.imports.rows.places import PlaceFinder
from archive.kernel.clock import local_date
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Actor, Archive, Work
from archive.models import ImportRun
from archive.places import paths

PREVIEWED = 10


@dataclass(frozen=True, slots=True)
class PreviewDay:
    """Hold a date of a row: as it stands in the list, as it is read, and what is odd about it."""

    field: ListField
    written: str
    read: PartialDate | None
    odd: FlagCode | None


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """Hold one of the first rows: its number, and what would be registered where.

    `place` is where the file would stand, `created` what of that would have to be created first; both are
    empty where the list does not say. Of a row the list itself marks as protected nothing is shown.
    """

    number: int
    item: Item
    hidden: bool
    place: str
    created: str
    closed: bool
    days: tuple[PreviewDay, ...]


@dataclass(frozen=True, slots=True)
class ListPreview:
    """Hold what a page needs to show the columns of a list and its first rows as they would be registered."""

    shape: ListShape
    mapping: ListMapping
    columns: tuple[ColumnGuess, ...]
    samples: tuple[tuple[str, ...], ...]
    rows: tuple[PreviewRow, ...]
    unknown_kinds: tuple[str, ...]
    sheets: tuple[str, ...]
    subjects: tuple[str, ...]

    @property
    def asks_protection(self) -> bool:
        """Tell whether no column says who is protected, so that somebody has to answer for the list."""
        return all(column.field is not ListField.PROTECTION for column in self.mapping.columns)


def preview(
    archive: Archive,
    actor: Actor,
    run: ImportRun,
    mapping: ListMapping | None = None,
    *,
    shapes: bool = False,
) -> ListPreview:
    """Read the first rows as a mapping understands them: the run's own unless another is given.

    With `shapes`, of columns about persons the samples show nothing else of anybody.
    """
    mapping = mapping or runs.mapping_of(run)
    with (
        uploads.opened(archive, actor, run.upload_id) as source,
        OpenList(source, sheet=mapping.sheet or None, name=run.name) as opened,
        archive.read(actor) as work,
    ):
        today = local_date(work.now)
        columns = opened.shape.columns
        sample = opened.sample(runs.SAMPLE)
        cells = [row for _number, row in sample]
        guessed = guess(columns, cells, today=today, kinds=kind_words.known(work))
        reader = ListReader.over(opened, mapping, today, seen=opened.survey(sample))
        terms = Terms.load(work, mapping)
        items = [item_of(number, reader.read(row, number), terms) for number, row in sample]
        hidden = [item.reading.protection.protected for item in items]
        samples = tuple(_samples(mapping, columns, cells, [shapes or one for one in hidden]))
        first = [
            cell
            for row, secret in list(zip(cells, hidden, strict=True))[:PREVIEWED]
            if not secret
            for cell in row
        ]
        numbers = masking.written([*first, *chain.from_iterable(samples)])
        return ListPreview(
            opened.shape,
            mapping,
            guessed.columns,
            samples,
            tuple(_rows(work, mapping, columns, list(zip(items, cells, hidden, strict=True))[:PREVIEWED])),
            _unknown_kinds(mapping, columns, cells, items),
            opened.sheets,
            tuple(masking.known(work, numbers)),
        )


Sampled = tuple[Item, Sequence[str], bool]


def _rows(
    work: Work, mapping: ListMapping, columns: Sequence[str], sampled: Sequence[Sampled]
) -> Iterator[PreviewRow]:
    at = mapping.place(columns)
    finder = PlaceFinder()
    spots = finder.find(work, (item.steps for item, _cells, _hidden in sampled))
    standing = paths.steps(work, {spot.id for spot in spots.values() if spot and spot.id})
    for item, cells, hidden in sampled:
        spot = spots[item.steps]
        there = spot is not None and spot.id > 0
        named = paths.name_of(standing[spot.id]) if spot and there else ""
        yield PreviewRow(
            item.row,
            item,
            hidden,
            named,
            "" if there else paths.name_of(item.steps),
            bool(spot and spot.closed),
            tuple(_days(item.reading, at, cells)),
        )


_DAYS = ((ListField.OPENED, "opened"), (ListField.CLOSED, "closed"), (ListField.LAST_NOTE, "last_note"))


def _days(reading: Reading, at: Mapping[ListField, list[int]], cells: Sequence[str]) -> Iterator[PreviewDay]:
    odd = {flag.field: flag.code for flag in reading.flags if flag.code.value.startswith("date_")}
    for field, name in _DAYS:
        own = field if field in at else ListField.PERIOD
        written = next((cells[one].strip() for one in at.get(own, ()) if one < len(cells)), "")
        read: PartialDate | None = getattr(reading, name)
        if read or (written and own is field):
            yield PreviewDay(field, written, read, odd.get(own))


# What such a column holds of a protected person is shown by its shape alone: `Xxxxxx, Xxxx`, `00000000-0000`.
_NAMES_NOBODY = frozenset(ListField) - {
    *(
        ListField.NUMBER,
        ListField.BIRTH_DATE,
        ListField.NAME,
        ListField.FAMILY_NAME,
        ListField.GIVEN_NAME,
        ListField.CO_PERSONS,
    ),
    *(ListField.PLACE, ListField.SITE, ListField.ROOM, ListField.RACK, ListField.SHELF, ListField.BOX),
    *(ListField.FREE_TEXT, ListField.IGNORED),
}


def _samples(
    mapping: ListMapping,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    hidden: Sequence[bool],
) -> Iterator[tuple[str, ...]]:
    """Give three different cells of each column, without telling anything of those who are protected."""
    meanings = {at: field for field, positions in mapping.place(columns).items() for at in positions}
    for index in range(len(columns)):
        harmless = meanings.get(index) in _NAMES_NOBODY
        seen: dict[str, None] = {}
        for cells, secret in zip(rows, hidden, strict=True):
            text = cells[index].strip() if index < len(cells) else ""
            seen[_shape(text) if secret and not harmless else text] = None
        yield tuple(text for text in seen if text)[:3]


def _shape(text: str) -> str:
    marks = (
        "0" if mark.isdigit() else "X" if mark.isupper() else "x" if mark.isalpha() else mark for mark in text
    )
    return "".join(marks)[:60]


def _unknown_kinds(
    mapping: ListMapping, columns: Sequence[str], rows: Sequence[Sequence[str]], items: Sequence[Item]
) -> tuple[str, ...]:
    where = mapping.place(columns).get(ListField.KIND)
    if not where:
        return ()
    words = (
        cells[where[0]].strip()
        for cells, item in zip(rows, items, strict=True)
        if any(flag.code is FlagCode.KIND_UNKNOWN for flag in item.reading.flags) and where[0] < len(cells)
    )
    return tuple(dict.fromkeys(word for word in words if word))
