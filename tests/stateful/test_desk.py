"""Covers checked in any order by anybody: no rule of checking is ever broken, on both engines."""

from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.stateful.desk import Desk


def test_any_order_of_checking_leaves_every_rule_whole(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    class OnEngine(Desk):
        databases = request.getfixturevalue(f"{engine}_databases")
        folder = tmp_path

        def teardown(self) -> None:
            try:
                self.check_everything()
            finally:
                super().teardown()

    thorough = settings.get_current_profile_name() == "thorough"
    run_state_machine_as_test(
        OnEngine,
        settings=settings(
            max_examples=150 if thorough else 10,
            stateful_step_count=40 if thorough else 30,
        ),
    )
