"""The list of tests that only repeat on PostgreSQL names tests that are there."""

from tests.engines import repeated
from tests.guards.source import is_there


def test_every_test_that_only_repeats_is_there() -> None:
    assert [test for test in repeated() if not is_there(test)] == []
