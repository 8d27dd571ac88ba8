"""Tell whether a cell that should name one file or one box names several, or none one could go to."""

import re

from archive.imports.lists.formats.text import clean, simple
from archive.kernel.letters import DASHES

MOST = 100
"""Files or boxes a row stands for at most; a wider span is a number with a dash in it."""

_SPAN = re.compile(r"(?P<stem>.*?)(?P<first>\d+)\s?-\s?(?P<last>\d+)")
_REPEATED = re.compile(r"(?P<stem>.*\D)(?P<first>\d+)\s?-\s?(?P=stem)(?P<last>\d+)")
_STROKE_REPEATED = re.compile(
    r"(?P<stem>(?=.*[^\W\d_]).*\D)(?P<first>\d+)\s?/\s?(?P=stem)(?P<last>\d+)", re.IGNORECASE
)
_MONTHS = "jan|feb|mar|apr|maj|jun|jul|aug|sep|okt|nov|dec"
_DATE = re.compile(
    rf"\d{{4}}-\d{{2}}-\d{{2}}(?: \d\d:\d\d)?|(?:{_MONTHS})-\d{{2}}|\d{{1,2}}-(?:{_MONTHS})", re.IGNORECASE
)
_ELSEWHERE = re.compile(r"(?:se|jfr|jämför)\b\.?:?\s+(?:även\s+|också\s+)?(?=.*\d)", re.IGNORECASE)
_IN_WORDS = re.compile(
    r"\d\S*\s+(?:t\.?\s?o\.?\s?m\.?|till(?: och med)?|to|och|samt|&|\+)\s+\S*\d|\d\s?[&+]\s?\d"
    r"|\d\s*(?:ff\.?|m\.?\s?fl\.?|etc\.?|och framåt|med flera)\s*$",
    re.IGNORECASE,
)
_PIECES = re.compile(r"\s*[,;]\s*")
_ONE = re.compile(r"[^\W\d_]{0,4}[ .:-]?\d[\w/:.-]*")
_SLASHED = re.compile(r"(?P<first>\d{2,})\s?/\s?(?P<last>\d+)")
_YEAR = re.compile(r"19\d\d|20\d\d")

_BOX_WORD = re.compile(
    r"(?:arkivbox|arkivkartong|box|bx|kartong|kart|carton)(?![^\W\d_])[.:]?\s*", re.IGNORECASE
)
_NUMBER_WORD = re.compile(r"(?:nr|no|nummer)\b[.:]?\s*", re.IGNORECASE)
_PLAIN_BOX = re.compile(r"(?:[^\W\d_]{1,3}[ .:-]?)?\d{1,8}(?: ?[^\W\d_])?|[^\W\d_]|\d{1,6}[:.]\d{1,6}")
_LETTERS = re.compile(r"\d+ ?[^\W\d_] ?- ?(?:\d+ ?)?[^\W\d_]")
_NUMERAL = re.compile(r"[ivxlc]{2,}")
_ODD_IN_BOX = re.compile(
    r"[?(),;&+]|\bbox(?:en)? (?:saknas|okänd)|\b(?:lös|lösa|löst|utan|ej|inte|hyll\w*|plan|rum|skåp|sektion"
    r"|pärm|kapsel|ask|volym|vol|låda|utanför|bredvid|ovanpå|bakom|eller|och|till|t\.?o\.?m)\b",
    re.IGNORECASE,
)


def several_references(reference: str, *, slashed: bool = False, dashed: bool = False) -> bool:
    """Tell whether a reference names several files: `1423-1427`, `12:1-12:4`, `1444, 1445`, `1460/61`.

    `slashed` and `dashed`: the references of this list have these signs, which then span nothing.
    """
    text = reference.translate(DASHES)
    if _IN_WORDS.search(text):
        return True
    if "/" in text and (match := _STROKE_REPEATED.fullmatch(text)) and match["first"] != match["last"]:
        return True
    pieces = _PIECES.split(text)
    if len(pieces) > 1:
        return all(map(_ONE.fullmatch, pieces))
    if (match := _REPEATED.fullmatch(text)) and _rises(match["first"], match["last"]):
        return True
    if "-" in text and not dashed:
        return bool((match := _SPAN.fullmatch(text)) and _spans(match))
    if "/" in text and not slashed and (match := _SLASHED.fullmatch(text)):
        first, last = match["first"], match["last"]
        shorter = len(last) < len(first) and not _YEAR.fullmatch(first)
        return shorter and _rises(first, first[: -len(last)] + last)
    return False


def looks_like_date(text: str) -> bool:
    """Tell whether a spreadsheet seems to have made a date of a cell, as of 3-4."""
    return bool(_DATE.fullmatch(text))


def points_elsewhere(text: str) -> bool:
    """Tell whether a cell says to look under another name, as `se akt 12`."""
    return bool(_ELSEWHERE.match(text))


def _spans(match: re.Match[str]) -> bool:
    """Tell whether two numbers with a dash are the ends of a span; of a year and a number they are not."""
    first, last = match["first"], match["last"]
    if match["stem"]:
        return match["stem"][-1] in ":/" and _rises(first, last)
    return len(first) == len(last) and _rises(first, last)


def _rises(first: str, last: str) -> bool:
    return 0 < int(last) - int(first) <= MOST


def unclear_box(text: str, *, dashed: bool = False) -> bool:
    """Tell whether a cell may mean several boxes, none, or another thing than a box.

    `dashed`: the boxes of this list are named with dashes or strokes, which then span nothing.
    """
    if text.isdecimal():
        return False
    name = clean(text).translate(DASHES)
    name = _NUMBER_WORD.sub("", _BOX_WORD.sub("", name, count=1), count=1)
    if looks_like_date(name) or points_elsewhere(name):
        return True
    if _PLAIN_BOX.fullmatch(name):
        return False
    if _ODD_IN_BOX.search(name) or _LETTERS.fullmatch(name) or _NUMERAL.fullmatch(simple(name)):
        return True
    ends = re.fullmatch(r"(\d+)\s?[-/]\s?(\d+)", name)
    return bool(ends and not dashed and _rises(ends[1], ends[2]))
