"""Make identity numbers that are test numbers: distinct, as many as wanted, the same every time.

Skatteverket publishes test numbers for free use (CC0, "Testpersonnummer" and "Testsamordningsnummer" at
skatteverket.entryscape.net). For births of 1890 and some twenty years on, the list takes the first free birth
number from 980, one person a day; for births from 1980 on it takes 238 and 239, as it does for coordination
numbers of any year. Only these two series are used here: for such a day first the numbers the list has, then
the rest of 980-999. For the births between, the list has scattered numbers in no series; those born then get
numbers of 980-999, which are in the series but not on the list. No number is ever combined with real data.

T-numbers follow IVO's form for persons without a number: T and three digits, or TF and two.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from archive.rules.identity import check_digit

OLD_SERIES = range(980, 1000)
NEW_SERIES = range(238, 240)
NEW_SERIES_FROM = date(1980, 1, 1)
FIRST_BIRTH = date(1890, 1, 1)
_BIRTH_NUMBERS = {
    (recent, female): [
        number
        for series in ((NEW_SERIES, OLD_SERIES) if recent else (OLD_SERIES, NEW_SERIES))
        for number in series
        if number % 2 == (not female)
    ]
    for recent in (True, False)
    for female in (True, False)
}
_PER_DAY_AND_SEX = len(_BIRTH_NUMBERS[True, True])
_T_NUMBERS = [f"T{number}" for number in range(100, 1000)] + [f"TF{number}" for number in range(10, 100)]


class Exhausted(Exception):
    """Report that the series have no more numbers for births in the span asked for."""


class Numbers:
    """Hand out test numbers, each once; the birth number is even for females, odd for males."""

    def __init__(self) -> None:
        self._used: defaultdict[tuple[str, int, bool], int] = defaultdict(int)

    def personal(self, born: date, *, female: bool) -> str | None:
        """Return a personal number of twelve digits, or None when the day has no more."""
        nth = self._next("personal", born, female)
        fitting = _BIRTH_NUMBERS[born >= NEW_SERIES_FROM, female]
        return None if nth >= len(fitting) else _number(born, fitting[nth], 0)

    def coordination(self, born: date, *, female: bool) -> str | None:
        """Return a coordination number (day plus 60), or None when the day has no more."""
        nth = self._next("coordination", born, female)
        fitting = _BIRTH_NUMBERS[True, female]
        return None if nth >= len(fitting) else _number(born, fitting[nth], 60)

    def temporary(self, born: date, *, female: bool) -> str | None:
        """Return a number of IVO's form for a person without one, or None when the day has no more."""
        nth = self._next("temporary", born, female)
        fitting = [tail for tail in _T_NUMBERS if int(tail[-2]) % 2 == (not female)]
        return None if nth >= len(fitting) else f"{born:%Y%m%d}{fitting[nth]}"

    def _next(self, kind: str, born: date, female: bool) -> int:
        nth = self._used[kind, born.toordinal(), female]
        self._used[kind, born.toordinal(), female] += 1
        return nth


def many(
    count: int, seed: int = 0, first: date = FIRST_BIRTH, last: date = date(2024, 12, 31)
) -> Iterator[str]:
    """Make so many distinct personal numbers of births between two days, in no order; raises Exhausted."""
    span = (last - first).days + 1
    supply = span * 2 * _PER_DAY_AND_SEX
    if count > supply:
        raise Exhausted(f"the series hold {supply} numbers for these days, not {count}")
    for place in random.Random(f"numbers:{seed}").sample(range(supply), count):  # noqa: S311 - no secret
        nth, offset = divmod(place, span)
        born = first + timedelta(offset)
        yield _number(born, _BIRTH_NUMBERS[born >= NEW_SERIES_FROM, nth % 2 == 0][nth // 2], 0)


def _number(born: date, birth_number: int, days_added: int) -> str:
    year = str(born.year)
    nine = f"{year[2:]}{born.month:02d}{born.day + days_added:02d}{birth_number}"
    return year[:2] + nine + check_digit(nine)


def in_series(number: str) -> bool:
    """Tell whether a number of twelve digits lies in the series."""
    digits = number[8:11]
    return digits.isdigit() and (int(digits) in OLD_SERIES or int(digits) in NEW_SERIES)
