"""Turn what a workbook stores into the text its sheet shows: whole numbers, leading zeros, ISO dates."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LIKE_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NOT_SHOWN = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_DIGIT = "\0"
"""Where a digit goes in what a format shows around a number."""

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<sign>[- ()])|(?P<digit>#*0|#+|general|standard)'
    r"|(?P<end>;)|(?:_.|\*.|\[[^\]]*\])",
    re.IGNORECASE,
)
_BUILTIN = {14: "ymd", 15: "ymd", 16: "ymd", 17: "ym", 22: "ymd"} | dict.fromkeys(
    (*range(27, 32), *range(50, 59)), "ymd"
)
_SHOWN = {"ymd": "%Y-%m-%d", "ym": "%Y-%m", "y": "%Y"}
_EPOCHS = {1900: datetime(1899, 12, 30), 1904: datetime(1904, 1, 1)}  # noqa: DTZ001 - a sheet knows no time zone
_LAST_SERIAL = 2_958_465
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Style:
    """Hold what a format does to the text: which of y, m, d a date shows, what is around digits, marks.

    `struck` is a line through the text, `filled` a colour behind it.
    """

    date: str = ""
    zeros: str = ""
    struck: bool = False
    filled: bool = False


PLAIN = Style()


@cache
def number_style(code: int | str) -> Style:
    """Read a number format, given as its built-in number or its code."""
    if isinstance(code, int):
        return Style(date=_BUILTIN.get(code, ""))
    if zeros := _pattern(code):
        return Style(zeros=zeros)
    bare = _NOT_SHOWN.sub("", code).partition(";")[0].casefold()
    if "y" in bare:
        return Style(date="ymd" if "d" in bare else "ym" if "m" in bare else "y")
    return Style(date="ymd" if "d" in bare else "")


def _pattern(code: str) -> str:
    """Return what a format shows around a whole number; nothing where that is the number, or its unit."""
    at, shown = 0, ""
    while (match := _TOKEN.match(code, at)) and not match["end"]:
        shown += _DIGIT if match["digit"] else match["quoted"] or match["escaped"] or match["sign"] or ""
        at = match.end()
    if at < len(code) and match is None:
        return ""
    before, digit, _after = shown.partition(_DIGIT)
    return shown if digit and (shown.count(_DIGIT) > 1 or any(map(str.isalnum, before))) else ""


def serial_date(serial: float, epoch: int) -> datetime | None:
    """Turn days since the epoch (1900 or 1904) into a date, or None where there is no such day."""
    if not 0 < serial <= _LAST_SERIAL or (epoch == 1900 and 60 <= serial < 61):
        return None  # Excel's 1900 had a 29 February
    return _EPOCHS[epoch] + timedelta(days=serial + (epoch == 1900 and serial < 60))


def number_text(stored: str, style: Style, epoch: int) -> str:
    """Return the text a numeric cell shows; what is no number stays as it is."""
    if not stored.isdecimal():
        try:
            value = float(stored)
        except ValueError:
            return stored
        stored = str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if style.date:
        return _date_text(stored, style, epoch)
    if style.zeros and stored.isdecimal():
        return _in_zeros(stored, style.zeros)
    return stored


def _date_text(stored: str, style: Style, epoch: int) -> str:
    try:
        moment = serial_date(float(stored), epoch)
    except (OverflowError, ValueError):
        return stored
    if moment is None:
        return stored
    text = moment.strftime(_SHOWN[style.date])
    return text if style.date != "ymd" or not (moment.hour or moment.minute) else f"{text} {moment:%H:%M}"


def _in_zeros(digits: str, pattern: str) -> str:
    left = digits.zfill(pattern.count(_DIGIT))
    shown = ""
    for mark in reversed(pattern):
        if mark == _DIGIT:
            left, mark = left[:-1], left[-1]
        shown = mark + shown
    return left + shown


def unescape(text: str) -> str:
    """Return the characters that XLSX writes as _xHHHH_."""
    if "_x" not in text:
        return text
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)


def escape_controls(text: str) -> str:
    """Write the characters XML cannot hold, and what looks like such an escape, as _xHHHH_."""
    text = _LIKE_ESCAPE.sub("_x005F_", text)
    return _FORBIDDEN.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def column_letters(index: int) -> str:
    """Return the letters of a column counted from 0: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        letters = chr(65 + letter) + letters
    return letters
