"""Play a state machine on the databases of an engine."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

# On PostgreSQL, where a statement takes longest, a few sequences show that the machine runs there at all.
SHARE = {"sqlite": 1.0, "postgresql": 0.25}


@pytest.fixture
def play(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[..., None]:
    """Give what plays a machine: `play(Register, examples=12, steps=25)`, far longer when thorough."""

    def play(machine: type[RuleBasedStateMachine], *, examples: int, steps: int) -> None:
        databases = request.getfixturevalue(f"{engine}_databases")
        on_engine = type("OnEngine", (machine,), {"databases": databases, "folder": tmp_path})
        if settings.get_current_profile_name() == "thorough":
            examples, steps = examples * 15, steps * 2
        else:
            examples = round(examples * SHARE[engine])
        run_state_machine_as_test(
            on_engine, settings=settings(max_examples=examples, stateful_step_count=steps)
        )

    return play
