"""Read the rows of one list as they would be registered; a row never raises, however it looks."""

import re
from collections.abc import Collection, Sequence
from collections.abc import Mapping as Dict
from datetime import date
from functools import lru_cache, partial
from typing import Self

from archive.imports.lists.formats.notes import Noted
from archive.imports.lists.formats.ranges import unclear_box
from archive.imports.lists.formats.text import ERRORS, MISSING, broken, clean, simple
from archive.imports.lists.formats.widths import TORN_OFF
from archive.imports.lists.meaning.above import RowsAbove
from archive.imports.lists.meaning.dates import NOTHING, DateReader, ReadDate
from archive.imports.lists.meaning.fields import FACTS, Flag, FlagCode, ListField, RowProblem, flags_of
from archive.imports.lists.meaning.gone import GoneRows
from archive.imports.lists.meaning.habits import PLACES, SEEN, habits_of
from archive.imports.lists.meaning.legends import Survey
from archive.imports.lists.meaning.mapping import Mapping
from archive.imports.lists.meaning.marked import MarkedRows
from archive.imports.lists.meaning.marks import kept_apart, names_paragraph, protective_words
from archive.imports.lists.meaning.names import NameReader, role_of_heading
from archive.imports.lists.meaning.no_file import (
    COLUMNS_CHANGED,
    HEADING,
    PAGE_HEAD,
    PERSON_LINE,
    PLACE_LINE,
    SUM,
    RowsWithoutFile,
    refused_before,
)
from archive.imports.lists.meaning.reading import ListedCheck, PersonReading, Reading
from archive.imports.lists.meaning.references import ReferenceReader
from archive.imports.lists.meaning.signs import SignedCells
from archive.imports.lists.meaning.subjects import Days, SubjectReader
from archive.imports.lists.meaning.tables import CommentMark, ListShape, OpenList
from archive.imports.lists.meaning.values import (
    LEAST_NUMBER,
    CoverPart,
    holds_number,
    level_of_yes,
    read_count,
    read_protection,
    read_yes_no,
)
from archive.imports.lists.meaning.whereabouts import PlaceColumns, Whereabouts
from archive.kernel.partial_date import PartialDate
from archive.rules.identity import Identity, carried_date
from archive.vocabulary import Protection
from archive.vocabulary.wording import N_

LONGEST = 200
"""Characters a cell may have to be registered, unless LONGER says otherwise."""

LONGER = {"name": 500, "number": 500, "place": 300}
_MARKS = "=#"
_AS_TEXT = "'\u2019"
"""What a spreadsheet puts before digits that are to stay text."""

_ONLY_TEXT = re.compile(r'=\s*"((?:[^"]|"")*)"\s*')
_RAW = frozenset(("name", "number"))
"""Fields whose line breaks mean something."""

_SHOWN = (*PLACES, ListField.PLACE, ListField.UNIT, ListField.REFERENCE)
"""Fields whose words are shown to everybody."""

