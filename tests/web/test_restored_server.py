"""A database restored under a server that runs as processes: refused until restarted, then taken up."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from archive.integrity import checks
from archive.kernel.config import Settings
from archive.kernel.store import Actor, Archive
from tests.web.test_killed_server import Clerk, clerks
from tests.web.test_serving import address, health, serving, soon

__all__ = ["address", "clerks"]
pytestmark = pytest.mark.engines("sqlite")


def scan(clerk: Clerk, box: int) -> int:
    """Put the clerk's first file into a box and return the status of the answer."""
    try:
        clerk.send({"id": str(uuid4()), "text": clerk.files[0], "context": clerk.boxes[box]})
    except HTTPError as refused:
        return refused.code
    return 200


def why(address: str) -> str:
    """Return what the server says of its database."""
    try:
        with urlopen(f"http://{address}/health", timeout=60) as answer:
            return str(json.load(answer)["database"])
    except HTTPError as refused:
        return str(json.load(refused)["database"])


def by_the_program(path: Path, backup: Path) -> None:
    """`sqlite3 aktspar.db ".restore backup.db"`."""
    if not (program := shutil.which("sqlite3")):
        pytest.skip("there is no sqlite3 here; the next way is the same call")
    subprocess.run([program, "-cmd", ".timeout 10000", path, f".restore {backup}"], check=True)


def by_the_call(path: Path, backup: Path) -> None:
    """`sqlite3_backup_*`, as every program that restores calls it."""
    with closing(sqlite3.connect(backup)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)


def add_a_user(settings: Settings, login: str) -> None:
    """`aktspar user add`, in a process of its own."""
    environment = os.environ | {
        "AKTSPAR_DATABASE_URL": settings.database_url,
        "AKTSPAR_MAC_KEY": settings.mac_key.hex(),
        "AKTSPAR_SECRET_KEY": settings.secret_key,
    }
    command = [sys.executable, "-m", "archive", "user", "add", login, "--name", login, "--role", "archivist"]
    password = "en mening som ingen gissar\n" * 2
    subprocess.run(command, env=environment, input=password, text=True, check=True, capture_output=True)


def backed_up(path: Path, backup: Path) -> None:
    """Copy a database as README says."""
    with closing(sqlite3.connect(path)) as copying:
        copying.execute("VACUUM INTO ?", (str(backup),))


@pytest.mark.parametrize(
    ("between", "restore"),
    [
        ("a command", by_the_program),
        pytest.param("nothing", by_the_program, marks=pytest.mark.thorough),
        pytest.param("nothing", by_the_call, marks=pytest.mark.thorough),
        pytest.param("a command", by_the_call, marks=pytest.mark.thorough),
    ],
)
def test_a_restore_by_sqlite_itself_under_a_running_server_stops_it(
    settings: Settings,
    address: str,
    clerks: list[Clerk],
    tmp_path: Path,
    restore: Callable[[Path, Path], None],
    between: str,
) -> None:
    path, backup = Path(make_url(settings.database_url).database or ""), tmp_path / "backup.db"
    with serving(settings, address) as server:
        soon(lambda: health(address))
        assert scan(clerks[0], 0) == 200
        backed_up(path, backup)
        assert scan(clerks[0], 1) == 200
        restore(path, backup)
        if between == "a command":  # a process that begins now takes what it finds
            add_a_user(settings, "somebody")
        assert [scan(clerks[0], box) for box in (0, 1, 0)] == [503] * 3
        assert why(address) == "restored"
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=60)
    with serving(settings, address):
        soon(lambda: health(address))
        assert scan(clerks[0], 1) == 200
        assert why(address) == "ok"


def test_health_says_restored_before_anybody_writes(
    settings: Settings, address: str, clerks: list[Clerk], tmp_path: Path
) -> None:
    path, backup = Path(make_url(settings.database_url).database or ""), tmp_path / "backup.db"
    with serving(settings, address):
        soon(lambda: health(address))
        backed_up(path, backup)
        assert scan(clerks[0], 0) == 200
        assert why(address) == "ok"
        by_the_call(path, backup)
        assert why(address) == "restored"


def test_a_server_whose_register_other_programs_use_properly_goes_on(
    settings: Settings, address: str, clerks: list[Clerk], tmp_path: Path
) -> None:
    path = Path(make_url(settings.database_url).database or "")
    with serving(settings, address):
        soon(lambda: health(address))
        for number in range(2):
            assert scan(clerks[0], number) == 200
            add_a_user(settings, f"somebody{number}")
            backed_up(path, tmp_path / f"{number}.db")
            with closing(sqlite3.connect(path)) as other:
                other.execute("INSERT INTO unit (name) VALUES (?)", (f"Enhet {number}",))
                other.commit()
        assert scan(clerks[0], 0) == 200
        assert why(address) == "ok"


def test_a_restore_under_a_running_server_stops_it_and_a_restart_takes_it_up(
    archive: Archive, root: Actor, settings: Settings, address: str, clerks: list[Clerk], tmp_path: Path
) -> None:
    archive.close()
    path = Path(make_url(settings.database_url).database or "")
    backup = tmp_path / "backup.db"
    shutil.copyfile(path, backup)
    with serving(settings, address) as server:
        soon(lambda: health(address))
        assert scan(clerks[0], 0) == 200
        shutil.copyfile(backup, path)
        assert [scan(clerks[0], box) for box in (1, 0, 1)] == [503] * 3
        assert why(address) == "restored"
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=60)
    assert path.read_bytes() == backup.read_bytes()
    for end in ("-wal", "-shm"):  # as README says
        path.with_name(f"{path.name}{end}").unlink(missing_ok=True)
    with serving(settings, address):
        soon(lambda: health(address))
        assert scan(clerks[0], 1) == 200
        assert why(address) == "ok"
    with archive.read(root) as work:
        assert checks.everything(work) == []


def test_of_eight_scans_into_a_removed_database_none_is_acknowledged(
    archive: Archive, settings: Settings, address: str, clerks: list[Clerk]
) -> None:
    archive.close()
    path = Path(make_url(settings.database_url).database or "")
    with serving(settings, address):
        soon(lambda: health(address))
        assert scan(clerks[0], 0) == 200
        for one in path.parent.glob(f"{path.name}*"):
            one.unlink()
        assert [scan(clerks[0], turn % 2) for turn in range(8)] == [503] * 8
        assert why(address) == "removed"
        assert not path.exists()
