"""The flow of a routine as pictures to print: lanes and steps on as many sheets as can be read."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from archive.output.page import BAND, INK, MARGIN, plain
from archive.vocabulary.wording import locale
from labels import typeface
from routines.flow import Flow, Lane, Measures, StepBox, flow
from routines.model import Routine

MEASURES = Measures(head=26, width=37, height=15.5, gap=1.5, line=1.1)
_TEXT, _LANE = 3.3, 3.1  # mm of type size in a drawing at full size, smaller for a long text
_STEP = 1.12  # from line to line, of the size
_LONG = A4[1] - 2 * MARGIN - 24 * mm  # the sheet lies on its side; a heading stands above
_HIGH = A4[0] - 2 * MARGIN
_SMALLEST = 0.72  # a drawing scaled below that cannot be read


class FlowPicture(Flowable):
    """Draw some lanes of a flow on their side, as large as the page lets them be."""

    def __init__(self, drawn: Flow, lanes: Sequence[Lane], numbers: Mapping[str, str]) -> None:
        super().__init__()
        self._drawn, self._lanes, self._numbers = drawn, lanes, numbers
        self._top = lanes[0].y
        self._height = lanes[-1].y + lanes[-1].height - self._top
        self._scale = min(_LONG / (drawn.width * mm), _HIGH / (self._height * mm), 1.0)

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Return the room it takes on the upright page."""
        return self._height * mm * self._scale, self._drawn.width * mm * self._scale

    def draw(self) -> None:
        """Draw lanes, lines and steps; what leads to another sheet runs off the edge."""
        canvas = self.canv
        canvas.saveState()
        canvas.rotate(90)
        canvas.translate(0, -self._height * mm * self._scale)
        canvas.scale(self._scale * mm, self._scale * mm)
        frame = canvas.beginPath()
        frame.rect(0, 0, self._drawn.width, self._height)
        canvas.clipPath(frame, stroke=0, fill=0)
        for number, lane in enumerate(self._lanes):
            self._lane(canvas, lane, shaded=number % 2 == 0)
        canvas.setLineWidth(0.3)
        for edge in self._drawn.edges:
            self._line(canvas, edge.points, dashed=edge.dashed)
        for node in self._drawn.nodes:
            self._box(canvas, node)
        canvas.restoreState()

    def _y(self, y: float) -> float:
        return self._height - (y - self._top)

    def _lane(self, canvas: Any, lane: Lane, *, shaded: bool) -> None:
        canvas.setFillColor(BAND)
        bottom = self._y(lane.y + lane.height)
        canvas.rect(0, bottom, self._drawn.width, lane.height, stroke=0, fill=int(shaded))
        canvas.setFillColor(INK)
        title = plain(lane.title.say(locale()))
        lines, size = typeface.fitted(title, typeface.BOLD, _LANE, MEASURES.head - 2, lane.height - 1)
        _write(canvas, lines, typeface.BOLD, size, 1.2, self._y(lane.y) - 4.2)

    def _line(self, canvas: Any, points: Sequence[tuple[float, float]], *, dashed: bool) -> None:
        canvas.setDash([1.2, 0.9] if dashed else [])
        path = canvas.beginPath()
        path.moveTo(points[0][0], self._y(points[0][1]))
        for x, y in points[1:]:
            path.lineTo(x, self._y(y))
        canvas.setStrokeColor(INK)
        canvas.drawPath(path, stroke=1, fill=0)
        canvas.setDash([])
        x, y = points[-1][0], self._y(points[-1][1])
        head = canvas.beginPath()
        head.moveTo(x, y)
        head.lineTo(x - 1.6, y + 0.8)
        head.lineTo(x - 1.6, y - 0.8)
        head.close()
        canvas.setFillColor(INK)
        canvas.drawPath(head, stroke=0, fill=1)

    def _box(self, canvas: Any, node: StepBox) -> None:
        bottom = self._y(node.y + node.height)
        canvas.setFillGray(1)
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(0.35)
        canvas.roundRect(node.x, bottom, node.width, node.height, 1, stroke=1, fill=1)
        canvas.setFillColor(INK)
        text = f"{self._numbers.get(node.step.id, '')} {node.step.title.say(locale())}".strip()
        lines, size = typeface.fitted(plain(text), typeface.REGULAR, _TEXT, node.width - 2, node.height)
        top = bottom + (node.height + len(lines) * size * _STEP) / 2 - 0.8 * size
        _write(canvas, lines, typeface.REGULAR, size, node.x + 1, top)


def _write(canvas: Any, lines: Sequence[str], face: str, size: float, x: float, y: float) -> None:
    for number, line in enumerate(lines):
        canvas.setFont(face, size)
        canvas.drawString(x, y - number * size * _STEP, line)


def pictures(routine: Routine, numbers: Mapping[str, str]) -> Iterator[FlowPicture]:
    """Iterate the sheets the flow of a routine takes, each with whole lanes."""
    drawn = flow(routine, MEASURES)
    highest = _HIGH / mm / max(min(_LONG / (drawn.width * mm), 1.0), _SMALLEST)
    sheets: list[list[Lane]] = [[]]
    needed = max(1, -int(-drawn.height // highest))  # as even as whole lanes can be
    for lane in drawn.lanes:
        if sheets[-1] and lane.y + lane.height - sheets[-1][0].y > max(
            drawn.height / needed * 1.1, lane.height
        ):
            sheets.append([])
        sheets[-1].append(lane)
    for lanes in sheets:
        yield FlowPicture(drawn, lanes, numbers)
