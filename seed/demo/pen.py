"""Write numbers, names, dates and kinds as people did in old lists, with their slips; note every slip."""

import random
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date

from seed.demo.world import File, InventedPerson
from seed.reference import FileKindRow

SIGN_IS_CLEAR_BEFORE, SIGN_IS_CLEAR_FROM = date(1923, 1, 1), date(1930, 1, 1)
"""Between these births the sign of a ten-digit number changes meaning with the day it is read."""
CHECK_DIGITS_FROM = 1968
Written = str | int | date
_FOREIGN = str.maketrans({"ł": "l", "Ł": "L", "đ": "d", "Đ": "D"})
_EXCEL_DAY_ONE = date(1899, 12, 30).toordinal()


class Pen:
    """Hold the hand that wrote one list; `slips` says what the row in writing differs from the truth in."""

    def __init__(self, seed: str, kinds: Sequence[FileKindRow]) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a demo must be the same every time
        self.slips: set[str] = set()
        self._kinds = {kind.code: kind for kind in kinds}

    def chance(self, share: float) -> bool:
        """Draw whether something that happens to a share of rows happens now."""
        return self.random.random() < share

    def number(self, person: InventedPerson, form: str, *, century_elsewhere: bool = False) -> str:
        """Write a personal number: `long`, `signed` (ten digits with their sign) or `bare` (ten digits)."""
        number = person.number
        draw = self.random.random()
        if not number or draw < 0.006:
            self.slips.add("number_missing")
            return ""
        if draw < 0.012:
            self.slips.add("number_no_check_digit")
            return number[:8]
        if draw < 0.022 and person.born.year < CHECK_DIGITS_FROM - 18 and number.isdigit():
            self.slips.add("number_no_check_digit")
            return f"{number[:8]}-{number[8:11]}"
        if draw < 0.027:
            return self._unreadable(number)
        if draw < 0.04 and number.isdigit():
            self.slips.add("number_wrong_check_digit")
            number = number[:11] + str((int(number[11]) + self.random.randrange(1, 10)) % 10)
        return self._in_form(number, person.born, form, century_elsewhere)

    def transposed(self, number: str) -> str:
        """Swap the first two digits of the birth number: what a tired hand does."""
        self.slips |= {"number_transposed", "number_wrong_check_digit"}
        return f"{number[:8]}-{number[9]}{number[8]}{number[10:]}"

    def _unreadable(self, number: str) -> str:
        self.slips.add("number_unreadable")
        long = f"{number[:8]}-{number[8:]}"
        if "0" in long[2:]:
            return long[:2] + long[2:].replace("0", "O", 1)
        return long[:-2] + "??"

    def _in_form(self, number: str, born: date, form: str, century_elsewhere: bool) -> str:
        if form == "bare" and number.isdigit():
            if not century_elsewhere and "number_wrong_check_digit" not in self.slips:
                self.slips.add("number_no_century")
            return number[2:]
        if form == "signed":
            if born < SIGN_IS_CLEAR_BEFORE:
                return f"{number[2:8]}+{number[8:]}"
            if born >= SIGN_IS_CLEAR_FROM:
                sign = self.random.choice(("-", "-", "-", " - ", "\u2013"))
                return f"{number[2:8]}{sign}{number[8:]}"
        sign = self.random.choice(("-", "-", "-", "", " ", "\u00a0"))
        return f"{number[:8]}{sign}{number[8:]}"

    def day(self, day: date, form: str, *, may_miss: float = 0.0) -> Written:
        """Write a date: date, serial, iso, loose (2003-4-5), slash (5/4 2003) or short (030405)."""
        draw = self.random.random()
        if draw < may_miss:
            self.slips.add("date_missing")
            return ""
        if draw > 0.997:
            self.slips.add("date_unreadable")
            return self.random.choice((f"våren -{day:%y}", "??", "se akten"))
        if draw > 0.97:
            self.slips.add("date_year_only")
            return day.year if form in ("date", "serial") else str(day.year)
        return _DAY_FORMS[form](day)

    def name(self, person: InventedPerson, form: str) -> str:
        """Write a name: family_first with a comma, capitals, given_first, or family or given alone."""
        family, given = person.family_name, person.given_name
        match form:
            case "family_first":
                return f"{family}, {given}"
            case "capitals":
                return f"{family}, {given}".upper()
            case "given_first":
                return f"{given} {family}"
            case "family":
                return family
            case _:
                return given

    def kind(self, file: File, form: str) -> str:
        """Write a kind of file: by `code`, `letter`, `name`, or one of its `other` names."""
        if self.chance(0.002):
            self.slips.add("kind_unknown")
            return "Övrigt"
        kind = self._kinds[file.kind]
        if form == "code":
            return kind.code
        names = (kind.name_sv, *kind.also)
        return kind.name_sv if form == "name" else self.random.choice(names)


_DAY_FORMS: dict[str, Callable[[date], Written]] = {
    "date": lambda day: day,
    "serial": lambda day: day.toordinal() - _EXCEL_DAY_ONE,
    "iso": lambda day: day.isoformat(),
    "loose": lambda day: f"{day.year}-{day.month}-{day.day}",
    "slash": lambda day: f"{day.day}/{day.month} {day.year}",
    "short": lambda day: day.strftime("%y%m%d"),
}


def western(text: str) -> str:
    """Write a text as a system that knows only Windows-1252 does: Hadžić becomes Hadžic."""
    bare = text.translate(_FOREIGN)
    return "".join(
        letter if _fits(letter) else unicodedata.normalize("NFD", letter)[0]
        for letter in unicodedata.normalize("NFC", bare)
    )


def _fits(letter: str) -> bool:
    try:
        letter.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
