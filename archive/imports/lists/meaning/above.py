"""Fill a row from the rows above it: where it repeats them by a mark, and where a list says a thing once."""

import re
from collections.abc import Mapping, Sequence

from archive.imports.lists.formats.ranges import unclear_box
from archive.imports.lists.formats.text import clean
from archive.imports.lists.meaning.fields import Flag, FlagCode, ListField
from archive.imports.lists.meaning.habits import PERSON, PLACES, Habits
from archive.imports.lists.meaning.names import NameReader
from archive.imports.lists.meaning.values import read_protection
from archive.imports.lists.meaning.whereabouts import LEVELS, PlaceStep, Whereabouts, place_key, read_place
from archive.kernel.letters import DASHES
from archive.vocabulary import PlaceKind

_QUOTES = '"\u201c\u201d\u201e\u201f\u2033\u3003\u00bb\u00ab'
_SIGNS = rf"[-\s._~]*(?:[{_QUOTES}]{{1,2}}|''|\u2019\u2019|\u2018\u2018|\u00b4\u00b4|``|,,)[-\s._~]*"
_SAME = re.compile(
    rf"{_SIGNS}|(?:d\s?[:.]\s?o|dito|ditto|idem|ibid|do)\.?"
    r"|samma(?: som)?(?: (?:ovan|ovanstående|föregående|förra|person|box|plats|hylla|rum|låda|kartong|lokal"
    r"|akt|nr|nummer|namn|datum|år|enhet))*\.?"
    r"|(?:se |som )?(?:ovan|ovanst(?:ående|\.)?|föregående|raden ovan)\.?(?: se\.?)?",
    re.IGNORECASE,
)
_PERHAPS = (
    *_QUOTES,
    *(
        "''",
        "\u2019\u2019",
        "\u2018\u2018",
        "\u00b4\u00b4",
        "``",
        ",,",
        "d:o",
        "d.o",
        "d o",
        "\nd :",
        "\nd .",
        "\ndo",
    ),
    *("\ndito", "\nditto", "\nidem", "\nibid", "samma", "ovan", "föreg", "\nse ", "raden"),
)
"""Of a million rows most hold nothing of this in their cells, written small one below the other."""
_BEFORE_GIVEN = re.compile(rf"(?:{_SIGNS}|d\s?[:.]\s?o\.?|dito|ditto|samma)[\s,]+(?=[^\W\d_])", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:arkivbox|box|kartong|hylla|hyllplan|hyllsektion|sektion|rum|lokal|låda)\.?\s+", re.IGNORECASE
)
_NO_TEXT = frozenset((ListField.FREE_TEXT, ListField.IGNORED))
_SURNAME_TOO = "Do"
_PLACE = (
    r"(?:arkivbox|box|kartong|arkivkartong|hyllplan|hylla|hyllsektion|sektion|rum|arkivrum|lokal|arkivlokal|närarkiv"
    r"|källare|valv)\b"
)
_PLACE_LINE = re.compile(rf"{_PLACE}.*\d.*", re.IGNORECASE)
_OF_PLACES = re.compile(
    rf"{_PLACE}[^,]*|{_PLACE}.*\d.*|[^,]*\b(?:utan|saknar|ej i|inte i)\s+{_PLACE}.*", re.IGNORECASE
)
_BESIDE = re.compile(r"\([^()]*\)|\b(?:nr|nummer)\b\.?:?", re.IGNORECASE)


def is_ditto(text: str) -> bool:
    """Tell whether a cell is a mark for what stands above it, as `-"-`, `samma`, `d:o` or `se ovan`."""
    text = clean(text).translate(DASHES)
    return bool(_SAME.fullmatch(text))


def speaks_of_places(text: str) -> bool:
    """Tell whether a line alone is about where the rows below it stand, though perhaps not clearly."""
    return bool(_OF_PLACES.fullmatch(clean(text)))


def _place_of(text: str) -> tuple[PlaceStep, ...]:
    """Return the place that a line alone names for the rows below it; nothing of another line."""
    text = clean(_BESIDE.sub(" ", text)).rstrip(":")
    if not _PLACE_LINE.fullmatch(text):
        return ()
    where = read_place(text)
    unclear = where.flag or any(step.kind is PlaceKind.BOX and unclear_box(step.name) for step in where.steps)
    return () if unclear else where.steps


