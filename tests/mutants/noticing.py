"""Plug into pytest while a mutant is tried: write down the first test that fails, and shrink nothing."""

import os
from pathlib import Path

import pytest
from hypothesis import Phase, settings

import archive

NOTE = "MUTANT_KILLED_BY"
"""Names the file to write to: the id of the test in the first line, why it failed in the second."""


def pytest_configure(config: pytest.Config) -> None:
    """Let the drawn examples be the same each time, and make sure that it is the copy which is tried."""
    if not Path(archive.__file__).is_relative_to(config.rootpath):
        raise pytest.UsageError(f"this would try {archive.__file__}, not the copy in {config.rootpath}")
    phases = (Phase.explicit, Phase.generate)
    settings.register_profile("mutants", settings.get_profile("tests"), phases=phases, derandomize=True)
    settings.load_profile("mutants")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Write down the test that noticed, if it is the first."""
    _note(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Write down the module that could not even be read."""
    _note(report)


def _note(report: pytest.TestReport | pytest.CollectReport) -> None:
    note = Path(os.environ[NOTE])
    if report.failed and not note.exists():
        crash = getattr(report.longrepr, "reprcrash", None)
        why = str(crash.message if crash else report.longrepr).strip().splitlines() or [""]
        note.write_text(f"{report.nodeid}\n{why[0]}\n", encoding="utf-8")
