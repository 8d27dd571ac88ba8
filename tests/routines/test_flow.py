"""The drawing of a routine: boxes apart, lines around them, every step in its lane, the same every time."""

from itertools import combinations
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from routines import definition
from routines.flow import Edge, Flow, Measures, StepBox, flow
from routines.model import Routine
from tests.routines.examples import routine, step
from tests.routines.test_any_routine import drawn

PACKAGED = [definition.packaged_routine(one.name) for one in definition.packaged()]
Piece = tuple[tuple[float, float], tuple[float, float]]
HAIR = 1e-6


def pieces(edge: Edge) -> list[Piece]:
    """Return the straight pieces of a line."""
    return list(zip(edge.points, edge.points[1:], strict=False))


def crosses(piece: Piece, node: StepBox) -> bool:
    """Tell whether a piece goes through the inside of a box."""
    (x1, y1), (x2, y2) = piece
    left, right, top, bottom = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
    beside = right <= node.x + HAIR or left >= node.x + node.width - HAIR
    return not beside and not (bottom <= node.y + HAIR or top >= node.y + node.height - HAIR)


def overlap(one: StepBox, other: StepBox) -> bool:
    """Tell whether two boxes share any room."""
    apart = one.x + one.width <= other.x or other.x + other.width <= one.x
    return not apart and not (one.y + one.height <= other.y or other.y + other.height <= one.y)


def along(one: Piece, other: Piece) -> bool:
    """Tell whether two pieces run on top of each other for some length."""
    for axis in (0, 1):
        across = 1 - axis
        if max(abs(a[across] - other[0][across]) for a in (*one, *other)) < HAIR:
            spans = [sorted((a[axis], b[axis])) for a, b in (one, other)]
            return min(spans[0][1], spans[1][1]) - max(spans[0][0], spans[1][0]) > HAIR
    return False


def check(of: Routine, drawing: Flow) -> None:
    """See that a drawing keeps all it promises."""
    assert [node.step for node in drawing.nodes] == list(of.steps)
    assert not any(overlap(one, other) for one, other in combinations(drawing.nodes, 2))
    node_of = {node.step.id: node for node in drawing.nodes}
    lanes = {lane.track: lane for lane in drawing.lanes}
    for node in drawing.nodes:
        lane = lanes[node.step.track]
        assert lane.y <= node.y
        assert node.y + node.height <= lane.y + lane.height
        assert node.x + node.width <= drawing.width
    assert sum(lane.height for lane in drawing.lanes) == pytest.approx(drawing.height)
    for edge in drawing.edges:
        source, target = node_of[edge.source], node_of[edge.target]
        assert edge.points[0][0] == pytest.approx(source.x + source.width)
        assert edge.points[-1][0] == pytest.approx(target.x)
        assert source.y < edge.points[0][1] < source.y + source.height
        assert target.y < edge.points[-1][1] < target.y + target.height
        for piece in pieces(edge):
            assert piece[0][0] == pytest.approx(piece[1][0]) or piece[0][1] == pytest.approx(piece[1][1])
            assert not any(crosses(piece, node) for node in drawing.nodes), edge
            assert all(0 <= x <= drawing.width and 0 <= y <= drawing.height for x, y in piece)
    for one, other in combinations(drawing.edges, 2):
        if one.source != other.source and one.target != other.target:
            assert not any(along(a, b) for a in pieces(one) for b in pieces(other)), (one, other)


@pytest.mark.parametrize("of", PACKAGED, ids=lambda of: of.name)
def test_what_we_ship_is_drawn_without_a_box_or_line_on_another(of: Routine) -> None:
    check(of, flow(of))


@pytest.mark.parametrize("of", PACKAGED, ids=lambda of: of.name)
def test_what_we_ship_fits_a_landscape_page_at_a_size_that_can_be_read(of: Routine) -> None:
    drawing = flow(of)
    scale = min(277 / drawing.width, 190 / drawing.height)
    assert scale * Measures().height > 6, "two lines of six points"


@given(seed=st.integers(0, 2**32), height=st.floats(4, 40), line=st.floats(0.5, 5))
@settings(max_examples=100)
def test_any_routine_in_any_measure_is_drawn_without_a_box_or_line_on_another(
    seed: int, height: float, line: float
) -> None:
    of = drawn(Random(seed))
    assume(of is not None)
    assert of is not None
    check(of, flow(of, Measures(height=height, line=line)))


def test_the_same_routine_is_drawn_the_same() -> None:
    assert flow(PACKAGED[0]) == flow(definition.load(definition.as_yaml(PACKAGED[0])))


def test_time_goes_to_the_right() -> None:
    for of in PACKAGED:
        drawing = flow(of)
        column = {node.step.id: node.column for node in drawing.nodes}
        assert all(column[edge.source] < column[edge.target] for edge in drawing.edges)


def test_what_follows_from_other_lines_is_not_drawn() -> None:
    of = routine(step("a"), step("b", after=["a"]), step("c", after=["a", "b"]))
    assert [(edge.source, edge.target) for edge in flow(of).edges] == [("a", "b"), ("b", "c"), ("c", "close")]


def test_a_condition_draws_a_dashed_line_from_what_makes_it_true() -> None:
    when = {"all": [{"done": "a"}, {"not": {"done": "b"}}]}
    of = routine(step("a"), step("b"), step("c", when=when))
    dashed = [(edge.source, edge.target) for edge in flow(of).edges if edge.dashed]
    assert dashed == [("a", "c")]
