"""`make run` tells a newcomer what it is doing, step by step."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
STEP = re.compile(r"-m venv|pip install|/aktspar ")


def test_make_run_says_each_step_before_it_takes_it() -> None:
    command = ["make", "--dry-run", "--always-make", "run", "FILES=12"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    steps = [at for at, line in enumerate(lines) if STEP.search(line) and not line.startswith("echo ")]
    silent = [lines[at] for at in steps if not any(line.startswith("echo ") for line in lines[at - 2 : at])]
    assert (len(steps), silent) == (5, [])  # an environment, packages, a demo, an upgrade, the server
    # else an older database is taken for a demo
    asides = [at for at, line in enumerate(lines) if "seed.demo.aside" in line]
    assert asides < [at for at in steps if " demo " in lines[at]]
