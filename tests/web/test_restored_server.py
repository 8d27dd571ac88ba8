"""A database restored under a server that runs as processes: refused until restarted, then taken up."""

import json
import shutil
import signal
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from archive.config import Settings
from archive.domain import checks
from archive.store import Actor, Archive
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
        with urlopen(f"http://{address}/health") as answer:
            return str(json.load(answer)["database"])
    except HTTPError as refused:
        return str(json.load(refused)["database"])


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
