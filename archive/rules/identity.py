"""Read Swedish identity numbers in any written form: what they say, how far to trust them, never a guess.

The form is that of Skatteverket (folkbokföringslagen 18 §, lag 2022:1697) and, for persons without a number,
of IVO (ÅÅÅÅMMDD-T123, -TF10). A number that does not hold is kept and flagged, never altered, never refused.
"""

import itertools
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from archive.kernel.letters import DASHES
from archive.kernel.partial_date import PartialDate
from archive.vocabulary import NumberKind, NumberQuality

_IGNORED = str.maketrans(dict.fromkeys(".\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"))
_EXCEL_DECIMAL = re.compile(r"(?<=\d{6})[.,]0\Z", re.ASCII)
_FORM = re.compile(
    r"(?P<century>\d\d)?(?P<year>\d\d)-?(?P<month>\d\d)-?(?P<day>\d\d)"
    # letters that a machine takes for digits (O, I, L, S, B, Z, G) never open a reserve number
    r"(?P<sign>[-+]?)(?P<tail>\d{3,4}|T\d{3}|TF\d\d|[ACDEFHJKMNPRUVWXY]\d{3})?",
    re.ASCII,
)
_VALUE = bytes((code - 48) % 256 for code in range(256))
_DOUBLED = bytes(2 * value // 10 + 2 * value % 10 for value in range(10)) + bytes(246)
_CENTURIES = ("18", "19", "20")
_OLDEST = 120
"""Years somebody may live about whom there is a file."""

_COORDINATION_DAYS = 60
_COUNTY_RESERVE = "99"
_ORGANISATION_MONTH = 20


class Written(NamedTuple):
    """Say when a number was written, as far as that is known; every day is None where it is not.

    `first` and `last` bound the day of writing, `born_by` the births a sign can mean, `not_after` those that
    can be true at all; `ended` is the day its file was closed by.
    """

    first: date | None = None
    last: date | None = None
    born_by: date | None = None
    not_after: date | None = None
    ended: date | None = None

    @classmethod
    def by_dates(
        cls,
        opened: PartialDate | None = None,
        closed: PartialDate | None = None,
        last_note: PartialDate | None = None,
        *,
        listed: date | None = None,
        subject: bool = True,
    ) -> "Written":
        """Tell it by the dates of a file, else by the day of its list; `subject` is whom the file is about.

        Others may be born while a file goes on; a child it is about at most some months after it was opened.
        """
        ended = [day.latest() for day in (closed, last_note) if day]
        if opened and ended and opened.earliest() > min(ended):
            return cls(listed, listed, listed, max(*ended, opened.latest()))  # these dates prove nothing
        own = [day for day in (opened, closed, last_note) if day]
        if not own:
            return cls(listed, listed, listed)
        latest = max(day.latest() for day in own)
        begun = [date(opened.year + 1, 12, 31)] if opened and subject else []
        return cls(
            min(day.earliest() for day in own),
            max(latest, listed or latest),
            min((latest, *begun)),
            min((*begun, *([max(ended)] if ended else [])), default=None),
            max(ended, default=None),
        )

    def means(self, sign: str, birth: date) -> bool:
        """Tell whether the sign can be that of a birth: a plus from the year somebody turns a hundred."""
        if self.first is None or self.last is None or self.born_by is None or birth > self.born_by:
            return False
        if sign == "-":
            seen = max(self.first, birth)
            return (seen.year - 100, seen.month, seen.day) < (birth.year, birth.month, birth.day)
        oldest = self.last.year - 199 if self.first == self.last else self.first.year - _OLDEST
        return oldest <= birth.year <= self.last.year - 100

    def outlives(self, sign: str, birth: date) -> bool:
        """Tell whether a hyphen was a plus before the file was closed: it may mean somebody born since."""
        if sign != "-" or self.ended is None:
            return False
        ended = self.ended
        return (birth.year + 100, birth.month, birth.day) <= (ended.year, ended.month, ended.day)


UNDATED = Written()


@dataclass(frozen=True, slots=True)
class Identity:
    """Hold an identity number as written and as understood."""

    raw: str
    number: str
    kind: NumberKind
    quality: NumberQuality
    birth_date: date | None


@lru_cache(maxsize=65_536)  # an import asks again for every file, and there are 365 days in a year
def _calendar_day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day) % _COORDINATION_DAYS)
    except ValueError:
        return None


