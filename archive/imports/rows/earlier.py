"""Remember what the rows of a list before a row say of the same file, as if they were registered already."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from archive.imports.lists.formats.text import clean, simple
from archive.imports.lists.meaning.fields import ListField
from archive.imports.lists.meaning.mapping import Mapping
from archive.imports.lists.meaning.reading import PersonReading, Reading
from archive.imports.lists.meaning.tables import ListShape
from archive.imports.rows import matching, names
from archive.imports.rows.agreeing import dates_said
from archive.imports.rows.items import Background, Item, PartVerdict, reading_of
from archive.imports.rows.judging import DAYS, FACTS, about, compare, compare_person
from archive.imports.rows.matching import OF_RUN, CaseKey, KnownFile, KnownPerson
from archive.kernel.store import Work
from archive.models import ImportRow, ImportRun
from archive.rules.identity import Identity
from archive.vocabulary import Custody, Evidence, NumberQuality, RowState

_ROW = ImportRow.__table__  # type: ignore[attr-defined]
_EARLIER = (
    select(*(_ROW.c[name] for name in ("row", "cells", "reading", "flags", "state")))
    .where(
        OF_RUN,
        _ROW.c.file_key.in_(bindparam("values", expanding=True)),
        _ROW.c.row < bindparam("before"),
        _ROW.c.state.not_in([RowState.DUPLICATE.value, RowState.REJECTED.value]),
    )
    .order_by(_ROW.c.row)
)
_LETTER = re.compile(r"[^\W\d_]")
_PART = frozenset({ListField.PART, ListField.PART_TEXT})
_LEFT_OUT = frozenset({ListField.IGNORED, ListField.FREE_TEXT})


class Words:
    """Take from a row the words that are not registered: what tells two covers apart may stand there."""

    def __init__(self, mapping: Mapping, columns: Sequence[str]) -> None:
        at = mapping.place(columns)
        taken = {positions[0] for field, positions in at.items() if field not in _LEFT_OUT}
        taken |= set(at.get(ListField.CO_PERSONS, ()))
        self._others = [index for index in range(len(columns)) if index not in taken]
        self._parts = [index for field in sorted(_PART) for index in at.get(field, ())]
        self._position = at.get(ListField.POSITION, [])[:1]

    @classmethod
    def of_run(cls, run: ImportRun, mapping: Mapping) -> "Words":
        """Make it for the rows of a list that was read already."""
        return cls(mapping, ListShape.from_dict(run.shape or {}).columns)

    def worded(self, item: Item, cells: Sequence[str]) -> Item:
        """Give an item its words; running numbers say nothing, the place in the box does."""
        item.rest = tuple(
            [
                clean(cells[index])
                for index in self._others
                if index < len(cells) and _LETTER.search(cells[index])
            ]
            + [clean(cells[index]) for index in self._position if index < len(cells) and cells[index].strip()]
        )
        item.part_text = " ".join(simple(cells[index]) for index in self._parts if index < len(cells)).strip()
        return item


class Numbered(NamedTuple):
    """A number of a person who is about to be registered, as those of the register are read."""

    number: str
    written: str
    quality: NumberQuality


def recall(
    work: Work,
    run_id: int,
    before: int,
    keys: Collection[CaseKey],
    made: Callable[[int, Sequence[str], Reading], Item],
) -> list[tuple[Item, bool]]:
    """Return the rows of the list before a row about the same cases, and whether each is in doubt."""
    names = {str(key) for key in keys}
    return [
        (made(row.row, row.cells, reading_of(row)), row.state is RowState.ASKED)
        for row in matching.fetch(work, _EARLIER, names, run_id=run_id, before=before)
    ]


def take(item: Item, background: Background, *, asked: bool) -> None:
    """Take in what a row says, for the rows after it."""
    for part in item.parts:
        if asked:
            background.asked.setdefault((item.key, part), []).append(item)
            continue
        known, doubt = about(item, part, background)
        if doubt:  # somebody has answered for it before; it says nothing new of the file
            background.asked.setdefault((item.key, part), []).append(item)
            continue
        if known is None:
            known = _expected(item, part, background)
            background.known.setdefault(item.key, {})[part] = known
        else:
            _complete(known, item, background)
        for said in item.reading.persons:
            if names.other_bearer(said, background):  # so that is asked of the file already
                known.names_asked.setdefault((said.family, said.given), True)
        background.earlier.setdefault((item.key, part), []).append((item, known))


def _expected(item: Item, part: int, background: Background) -> KnownFile:
    """Return the file a row is about to become; its id is 0."""
    reading = item.reading
    spot = background.spots.get(item.steps)
    days = dates_said(reading)
    facts: dict[str, Any] = {name: days.get(name) for name in DAYS}
    facts |= {name: bool(getattr(reading, name)) for name in FACTS}
    return KnownFile(
        id=0,
        source_id=item.key.source_id,
        reference_key=item.key.reference,
        part=part,
        parts=max(reading.parts or 1, part),
        kind_id=item.kind_id,
        unit_id=background.terms.unit(reading.unit) if reading.unit else None,  # type: ignore[arg-type]
        status=Custody.ON_PLACE,
        place_id=0,
        place_path=spot.path if spot and spot.id else "",
        central=bool(spot and spot.central),
        placed_how=Evidence.LIST,
        placed_at=datetime.min.replace(tzinfo=UTC),
        **facts,
        corrected=(),
        import_id=None,
        version=0,
        reference=clean(reading.reference),
        protected=reading.protection.protected,
        persons=[(_person(said, reading, background), said.role) for said in reading.persons],
        checks={(str(reading.check.on or ""), reading.check.sign)} if reading.check else set(),
    )


def _complete(known: KnownFile, item: Item, background: Background) -> None:
    """Bring a file up to what a row says of it, as registering the row will."""
    reading, verdict = item.reading, PartVerdict(known.part, known)
    compare(item, known, background, verdict)
    for name, value in verdict.values.items():
        setattr(known, *(("unit_id", background.terms.unit(value)) if name == "unit" else (name, value)))
    spot = background.spots.get(item.steps)
    if verdict.move and spot:
        known.place_path, known.placed_day = spot.path, background.terms.mapping.list_date
    if reading.check:
        known.checks.add((str(reading.check.on or ""), reading.check.sign))
    known.protected |= verdict.mask
    known.persons += [(_person(said, reading, background), said.role) for said in verdict.added]
    _change(verdict)


def _change(verdict: PartVerdict) -> None:
    """Bring persons up to what a row says of them."""
    for change in verdict.persons:
        for name, value in change.values.items():
            setattr(change.person, name, value)
        if change.number:
            change.person.numbers.append(_number(change.number))
        change.person.protection = change.protection or change.person.protection


def _person(said: PersonReading, reading: Reading, background: Background) -> KnownPerson:
    number = said.number
    sound = number.number if number and number.quality is NumberQuality.SOUND else ""
    if sound in background.bearers:
        bearer, verdict = background.bearers[sound], PartVerdict(0)
        compare_person(bearer, said, reading, verdict)
        _change(verdict)  # such as the name, of whom the register has only the number
        return bearer
    numbers = [_number(number)] if number else []
    name = background.newcomers.get(sound, (said.family, said.given))
    person = KnownPerson(0, *name, said.born, reading.protection, (), numbers)
    if sound:  # one person, whichever files of the list they have
        background.bearers[sound] = person
    return person


def _number(number: Identity) -> Any:
    return Numbered(number.number, number.raw.strip(), number.quality)


def bearers(work: Work, items: Iterable[Item]) -> dict[str, KnownPerson]:
    """Return the registered persons whose sound numbers rows give, as far as everybody may know of them."""
    sound = {
        said.number.number
        for item in items
        for said in item.reading.persons
        if said.number and said.number.quality is NumberQuality.SOUND
    }
    return matching.open_bearers(work, sound) if sound else {}
