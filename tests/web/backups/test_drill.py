"""The drill: backed up at work, killed, restored; only what was done since is missing, and it is told."""

import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

from archive.backups import envelope
from archive.integrity import checks
from archive.kernel.config import Settings
from archive.kernel.store import Actor, Archive
from tests.web.test_killed_server import Clerk, clerks, kill
from tests.web.test_serving import address, health, serving, soon

__all__ = ["address", "clerks"]


def aktspar(settings: Settings, *words: object) -> subprocess.CompletedProcess[str]:
    """Run a command as an operator would, in a process of its own."""
    environment = os.environ | {
        "AKTSPAR_DATABASE_URL": settings.database_url,
        "AKTSPAR_DATA_DIR": str(settings.data_dir),
        "AKTSPAR_MAC_KEY": settings.mac_key.hex(),
        "AKTSPAR_SECRET_KEY": settings.secret_key,
    }
    command = [sys.executable, "-m", "archive", *map(str, words)]
    return subprocess.run(command, env=environment, text=True, capture_output=True, check=False)


def test_a_killed_server_is_restored_and_only_what_came_after_the_backup_is_missing(
    settings: Settings, archive: Archive, root: Actor, address: str, clerks: list[Clerk], tmp_path: Path
) -> None:
    key, target = tmp_path / "key", tmp_path / "backups"
    target.mkdir()
    recipient = envelope.new_key(key)
    archive.close()
    early, late = (
        {"id": str(uuid4()), "text": clerks[0].files[0], "context": box} for box in clerks[0].boxes
    )
    with serving(settings, address) as server:
        soon(lambda: health(address))
        clerks[0].send(early)
        backed_up = aktspar(settings, "backup", target, "--recipient", recipient)
        assert backed_up.returncode == 0, backed_up.stderr
        backup = Path(backed_up.stdout.splitlines()[0])
        assert health(address)["backup"] == "ok"
        clerks[0].send(late)
        restore = ("restore", backup, "--identity", key)
        refused = aktspar(settings, *restore, "--over")
        assert (refused.returncode, "Stop it first" in refused.stderr) == (1, True)
        assert health(address)["database"] == "ok"
        kill(server)
    restored = soon(lambda: (done := aktspar(settings, *restore, "--over")).returncode == 0 and done)
    assert isinstance(restored, subprocess.CompletedProcess)
    assert "What was done after that is missing" in restored.stdout
    with serving(settings, address):
        soon(lambda: health(address))
        assert scans(archive, root) == {early["id"]}
        clerks[0].send(late)  # as a phone's queue would
        assert scans(archive, root) == {early["id"], late["id"]}
    with archive.read(root) as work:
        assert checks.everything(work) == []


def scans(archive: Archive, root: Actor) -> set[str]:
    """Return the ids of all scans there are."""
    with archive.read(root) as work:
        return {row[0] for row in work.connection.exec_driver_sql("SELECT id FROM scan")}
