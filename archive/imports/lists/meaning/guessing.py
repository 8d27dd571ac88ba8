"""Propose a mapping from the header of a list and a sample of its rows, saying how sure each column is."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from rapidfuzz import fuzz, process

from archive.imports.lists.formats.text import simple
from archive.imports.lists.meaning.content import Content, look_at
from archive.imports.lists.meaning.dates import DateOrder, DateReader
from archive.imports.lists.meaning.fields import ListField
from archive.imports.lists.meaning.headings import HOUSEHOLD, heading_of, known_headings
from archive.imports.lists.meaning.mapping import REPEATABLE, MappedColumn, numbered
from archive.imports.lists.meaning.mapping import Mapping as ListMapping
from archive.imports.lists.meaning.marks import protective_words

_NEAR = 82
_NEAR_KIND = 88
_LONGEST_HEADING = 60
_MOST = 0.6
_FEW_SITES = 6
_FEW_UNITS = 40
_RUNNING = ("nr", "no", "id", "löpnr", "löpnummer")


class How(StrEnum):
    """How the meaning of a column was found."""

    HEADING = "heading"
    SIMILAR = "similar"
    CONTENT = "content"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """Hold what a column was taken for, how sure that is (0 to 1) and how it was found."""

    header: str
    occurrence: int
    field: ListField | None
    confidence: float
    how: How


@dataclass(frozen=True, slots=True)
class Guess:
    """Hold a proposed mapping and what it rests on, column by column."""

    mapping: ListMapping
    columns: tuple[ColumnGuess, ...]


def guess(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    today: date,
    kinds: Mapping[str, str] | None = None,
    settings: ListMapping | None = None,
) -> Guess:
    """Propose a mapping; `kinds` are words for kinds of files with their codes, `settings` what is known."""
    base = settings or ListMapping()
    known = {simple(word): code for word, code in {**base.kinds, **(kinds or {})}.items()}
    dates = DateReader(base.list_date or today)
    contents = [
        look_at([row[index] for row in rows if index < len(row)], dates, known)
        for index in range(len(header))
    ]
    words = [heading_of(name) for name in header]
    found = _assign([_candidate(word, content, words) for word, content in zip(words, contents, strict=True)])
    found = _complete(found, words, contents)
    columns = tuple(
        ColumnGuess(header[position], occurrence, *found.get(position, (None, 0.0, How.NOTHING)))
        for (_word, occurrence), position in numbered(header).items()
    )
    named = tuple(MappedColumn(one.header, one.field, one.occurrence) for one in columns if one.field)
    at = {field: position for position, (field, _score, _how) in found.items()}
    cells = [row[at[one]].strip() for one in _DATE_FIELDS if one in at for row in rows if at[one] < len(row)]
    mapping = replace(
        base,
        columns=named,
        kinds=known | _near_kinds(rows, at.get(ListField.KIND), known),
        date_order=base.date_order if base.date_order != "auto" else _date_order(cells),
        serial_dates=base.serial_dates or _serials(cells),
        name_order="family_first" if _says_family_first(words, at.get(ListField.NAME)) else base.name_order,
    )
    return Guess(mapping, columns)


Candidate = tuple[ListField, float, How]


def _candidate(word: str, content: Content, words: Sequence[str]) -> Candidate | None:
    """Return what a column may be, from its heading and, where that says nothing, from its content."""
    by_heading = _by_heading(word)
    if by_heading:
        field, score, how = by_heading
        corrected = _correct(field, content, word, words)
        return corrected, score if corrected is field else score * 0.9, how
    field_by_content = _by_content(content)
    return (field_by_content, 0.6, How.CONTENT) if field_by_content else None


def _by_heading(word: str) -> Candidate | None:
    headings = known_headings()
    if word in headings:
        return headings[word], 1.0, How.HEADING
    if not word or len(word) > _LONGEST_HEADING:
        return None
    if protective_words(word):
        return ListField.PROTECTION, 0.9, How.SIMILAR
    near = process.extractOne(word, headings.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR)
    if near and len(word) > 3:
        return headings[near[0]], near[1] / 100 * 0.9, How.SIMILAR
    inside = [
        heading for heading in headings if len(heading) > 3 and re.search(rf"\b{re.escape(heading)}\b", word)
    ]
    if inside:
        return headings[max(inside, key=len)], 0.7, How.SIMILAR
    return None


Test = Callable[[Content, str, Sequence[str]], bool]
_CORRECTIONS: tuple[tuple[tuple[ListField, ...], Test, ListField], ...] = (
    ((ListField.BIRTH_DATE, ListField.IGNORED), lambda c, _word, _words: c.number >= _MOST, ListField.NUMBER),
    ((ListField.NUMBER,), lambda c, _word, _words: c.number < 0.2 and c.date >= _MOST, ListField.BIRTH_DATE),
    ((ListField.REFERENCE,), lambda c, _word, _words: c.kind >= _MOST, ListField.KIND),
    ((ListField.PART, ListField.PARTS), lambda c, _word, _words: c.part_of >= 0.3, ListField.PART_TEXT),
    ((ListField.FREE_TEXT,), lambda c, _word, _words: c.part_inside >= _MOST, ListField.PART_TEXT),
    ((ListField.PART,), lambda c, _word, _words: c.yes_no >= 0.9 and c.whole < 0.2, ListField.IGNORED),
    (
        (ListField.PERIOD,),
        lambda c, _word, words: c.year >= 0.8 and _any(words, ListField.CLOSED),
        ListField.IGNORED,
    ),
    ((ListField.PERIOD,), lambda c, _word, _words: c.year >= 0.8, ListField.CLOSED),
    (
        (ListField.OPENED, ListField.CLOSED, ListField.LAST_NOTE),
        lambda c, _word, _words: c.date < 0.3 and c.yes_no >= 0.8,
        ListField.IGNORED,
    ),
    (  # a lone S over signs, or over one word again and again, may be a mark; over anything else it is not
        (ListField.PROTECTION,),
        lambda c, word, _words: word == "s" and c.yes_no < 0.9 and round(c.distinct * c.filled) > 1,
        ListField.IGNORED,
    ),
    (
        (ListField.SHELF,),
        lambda _c, word, words: "plan" not in word and _any_plan(words, word),
        ListField.RACK,
    ),
    (
        (ListField.PLACE,),
        lambda c, _word, words: c.whole >= 0.9 and _any(words, ListField.BOX),
        ListField.POSITION,
    ),
    ((ListField.PLACE,), lambda c, _word, _words: c.yes_no >= 0.9 and c.whole < 0.5, ListField.PLACED_CHILD),
    (
        (ListField.CHECKED_DATE,),
        lambda c, _word, _words: c.initials >= _MOST and c.date < 0.2 and c.yes_no < 0.5,
        ListField.CHECKED_BY,
    ),
    (
        (ListField.SITE,),
        lambda c, _word, _words: c.distinct > 0.2 and c.distinct * c.filled > _FEW_SITES,
        ListField.IGNORED,
    ),
    ((ListField.CO_PERSONS,), lambda c, _word, _words: max(c.yes_no, c.whole) >= 0.8, ListField.IGNORED),
    # A list knows few units and calls each by a word: a unit made of a sum, a day or a sign stays for ever.
    (
        (ListField.UNIT,),
        lambda c, word, _words: (
            max(c.whole, c.date, c.yes_no, c.number) >= 0.3
            or c.distinct * c.filled > _FEW_UNITS
            or known_headings().get(word) is not ListField.UNIT
        ),
        ListField.IGNORED,
    ),
)
"""What a column is after all where its heading says one thing and its cells another; the first that fits."""


def _correct(field: ListField, content: Content, word: str, words: Sequence[str]) -> ListField:
    for fields, test, right in _CORRECTIONS:
        if field in fields and test(content, word, words):
            return right
    return field


def _any(words: Sequence[str], field: ListField) -> bool:
    return any(known_headings().get(word) is field for word in words)


def _any_plan(words: Sequence[str], except_for: str) -> bool:
    return any(word in ("plan", "hyllplan") for word in words if word != except_for)


def _by_content(content: Content) -> ListField | None:
    for field, share in (
        (ListField.NUMBER, content.number),
        (ListField.KIND, content.kind),
        (ListField.PART_TEXT, content.part_of),
        (ListField.NAME, content.name * (content.distinct > 0.5)),
    ):
        if share >= _MOST:
            return field
    return None


def _assign(candidates: Sequence[Candidate | None]) -> dict[int, Candidate]:
    """Give each column its meaning, the surest first; a meaning is given once unless it may be repeated."""
    found: dict[int, Candidate] = {}
    taken: set[ListField] = set()
    for position, candidate in sorted(enumerate(candidates), key=lambda one: -one[1][1] if one[1] else 0):
        if candidate and (candidate[0] in REPEATABLE or candidate[0] not in taken):
            found[position] = candidate
            taken.add(candidate[0])
    return found


def _complete(
    found: dict[int, Candidate], words: Sequence[str], contents: Sequence[Content]
) -> dict[int, Candidate]:
    """Take a running number for the reference and a household for the name where there are no others.

    A lone signature is taken for nothing.
    """
    taken = {field: position for position, (field, _score, _how) in found.items()}
    if not {ListField.NAME, ListField.FAMILY_NAME} & taken.keys():
        household = [at for at, word in enumerate(words) if word in HOUSEHOLD and at in found]
        if household and found[household[0]][0] is ListField.CO_PERSONS:
            found[household[0]] = (ListField.NAME, *found[household[0]][1:])
    if ListField.CHECKED_BY in taken and ListField.CHECKED_DATE not in taken:
        position = taken[ListField.CHECKED_BY]
        if not re.search("kontr|check|koll|ok", words[position]):
            found[position] = (ListField.IGNORED, 0.5, How.HEADING)
    if ListField.REFERENCE not in taken:
        for position, content in enumerate(contents):
            if words[position] in _RUNNING and content.distinct > 0.9 and not content.counting:
                found[position] = (ListField.REFERENCE, 0.5, How.CONTENT)
                return found
        for position, content in enumerate(contents):
            if (
                position not in found
                and content.reference > 0.9
                and content.distinct > 0.9
                and content.filled > 1
            ):
                found[position] = (ListField.REFERENCE, 0.5, How.CONTENT)
                return found
    return found


def _near_kinds(
    rows: Sequence[Sequence[str]], position: int | None, known: Mapping[str, str]
) -> dict[str, str]:
    """Return the codes of words in the sample that are misspelt or abbreviated words for kinds."""
    if position is None or not known:
        return {}
    unknown = {simple(row[position]) for row in rows if position < len(row)} - known.keys()
    near = {
        word: process.extractOne(word, known.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR_KIND)
        for word in unknown
    }
    return {word: known[match[0]] for word, match in near.items() if word and match}


_DATE_FIELDS = (
    ListField.OPENED,
    ListField.CLOSED,
    ListField.LAST_NOTE,
    ListField.CHECKED_DATE,
    ListField.BIRTH_DATE,
)
_SIX = re.compile(r"(\d\d)(\d\d)(\d\d)")
_YEAR_LAST = re.compile(r"(\d{1,2})[-./ ](\d{1,2})[-./ ]\d{4}")


def _date_order(cells: Sequence[str]) -> DateOrder:
    """Tell the order of day, month and year where the sample proves it."""
    six = [tuple(map(int, match.groups())) for cell in cells if (match := _SIX.fullmatch(cell))]
    year_first = sum(month <= 12 and first > 31 for first, month, _last in six)
    day_first = sum(1 <= first <= 31 and month <= 12 and last > 31 for first, month, last in six)
    if day_first > 3 * year_first and day_first > 1:
        return "dmy"
    if year_first > 3 * day_first and year_first > 1:
        return "ymd"
    pairs = [(int(match[1]), int(match[2])) for cell in cells if (match := _YEAR_LAST.fullmatch(cell))]
    if sum(second > 12 for _first, second in pairs) > 1 and not any(first > 12 for first, _second in pairs):
        return "mdy"
    return "auto"


def _serials(cells: Sequence[str]) -> bool:
    """Tell whether five digits are day numbers: most dates are such, few a YYMMDD without its zero."""
    five = [cell for cell in cells if len(cell) == 5 and cell.isdecimal()]
    clear = [cell for cell in five if not (1 <= int(cell[1:3]) <= 12 and 1 <= int(cell[3:]) <= 31)]
    often = len(five) * 2 > len(list(filter(None, cells)))
    return often and len(clear) * 2 > len(five) and not any(map(_SIX.fullmatch, cells))


def _says_family_first(words: Sequence[str], position: int | None) -> bool:
    return position is not None and bool(
        re.match(r"(?:efternamn|family name).*\b(?:förnamn|tilltalsnamn|given)", words[position])
    )
