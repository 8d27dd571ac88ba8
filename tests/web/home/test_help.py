"""The help page says what the system itself goes by."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from archive.kernel.lifecycle import LIFECYCLES, Lifecycle
from archive.vocabulary import Permission, Role
from archive.web.home import diagram
from archive.web.home.help import NOUNS


@pytest.mark.parametrize("lifecycle", LIFECYCLES.values(), ids=LIFECYCLES.keys())
def test_a_diagram_shows_every_state_once_and_every_way_by_number(lifecycle: Lifecycle) -> None:
    drawn = diagram.draw(lifecycle)
    states = [box.state for box in drawn.boxes]
    assert len(states) == len(set(states))
    assert set(states) == set(lifecycle.table.values())
    numbers = sorted(int(number) for arrow in drawn.arrows for number in arrow.label.split(", "))
    assert numbers == list(range(1, len(lifecycle.table) + 1))


@pytest.mark.parametrize("lifecycle", LIFECYCLES.values(), ids=LIFECYCLES.keys())
def test_no_two_states_and_no_two_numbers_of_a_diagram_lie_on_each_other(lifecycle: Lifecycle) -> None:
    drawn = diagram.draw(lifecycle)
    for boxes in [(a, b) for a in drawn.boxes for b in drawn.boxes if a is not b]:
        assert abs(boxes[0].x - boxes[1].x) >= diagram.WIDE or abs(boxes[0].y - boxes[1].y) >= diagram.HIGH
    for arrows in [(a, b) for a in drawn.arrows for b in drawn.arrows if a is not b]:
        assert abs(arrows[0].x - arrows[1].x) >= 20 or abs(arrows[0].y - arrows[1].y) >= 20
    assert all(0 < arrow.x < drawn.width and 0 < arrow.y < drawn.height for arrow in drawn.arrows)


@pytest.mark.engines("sqlite")  # it reads nothing from the database
def test_the_page_prints_every_lifecycle_and_every_role(sign_in: Callable[[Role], FlaskClient]) -> None:
    page = sign_in(Role.CASE_WORKER).get("/help").text
    assert NOUNS.keys() == LIFECYCLES.keys()
    for noun in LIFECYCLES:
        assert f'id="{noun}"' in page
    for role in Role:
        assert role.sv.capitalize() in page
    for permission in set(Permission) - {Permission.ANYONE}:
        assert permission.sv in page
