"""Places a list creates stand in the order of their names, whichever it names first."""

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.imports.rows.shelving import natural, positions


def _order(*batches: list[str]) -> list[str]:
    placed: dict[str, int] = {}
    for names in batches:
        placed |= positions(names, placed, placed.values())
    return sorted(placed, key=lambda name: placed[name])


def test_numbers_stand_by_their_size_and_letters_behind_them() -> None:
    assert _order(["10", "2", "12a", "1", "12", "b", "a"]) == ["1", "2", "10", "12", "12a", "a", "b"]


def test_places_named_later_come_to_stand_between_those_there_are() -> None:
    assert _order(["10", "1"], ["2", "100"], ["3", "11", "99"]) == ["1", "2", "3", "10", "11", "99", "100"]


@settings(max_examples=50, deadline=None)
@given(st.permutations([*range(1, 61)]))
def test_sixty_boxes_stand_in_order_whichever_of_them_is_named_first(numbers: list[int]) -> None:
    assert _order(*([str(number)] for number in numbers)) == [str(number) for number in range(1, 61)]


def test_a_place_without_room_between_others_comes_last_and_takes_no_other_place() -> None:
    found = positions(["2"], {"1": 1, "3": 2}, {1, 2})
    assert found["2"] > 2
    assert natural("2") < natural("3")
