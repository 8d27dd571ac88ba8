"""Files missed, searched, found and given up in any order leave every rule whole, on both engines."""

from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.stateful.missing import Missing


def test_any_sequence_of_misses_searches_and_finds_leaves_every_rule_whole(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    class OnEngine(Missing):
        databases = request.getfixturevalue(f"{engine}_databases")
        folder = tmp_path

    thorough = settings.get_current_profile_name() == "thorough"
    run_state_machine_as_test(
        OnEngine,
        settings=settings(
            max_examples=100 if thorough else 8,
            stateful_step_count=50 if thorough else 25,
        ),
    )
