"""Any sequence of verbs, deliveries among them, leaves every rule whole (design §6), on both engines."""

from collections.abc import Callable

import pytest

from tests.stateful.delivering import Delivering

pytestmark = pytest.mark.engines("sqlite", "postgresql")


def test_any_sequence_of_verbs_and_deliveries_leaves_every_rule_whole(play: Callable[..., None]) -> None:
    play(Delivering, examples=10, steps=30)
