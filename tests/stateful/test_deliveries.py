"""Any sequence of verbs, deliveries among them, leaves every rule whole (design §6), on both engines."""

from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.stateful.delivering import Delivering


def test_any_sequence_of_verbs_and_deliveries_leaves_every_rule_whole(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    class OnEngine(Delivering):
        databases = request.getfixturevalue(f"{engine}_databases")
        folder = tmp_path

    thorough = settings.get_current_profile_name() == "thorough"
    run_state_machine_as_test(
        OnEngine,
        settings=settings(
            max_examples=150 if thorough else 10,
            stateful_step_count=60 if thorough else 30,
        ),
    )
