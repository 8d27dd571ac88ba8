"""Put each mutant into a copy of the code and see which test notices: `make mutants`.

python -m tests.mutants [NAME …]     all of them, or those whose name begins so

Each is tried on its noun's tests and tests/stateful, on SQLite. What noticed is then run on the code as it
is, where it must pass. The exit code is 1 when a mutant survives that something noticed before.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.faults import ROOT, Mutant, known
from tests.mutants.noticing import NOTE

EVERYWHERE = "tests/stateful"
NOT_COPIED = (".git", ".venv", ".hypothesis", "__pycache__", "*_cache", "var", "build", "dist")
LONGEST = 1200  # seconds
PASSED, FAILED = 0, 1  # as pytest says; anything else is no answer


@dataclass(frozen=True, slots=True)
class Tried:
    """What trying a mutant came to: which test noticed (none: it survived), and why."""

    mutant: Mutant
    seconds: float
    killed_by: str = ""
    why: str = ""

    @property
    def runs(self) -> bool:
        """Tell whether tests could begin at all: what breaks every one of them proves nothing."""
        return not self.killed_by or "::" in self.killed_by

    def __str__(self) -> str:
        """Return a line of the table."""
        said = self.killed_by or "SURVIVED"
        if not self.runs:
            said = f"IS NO MUTANT, nothing runs with it: {self.killed_by}"
        elif self.mutant.killed_by not in {self.killed_by, ""}:
            said += f"   (recorded: {self.mutant.killed_by})"
        return f"{self.mutant.name:38} {self.seconds:5.0f} s  {said}"


def main() -> int:
    """Try the mutants named, or all; return the exit code."""
    wanted = sys.argv[1:]
    chosen = [one for one in known() if not wanted or any(one.name.startswith(name) for name in wanted)]
    if not chosen:
        _say("No mutant is called that. There are:", *(one.name for one in known()))
        return 2
    with tempfile.TemporaryDirectory(prefix="aktspar-mutants.") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*NOT_COPIED))
        for mutant in chosen:  # each must fit before the first is tried
            with mutant.put_into(tree):
                pass
        tried = []
        for mutant in chosen:
            tried.append(_try(tree, mutant))
            _say(str(tried[-1]), *([f"    {tried[-1].why}"] if tried[-1].why else []))
        wrong = _fail_anyway(tree, [one.killed_by for one in tried if one.killed_by and one.runs])
    return _sum_up(tried, wrong)


def _try(tree: Path, mutant: Mutant) -> Tried:
    begun = time.monotonic()
    with mutant.put_into(tree):
        killed_by, why = _run(tree, [*mutant.tests, EVERYWHERE])
    return Tried(mutant, time.monotonic() - begun, killed_by, why)


def _run(tree: Path, tests: Sequence[str]) -> tuple[str, str]:
    """Run tests in a copy; return the first that failed, and why."""
    note = tree.parent / "note"
    note.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    command += ["-p", "tests.mutants.noticing", *tests]
    left_out = {"PGHOST", "PYTHONDONTWRITEBYTECODE"}  # SQLite alone; and compiled once, not for each mutant
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    environment |= {"PYTHONPATH": str(tree), NOTE: str(note)}
    ran = subprocess.run(
        command, cwd=tree, env=environment, timeout=LONGEST, capture_output=True, text=True, check=False
    )
    if ran.returncode not in {PASSED, FAILED} or (ran.returncode == FAILED) != note.exists():
        raise SystemExit(f"pytest gave no answer ({ran.returncode}):\n{ran.stdout}\n{ran.stderr}")
    lines = note.read_text(encoding="utf-8").splitlines() if note.exists() else []
    return (lines[0], lines[1] if len(lines) > 1 else "") if lines else ("", "")


def _fail_anyway(tree: Path, tests: Iterable[str]) -> str:
    """Return which of the tests that noticed fails without any mutant too, if one does."""
    distinct = list(dict.fromkeys(tests))
    return _run(tree, distinct)[0] if distinct else ""


def _sum_up(tried: Sequence[Tried], wrong: str) -> int:
    survivors = [one for one in tried if not one.killed_by]
    killed = [one for one in tried if one.killed_by and one.runs]
    lost = [one.mutant.name for one in survivors if one.mutant.killed_by]
    _say("", *map(str, tried), "")
    _say(f"{len(tried)} mutants, {len(killed)} killed, {len(survivors)} survived.")
    if wrong:
        _say(f"This test fails without any mutant too, and proves nothing: {wrong}")
    if lost:
        _say(f"No test notices any more: {', '.join(lost)}")
    return 1 if lost or wrong or not all(one.runs for one in tried) else 0


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