_BLANK = {field.value: "" for field in ListField}
_UNCERTAIN = (FlagCode.DATE_AMBIGUOUS, FlagCode.DATE_CENTURY_ASSUMED, FlagCode.DATE_IN_FUTURE)

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""Latin letters and digits as wide as Chinese signs, as old terminals typed them."""

_CACHED = 65_536

_PERHAPS_GONE = Flag(FlagCode.PERHAPS_GONE, None)
_BOX_UNCLEAR = Flag(FlagCode.PLACE_UNCLEAR, ListField.BOX)
_NO_PERSON = Flag(FlagCode.PERSON_MISSING, ListField.NAME)
_LETTERS_BROKEN = Flag(FlagCode.LETTERS_BROKEN, None)
_ROW_SHORT = Flag(FlagCode.ROW_SHORT, None)
_CLOSED_BEFORE_OPENED = Flag(FlagCode.CLOSED_BEFORE_OPENED, ListField.CLOSED)
_BEFORE_BIRTH = Flag(FlagCode.BEFORE_BIRTH, ListField.CLOSED)
_KIND_UNKNOWN = Flag(FlagCode.KIND_UNKNOWN, ListField.KIND)
_POSITION_UNREADABLE = Flag(FlagCode.POSITION_UNREADABLE, ListField.POSITION)
_PROTECTION_UNCLEAR = Flag(FlagCode.PROTECTION_UNCLEAR, ListField.PROTECTION)
_PROTECTION_IN_TEXT = Flag(FlagCode.PROTECTION_IN_TEXT, ListField.PROTECTION)
_PERHAPS_MARKED = Flag(FlagCode.PERHAPS_MARKED, ListField.PROTECTION)
_KEPT_APART = Flag(FlagCode.KEPT_APART, ListField.PROTECTION)
_FACT_UNCLEAR = {field.value: Flag(FlagCode.FACT_UNCLEAR, field) for field in FACTS}

_NOTHING_IDENTIFIES = RowProblem(
    "nothing_identifies",
    N_("Nothing says which file it is: there is neither a reference nor a person."),
)
_PART_BEYOND = N_("It is part %(part)s of %(parts)s. Correct the part or the number of parts.")
_TOO_MANY_CELLS = N_(
    "The row has %(cells)s cells but the header has %(columns)s, so the columns may be shifted. Put "
    "quotation marks round the cell that holds the separator, such as a name with a comma."
)
_NAME_SPLIT = N_(
    "The cell after the name “%(name)s” begins with a blank, as if a comma had split the name: the columns "
    "may be shifted. Put quotation marks round the name."
)
_FORMULA = N_(
    "%(field)s is a formula without a stored result. Open the list in the spreadsheet program, save it "
    "again, and take in the new file."
)
_NUMBER_MISPLACED = N_(
    "%(field)s holds a personal number, so the columns may be shifted. Put the number in its own column."
)
_CELL_TOO_LONG = N_("%(field)s is longer than %(limit)s characters. Shorten it.")


class ListReader:
    """Read the rows of a list by a mapping; raises Invalid where the list lacks a column of the mapping.

    `dropped` names the columns that are not registered: free text about a case has no place in the
    register (7 a § SoLPuL). It is looked through for the part, then forgotten. Marks of protection are looked
    for in every cell, in what stands `around` the rows, and taken from `remarks`, the comments with some;
    `seen` is what the list says of its signs.
    """

    def __init__(
        self,
        mapping: Mapping,
        shape: ListShape,
        *,
        today: date,
        remarks: Collection[CommentMark] = (),
        around: Collection[str] = (),
        notes: Noted | None = None,
        refused: Dict[int, str] | None = None,
        sample: Sequence[Sequence[str]] = (),
        seen: Survey | None = None,
    ) -> None:
        self._notes: Noted = {} if notes is None else notes
        self._refused: Dict[int, str] = {} if refused is None else refused
        self.mapping, self.dropped = mapping, mapping.dropped(shape.columns)
        at = mapping.place(names := shape.columns)
        self._habits = habits = habits_of(sample, at)
        self._signs = SignedCells(shape.header, at, seen)
        self._gone = GoneRows(shape, at, around)
        persons = NameReader(mapping.name_order, mapping.person_separators, habits.names)
        self._above = RowsAbove(at, habits, persons)
        self._no_file = RowsWithoutFile(shape, at, at.get(ListField.PROTECTION, ()), grouped=habits.grouped)
        self._references = ReferenceReader(habits)
        self._free = at.pop(ListField.FREE_TEXT, [])
        self._others = [(index, role_of_heading(names[index])) for index in at.pop(ListField.CO_PERSONS, [])]
        at.pop(ListField.IGNORED, None)
        self._columns = [
            (field.value, positions[0], field, field.value in _RAW) for field, positions in at.items()
        ]
        self._facts = [field.value for field in FACTS if field in at]
        self._kept = [
            (field.value, field, field is not ListField.REFERENCE) for field in _SHOWN if field in at
        ]
        self._width, self._separated = len(names), shape.kind == "csv"
        self._name = at.get(ListField.NAME, [-1])[0]
        self._splits_names = (
            shape.separator == "," and self._name >= 0 and not any(map(TORN_OFF.match, shape.header[1:]))
        )
        self._last = max((index for _name, index, _field, _raw in self._columns), default=-1)
        limit = mapping.list_date or today
        dates = partial(DateReader, limit, order=mapping.date_order, serials=mapping.serial_dates)
        dates = partial(dates, epoch=shape.epoch, stated=mapping.list_date is not None)
        self._dates, births = dates(), dates(births=True)
        self._subjects = SubjectReader(limit, births, persons, mapping.list_date)
        known = {*(one for those in at.values() for one in those), *(one for one, _role in self._others)}
        self._loose = sorted(set(range(len(names))) - known)
        self._has_kind = ListField.KIND in at
        self._stated = ListField.PROTECTION in at
        self._marks = MarkedRows(shape, at.get(ListField.PROTECTION, ()), remarks, around)
        self._yes = level_of_yes(names[at[ListField.PROTECTION][0]]) if self._stated else Protection.UNKNOWN
        self._kind_of = lru_cache(maxsize=_CACHED)(self._find_kind)
        self._place_of = PlaceColumns(mapping.site).read

    @classmethod
    def over(cls, opened: OpenList, mapping: Mapping, today: date, *, seen: Survey | None = None) -> Self:
        """Make the reader of an opened list, by its own habits and by what a look through it tells."""
        sample = [cells for _number, cells in opened.sample(SEEN)]
        return cls(
            mapping,
            opened.shape,
            today=today,
            remarks=opened.remarks,
            around=opened.around,
            notes=opened.notes,
            refused=opened.refused,
            sample=sample,
            seen=seen or opened.survey(),
        )

    def _heed(self, cells: Sequence[str], row: int) -> RowProblem | None:
        """Return why a row is no file; what a heading says of the rows below it is kept in mind."""
        problem = self._no_file.why(cells)
        if row in self._refused:  # its rows do not stand below those they stood below
            self._above.forget()
            problem = refused_before(self._refused[row]) or problem
        if problem is PERSON_LINE:
            self._above.person_line(cells)
        elif problem in (HEADING, SUM, PLACE_LINE) or (
            problem is PAGE_HEAD and any(map(protective_words, cells))
        ):
            self._marks.heading(cells)
        if problem in (HEADING, PLACE_LINE):
            self._gone.heading(cells)
            return PLACE_LINE if self._above.heading(cells) else problem
        return problem

    def read(self, cells: Sequence[str], row: int = 0) -> Reading:
        """Read one row; what is odd is flagged, and only what cannot be registered is a problem.

        The rows are read in the order of the list, since one may repeat those above it.
        """
        if problem := self._heed(cells, row):
            return Reading(problems=(problem,))
        flags = flags_of(self._notes[row]) if row in self._notes else []
        problems, written = list[RowProblem](), "\n".join(cells)
        cells, repeats_marked, filled = self._fill(cells, written, flags)
        hides, asks, cells = self._signs.lifted_off(cells)
        texts = self._texts(cells, flags, problems)
        free = " ".join(cells[index] for index in self._free if index < len(cells))
        reference, part, signed = self._references.read(texts, free, flags)
        days, sure = self._days(texts, flags)
        persons, protected = self._persons(cells, texts, sure, flags)
        protected |= signed or hides or repeats_marked or self._marks.has(cells, row)
        self._look_at_whole(cells, written, flags)
        self._look_at_birth(persons, days.closed, flags)
        where = self._whereabouts(texts, flags)
        facts = self._yes_or_no(texts, flags)
        self._refuse(cells, texts, reference, persons, part, problems)
        protection = self._protection(cells, texts["protection"], flags, protected=protected, asks=asks)
        self._above.marked = protected or (self._stated and protection.protected)
        return Reading(
            reference=reference,
            source=texts["source_system"] or self.mapping.source,
            part=part.part or 1,
            parts=part.parts,
            covers=part.covers,
            kind=self._kind(texts["kind"], flags),
            persons=tuple(persons),
            opened=days.opened,
            closed=days.closed,
            last_note=days.last_note,
            place=where.steps,
            position=where.position,
            unit=texts["unit"] or self.mapping.unit,
            protection=protection,
            check=self._check(texts["checked_date"], texts["checked_by"], flags),
            flags=tuple(flags),
            problems=tuple(problems),
            filled=filled,
            **facts,
        )

    def _fill(
        self, cells: Sequence[str], written: str, flags: list[Flag]
    ) -> tuple[Sequence[str], bool, tuple[tuple[int, str], ...]]:
        """Return a row with what it takes from above, whether a person marked there, and which cells."""
        whole, marked = self._above.fill(cells, f"\n{written.casefold()}", flags)
        if whole is cells:
            return whole, marked, ()
        both = enumerate(zip(cells, whole, strict=False))
        return whole, marked, tuple((at, after) for at, (before, after) in both if after and after != before)

    def _look_at_whole(self, cells: Sequence[str], written: str, flags: list[Flag]) -> None:
        if broken(written):
            flags.append(_LETTERS_BROKEN)
        if self._gone.has(cells):
            flags.append(_PERHAPS_GONE)

    def _texts(self, cells: Sequence[str], flags: list[Flag], problems: list[RowProblem]) -> dict[str, str]:
        texts = _BLANK.copy()
        count = len(cells)
        for name, index, field, raw in self._columns:
            if index >= count or not (text := cells[index]):
                continue
            if text[0] in _MARKS and not (text := self._computed(text, field, flags, problems)):
                continue
            if text[0] in _AS_TEXT:
                text = _without_marks(text)
            text = _plainly(text, raw=raw)
            if len(text) > LONGEST and len(text) > (limit := LONGER.get(name, LONGEST)):
                problems.append(
                    RowProblem("cell_too_long", _CELL_TOO_LONG, (("field", field), ("limit", limit)))
                )
                text = text[:limit]
            texts[name] = text
        for index, _role in self._others:
            if index < count and cells[index][:1] == "=":
                self._computed(cells[index], ListField.CO_PERSONS, flags, problems)
        if self._separated and count <= self._last:
            flags.append(_ROW_SHORT)
        return texts

    def _computed(self, text: str, field: ListField, flags: list[Flag], problems: list[RowProblem]) -> str:
        """Return what a formula or an error value says; nothing, but that a mark may have stood there."""
        text = _worked_out(text)
        error = text.strip() in ERRORS
        if text[:1] == "=":
            problems.append(RowProblem("formula", _FORMULA, (("field", field),)))
            return text if field is ListField.PROTECTION else ""
        if error:
            flags.append(Flag(FlagCode.CELL_ERROR, field))
        return "" if error and field is not ListField.PROTECTION else text

    def _persons(
        self, cells: Sequence[str], texts: dict[str, str], days: Days, flags: list[Flag]
    ) -> tuple[list[PersonReading], bool]:
        name = texts["name"]
        if texts["family_name"] or (texts["given_name"] and not name):
            name = f"{texts['family_name']}, {texts['given_name']}"
        persons, protected = self._subjects.read(name, texts["number"], texts["birth_date"], days, flags)
        for index, role in self._others:
            if index < len(cells) and cells[index]:
                named = _worked_out(cells[index])[: LONGER["name"]]
                others, also = self._subjects.read_others(named, role, days, flags)
                persons += others
                protected |= also
        if not persons:
            flags.append(_NO_PERSON)
        return persons, protected

    def _days(self, texts: dict[str, str], flags: list[Flag]) -> tuple[Days, Days]:
        """Return the days of a row, and those of them that are certain enough to tell a century by."""
        period = self._day(texts["period"], ListField.PERIOD, flags)
        began = self._day(texts["opened"], ListField.OPENED, flags)
        ended = self._day(texts["closed"], ListField.CLOSED, flags)
        noted = self._day(texts["last_note"], ListField.LAST_NOTE, flags)
        opened = began.first or began.last or period.first
        closed = ended.last or ended.first or period.last
        last_note = noted.last or noted.first
        if opened and closed and opened.year >= closed.year and opened.earliest() > closed.latest():
            flags.append(_CLOSED_BEFORE_OPENED)
        days = Days(opened, closed, last_note)
        said = (
            began if opened != period.first else period,
            ended if closed != period.last else period,
            noted,
        )
        if all(one.flag not in _UNCERTAIN for one in said):
            return days, days
        sure = [day if one.flag not in _UNCERTAIN else None for day, one in zip(days, said, strict=True)]
        return days, Days(*sure)

    def _look_at_birth(
        self, persons: Sequence[PersonReading], closed: PartialDate | None, flags: list[Flag]
    ) -> None:
        for person in persons if closed else ():
            born = person.born or (_carried(person.number) if person.number else None)
            if closed and born and born.year >= closed.year and born.earliest() > closed.latest():
                flags.append(_BEFORE_BIRTH)
                return

    def _day(self, text: str, field: ListField, flags: list[Flag]) -> ReadDate:
        if not text:
            return NOTHING
        found = self._dates.read(text)
        if found.flag and not (field is ListField.PERIOD and found.flag is FlagCode.DATE_RANGE):
            flags.append(Flag(found.flag, field))
        return found

    def _kind(self, text: str, flags: list[Flag]) -> str:
        code, known = self._kind_of(text)
        if not known and self._has_kind:
            flags.append(_KIND_UNKNOWN)
        return code

    def _find_kind(self, text: str) -> tuple[str, bool]:
        word, mapping = simple(text), self.mapping
        if word in mapping.kinds:
            return mapping.kinds[word], True
        if word in MISSING:
            return mapping.default_kind, bool(mapping.default_kind)
        return mapping.default_kind, False

    def _whereabouts(self, texts: dict[str, str], flags: list[Flag]) -> Whereabouts:
        where = self._place_of(
            texts["site"], texts["room"], texts["rack"], texts["shelf"], texts["box"], texts["place"]
        )
        if where.flag:
            flags.append(Flag(where.flag, ListField.PLACE))
        if (box := texts["box"]) and unclear_box(box, dashed=self._habits.boxes_dashed):
            flags.append(_BOX_UNCLEAR)
        where = self._above.under_heading(where, flags)
        if texts["position"]:
            position = read_count(texts["position"])
            if position is None:
                flags.append(_POSITION_UNREADABLE)
            where = where._replace(position=position)
        return where

    def _protection(
        self, cells: Sequence[str], text: str, flags: list[Flag], *, protected: bool, asks: bool
    ) -> Protection:
        level, clear = read_protection(text, self._yes) if self._stated else (Protection.NONE, True)
        if not clear:
            flags.append(_PROTECTION_UNCLEAR)
        if level is Protection.NONE and protected:
            flags.append(_PROTECTION_IN_TEXT)
            return Protection.UNKNOWN
        if level is Protection.NONE and self._is_apart(cells):
            flags.append(_KEPT_APART)
        if level is Protection.NONE and asks:
            flags.append(_PERHAPS_MARKED)
        return level if self._stated else self.mapping.unstated_protection

    def _is_apart(self, cells: Sequence[str]) -> bool:
        loose = (cells[index] for index in self._loose if index < len(cells))
        return kept_apart("\n".join(cells)) or any(map(names_paragraph, loose)) or self._signs.apart(cells)

    def _check(self, when: str, sign: str, flags: list[Flag]) -> ListedCheck | None:
        if not (when or sign):
            return None
        found = self._dates.read(when)
        on = found.last or found.first
        said = on is None and when and simple(when) not in MISSING
        yes, clear = read_yes_no(when) if said else (False, True)
        if found.flag and (on or not clear):
            flags.append(Flag(found.flag, ListField.CHECKED_DATE))
        checked = on or (yes and clear) or (sign and not said)
        return ListedCheck(on, sign) if checked else None

    def _yes_or_no(self, texts: dict[str, str], flags: list[Flag]) -> dict[str, bool]:
        facts = {}
        for name in self._facts:
            facts[name], clear = read_yes_no(texts[name])
            if not clear:
                flags.append(_FACT_UNCLEAR[name])
        return facts

    def _refuse(
        self,
        cells: Sequence[str],
        texts: dict[str, str],
        reference: str,
        persons: list[PersonReading],
        part: CoverPart,
        problems: list[RowProblem],
    ) -> None:
        if not (reference or persons):
            problems.append(_NOTHING_IDENTIFIES)
        if part.part and part.parts and part.part + part.covers - 1 > part.parts:
            facts = (("part", part.part + part.covers - 1), ("parts", part.parts))
            problems.append(RowProblem("part_beyond_parts", _PART_BEYOND, facts))
        if self._separated and len(cells) > self._width and any(map(str.strip, cells[self._width :])):
            facts = (("cells", len(cells)), ("columns", self._width))
            problems.append(RowProblem("too_many_cells", _TOO_MANY_CELLS, facts))
        elif self._splits_names and cells[self._name :][1:2] and _is_split(*cells[self._name :][:2]):
            name = (("name", clean(cells[self._name])[:LONGEST]),)
            problems.append(RowProblem("name_split", _NAME_SPLIT, name))
        if self._no_file.columns_changed:
            problems.append(COLUMNS_CHANGED)
            return
        for key, field, bare in self._kept:
            if len(text := texts[key]) >= LEAST_NUMBER + (not bare) and holds_number(text, bare=bare):
                problems.append(RowProblem("number_misplaced", _NUMBER_MISPLACED, (("field", field),)))


def _without_marks(text: str) -> str:
    """Return a text without the single quotation marks around it, or the one that keeps digits text."""
    if text[2:] and text[-1] == text[0]:
        return text[1:-1]
    return text[1:] if text[1:2].isdigit() else text


def _is_split(name: str, following: str) -> bool:
    """Tell whether the cell after a name is the end of it, parted by a comma without quotation marks."""
    return bool(name) and not name[0].isspace() and bool(TORN_OFF.match(following))


def _plainly(text: str, *, raw: bool) -> str:
    """Return a cell with ordinary letters, and unless it is kept raw without blanks around it or doubled."""
    if not text.isascii():
        text = text.translate(_FULL_WIDTH)
    if raw:
        return text
    return text.strip() if text.isprintable() and "  " not in text else clean(text)


def _worked_out(text: str) -> str:
    """Return what a formula that is only a text says, as programs write numbers to be kept as text."""
    said = _ONLY_TEXT.fullmatch(text) if text[:1] == "=" else None
    return said[1].replace('""', '"') if said else text


def _carried(number: Identity) -> PartialDate | None:
    day = carried_date(number)
    return PartialDate.from_date(day) if day else None
