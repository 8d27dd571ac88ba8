"""The picture of a lifecycle: states in rows by distance from the first, an arrow for each way to go."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from archive.kernel.lifecycle import Lifecycle
from archive.vocabulary import Term

WIDE, HIGH, GAP_X, GAP_Y, TOP, MARGIN = 172, 44, 60, 60, 54, 8
APART = 20  # between the arrows of a pair
SIDE = 34  # how far each arrow past other rows keeps from the boxes


@dataclass(frozen=True, slots=True)
class Box:
    """One state: where its box stands."""

    state: Term
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Arrow:
    """The ways from one state to another: its path, and where the numbers of the ways stand."""

    path: str
    label: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Diagram:
    """A lifecycle drawn: what stands where, in pixels."""

    boxes: Sequence[Box]
    arrows: Sequence[Arrow]
    width: float
    height: float


def draw(lifecycle: Lifecycle) -> Diagram:
    """Lay out the states and arrows; the arrows bear the numbers the ways have in the table's order."""
    rows = _rows(lifecycle)
    inner = max(len(row) for row in rows) * (WIDE + GAP_X) - GAP_X
    boxes: dict[Term, Box] = {}
    for number, row in enumerate(rows):
        left = MARGIN + (inner - len(row) * (WIDE + GAP_X) + GAP_X) / 2
        for place, state in enumerate(row):
            boxes[state] = Box(state, left + place * (WIDE + GAP_X), TOP + number * (HIGH + GAP_Y))
    edge, arrows, past = MARGIN + inner, [], 0
    for (source, target), numbers in _ways(lifecycle).items():
        label = ", ".join(map(str, numbers))
        if source is None:
            arrows.append(_first(boxes[target], label))
        elif abs(boxes[source].y - boxes[target].y) == HIGH + GAP_Y:
            arrows.append(_between(boxes[source], boxes[target], label))
        elif boxes[source].y == boxes[target].y and abs(boxes[source].x - boxes[target].x) == WIDE + GAP_X:
            arrows.append(_beside(boxes[source], boxes[target], label))
        else:
            past += 1
            arrows.append(_past(boxes[source], boxes[target], edge + SIDE * past, label))
    arrows = _apart(arrows)
    height = TOP + len(rows) * (HIGH + GAP_Y) - GAP_Y + MARGIN
    return Diagram(list(boxes.values()), arrows, edge + SIDE * past + 14 + MARGIN, height)


def _apart(arrows: Sequence[Arrow]) -> list[Arrow]:
    """Move a number that would stand on another one to the left along its arrow."""
    placed: list[Arrow] = []
    for arrow in arrows:
        while any(abs(arrow.x - one.x) < APART and abs(arrow.y - one.y) < APART for one in placed):
            arrow = replace(arrow, x=arrow.x - APART - 1)
        placed.append(arrow)
    return placed


def _rows(lifecycle: Lifecycle) -> list[list[Term]]:
    seen: set[Term] = set()
    row: list[Term | None] = [None]
    rows = []
    while row:
        following = [
            target
            for (source, _action), target in lifecycle.table.items()
            if source in row and target not in seen
        ]
        fresh = list(dict.fromkeys(following))
        seen.update(fresh)
        rows.append(fresh)
        row = list(fresh)
    return [row for row in rows if row]


def _ways(lifecycle: Lifecycle) -> dict[tuple[Term | None, Term], list[int]]:
    ways: dict[tuple[Term | None, Term], list[int]] = {}
    for number, ((source, _action), target) in enumerate(lifecycle.table.items(), start=1):
        ways.setdefault((source, target), []).append(number)
    return ways


def _first(box: Box, label: str) -> Arrow:
    x = box.x + WIDE / 2
    return Arrow(f"M{x} {MARGIN}V{box.y}", label, x, (MARGIN + box.y) / 2)


def _between(source: Box, target: Box, label: str) -> Arrow:
    down = source.y < target.y
    shift = WIDE / 2 - APART if down else WIDE / 2 + APART
    x1, x2 = source.x + shift, target.x + shift
    y1, y2 = (source.y + HIGH, target.y) if down else (source.y, target.y + HIGH)
    return Arrow(f"M{x1} {y1}L{x2} {y2}", label, (x1 + x2) / 2, (y1 + y2) / 2)


def _beside(source: Box, target: Box, label: str) -> Arrow:
    right = source.x < target.x
    x1, x2 = (source.x + WIDE, target.x) if right else (source.x, target.x + WIDE)
    y = source.y + HIGH / 2 + (-APART if right else APART) * 0.6
    return Arrow(f"M{x1} {y}H{x2}", label, (x1 + x2) / 2, y)


def _past(source: Box, target: Box, x: float, label: str) -> Arrow:
    same = source is target
    y1, y2 = source.y + HIGH / 2, target.y + HIGH / 2
    if same:
        y1, y2 = y1 - 10, y1 + 10
    path = f"M{source.x + WIDE} {y1}C{x} {y1} {x} {y2} {target.x + WIDE} {y2}"
    return Arrow(path, label, (source.x + target.x + 2 * WIDE) / 8 + x * 0.75, (y1 + y2) / 2)
