"""Read dates as old lists write them: a day, a month or a year, and what is odd about it; never an error."""

import calendar
import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

from archive.imports.lists.formats.cells import serial_date
from archive.imports.lists.formats.text import MISSING, clean, simple
from archive.imports.lists.meaning.fields import FlagCode
from archive.kernel.partial_date import PartialDate

DateOrder = Literal["auto", "ymd", "dmy", "mdy"]
DATE_ORDERS: tuple[DateOrder, ...] = ("auto", "ymd", "dmy", "mdy")

_FIRST_YEAR, _LAST_YEAR = 1850, 2150
_EARLIEST_SHORT_YEAR = 1930
"""Of two centuries that are both past, one before this year is not considered for a two-digit year."""

MONTHS = {
    word: month
    for month, words in enumerate(
        (
            "januari jan january",
            "februari feb febr february",
            "mars mar march",
            "april apr",
            "maj may",
            "juni jun june",
            "juli jul july",
            "augusti aug august",
            "september sep sept",
            "oktober okt oct october",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for word in words.split()
}
"""The month of its name or abbreviation, in lower case."""
_NAME = "(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_YEAR = r"(?P<year>\d{4}|'?\d{2})"
_STILL_OPEN = frozenset(
    ("pågår", "pågående", "öppen", "öppet", "aktuell", "tills vidare", "tv", "ongoing", "open")
)
_DOUBT = re.compile(
    r"\b(?:ca|c:a|cirka|circa|omkring|omkr|troligen|trol|möjl|möjligen|kanske|about|före|efter|senast)\b\.?|[~?]"
)
_BETWEEN = re.compile(
    r"\s+-\s*|\s*-\s+|\s*--\s*|\s+(?:t\.?\s?o\.?\s?m|till(?: och med)?|to)\.?\s+|(?<=\d{4})-(?=\d{4}\b)"
)
_LONE = re.compile(r"\d{1,2}")
_ONE_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")
_ISO_INSIDE = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")
_NEVER = PartialDate(1)
_SERIAL_60 = FlagCode.DATE_AMBIGUOUS
"""What a lone 60 is: the year, or the day that spreadsheets believe 1900 had too many."""


class ReadDate(NamedTuple):
    """Hold the first and last date a cell names (mostly the same) and what is odd about it."""

    first: PartialDate | None
    last: PartialDate | None
    flag: FlagCode | None = None


NOTHING = ReadDate(None, None)
_UNREADABLE = ReadDate(None, None, FlagCode.DATE_UNREADABLE)


class DateReader:
    """Read the dates of one list; nothing in it happened after `limit`, the date of the list.

    A two-digit year gets the latest century that is not after the limit; where no day is `stated` for the
    list, it is one of 1930 to 2029, whenever it is read. A birth date never gets one: the
    century of a person is not guessed. `serials` says that five digits are always the day number of a
    spreadsheet, counted from `epoch`, and never a YYMMDD that lost its first zero.
    """

    def __init__(
        self,
        limit: date,
        *,
        order: DateOrder = "auto",
        serials: bool = False,
        epoch: int = 1900,
        births: bool = False,
        stated: bool = True,
    ) -> None:
        self._limit, self._order, self._births, self._stated = limit, order, births, stated
        self._serials, self._epoch = serials, epoch
        self.read: Callable[[str], ReadDate] = lru_cache(maxsize=65_536)(self._read)

    def _read(self, text: str) -> ReadDate:
        word = simple(text[:200])
        if word in MISSING:
            return _UNREADABLE if "?" in word else NOTHING
        if not word.strip("0- :"):
            return NOTHING
        if word in _STILL_OPEN:
            return ReadDate(None, None, FlagCode.DATE_STILL_OPEN)
        found = self._understand(word)
        known = [day for day in (found.first, found.last) if day]
        if known and max(day.earliest() for day in known) > self._limit:
            return found._replace(flag=FlagCode.DATE_IN_FUTURE)
        return found

    def _understand(self, word: str) -> ReadDate:
        for pattern, method in self._forms:
            if match := pattern.fullmatch(word):
                return method(self, match)
        if (sure := clean(_DOUBT.sub(" ", word))) != word and sure:
            found = self._understand(sure)
            return found if found.flag else found._replace(flag=FlagCode.DATE_UNCERTAIN)
        return self._range(word) or self._search(word)

    def _range(self, word: str) -> ReadDate | None:
        halves = [half for half in _BETWEEN.split(word.strip("- "), maxsplit=1) if half]
        if not halves or (len(halves) == 1 and word.strip("- ") == word):
            return None
        read = [self._understand(half) for half in halves]
        if any(half.first is None for half in read):
            return None
        if len(read) == 1:
            first, last = (read[0].first, None) if word.endswith("-") else (None, read[0].last)
            return ReadDate(first, last, FlagCode.DATE_RANGE)
        if read[0].first and read[0].first.month and _LONE.fullmatch(halves[1]):
            return ReadDate(read[0].first, None, FlagCode.DATE_AMBIGUOUS)  # a month, a day or a year
        return ReadDate(read[0].first, read[1].last, FlagCode.DATE_RANGE)

    def _search(self, word: str) -> ReadDate:
        if days := set(_ISO_INSIDE.findall(word)):
            read = sorted(self._iso(day).first or _NEVER for day in days)
        else:
            read = sorted(PartialDate(int(year)) for year in set(_ONE_YEAR.findall(word)))
        if not read or _NEVER in read:
            return _UNREADABLE
        flag = FlagCode.DATE_PARTLY_READ if len(read) == 1 else FlagCode.DATE_RANGE
        return ReadDate(read[0], read[-1], flag)

    def _date(self, year: int, month: int = 0, day: int = 0, flag: FlagCode | None = None) -> ReadDate:
        """Make a date of numbers; 0 means unknown, and what does not exist is cut to what does."""
        if not _FIRST_YEAR <= year <= _LAST_YEAR:
            return _UNREADABLE
        if month > 12:
            month, day, flag = 0, 0, FlagCode.DATE_IMPOSSIBLE
        if month and day > calendar.monthrange(year, month)[1]:
            day, flag = 0, FlagCode.DATE_IMPOSSIBLE
        made = PartialDate(year, month or None, (day or None) if month else None)
        return ReadDate(made, made, flag)

    def _short(self, year: int, month: int = 0, day: int = 0, flag: FlagCode | None = None) -> ReadDate:
        """Make a date of a two-digit year."""
        if self._births:
            return ReadDate(None, None, FlagCode.DATE_CENTURY_MISSING)
        if not self._stated:
            century = 1900 if 1900 + year >= _EARLIEST_SHORT_YEAR else 2000
            return self._date(century + year, month, day, flag)
        read = [self._date(century + year, month, day, flag) for century in (2000, 1900)]
        past = [one for one in read if one.first and one.first.earliest() <= self._limit] or read[-1:]
        likely = [one for one in past if one.first and one.first.year >= _EARLIEST_SHORT_YEAR]
        chosen = (likely or past)[0]
        return (
            chosen if len(likely) == 1 or chosen.flag else chosen._replace(flag=FlagCode.DATE_CENTURY_ASSUMED)
        )

    def _iso(self, text: str) -> ReadDate:
        year, month, day = map(int, text.split("-"))
        return self._date(year, month, day)

    def _ymd(self, match: re.Match[str]) -> ReadDate:
        year, month, day = map(int, match.groups())
        return self._date(year, month, day)

    def _number(self, match: re.Match[str]) -> ReadDate:
        year, month, day = map(int, match.groups())
        return self._date(year, month, day % 60)

    def _number_without_century(self, _match: re.Match[str]) -> ReadDate:
        return ReadDate(None, None, FlagCode.DATE_CENTURY_MISSING) if self._births else _UNREADABLE

    def _long_year_last(self, match: re.Match[str]) -> ReadDate:
        day, month, year = map(int, match.groups())
        if self._order == "mdy":
            day, month = month, day
        if month > 12 >= day:
            return self._date(year, day, month, FlagCode.DATE_AMBIGUOUS)
        return self._date(year, month, day)

    def _three_short(self, match: re.Match[str]) -> ReadDate:
        numbers = (int(match["a"]), int(match["b"]), int(match["c"]))
        first, second = match["sep"], match["sep2"]
        if first == "/" and second != "/":
            return self._in_order(numbers, ("mdy",) if self._order == "mdy" else ("dmy", "ymd"))
        if self._order != "auto":
            return self._in_order(numbers, (self._order, "ymd", "dmy"))
        if first == ".":
            return self._in_order(numbers, ("dmy", "ymd"))
        if first == "/":
            return self._in_order(numbers, ("dmy", "ymd"), sure=False)
        return self._in_order(numbers, ("ymd", "dmy"))

    def _six_digits(self, match: re.Match[str]) -> ReadDate:
        text = match[0]
        orders: tuple[DateOrder, ...] = (
            ("ymd", "dmy") if self._order == "auto" else (self._order, "ymd", "dmy")
        )
        numbers = (int(text[:2]), int(text[2:4]), int(text[4:]))
        found = self._in_order(numbers, orders)
        year, month = int(text[:4]), int(text[4:])
        if not (_EARLIEST_SHORT_YEAR <= year <= self._limit.year and 1 <= month <= 12):
            return found
        if found.flag is FlagCode.DATE_IMPOSSIBLE or not (found.first or _exists(numbers, "ymd")):
            return self._date(year, month)
        sure = self._order != "auto" or not found.first
        return found if sure else found._replace(flag=FlagCode.DATE_AMBIGUOUS)

    def _in_order(
        self, numbers: tuple[int, int, int], orders: tuple[DateOrder, ...], *, sure: bool = True
    ) -> ReadDate:
        """Read three two-digit numbers in the first order that gives a date."""
        read = {order: self._short(*_arranged(numbers, order)) for order in orders if _exists(numbers, order)}
        if not read:
            year, month, day = _arranged(numbers, orders[0])
            return self._short(year, month, day)
        order, found = next(iter(read.items()))
        doubtful = order != orders[0] or (not sure and len({one.first for one in read.values()}) > 1)
        return found if not doubtful or found.first is None else found._replace(flag=FlagCode.DATE_AMBIGUOUS)

    def _four_digits(self, match: re.Match[str]) -> ReadDate:
        number = int(match[0])
        if _FIRST_YEAR <= number <= _LAST_YEAR or not number:
            return self._date(number) if number else NOTHING
        year, month = divmod(number, 100)
        return self._short(year, month, 0, FlagCode.DATE_AMBIGUOUS) if 1 <= month <= 12 else _UNREADABLE

    def _year_and(self, match: re.Match[str]) -> ReadDate:
        year, separator, second = int(match[1]), match[2], int(match[3])
        if second <= 12:
            either = separator == "/" and len(match[3]) == 2
            return self._date(year, second, 0, FlagCode.DATE_AMBIGUOUS if either else None)
        last = year - year % 100 + second
        return _span(self._date(year), self._date(last)) if last > year else _UNREADABLE

    def _month_year(self, match: re.Match[str]) -> ReadDate:
        return self._date(int(match[2]), int(match[1]))

    def _two_short(self, match: re.Match[str]) -> ReadDate:
        first, second = int(match[1]), int(match[2])
        if first <= 12 < second:
            return self._short(second, first)
        if second > 12:
            return _span(self._short(first), self._short(second))
        return self._short(first, second, 0, FlagCode.DATE_AMBIGUOUS if first <= 12 else None)

    def _named_month(self, match: re.Match[str]) -> ReadDate:
        named = match.groupdict()
        year, month, day = named["year"].lstrip("'"), MONTHS[named["month"]], int(named["day"] or 0)
        return self._date(int(year), month, day) if len(year) == 4 else self._short(int(year), month, day)

    def _serial(self, match: re.Match[str]) -> ReadDate:
        moment = serial_date(float(match[0].replace(",", ".")), self._epoch)
        if moment is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            return _UNREADABLE
        digits = (0 if len(match[0]) == 5 else 99, int(match[0][1:3]), int(match[0][3:5]))
        lost_zero = digits[0] == 0 and _exists((int(match[0][0]), *digits[1:]), "ymd")
        doubt = FlagCode.DATE_AMBIGUOUS if lost_zero else FlagCode.DATE_WAS_SERIAL
        flag = None if self._serials else doubt
        return self._date(moment.year, moment.month, moment.day, flag)

    def _with_time(self, match: re.Match[str]) -> ReadDate:
        """Read a day with a word before it or its hour behind it."""
        return self._understand(match[1].strip())

    def _season(self, match: re.Match[str]) -> ReadDate:
        year = int(match[1])
        return (self._date if len(match[1]) == 4 else self._short)(year, 0, 0, FlagCode.DATE_PARTLY_READ)

    def _year(self, match: re.Match[str]) -> ReadDate:
        return self._short(int(match[1]), 0, 0, _SERIAL_60 if match[0] == "60" else None)

    _forms: "tuple[tuple[re.Pattern[str], Callable[[DateReader, re.Match[str]], ReadDate]], ...]" = tuple(
        (re.compile(pattern), method)
        for pattern, method in (
            (r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?:[ t]\d{1,2}[:.]\d{2}.*)?", _ymd),
            (r"(\d{4})(\d{2})(\d{2})", _ymd),
            (r"(\d{4})-?(\d{2})-?(\d{2})[-+ ]?\w{4}", _number),
            (r"(\d{2})(\d{2})(\d{2})", _six_digits),
            (r"\d{6}[-+ ]?\w{4}", _number_without_century),
            (r"(\d{1,2}) ?[-./] ?(\d{1,2}) ?[-./ ] ?(\d{4})", _long_year_last),
            (r"(.{5,8}\d{2,4})[ t]+(?:kl\.? ?)?\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?z?", _with_time),
            (r"den (\d.+)", _with_time),
            (r"(?:våren|hösten|sommaren|vintern|vt|ht)[ -]+'?(\d{2}|\d{4})", _season),
            (r"(?P<a>\d{1,2})(?P<sep>[-./])(?P<b>\d{1,2}) ?(?P<sep2>[-./ ])[ -]?(?P<c>\d{2})", _three_short),
            (r"(\d{4})", _four_digits),
            (r"(\d{4})([-./ ])(\d{1,2})", _year_and),
            (r"(\d{1,2})[-./ ](\d{4})", _month_year),
            (r"(\d{2})[-/](\d{2})", _two_short),
            (rf"(?:(?P<day>\d{{1,2}})[.:]?[ea]?[- /]*)?{_NAME}[- ,/]*{_YEAR}", _named_month),
            (rf"(?P<year>\d{{4}})[- ,/]*{_NAME}[- ]*(?P<day>\d{{1,2}})?", _named_month),
            (rf"{_NAME} (?P<day>\d{{1,2}}),? (?P<year>\d{{4}})", _named_month),
            (r"\d{5}(?:[.,]\d+)?", _serial),
            (r"[-']?(\d{2})", _year),
        )
    )


def _span(first: ReadDate, last: ReadDate) -> ReadDate:
    if first.first is None or last.last is None or last.last < first.first:
        return first if first.flag is FlagCode.DATE_CENTURY_MISSING else _UNREADABLE
    return ReadDate(first.first, last.last, FlagCode.DATE_RANGE)


def _arranged(numbers: tuple[int, int, int], order: DateOrder) -> tuple[int, int, int]:
    first, second, third = numbers
    if order == "dmy":
        return third, second, first
    return (third, first, second) if order == "mdy" else numbers


def _exists(numbers: tuple[int, int, int], order: DateOrder) -> bool:
    _year, month, day = _arranged(numbers, order)
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(2000, month)[1]
