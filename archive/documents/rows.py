"""Tables of many rows, drawn line by line: a general table costs several times as much for each cell."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject
from reportlab.platypus import Flowable

from labels import typeface

INK, LINE, BAND = (HexColor(code) for code in ("#0b0c0c", "#b1b4b6", "#eef2f1"))
SIZE = 9.5
_STEP = 1.2  # from one line of a cell to the next, of its size
_SIDE, _TOP, _BOTTOM, _BOX_BOTTOM = 3, 2.5, 3, 9  # points of white in a cell
Cells = Sequence[Sequence[str]]  # of one row: the lines of each cell


@dataclass(frozen=True, slots=True)
class Column:
    """Name a column of a table and give its width in mm; `code` sets it in the typeface for codes.

    A column with `flow` takes as many lines as its text needs; the others cut it after three. A `box` is
    framed, and its rows are high enough to write in by hand.
    """

    title: str
    width: float
    numeric: bool = False
    code: bool = False
    flow: bool = False
    box: bool = False

    @property
    def face(self) -> tuple[str, float]:
        """Return the typeface of its cells and its size in points."""
        return (typeface.CODE, SIZE - 1) if self.code else (typeface.REGULAR, SIZE)


class Rows(Flowable):
    """Rows under a head that is repeated on each page; a row is never cut in two."""

    def __init__(
        self, columns: Sequence[Column], rows: Sequence[Cells], heights: Sequence[float] | None = None
    ) -> None:
        super().__init__()
        self._columns, self._rows = columns, rows
        bottom = _BOX_BOTTOM if any(column.box for column in columns) else _BOTTOM
        self._heights = heights or [_TOP + bottom + _STEP * SIZE * max(map(len, row)) for row in rows]
        self._head = _TOP + _BOTTOM + _STEP * SIZE

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Return how much room all of it takes."""
        self.width = mm * sum(column.width for column in self._columns)
        self.height = self._head + sum(self._heights)
        return self.width, self.height

    def split(self, _width: float, height: float) -> list[Flowable]:
        """Cut after the last row that has room; nothing fits where not even one row does."""
        used, count = self._head, 0
        for row in self._heights:
            if used + row > height:
                break
            used, count = used + row, count + 1
        if count == 0:
            return []
        return [
            Rows(self._columns, self._rows[part], self._heights[part])
            for part in (slice(count), slice(count, None))
        ]

    def draw(self) -> None:
        """Draw the head, the lines and the words."""
        canvas: Canvas = self.canv
        tops = [self.height - self._head]
        for height in self._heights:
            tops.append(tops[-1] - height)
        canvas.setFillColor(BAND)
        canvas.rect(0, tops[0], self.width, self._head, stroke=0, fill=1)
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(0.4)
        canvas.lines([(0, top, self.width, top) for top in tops])
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
        head = (typeface.BOLD, SIZE - 0.5)
        words.setFont(*head)
        self._row(
            words, [[column.title] for column in self._columns], [head] * len(self._columns), self.height
        )
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
