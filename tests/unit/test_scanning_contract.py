"""Who takes scans and what outcomes say is declared once each, and never silently left open."""

import subprocess
import sys

import pytest

from archive.scanning import contract
from archive.scanning.contract import OutcomeRow, ScanContext, ScanResult, Signal
from archive.vocabulary import ScanOutcome

ROWS = contract._ROWS  # as declared, to take one away


def nothing(_work: object, _number: int, _read: ScanContext) -> ScanResult | None:
    """Take a scan that means nothing special."""
    return None


@pytest.mark.parametrize("outcome", ScanOutcome)
def test_every_outcome_has_its_row(outcome: ScanOutcome) -> None:
    row = contract.row(outcome)
    assert (row.outcome, bool(row.heading)) == (outcome, True)


def test_an_outcome_without_a_row_stops_the_program_and_whoever_asks_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    contract.check()
    monkeypatch.setattr(
        contract, "_ROWS", {key: row for key, row in ROWS.items() if key is not ScanOutcome.SWEPT}
    )
    with pytest.raises(RuntimeError, match="swept"):
        contract.check()
    with pytest.raises(RuntimeError, match="swept"):
        contract.row(ScanOutcome.SWEPT)
    assert contract.row(ScanOutcome.MOVED).signal is Signal.OK


def test_an_outcome_never_gets_a_second_row() -> None:
    before = contract.row(ScanOutcome.MOVED)
    with pytest.raises(RuntimeError, match="two rows"):
        contract.tell(OutcomeRow(ScanOutcome.MOVED, Signal.INFO, "%(thing)s"))
    assert contract.row(ScanOutcome.MOVED) is before


def test_a_new_task_is_known_by_declaring_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contract, "_TASKS", dict(contract._TASKS))
    assert contract.doing("count:3") is None
    contract.task("count")(nothing)
    found = contract.doing("count:3")
    assert found is not None
    assert (found[0].take, found[1]) == (nothing, 3)
    with pytest.raises(RuntimeError, match="taken twice"):
        contract.task("count")(nothing)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("pack:7", True),
        ("receive:1", True),
        ("sweep:2", True),
        ("check", True),
        ("foreign", True),
        ("juggle:7", False),
        ("pack", False),
        ("pack:", False),
        ("pack:x", False),
        ("pack:-1", False),
        ("check:1", False),
        ("check:", False),
        ("", False),
    ],
)
def test_a_task_is_named_with_its_number_or_alone(text: str, known: bool) -> None:
    assert (contract.doing(text) is not None) == known


@pytest.mark.parametrize(
    "half", ["archive.scanning.scans", "archive.deliveries.scanning, archive.scanning.outcomes"]
)
def test_where_not_everybody_is_here_a_task_is_not_taken_for_unknown(half: str) -> None:
    program = f"import {half}; from archive.scanning import contract; contract.doing('sweep:2')"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "name who does in archive/wiring.py" in told.stderr
    whole = program.replace(half, "archive.wiring")
    subprocess.run([sys.executable, "-c", whole], check=True)
