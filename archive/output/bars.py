"""A picture of bars on paper, one below the other: dark what counts, light what is beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from archive.output.page import GREY, INK, LINE, MARGIN, plain
from labels import typeface

_ROW, _THICK = 6.4 * mm, 4.2 * mm
_SIZE = 9.0
_NAMES = 62 * mm
_NUMBERS = 22 * mm


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, its length, and what is drawn light behind it."""

    label: str
    value: int
    rest: int = 0

    @property
    def whole(self) -> int:
        """Return dark and light together."""
        return self.value + self.rest


class Bars(Flowable):
    """Draw bars on one scale, with names to the left and numbers to the right."""

    def __init__(self, bars: Sequence[Bar], title: str) -> None:
        super().__init__()
        self._bars, self._title = bars, title
        self._most = max((bar.whole for bar in bars), default=0) or 1
        room = _NAMES - 2 * mm
        self._labels = [typeface.broken(plain(bar.label), typeface.REGULAR, _SIZE, room) for bar in bars]
        self._heights = [_ROW + (len(lines) - 1) * _SIZE * typeface.LEADING for lines in self._labels]

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Return the room it takes."""
        return A4[0] - 2 * MARGIN, sum(self._heights) + _ROW

    def draw(self) -> None:
        """Draw it; shades are told apart in black and white."""
        canvas = self.canv
        room = A4[0] - 2 * MARGIN - _NAMES - _NUMBERS
        canvas.setFillColor(GREY)
        canvas.setFont(typeface.BOLD, _SIZE)
        y = sum(self._heights)
        canvas.drawString(0, y + 1.5 * mm, plain(self._title))
        for bar, lines, height in zip(self._bars, self._labels, self._heights, strict=True):
            canvas.setFillColor(INK)
            canvas.setFont(typeface.REGULAR, _SIZE)
            y -= _ROW
            for number, line in enumerate(lines):
                canvas.drawString(0, y + 1.6 * mm - number * _SIZE * typeface.LEADING, line)
            dark, light = (room * part / self._most for part in (bar.value, bar.rest))
            canvas.rect(_NAMES, y + 0.7 * mm, dark, _THICK, stroke=0, fill=1)
            if light:
                canvas.setFillColor(LINE)
                canvas.setStrokeColor(INK)
                canvas.setLineWidth(0.4)
                canvas.rect(_NAMES + dark, y + 0.7 * mm, light, _THICK, stroke=1, fill=1)
                canvas.setFillColor(INK)
            said = f"{bar.value} + {bar.rest}" if bar.rest else str(bar.value)
            canvas.drawString(_NAMES + dark + light + 1.5 * mm, y + 1.6 * mm, said)
            y -= height - _ROW
