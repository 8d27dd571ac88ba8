"""Look at the cells of a column: how many are numbers, dates, parts, yes or no, names, kinds of files."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from archive.imports.lists.formats.text import MISSING, simple
from archive.imports.lists.meaning.above import is_ditto
from archive.imports.lists.meaning.dates import DateReader
from archive.imports.lists.meaning.values import part_inside, read_part, read_yes_no

_NUMBER = re.compile(r"\d{6}(?:\d\d)?[-+ ]{0,3}(?:\d{4}|\d{3}|TF?\d{2,3})|\d{9}", re.IGNORECASE)
_DATE = re.compile(
    r"\d{4}|\d{6}|\d{8}|\d{4}[-./]\d{1,2}([-./]\d{1,2}.*)?|\d{1,2}[-./ ]+\d{1,2}[-./ ]+\d{2,4}"
    r"|.*[a-zåäö]{3}.*\d{2,4}"
)
_PERIOD = re.compile(r"\d{4} ?[-/] ?(\d{2}|\d{4})")
_PART_OF = re.compile(r"\d ?(av|of|/|\() ?\d")
_NAME = re.compile(r"[^\W\d_][\w.'´-]*(, ?| )[^\W\d_].*")
_REFERENCE = re.compile(
    r"[a-zåäö]{1,6}[ ./:-]?\d{2,7}(?:[/:-]\d{1,6})?"
    r"|[a-zåäö]{0,4} ?(?:19|20)\d\d[/:]\d{1,6}|[a-zåäö]{1,6} ?\d{1,6}/\d\d(?:\d\d)?"
)
_INITIALS = re.compile(r"[^\W\d_]{1,4}\.?|[^\W\d_]{2,12}")


@dataclass(frozen=True, slots=True)
class Content:
    """Hold the shares (0 to 1) of the filled cells of a column that look like each thing."""

    filled: int
    number: float = 0
    date: float = 0
    period: float = 0
    year: float = 0
    part_of: float = 0
    part_inside: float = 0
    whole: float = 0
    yes_no: float = 0
    name: float = 0
    initials: float = 0
    kind: float = 0
    reference: float = 0
    distinct: float = 0
    counting: bool = False


def look_at(cells: Sequence[str], dates: DateReader, kinds: Collection[str]) -> Content:
    """Look at the cells of one column."""
    words = [word for cell in cells if (word := simple(cell)) not in MISSING and not is_ditto(word)]
    if not words:
        return Content(0)

    def share(test: Callable[[str], object]) -> float:
        return sum(bool(test(word)) for word in words) / len(words)

    wholes = [int(word) for word in words if word.isdecimal() and len(word) < 9]
    return Content(
        filled=len(words),
        number=share(_NUMBER.fullmatch),
        date=share(lambda word: _DATE.fullmatch(word) and dates.read(word).first),
        period=share(_PERIOD.fullmatch),
        year=share(lambda word: len(word) == 4 and word.isdecimal()),
        part_of=share(lambda word: _PART_OF.search(word) and read_part(word).part),
        part_inside=share(lambda word: part_inside(word).part),
        whole=len(wholes) / len(words),
        yes_no=share(lambda word: read_yes_no(word)[1]),
        name=share(_NAME.fullmatch),
        initials=share(_INITIALS.fullmatch),
        kind=share(kinds.__contains__),
        reference=share(_REFERENCE.fullmatch),
        distinct=len(set(words)) / len(words),
        counting=len(wholes) == len(words) > 1 and wholes == list(range(wholes[0], wholes[0] + len(wholes))),
    )
