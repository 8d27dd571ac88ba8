"""Rates say how sure they are."""

import pytest

from archive.rules.rates import Rate


def test_the_interval_is_wilsons() -> None:
    """The example of Newcombe, Statistics in Medicine 17 (1998) 857, table I: 15 of 148, method 3."""
    low, high = Rate(15, 148).interval
    assert low == pytest.approx(0.0624, abs=5e-5)
    assert high == pytest.approx(0.1605, abs=5e-5)


def test_none_of_twenty_still_leaves_room_for_some() -> None:
    low, high = Rate(0, 20).interval
    assert low == 0
    assert high == pytest.approx(0.1611, abs=5e-5)


def test_all_of_few_is_not_surely_all() -> None:
    low, high = Rate(3, 3).interval
    assert 0.4 < low < 0.5
    assert high == 1


def test_nothing_is_known_of_nothing() -> None:
    assert (Rate(0, 0).share, Rate(0, 0).interval, Rate(0, 0).per_thousand) == (None, (0.0, 1.0), None)


def test_per_thousand_lies_within_its_interval() -> None:
    share, low, high = Rate(3, 1000).per_thousand or (0, 0, 0)
    assert share == 3
    assert low < share < high


@pytest.mark.parametrize(("hits", "total"), [(2, 1), (-1, 3)])
def test_a_share_larger_than_the_whole_is_refused(hits: int, total: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        Rate(hits, total)