class _Parts(NamedTuple):
    century: str
    year: str
    month: str
    day: str
    tail: str

    @property
    def coordination(self) -> bool:
        return self.day >= str(_COORDINATION_DAYS)

    @property
    def kind(self) -> NumberKind:
        if self.tail.startswith("T") and self.century != _COUNTY_RESERVE:
            return NumberKind.TEMPORARY
        reserve = self.century == _COUNTY_RESERVE or (self.tail != "" and not self.tail[0].isdigit())
        if reserve or int(self.month) >= _ORGANISATION_MONTH:
            return NumberKind.OTHER
        return NumberKind.COORDINATION if self.coordination else NumberKind.PERSONAL

    @property
    def date_unknown(self) -> bool:
        """Skatteverket writes month 00 or day 60 in the number of a person whose birth date is unknown."""
        return self.coordination and (self.month == "00" or int(self.day) == _COORDINATION_DAYS)

    def date_in(self, century: str) -> date | None:
        """Return the date the number carries in a century, or None if there is no such day."""
        return _calendar_day(century + self.year, self.month, self.day)

    def day_in(self, century: str) -> date | None:
        """Return the date a sign is counted from: the first of the year where the number carries none."""
        return date(int(century + self.year), 1, 1) if self.date_unknown else self.date_in(century)

    def possible(self, today: date) -> bool:
        """Tell whether the number can be that of somebody born by today."""
        centuries = (self.century,) if self.century else _CENTURIES
        if self.century and self.century not in _CENTURIES:
            return self.century == _COUNTY_RESERVE
        if self.date_unknown:
            day = int(self.day) - _COORDINATION_DAYS
            return int(self.month) <= 12 and day <= 31 and f"{centuries[0]}{self.year}" <= str(today.year)
        return any((birth := self.date_in(century)) is not None and birth <= today for century in centuries)


def check_digit(nine: str) -> str:
    """Return the digit that the modulus-10 method gives for year, month, day and birth number."""
    digits = nine.encode("ascii").translate(_VALUE)
    return str(-(sum(digits[0::2].translate(_DOUBLED)) + sum(digits[1::2])) % 10)


def read(text: str, *, today: date, born: PartialDate | None = None, written: Written = UNDATED) -> Identity:
    """Understand a number as it is written; `born` is what else the source says of the birth date.

    The century comes from the number itself, from its sign on the day it was written or from `born`; nothing
    is guessed. Nobody is born after `today`, or after what `written` allows.
    """
    match = _FORM.fullmatch(text) or _FORM.fullmatch(_bare(text))
    if match is None:
        return Identity(text, "", NumberKind.OTHER, NumberQuality.UNREADABLE, None)
    century, year, month, day, sign, tail = match.groups("")
    parts = _Parts(century, year, month, day, tail)
    latest = min(today, written.not_after or today)
    if not century:
        parts = parts._replace(century=_century(parts, sign, latest, born, written))
    kind = parts.kind
    quality = _quality(parts, kind, latest)
    return Identity(text, "".join(parts), kind, quality, _sure_birth_date(parts, kind, quality, born))


def carried_date(number: Identity) -> date | None:
    """Return the day a number with its century carries, whether that can be true or not."""
    digits = number.number
    dated = digits.startswith(_CENTURIES) and re.match(r"\d{8}(?!\d\d?$)", digits)
    return _calendar_day(digits[:4], digits[4:6], digits[6:8]) if dated else None


def century_unclear(number: Identity) -> bool:
    """Tell whether a number claims a century by its sign that nothing confirms."""
    match = _FORM.fullmatch(_bare(number.raw))
    claims = bool(match and match["sign"] and not match["century"]) and number.kind is not NumberKind.OTHER
    return claims and number.number[:6] == _bare(number.raw)[:6] and number.quality is not _IMPOSSIBLE


