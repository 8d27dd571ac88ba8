"""Any sequence of verbs leaves every rule whole (design §6), on both engines."""

from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.stateful.machine import Register


def test_any_sequence_of_verbs_leaves_every_rule_whole(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    class OnEngine(Register):
        databases = request.getfixturevalue(f"{engine}_databases")
        folder = tmp_path

    thorough = settings.get_current_profile_name() == "thorough"
    run_state_machine_as_test(
        OnEngine,
        settings=settings(
            max_examples=150 if thorough else 12,
            stateful_step_count=40 if thorough else 25,
        ),
    )
