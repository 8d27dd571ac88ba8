"""Register the embedded fonts, Atkinson Hyperlegible for bad light, and measure text in them."""

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from labels import scripts

CODE = "AtkinsonHyperlegibleMono-Bold"
BOLD = "AtkinsonHyperlegibleNext-Bold"
REGULAR = "AtkinsonHyperlegibleNext-Regular"
CAP_HEIGHT = 0.668  # of the size, in all three
CODE_ADVANCE = 0.632  # of the size, each character of CODE

ELLIPSIS = "…"
LEADING = 1.2  # from line to line of running text, of the size
_SMALLER = 0.95
_STEP = re.compile(r" ?[/›·] ?(?=.)")
_USUAL = re.compile(
    "[ -~¡-¬®-ɏ–—’”…]*"
)  # of Europe's Latin letters each is known, composed and joins nothing
_FORM = re.compile("<(F0[0-9A-F]{3})>")  # a joined form in a PDF's table of what its codes mean
_FOLDER = Path(__file__).with_name("fonts")


class _Face(TTFont):
    """Draw every line from left to right as it is seen, and let it be copied and found as it was written."""

    def splitString(self, text: str, doc: Any, encoding: str = "utf-8") -> Any:  # noqa: N802 - reportlab's
        return super().splitString(scripts.seen(text), doc, encoding)

    def addObjects(self, doc: Any) -> None:  # noqa: N802 - reportlab's
        super().addObjects(doc)
        for name, thing in doc.idToObject.items():
            if name.startswith("toUnicodeCMap:"):
                thing.content = _FORM.sub(_written, thing.content)


def _written(found: re.Match[str]) -> str:
    """Return the code points of a joined form's letters, as a PDF says them."""
    return f"<{scripts.written(chr(int(found[1], 16))).encode('utf-16-be').hex()}>"


@cache
def register() -> None:
    """Make the three faces known to reportlab, once."""
    for face in (CODE, BOLD, REGULAR):
        pdfmetrics.registerFont(_Face(face, file(face)))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)


def width(text: str, face: str, size: float) -> float:
    """Return how wide a text is, in the unit of its size."""
    return _relative_width(text, face) * size


def shorten(text: str, face: str, size: float, room: float, *, keep_end: bool = False) -> str:
    """Cut a text with an ellipsis to the room's width, at its beginning if the end matters more."""
    if width(text, face, size) <= room:
        return text
    low, high = 0, len(text)
    while low < high:  # the longest piece that fits
        middle = (low + high + 1) // 2
        if width(_cut(text, middle, keep_end), face, size) <= room:
            low = middle
        else:
            high = middle - 1
    return _cut(text, low, keep_end)


def broken(text: str, face: str, size: float, room: float) -> list[str]:
    """Break a text into lines that fit the room: between words, in a word only where no line can hold it."""
    lines, used = [""], 0.0
    space = width(" ", face, size)
    for word in text.split():
        wide = width(word, face, size)
        if lines[-1] and used + space + wide > room:
            lines.append("")
            used = 0.0
        if wide > room:
            *whole, word = _pieces(word, face, size, room)
            lines[-1:] = [*whole, ""]
            wide = width(word, face, size)
        lines[-1], used = (f"{lines[-1]} {word}", used + space + wide) if lines[-1] else (word, wide)
    return lines


def fitted(text: str, face: str, size: float, room: float, height: float) -> tuple[list[str], float]:
    """Break a text into lines for a room of this height: in smaller type where it must, never less of it."""
    lines = broken(text, face, size, room)
    while len(lines) * size * LEADING > height:
        size *= _SMALLER
        lines = broken(text, face, size, room)
    return lines, size


def _pieces(word: str, face: str, size: float, room: float) -> list[str]:
    """Cut a word no line can hold into the longest pieces that fit; nothing is added or left out."""
    pieces, used = [""], 0.0
    for mark in word:
        wide = width(mark, face, size)
        if pieces[-1] and used + wide > room:
            pieces.append("")
            used = 0.0
        pieces[-1] += mark
        used += wide
    return pieces


def drawable(text: str) -> str:
    """Return a text as it is drawn: letters composed and joined, a code point for what has no glyph."""
    if _USUAL.fullmatch(text):
        return text
    known = _glyphs()
    marks = [mark if mark in known else f"[U+{ord(mark):04X}]" for mark in scripts.composed(text)]
    return scripts.joined("".join(marks), known)


def file(face: str) -> Path:
    """Return the file of a face."""
    return _FOLDER / f"{face}.ttf"


def _cut(text: str, length: int, keep_end: bool) -> str:
    if not keep_end:
        return text[:length].rstrip() + ELLIPSIS
    end = text[len(text) - length :]
    step = _STEP.search(end)  # a path begins again with a whole step
    return f"{ELLIPSIS} {end[step.end() :]}" if step else ELLIPSIS + end


@lru_cache(maxsize=4096)
def _relative_width(text: str, face: str) -> float:
    register()
    return float(pdfmetrics.stringWidth(text, face, 1))


@cache
def _glyphs() -> frozenset[str]:
    register()
    fonts = [cast("TTFont", pdfmetrics.getFont(face)) for face in (CODE, BOLD, REGULAR)]
    return frozenset.intersection(*(frozenset(map(chr, font.face.charToGlyph)) for font in fonts))
