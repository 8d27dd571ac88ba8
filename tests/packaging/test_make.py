"""`make run` tells a newcomer what it is doing, step by step; what is fetched is what the lock files fix."""

import os
import re
import shutil
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


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="no folder of this system's is memory")
def test_a_run_of_the_tests_leaves_nothing_in_memory_of_its_own_or_of_a_killed_one(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/test", tmp_path / ".ci/test")
    ended = subprocess.Popen(["true"])
    ended.wait()
    killed, alive = (Path(f"/dev/shm/aktspar-tests.{pid}") for pid in (ended.pid, os.getpid()))
    written = tmp_path / "written"
    pytest_itself = f'#!/bin/sh\necho much >"$TMPDIR/much" && ls "$TMPDIR"/much >{written}\nexit 3\n'
    for name, text in {
        ".venv/bin/pytest": pytest_itself,
        "bin/pg_virtualenv": '#!/bin/sh\nwhile [ "$1" != sh ]; do shift; done\nexec "$@"\n',
        **{f"bin/{name}": "#!/bin/sh\n" for name in ("apt-get", "id")},
    }.items():
        program = tmp_path / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(text)
        program.chmod(0o700)
    try:
        for folder in (killed, alive):
            folder.mkdir()
        done = subprocess.run(
            ["sh", str(tmp_path / ".ci/test")],
            env={**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "exit code 3" in done.stdout, done.stderr
        assert "aktspar-tests" in written.read_text()
        assert not Path(written.read_text().strip()).parent.exists()
        assert alive.exists()
        assert not killed.exists()
    finally:
        for folder in (killed, alive):
            shutil.rmtree(folder, ignore_errors=True)
