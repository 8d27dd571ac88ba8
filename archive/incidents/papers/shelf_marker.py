"""The marker for the empty place of a missing file: half an A4 sheet each, to fold and stand on the shelf."""

from collections.abc import Sequence
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from archive.files.parts import which_part
from archive.incidents.shelf_markers import Marker
from archive.kernel.clock import local
from archive.kernel.config import Settings
from archive.output.page import visible
from archive.vocabulary.wording import _, locale
from labels import codes, symbol, typeface
from labels.designs import clean, has_number

_EDGE = 12.0  # mm kept free around a marker: no office printer leaves more white
_SYMBOL = 58.0  # mm, quiet zone included: read from an arm's length below
_HALF = 148.5  # mm
_TITLE, _LARGE, _NORMAL, _SMALL = 15.0, 10.5, 5.2, 4.2  # mm of type size
_SMALLER = 0.7  # of these, before a text takes several lines
_STEP, _PLACE_HIGH = 7.0, 10.0  # mm from a line below the symbol to the next, and from the place to it
_TALL, _ONE_LINE = 3.2, 6.3  # mm of these that the letters of the next line take; what one line needs


def pdf(markers: Sequence[Marker], settings: Settings) -> bytes:
    """Return the markers as PDF, two to a sheet, with a line to cut along."""
    typeface.register()
    out = BytesIO()
    canvas = Canvas(
        out,
        pagesize=A4,
        pageCompression=1,
        initialFontName=typeface.REGULAR,  # type: ignore[arg-type]
        lang=locale(),
    )
    canvas.setTitle(_("Marker: the document is missing"))
    canvas.setAuthor(visible(f"{settings.archive_name}, {settings.authority}"))
    canvas.setCreator("Aktspår")
    for number, marker in enumerate(markers):
        upper = number % 2 == 0
        if upper and number:
            canvas.showPage()
        _draw(canvas, marker, settings, _HALF if upper else 0.0)
        if upper:
            _cut_line(canvas)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _cut_line(canvas: Canvas) -> None:
    canvas.saveState()
    canvas.setDash(4, 4)
    canvas.setLineWidth(0.5)
    canvas.line(0, _HALF * mm, A4[0], _HALF * mm)
    canvas.restoreState()


def _draw(canvas: Canvas, marker: Marker, settings: Settings, bottom: float) -> None:
    """Draw one marker with its lower edge so many mm up: a black band above, the symbol to the left."""
    left, right, top = _EDGE, 210 - _EDGE, bottom + _HALF - _EDGE
    canvas.setLineWidth(1.2 * mm)
    canvas.rect(left * mm, (bottom + _EDGE) * mm, (right - left) * mm, (_HALF - 2 * _EDGE) * mm)
    canvas.setFillGray(0)
    canvas.rect(left * mm, (top - 24) * mm, (right - left) * mm, 24 * mm, stroke=0, fill=1)
    canvas.setFillGray(1)
    title = _("The document is missing").upper()
    _line(canvas, title, (left + 6, top - 17), _TITLE, typeface.BOLD, right - 6, 20)
    canvas.setFillGray(0)
    drawn = symbol.symbol(settings.host, marker.code, _SYMBOL)
    symbol.draw_vector(canvas, drawn, (left + 4) * mm, (top - 26 - _SYMBOL) * mm, _SYMBOL * mm)
    x = left + 4 + _SYMBOL + 4
    y = top - 26 - 9
    for text, size, face, step in _lines(marker):
        _line(canvas, text, (x, y), size, face, right - 5, step)
        y -= step
    y = top - 26 - _SYMBOL - 4
    for text, face, height in _foot(marker):
        _line(canvas, text, (left + 6, y), _NORMAL, face, right - 5, max(height - _TALL, _ONE_LINE))
        y -= height
    facts = " · ".join((settings.archive_name, settings.authority, codes.grouped(marker.code)))
    _line(canvas, facts, (left + 6, bottom + _EDGE + 6), _SMALL, typeface.REGULAR, right - 5, 6.5)


def _lines(marker: Marker) -> list[tuple[str, float, str, float]]:
    """Return what stands beside the symbol: text, type size, face and the step to the next line."""
    part = which_part(marker.part, marker.parts)
    lines = [
        (_("Here stands the file with the code"), _NORMAL, typeface.REGULAR, 12.0),
        (codes.grouped(marker.file_code), _LARGE, typeface.CODE, 9.0),
        (part.capitalize(), _NORMAL, typeface.BOLD, 9.0),
        (
            _("Missing since %(day)s", day=f"{local(marker.missed_at):%Y-%m-%d}"),
            _NORMAL,
            typeface.REGULAR,
            8.0,
        ),
        (_("Incident %(number)s", number=marker.incident), _NORMAL, typeface.BOLD, 9.0),
    ]
    return [line for line in lines if line[0]]


def _foot(marker: Marker) -> list[tuple[str, str, float]]:
    """Return what stands below: text, face and the height it has."""
    place = _without_numbers(marker.place)
    said = (
        _("Found it? Scan it on the scan page and give it to the archive; do not put it here."),
        _("Scan this symbol to see the incident. The marker is not the file."),
        _("Take the marker away when the file is back."),
    )
    above = [(place, typeface.BOLD, _PLACE_HIGH)] if place else []
    return [*above, *((text, typeface.REGULAR, _STEP) for text in said)]


def _without_numbers(place: str) -> str:
    """Return a place's name, or nothing when somebody has written a person's number in it."""
    return "" if has_number(place) else clean(place)


def _line(
    canvas: Canvas, text: str, at: tuple[float, float], size: float, face: str, right: float, height: float
) -> None:
    """Write a text from its first line down: smaller, and on several lines, where it is long; never cut."""
    x, y = at
    text = typeface.drawable(text)
    size = max(_SMALLER * size, min(size, (right - x) / max(typeface.width(text, face, 1), 1e-6)))
    lines, size = typeface.fitted(text, face, size, right - x, height)
    canvas.setFont(face, size * mm)
    for number, line in enumerate(lines):
        canvas.drawString(x * mm, (y - number * size * typeface.LEADING) * mm, line)
