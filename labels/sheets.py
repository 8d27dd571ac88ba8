"""Print labels on A4 sheets or rolls as PDF: start position, printer offset, sheet footer."""

from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from itertools import islice
from typing import Literal

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from labels import typeface
from labels.designs import Design, neutral
from labels.layout import Layout, lay_out
from labels.stock import UNPRINTABLE, Pair, Stock
from labels.symbol import Symbol, draw_image, draw_vector, symbol
from labels.words import say

Drawing = Literal["image", "vector"]

LARGEST_OFFSET = 10.0  # mm; more is the wrong sheet, not a printer's habit
_FOOTER_SIZE = 2.4  # mm
_LINE = 0.35  # mm
_DRAW: dict[Drawing, Callable[[Canvas, Symbol, float, float, float], None]] = {
    "image": draw_image,
    "vector": draw_vector,
}


def sheet_pdf(
    designs: Iterable[Design],
    stock: Stock,
    *,
    host: str,
    start: int = 1,
    offset: Pair = (0.0, 0.0),
    drawing: Drawing = "image",
    title: str = "",
    author: str = "",
    language: str = "sv",
) -> bytes:
    """Return a PDF of the labels, the first in cell `start`; offset is mm right and down; raise ValueError.

    The designs are taken a page at a time, so they may come straight from a database cursor.
    """
    stock.cell(start)
    title = neutral(title, "title") or say(language, "Labels")
    canvas, out = new_canvas(stock.paper, offset, title, author, language)
    inset = stock.inset()
    printed = 0
    for sheet, page in enumerate(_pages(designs, stock.per_page, start), start=1):
        for number, design in enumerate(page, start=start if sheet == 1 else 1):
            laid = lay_out(design, stock.label, inset, language)
            drawn = symbol(host, design.code, laid.symbol_edge)
            left, top = stock.cell(number)
            _draw(canvas, laid, drawn, left + offset[0], stock.paper[1] - top - offset[1], _DRAW[drawing])
        first, printed = printed + 1, printed + len(page)
        place = say(language, "Sheet %(sheet)s", sheet=sheet)
        which = say(language, "labels %(first)s–%(last)s", first=first, last=printed)
        _footer(canvas, stock, f"{place} · {which} · {stock.title(language)} · {title}")
        canvas.showPage()
    if not printed:
        raise ValueError("there are no labels to print")
    canvas.save()
    return out.getvalue()


def new_canvas(paper: Pair, offset: Pair, title: str, author: str, language: str) -> tuple[Canvas, BytesIO]:
    """Return an empty PDF with its metadata; raise ValueError for an offset no printer has."""
    if not all(abs(part) <= LARGEST_OFFSET for part in offset):
        raise ValueError(f"an offset above {LARGEST_OFFSET:g} mm is no printer's habit: check the paper")
    typeface.register()
    out = BytesIO()
    canvas = Canvas(
        out,
        pagesize=(paper[0] * mm, paper[1] * mm),
        pageCompression=1,
        # Else each page names Helvetica, which is not embedded; the stub takes the name for a number.
        initialFontName=typeface.REGULAR,  # type: ignore[arg-type]
        lang="en" if language == "en" else "sv",
    )
    canvas.setTitle(title)
    canvas.setAuthor(neutral(author, "author"))
    canvas.setCreator("Aktspår")
    return canvas, out


def _pages(designs: Iterable[Design], per_page: int, start: int) -> Iterator[list[Design]]:
    remaining = iter(designs)
    room = per_page - start + 1
    while page := list(islice(remaining, room)):
        yield page
        room = per_page


def _draw(
    canvas: Canvas,
    laid: Layout,
    drawn: Symbol,
    left: float,
    top: float,
    draw: Callable[[Canvas, Symbol, float, float, float], None],
) -> None:
    """Draw one label whose upper left corner lies at left, top, in mm from the page's lower left corner."""
    edge = laid.symbol_edge
    draw(canvas, drawn, (left + laid.symbol_x) * mm, (top - laid.symbol_y - edge) * mm, edge * mm)
    for text in laid.texts:
        canvas.setFont(text.face, text.size * mm)
        canvas.drawString((left + text.x) * mm, (top - text.y) * mm, text.text)
    canvas.setLineWidth(_LINE * mm)
    for frame in laid.frames:
        canvas.rect(
            (left + frame.x) * mm, (top - frame.y - frame.height) * mm, frame.width * mm, frame.height * mm
        )


def _footer(canvas: Canvas, stock: Stock, text: str) -> None:
    """Write which sheet this is, under or over the labels; nowhere if there is no printable room."""
    last = stock.cell(stock.per_page)[1] + stock.label[1]
    needed = UNPRINTABLE + _FOOTER_SIZE + 1
    if stock.paper[1] - last >= needed:
        baseline = (stock.paper[1] - last) / 2 - _FOOTER_SIZE / 3
    elif stock.margin[1] >= needed:
        baseline = stock.paper[1] - stock.margin[1] / 2
    else:
        return
    room = stock.paper[0] - 2 * max(UNPRINTABLE, stock.margin[0])
    canvas.setFont(typeface.REGULAR, _FOOTER_SIZE * mm)
    cut = typeface.shorten(typeface.drawable(text), typeface.REGULAR, _FOOTER_SIZE, room)
    canvas.drawCentredString(stock.paper[0] / 2 * mm, max(baseline, UNPRINTABLE) * mm, cut)
