"""Tables drawn line by line: cut between any two lines, and many times faster than a general table."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject
from reportlab.platypus import Flowable

from labels import typeface
from labels.typeface import broken

INK, LINE, BAND = (HexColor(code) for code in ("#0b0c0c", "#b1b4b6", "#eef2f1"))
SIZE = 9.5
_STEP = 1.2  # from one line of a cell to the next, of its size
_SIDE, _TOP, _BOTTOM, _BOX_BOTTOM = 3, 2.5, 3, 9  # points of white in a cell
_HIGH = 60 * mm  # a row up to that high stands on one page
_FEWEST = 2  # lines of a cut row at the foot of a page
_HEAD = (typeface.BOLD, SIZE - 0.5)
Cells = Sequence[Sequence[str]]  # of one row: the lines of each cell


@dataclass(frozen=True, slots=True)
class Column:
    """Name a column of a table and give its width in mm; `code` sets it in the typeface for codes.

    A `box` is framed, and its rows are high enough to write in by hand.
    """

    title: str
    width: float
    numeric: bool = False
    code: bool = False
    box: bool = False
    bold: bool = False
    size: float = SIZE

    @property
    def face(self) -> tuple[str, float]:
        """Return the typeface of its cells and its size in points."""
        if self.code:
            return typeface.CODE, self.size - 1
        return typeface.BOLD if self.bold else typeface.REGULAR, self.size

    @property
    def room(self) -> float:
        """Return how long a line of a cell may be, in points."""
        return self.width * mm - 2 * _SIDE


class Rows(Flowable):
    """Rows under a head that is repeated on each page; one is cut in two only where it is very high."""

    def __init__(self, columns: Sequence[Column], rows: Sequence[Cells]) -> None:
        super().__init__()
        self._columns, self._rows = columns, rows
        self._step = _STEP * max(column.size for column in columns)
        self._white = _TOP + (_BOX_BOTTOM if any(column.box for column in columns) else _BOTTOM)
        self._heights = [self._white + self._step * max(map(len, row)) for row in rows]
        self._titles = [broken(column.title, *_HEAD, column.room) for column in columns]
        titled = any(column.title for column in columns)
        lines = max(map(len, self._titles)) if titled else 0
        self._head = _TOP + _BOTTOM + _STEP * SIZE * lines if titled else 0.0

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Return how much room all of it takes."""
        self.width = mm * sum(column.width for column in self._columns)
        self.height = self._head + sum(self._heights)
        return self.width, self.height

    def split(self, _width: float, height: float) -> list[Flowable]:
        """Cut after the last row that has room, or within a very high one; nothing where nothing fits."""
        left, count = height - self._head, 0
        while count < len(self._rows) and self._heights[count] <= left:
            left -= self._heights[count]
            count += 1
        above, below = list(self._rows[:count]), list(self._rows[count:])
        lines = int((left - self._white) / self._step)
        if below and self._heights[count] > _HIGH and lines >= _FEWEST:
            row = below[0]
            above.append([cell[:lines] or [""] for cell in row])
            below[0] = [cell[lines:] or [""] for cell in row]
        return [Rows(self._columns, part) for part in (above, below)] if above else []

    def draw(self) -> None:
        """Draw the head, the lines and the words."""
        canvas: Canvas = self.canv
        tops = [self.height - self._head]
        for height in self._heights:
            tops.append(tops[-1] - height)
        if self._head:
            canvas.setFillColor(BAND)
            canvas.rect(0, tops[0], self.width, self._head, stroke=0, fill=1)
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(0.4)
        canvas.lines([(0, top, self.width, top) for top in (tops if self._head else tops[1:])])
        canvas.setFillColor(INK)
        left = 0.0
        for column in self._columns:
            if column.box:
                self._box(canvas, left, column.width * mm, tops)
            left += column.width * mm
        self._write(canvas, tops)

    def _box(self, canvas: Canvas, left: float, width: float, tops: Sequence[float]) -> None:
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(0.7)
        sides = [(x, tops[0], x, tops[-1]) for x in (left, left + width)]
        canvas.lines([*sides, *((left, top, left + width, top) for top in tops)])

    def _write(self, canvas: Canvas, tops: Sequence[float]) -> None:
        """Write row by row: in this order the words are read aloud and copied."""
        words = canvas.beginText()
        if self._head:
            self._row(words, self._titles, [_HEAD] * len(self._columns), self.height)
        faces = [column.face for column in self._columns]
        for row, top in zip(self._rows, tops, strict=False):
            self._row(words, row, faces, top)
        canvas.drawText(words)

    def _row(self, words: PDFTextObject, row: Cells, faces: Sequence[tuple[str, float]], top: float) -> None:
        left = 0.0
        for lines, column, face in zip(row, self._columns, faces, strict=True):
            right = left + column.width * mm
            down = top - _TOP - face[1]
            for line in lines:
                if line:
                    start = right - _SIDE - typeface.width(line, *face) if column.numeric else left + _SIDE
                    words.setFont(*face)
                    words.setTextOrigin(start, down)
                    words.textOut(line)
                down -= _STEP * face[1]
            left = right
