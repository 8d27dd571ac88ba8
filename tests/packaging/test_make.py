"""`make run` tells a newcomer what it is doing, step by step; what is fetched is what the lock files fix."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STEP = re.compile(r"-m venv|pip install|/aktspar ")


def _told(*words: str) -> list[str]:
    """Return the lines make would run."""
    command = ["make", "--dry-run", "--always-make", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


def test_make_run_says_each_step_before_it_takes_it() -> None:
    lines = _told("run", "FILES=12")
    steps = [at for at, line in enumerate(lines) if STEP.search(line) and not line.startswith("echo ")]
    silent = [lines[at] for at in steps if not any(line.startswith("echo ") for line in lines[at - 2 : at])]
    assert silent == []
    assert len(steps) == 6  # an environment, packages, the project, a demo, an upgrade, the server
    # else an older database is taken for a demo
    asides = [at for at, line in enumerate(lines) if "seed.demo.aside" in line]
    assert asides < [at for at in steps if " demo " in lines[at]]


@pytest.mark.parametrize(
    ("stamp", "lock"),
    [(".venv/run.stamp", "requirements.lock"), (".venv/dev.stamp", "requirements-dev.lock")],
)
def test_packages_come_from_the_lock_file_by_their_hashes(stamp: str, lock: str) -> None:
    packages, project = (
        line.partition(" install --quiet --disable-pip-version-check ")[2]
        for line in _told(stamp)
        if "pip" in line and not line.startswith("echo ")
    )
    assert packages == f"--require-hashes --requirement {lock}"
    assert project == "--no-deps --no-build-isolation --editable ."
