"""Covers checked in any order by anybody: no rule of checking is ever broken, on both engines."""

from collections.abc import Callable

import pytest

from tests.stateful.desk import Desk

pytestmark = pytest.mark.engines("sqlite", "postgresql")


def test_any_order_of_checking_leaves_every_rule_whole(play: Callable[..., None]) -> None:
    play(Desk, examples=10, steps=30)
