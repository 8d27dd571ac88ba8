"""Tell whether anybody has the database open: a running server goes on in the file that is replaced."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from archive.kernel.errors import Conflict
from archive.kernel.store import make_engine
from archive.vocabulary.wording import N_

RUNNING = N_(
    "A server or another program has %(where)s open. "
    "Stop it first (systemctl stop aktspar). Nothing was changed."
)
# The bytes every connection to a SQLite file holds a shared lock on, in WAL mode as long as it is open.
_SHARED_FIRST, _SHARED_SIZE = 0x40000002, 510


@contextmanager
def refused(database: Path) -> Iterator[None]:
    """Raise Conflict if anybody has a SQLite file open, else keep others out while the block runs.

    Nothing of this process may have it open: closing a file gives up the locks of the whole process on it.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        try:
            for end in (".worker.lock", ".gate.lock", ".lock"):
                path = database.with_name(f"{database.name}{end}")
                new = not path.exists()
                fcntl.flock(held.enter_context(path.open("a")), fcntl.LOCK_EX | fcntl.LOCK_NB)
                if new:
                    resemble(path, database if database.exists() else database.parent)
            if database.exists():
                number = os.open(database, os.O_RDWR)
                held.callback(os.close, number)
                fcntl.lockf(number, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_SIZE, _SHARED_FIRST)
        except BlockingIOError as error:
            raise Conflict("restore_running", RUNNING, where=database) from error
        yield


def resemble(path: Path, like: Path) -> None:
    """Give a file owner and mode of another, or a folder's: root restores, but somebody else serves."""
    known = like.stat()
    if os.geteuid() == 0:
        os.chown(path, known.st_uid, known.st_gid)
    path.chmod(known.st_mode & 0o666 | 0o600)


def refuse_on_server(url: str) -> None:
    """Raise Conflict if anybody else is connected to a PostgreSQL database."""
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            others = connection.exec_driver_sql(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            ).scalar_one()
    finally:
        engine.dispose()
    if others:
        raise Conflict("restore_running", RUNNING, where=engine.url.database)
