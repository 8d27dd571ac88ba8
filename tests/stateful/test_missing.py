"""Files missed, searched, found and given up in any order leave every rule whole, on both engines."""

from collections.abc import Callable

import pytest

from tests.stateful.missing import Missing

pytestmark = pytest.mark.engines("sqlite", "postgresql")


def test_any_sequence_of_misses_searches_and_finds_leaves_every_rule_whole(play: Callable[..., None]) -> None:
    play(Missing, examples=8, steps=25)
