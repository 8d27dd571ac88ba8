"""Any sequence of verbs leaves every rule whole (design §6), on both engines."""

from collections.abc import Callable

import pytest

from tests.stateful.machine import Register

pytestmark = pytest.mark.engines("sqlite", "postgresql")


def test_any_sequence_of_verbs_leaves_every_rule_whole(play: Callable[..., None]) -> None:
    play(Register, examples=12, steps=25)
