"""Print the page that shows how far a printer misses the labels, and says how to read it."""

from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from labels.sheets import new_canvas
from labels.stock import UNPRINTABLE, Pair, Stock
from labels.typeface import BOLD, REGULAR
from labels.words import decimal, say

_HAIRLINE = 0.1  # mm
_REACH = 10  # mm each scale goes either way
_STEPS = (
    "1. Print this page at 100 % (“actual size”), not “fit to page”.",
    "2. Measure the bar below: it must be 100 mm long. If not, the size is still wrong.",
    "3. Lay the page over an unused label sheet and hold both against the light.",
    "4. See the label below and to the right of each cross: read where its left and upper edges lie.",
    "5. Add that to the printer's offset: the left edge to “across”, the upper edge to “down”.",
    "6. If the crosses give different readings, the page was not printed at 100 %.",
)
_ROLL_STEP = "The frame should lie 2 mm in. 1 mm too far left: add 1 across. 1 mm too high: add 1 down."
_BOX = 74.0  # mm, the height of the instructions


def calibration_pdf(stock: Stock, *, offset: Pair = (0.0, 0.0), language: str = "sv") -> bytes:
    """Return one page for a stock as a PDF, drawn with the offset in use; raise ValueError."""
    title = say(language, "Calibration page")
    canvas, out = new_canvas(stock.paper, offset, title, "", language)
    # From here on one unit is a millimetre and y counts downwards, as in the stock's measures.
    canvas.transform(mm, 0, 0, -mm, 0, stock.paper[1] * mm)
    canvas.saveState()
    canvas.translate(*offset)
    if stock.is_roll:
        _roll(canvas, stock)
    else:
        _outlines(canvas, stock)
        for x, y in _targets(stock):
            _scales(canvas, x, y)
    canvas.restoreState()
    used = say(
        language,
        "Offset of this page: across %(x)s mm, down %(y)s mm",
        x=decimal(offset[0], language),
        y=decimal(offset[1], language),
    )
    if stock.is_roll:
        _paragraph(canvas, f"{say(language, _ROLL_STEP)} {used}.", 4, 4.5, stock.paper[0] - 8, 2.3, REGULAR)
    else:
        _instructions(canvas, stock, title, used, language)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _targets(stock: Stock) -> list[Pair]:
    """Return the label corners to read at: one near the first label, off the paper's edge, and the last."""
    second = min(2, stock.rows) * stock.columns - stock.columns + min(2, stock.columns)
    return list(dict.fromkeys((stock.cell(second), stock.cell(stock.per_page))))


def _outlines(canvas: Canvas, stock: Stock) -> None:
    canvas.setLineWidth(_HAIRLINE)
    canvas.setStrokeGray(0.6)
    for number in range(1, stock.per_page + 1):
        canvas.roundRect(*stock.cell(number), *stock.label, stock.corner)


def _scales(canvas: Canvas, x: float, y: float) -> None:
    """Draw a cross whose arms are scales in mm, zero where the corner of the label should be."""
    canvas.setStrokeGray(0)
    canvas.setFillGray(0)
    canvas.setLineWidth(0.15)
    canvas.line(x - _REACH, y, x + _REACH, y)
    canvas.line(x, y - _REACH, x, y + _REACH)
    for half in range(-2 * _REACH, 2 * _REACH + 1):
        at, long = half / 2, 0.7 if half % 2 else 2.0 if half % 10 == 0 else 1.3
        canvas.line(x + at, y - long, x + at, y)
        canvas.line(x - long, y + at, x, y + at)
    for sign, across, down in (("−", -5.2, -1.0), ("+", 0.8, 2.8)):
        end = _REACH if sign == "+" else -_REACH
        _text(canvas, f"{sign}{_REACH}", x + end + across, y + 0.9, 2.6, BOLD)
        _text(canvas, f"{sign}{_REACH}", x - 1.8, y + end + down, 2.6, BOLD)


def _instructions(canvas: Canvas, stock: Stock, title: str, used: str, language: str) -> None:
    """Write the steps in a white box where no cross stands."""
    margin = max(UNPRINTABLE, 20.0)
    width = stock.paper[0] - 2 * margin
    crosses = [y for _, y in _targets(stock)]
    middle = (stock.paper[1] - _BOX) / 2
    tops = (middle, 15.0, stock.paper[1] - _BOX - 15.0)
    top = next(t for t in tops if all(not t - _REACH - 3 < y < t + _BOX + _REACH + 3 for y in crosses))
    canvas.setFillGray(1)
    canvas.rect(margin, top, width, _BOX, stroke=0, fill=1)
    canvas.setFillGray(0)
    y = _paragraph(canvas, title, margin + 6, top + 10, width - 12, 6.5, BOLD)
    y = _paragraph(canvas, stock.title(language), margin + 6, y + 0.5, width - 12, 3.6, REGULAR)
    y = _paragraph(canvas, used, margin + 6, y + 0.5, width - 12, 3.6, BOLD) + 1.5
    for step in _STEPS:
        y = _paragraph(canvas, say(language, step), margin + 6, y, width - 12, 3.8, REGULAR) + 0.7
    canvas.setLineWidth(0.3)
    canvas.setStrokeGray(0)
    start = (stock.paper[0] - 100) / 2
    canvas.line(start, y, start + 100, y)
    for tick in range(101):
        canvas.line(start + tick, y, start + tick, y + (3 if tick % 10 == 0 else 1.2))
    _text(canvas, say(language, "100 mm"), start + 102, y + 2, 3.2, BOLD)


def _roll(canvas: Canvas, stock: Stock) -> None:
    canvas.setLineWidth(0.2)
    canvas.rect(2, 2, stock.label[0] - 4, stock.label[1] - 4)
    x, y = stock.label[0] / 2, stock.label[1] - 6
    canvas.line(x - 3, y, x + 3, y)
    canvas.line(x, y - 3, x, y + 3)


def _paragraph(canvas: Canvas, text: str, x: float, y: float, width: float, size: float, face: str) -> float:
    """Write a text on as many lines as it needs, from a first baseline; return the next baseline."""
    for line in simpleSplit(text, face, size, width):
        _text(canvas, line, x, y, size, face)
        y += 1.3 * size
    return y


def _text(canvas: Canvas, text: str, x: float, y: float, size: float, face: str) -> None:
    """Write upright on a page whose y counts downwards."""
    canvas.saveState()
    canvas.transform(1, 0, 0, -1, x, y)
    canvas.setFont(face, size)
    canvas.drawString(0, 0, text)
    canvas.restoreState()