class RowsAbove:
    """Keep what the rows above a row say, for a row that repeats them or leaves out what holds on.

    Whoever was `marked` stays so in a row that repeats them.
    """

    def __init__(self, at: Mapping[ListField, Sequence[int]], habits: Habits, names: NameReader) -> None:
        self._fields = {index: field for field, those in at.items() for index in those}
        self._person = [at[field][0] for field in PERSON if field in at]
        self._name = at[ListField.NAME][0] if ListField.NAME in at else -1
        self._places = [(field, at[field][0]) for field in PLACES if field in at]
        self._sparse = habits.sparse
        self._once = habits.persons_once or habits.grouped
        self._names = names
        self._last: Sequence[str] = ()
        self._standing: dict[ListField, str] = {}
        self._subject: dict[int, str] = {}
        self._headed: dict[PlaceKind, str] = {}
        self.marked = False
        """Whether the row above is about somebody protected."""

    def forget(self) -> None:
        """Forget the rows above, of a row that stands below others than it stood; headings hold on."""
        self._last, self._standing, self._subject, self.marked = (), {}, {}, False

    def person_line(self, cells: Sequence[str]) -> None:
        """Take in a line that names the person of the files below it."""
        self._subject = {index: _at(cells, index) for index in self._person}
        self.marked = False  # a mark of theirs stands in their name or number

    def heading(self, cells: Sequence[str]) -> bool:
        """Take in a heading between the rows; tell whether it names the place of the rows below it."""
        text = " ".join(cell for cell in cells if cell.strip())
        steps = _place_of(text)
        if not steps:
            if speaks_of_places(text):
                self._headed.clear()  # whatever it says, the place above holds no more
            return False
        outermost = LEVELS.index(steps[0].kind) if steps[0].kind in LEVELS else len(LEVELS)
        kept = {kind: name for kind, name in self._headed.items() if LEVELS.index(kind) < outermost}
        self._headed = kept | {step.kind: step.name for step in steps if step.kind in LEVELS}
        return True

    def fill(self, cells: Sequence[str], folded: str, flags: list[Flag]) -> tuple[Sequence[str], bool]:
        """Return a row with what it takes from above, and whether that is a person marked there."""
        filled: list[str] | None = None
        marked = False
        if any(map(folded.__contains__, _PERHAPS)):
            filled = list(cells)
            marked = self._repeat(filled, flags)
        if self._sparse or self._once:
            filled = list(cells) if filled is None else filled
            self._hold_on(filled, flags)
            if self._once and self._hold_person(filled, flags):
                marked |= self.marked
        self._last = cells if filled is None else filled
        return self._last, marked

    def _repeat(self, cells: list[str], flags: list[Flag]) -> bool:
        """Put what stands above in the place of each mark that repeats it."""
        marked = False
        for index, cell in enumerate(cells):
            if not cell:
                continue
            field = self._fields.get(index)
            if not is_ditto(cell) and not (field in PLACES and is_ditto(_LABEL.sub("", cell, count=1))):
                if index == self._name and (match := _BEFORE_GIVEN.match(cell)):
                    cells[index] = self._same_family(cell[match.end() :], flags)
                    marked |= self.marked
                continue
            if field is ListField.PROTECTION and not self._is_mark(_at(self._last, index)):
                continue  # a no is never taken from above: a sign in such a column hides
            if field is ListField.FAMILY_NAME and cell.strip() == _SURNAME_TOO:
                flags.append(Flag(FlagCode.NAME_UNCLEAR, field))
                continue
            above = _at(self._last, index)
            cells[index] = "" if is_ditto(above) else above
            if field is not None and field not in _NO_TEXT:
                code = FlagCode.FILLED_FROM_ABOVE if cells[index].strip() else FlagCode.NOTHING_ABOVE
                flags.append(Flag(code, field))
                marked |= self.marked and (field in PERSON or field is ListField.REFERENCE)
        return marked

    @staticmethod
    def _is_mark(above: str) -> bool:
        return not is_ditto(above) and read_protection(above)[0].protected

    def _same_family(self, given: str, flags: list[Flag]) -> str:
        above = self._names.read(_at(self._last, self._name))
        family = above[0].family if above else ""
        flags.append(Flag(FlagCode.FILLED_FROM_ABOVE if family else FlagCode.NOTHING_ABOVE, ListField.NAME))
        return f"{family}, {given}" if family else given

    def _hold_on(self, cells: list[str], flags: list[Flag]) -> None:
        """Fill in the places a list names once for several rows; a change further out ends what is within."""
        for depth, (field, index) in enumerate(self._places):
            said = _at(cells, index).strip()
            if said:
                if place_key(self._standing.get(field, "")) != place_key(said):
                    for inner, _index in self._places[depth:]:
                        self._standing.pop(inner, None)
                self._standing[field] = said
            elif field in self._sparse and index < len(cells) and (held := self._standing.get(field)):
                cells[index] = held
                flags.append(Flag(FlagCode.FILLED_FROM_ABOVE, field))

    def _hold_person(self, cells: list[str], flags: list[Flag]) -> bool:
        if any(_at(cells, index).strip() for index in self._person):
            self._subject = {index: _at(cells, index) for index in self._person}
            return False
        if not self._subject:
            return False
        for index, said in self._subject.items():
            cells[index : index + 1] = [said] if index < len(cells) else []
        flags.append(Flag(FlagCode.FILLED_FROM_ABOVE, self._fields[self._person[0]]))
        return True

    def under_heading(self, where: Whereabouts, flags: list[Flag]) -> Whereabouts:
        """Add what a heading above says of the place; where the row says otherwise, the row is right."""
        if not self._headed:
            return where
        said = {step.kind: step.name for step in where.steps}
        added: dict[PlaceKind, str] = {}
        for kind in LEVELS:
            own, headed = said.get(kind), self._headed.get(kind)
            if own and headed and place_key(own) != place_key(headed):
                break
            if headed and not own and kind not in (PlaceKind.SITE,):
                added[kind] = headed
        if not added:
            return where
        innermost = [kind for kind in LEVELS if kind in added][-1]
        flags.append(Flag(FlagCode.FILLED_FROM_ABOVE, _FIELD_OF[innermost]))
        whole = said | added
        order = (*LEVELS, *(kind for kind in said if kind not in LEVELS))
        return where._replace(steps=tuple(PlaceStep(kind, whole[kind]) for kind in order if kind in whole))


_FIELD_OF = dict(zip(LEVELS, PLACES, strict=True))


def _at(cells: Sequence[str], index: int) -> str:
    return cells[index] if 0 <= index < len(cells) else ""