_IMPOSSIBLE = NumberQuality.IMPOSSIBLE_DATE


def _bare(text: str) -> str:
    without_decimal = _EXCEL_DECIMAL.sub("", text.strip())
    return "".join(without_decimal.translate(_IGNORED).translate(DASHES).split()).upper()


def _century(parts: _Parts, sign: str, latest: date, born: PartialDate | None, written: Written) -> str:
    if not parts.possible(latest):
        return ""
    by_birth = f"{born.year:04d}"[:2] if born and f"{born.year:04d}"[2:] == parts.year else ""
    by_sign = [
        century
        for century in (_CENTURIES if sign else ())
        if (birth := parts.day_in(century)) and birth <= latest and written.means(sign, birth)
    ]
    if by_birth:
        return by_birth if by_birth in by_sign or not by_sign else ""
    if len(by_sign) != 1 or ((birth := parts.day_in(by_sign[0])) and written.outlives(sign, birth)):
        return ""
    return by_sign[0]


def _quality(parts: _Parts, kind: NumberKind, today: date) -> NumberQuality:
    if not parts.possible(today):
        return NumberQuality.IMPOSSIBLE_DATE
    if kind is not NumberKind.TEMPORARY:
        if kind is NumberKind.OTHER or len(parts.tail) != 4:
            return NumberQuality.NO_CHECK_DIGIT
        digits = f"{parts.year}{parts.month}{parts.day}{parts.tail}"
        if check_digit(digits[:9]) != digits[9] or parts.tail.startswith("000"):
            return NumberQuality.WRONG_CHECK_DIGIT
    return NumberQuality.SOUND if parts.century else NumberQuality.NO_CENTURY


def _sure_birth_date(
    parts: _Parts, kind: NumberKind, quality: NumberQuality, born: PartialDate | None
) -> date | None:
    if not parts.century or kind is NumberKind.OTHER or quality is NumberQuality.IMPOSSIBLE_DATE:
        return None
    day = parts.date_in(parts.century)
    agrees = day is not None and (born is None or born.earliest() <= day <= born.latest())
    confirmed = quality is not NumberQuality.WRONG_CHECK_DIGIT or (born is not None and born.whole)
    return day if agrees and confirmed else None


def shown(number: str, written: str = "") -> str:
    """Write a normalised number as people do; without a century it gets a blank, since a sign claims one.

    Only a plus that was `written` is kept: nobody writes it by habit.
    """
    century = bool(re.match(r"\d{8}(?:\w{3,4})?\Z", number))
    date_length = 8 if century else 6
    head, tail = number[:date_length], number[date_length:]
    return f"{head}{'-' if century else '+' if '+' in written else ' '}{tail}" if tail else head


def look_alikes(number: str) -> set[str]:
    """Return the numbers a tired eye or hand makes of this one, to look for near-duplicates.

    Two neighbouring digits swapped; day plus or minus 60 (with the old and with the right check digit);
    another century or none. What is returned need not be sound: neither is what stands in old lists.
    """
    century = number[:2] if len(number) == 12 else ""
    short = number[len(century) :]
    if len(short) != 10 or not short[:6].isdigit():
        return set()
    shorts = {short} | _swapped(short)
    alike = {century + other for other in shorts | _sixty_days_off(short)}
    alike |= {other + short for other in ("", *_CENTURIES)}
    return alike - {number}


def _swapped(digits: str) -> set[str]:
    pairs = itertools.pairwise(digits)
    return {
        digits[:at] + second + first + digits[at + 2 :]
        for at, (first, second) in enumerate(pairs)
        if first.isdigit() and second.isdigit()
    }


def _sixty_days_off(digits: str) -> set[str]:
    day = int(digits[4:6])
    day += _COORDINATION_DAYS if day < _COORDINATION_DAYS else -_COORDINATION_DAYS
    other = f"{digits[:4]}{day:02d}{digits[6:]}"
    return {other, other[:9] + check_digit(other[:9])} if other.isdigit() else {other}
