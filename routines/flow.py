"""Lay out the flow of a routine as a drawing: a lane for each track, time to the right.

Pure geometry: x to the right, y downwards, in the unit of `Measures`, made for millimetres.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import accumulate

from routines.conditions import Condition, Either, Every, NamedReference, Not, steps_named
from routines.model import Routine, Step
from routines.wording import Text

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Measures:
    """How large things are drawn."""

    head: float = 24  # the width of the names of the lanes
    width: float = 30  # of a step
    height: float = 9
    gap: float = 1.5  # around a step, and beside the outermost line of a gap
    line: float = 1.2  # from one line to the next beside it


@dataclass(frozen=True, slots=True)
class StepBox:
    """The box of one step."""

    step: Step
    column: int
    row: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Lane:
    """The band of one track, over the whole width."""

    track: str
    title: Text
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Edge:
    """A line from one step to a later one; dashed when only a condition of the later one asks about it."""

    source: str
    target: str
    dashed: bool
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """The whole drawing."""

    width: float
    height: float
    lanes: tuple[Lane, ...]
    nodes: tuple[StepBox, ...]
    edges: tuple[Edge, ...]


def flow(routine: Routine, measures: Measures = Measures()) -> Flow:
    """Return the drawing of a routine: the same every time, no box on another, no line through a box."""
    links = _links(routine)
    columns = _columns(routine, links)
    rows, lanes = _rows(routine, columns, links)
    ways = _Ways(columns, rows, links)
    xs = _Axis(max(columns.values()) + 1, measures.width, ways.slots(vertical=True), measures, measures.head)
    ys = _Axis(max(rows.values()) + 1, measures.height, ways.slots(vertical=False), measures)
    nodes = tuple(
        StepBox(step, *at, xs.start(at[0]), ys.start(at[1]), measures.width, measures.height)
        for step in routine.steps
        if (at := (columns[step.id], rows[step.id]))
    )
    edges = tuple(
        Edge(source, target, dashed, ways.points(source, target, xs, ys))
        for (source, target), dashed in links.items()
    )
    bands = tuple(
        Lane(track.id, track.title, ys.between(first), ys.between(last + 1) - ys.between(first))
        for track in routine.tracks
        if track.id in lanes
        for first, last in [lanes[track.id]]
    )
    return Flow(xs.end, ys.end, bands, nodes, edges)


def _links(routine: Routine) -> dict[tuple[str, str], bool]:
    """Return which steps lead to which and whether only by a condition, without what follows from others."""
    after = {step.id: set(step.after) for step in routine.steps}
    asked = {step.id: _wanted(routine, step.when) - after[step.id] - {step.id} for step in routine.steps}
    both = {name: after[name] | asked[name] for name in after}
    earlier: dict[str, set[str]] = {}
    for name in TopologicalSorter(both).static_order():
        earlier[name] = both[name].union(*(earlier[one] for one in both[name]))
    return {
        (source, step.id): source in asked[step.id]
        for step in routine.steps
        for source in routine.step_of
        if source in both[step.id] and not any(source in earlier[other] for other in both[step.id])
    }


def _wanted(routine: Routine, condition: Condition | None) -> set[str]:
    """Return the steps whose answers make a condition come true; what must not be so draws no line."""
    match condition:
        case NamedReference(name):
            return _wanted(routine, routine.named[name])
        case Every(of) | Either(of):
            return set().union(*(_wanted(routine, one) for one in of))
        case None | Not():
            return set()
        case _:
            return steps_named(condition, routine.named)


def _columns(routine: Routine, links: Mapping[tuple[str, str], bool]) -> dict[str, int]:
    """Return how far to the right each step stands: after all that leads to it."""
    before: dict[str, set[str]] = {step.id: set() for step in routine.steps}
    for source, target in links:
        before[target].add(source)
    columns: dict[str, int] = {}
    for name in TopologicalSorter(before).static_order():
        step = routine.step(name)
        first = 0 if step.when is None and not step.on_demand else 1
        columns[name] = max((columns[one] + 1 for one in before[name]), default=first)
    return columns


def _rows(
    routine: Routine, columns: Mapping[str, int], links: Mapping[tuple[str, str], bool]
) -> tuple[dict[str, int], dict[str, tuple[int, int]]]:
    """Return the row of each step and the first and last row of each lane."""
    rows: dict[str, int] = {}
    lanes: dict[str, tuple[int, int]] = {}
    top = 0
    for track in routine.tracks:
        steps = [step for step in routine.steps if step.track == track.id]
        taken: set[tuple[int, int]] = set()
        for step in sorted(steps, key=lambda one: columns[one.id]):
            beside = [rows[source] - top for source, target in links if target == step.id and source in rows]
            wished = [row for row in beside if row >= 0]
            free = (row for row in [*wished, *range(len(steps))] if (columns[step.id], row) not in taken)
            row = next(free)
            taken.add((columns[step.id], row))
            rows[step.id] = top + row
        if steps:
            lanes[track.id] = top, top + max(row for _, row in taken)
            top = lanes[track.id][1] + 1
    return rows, lanes


@dataclass(frozen=True, slots=True)
class _Run:
    """A straight piece of a line within a gap: which gap, what runs together there, from where to where."""

    gap: int
    bundle: tuple[str, str]
    start: int
    end: int


class _Ways:
    """How each line goes: through the gaps between boxes, each bundle on a slot of its own.

    Positions across are counted in quarters of a row: 4r is the gap above row r, 4r+1 where lines enter its
    boxes, 4r+2 their middle, 4r+3 where lines leave them.
    """

    def __init__(
        self, columns: Mapping[str, int], rows: Mapping[str, int], links: Collection[tuple[str, str]]
    ) -> None:
        self.columns, self.rows = columns, rows
        near = [(source, target) for source, target in links if not self._is_far(source, target)]
        self._beside = Counter(end for source, target in near for end in (("from", source), ("to", target)))
        self._down: dict[tuple[int, tuple[str, str]], tuple[int, int]] = {}
        self._across: dict[tuple[int, tuple[str, str]], tuple[int, int]] = {}
        for source, target in links:
            for run in self._verticals(source, target):
                _widen(self._down, run)
            if self._is_far(source, target):
                _widen(self._across, self._horizontal(source, target))
        self._slot_down, self._slot_across = _coloured(self._down), _coloured(self._across)

    def _is_straight(self, source: str, target: str) -> bool:
        beside = self.columns[target] == self.columns[source] + 1
        return beside and self.rows[source] == self.rows[target]

    def _is_far(self, source: str, target: str) -> bool:
        return self.columns[target] > self.columns[source] + 1

    def _horizontal(self, source: str, target: str) -> _Run:
        row = self.rows[target]
        gap = row if self.rows[source] <= row else row + 1
        return _Run(gap, ("to", target), self.columns[source] + 1, self.columns[target])

    def _verticals(self, source: str, target: str) -> list[_Run]:
        if self._is_straight(source, target):
            return []
        leave, enter = 4 * self.rows[source] + 3, 4 * self.rows[target] + 1
        if not self._is_far(source, target):
            fans_out = self._beside["from", source] >= self._beside["to", target]
            bundle = ("from", source) if fans_out else ("to", target)
            return [_Run(self.columns[target], bundle, leave, enter)]
        turn = 4 * self._horizontal(source, target).gap
        return [
            _Run(self.columns[source] + 1, ("from", source), leave, turn),
            _Run(self.columns[target], ("to", target), turn, enter),
        ]

    def slots(self, *, vertical: bool) -> dict[int, int]:
        """Return how many slots each gap needs."""
        found: dict[int, int] = defaultdict(int)
        for (gap, _), slot in (self._slot_down if vertical else self._slot_across).items():
            found[gap] = max(found[gap], slot + 1)
        return found

    def points(self, source: str, target: str, xs: "_Axis", ys: "_Axis") -> tuple[Point, ...]:
        """Return the corners of a line, from the right side of one box to the left side of the other."""
        left, right = xs.start(self.columns[source]) + xs.size, xs.start(self.columns[target])
        if self._is_straight(source, target):
            middle = ys.start(self.rows[source]) + ys.size / 2
            return (left, middle), (right, middle)
        leave = ys.start(self.rows[source]) + ys.size * 3 / 4
        enter = ys.start(self.rows[target]) + ys.size / 4
        downs = [
            xs.slot(run.gap, self._slot_down[run.gap, run.bundle]) for run in self._verticals(source, target)
        ]
        if len(downs) == 1:
            return (left, leave), (downs[0], leave), (downs[0], enter), (right, enter)
        run = self._horizontal(source, target)
        across = ys.slot(run.gap, self._slot_across[run.gap, run.bundle])
        first, last = downs
        return (left, leave), (first, leave), (first, across), (last, across), (last, enter), (right, enter)


def _widen(runs: dict[tuple[int, tuple[str, str]], tuple[int, int]], run: _Run) -> None:
    low, high = sorted((run.start, run.end))
    known = runs.get((run.gap, run.bundle), (low, high))
    runs[run.gap, run.bundle] = min(low, known[0]), max(high, known[1])


def _coloured(
    runs: Mapping[tuple[int, tuple[str, str]], tuple[int, int]],
) -> dict[tuple[int, tuple[str, str]], int]:
    """Give each bundle the first slot of its gap that is free over all its length."""
    slots: dict[tuple[int, tuple[str, str]], int] = {}
    taken: dict[int, list[list[tuple[int, int]]]] = defaultdict(list)
    for (gap, bundle), (low, high) in sorted(runs.items(), key=lambda one: (one[0][0], one[1], one[0][1])):
        lines = taken[gap]
        free = (
            number
            for number, line in enumerate(lines)
            if all(high < start or end < low for start, end in line)
        )
        slot = next(free, len(lines))
        if slot == len(lines):
            lines.append([])
        lines[slot].append((low, high))
        slots[gap, bundle] = slot
    return slots


class _Axis:
    """Where boxes and the lines between them lie along one direction."""

    def __init__(
        self, count: int, size: float, slots: Mapping[int, int], measures: Measures, head: float = 0
    ) -> None:
        self.size, self._line, self._gap = size, measures.line, measures.gap
        gaps = [2 * measures.gap + slots.get(gap, 0) * measures.line for gap in range(count + 1)]
        self._gaps = gaps
        steps = [head, *(gap + size for gap in gaps)]
        self._starts = list(accumulate(steps))  # of the gaps
        self.end = self._starts[count] + gaps[count]

    def start(self, number: int) -> float:
        """Return where a box begins."""
        return self._starts[number] + self._gaps[number]

    def between(self, gap: int) -> float:
        """Return the middle of a gap; outermost, the edge of the drawing."""
        if gap == 0:
            return 0
        if gap == len(self._gaps) - 1:
            return self.end
        return self._starts[gap] + self._gaps[gap] / 2

    def slot(self, gap: int, slot: int) -> float:
        """Return where a line of a gap lies."""
        return self._starts[gap] + self._gap + (slot + 0.5) * self._line
