"""A database that was removed, replaced or restored under a running server: nothing more is acknowledged."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import make_url, select

from archive.kernel.config import Settings
from archive.kernel.errors import Unavailable
from archive.kernel.store import Actor, Archive
from archive.kernel.watch import WatchNote
from archive.models import Unit
from archive.vocabulary import Role
from tests.builders import SetClock, a_box, a_file, a_shelf

SignIn = Callable[[Role], FlaskClient]
Harm = Callable[["Ground"], None]


class Ground:
    """A register in use, with an older copy of it and another register beside it."""

    def __init__(self, archive: Archive, root: Actor, folder: Path) -> None:
        self.archive, self.root, self.numbers = archive, root, count()
        self.path = Path(make_url(archive.settings.database_url).database or "")
        self.log = Path(f"{self.path}-wal")
        self.older, self.other = folder / "older.db", folder / "other.db"
        with archive.write(root) as work:
            shelf = a_shelf(work)
            self.boxes = [a_box(work, shelf, f"Box {number}").code for number in (1, 2)]
            self.file = a_file(work, shelf).code
        with closing(sqlite3.connect(self.path)) as copying:
            copying.execute("VACUUM INTO ?", (str(self.older),))
        shutil.copyfile(self.older, self.other)

    def write(self, name: str = "Norr") -> None:
        """Write something small."""
        with self.archive.write(self.root) as work:
            work.session.add(Unit(name=name))

    def write_much(self, archive: Archive) -> None:
        """Write so much that SQLite moves its log into the file."""
        for _ in range(8):
            with archive.write(self.root) as work:
                names = (f"{next(self.numbers)} {'x' * 900}" for _ in range(1000))
                work.session.add_all(Unit(name=name) for name in names)


def removed(ground: Ground) -> None:
    """`rm aktspar.db*`."""
    for path in ground.path.parent.glob(f"{ground.path.name}*"):
        path.unlink()


def file_removed(ground: Ground) -> None:
    """`rm aktspar.db`."""
    ground.path.unlink()


def log_removed(ground: Ground) -> None:
    """`rm aktspar.db-wal`."""
    ground.log.unlink()


def moved_away(ground: Ground) -> None:
    """`mv aktspar.db elsewhere`."""
    ground.path.rename(ground.path.with_name("elsewhere.db"))


def replaced(ground: Ground) -> None:
    """`mv other.db aktspar.db`."""
    ground.other.replace(ground.path)


def restored(ground: Ground) -> None:
    """`cp older.db aktspar.db`, into the same file."""
    shutil.copyfile(ground.older, ground.path)


def restored_as_old_as_it_was(ground: Ground) -> None:
    """`cp -p older.db aktspar.db`."""
    os.utime(ground.older, ns=(1, 1_700_000_000_000_000_000))
    shutil.copyfile(ground.older, ground.path)
    shutil.copystat(ground.older, ground.path)


def restored_properly_but_under_a_running_server(ground: Ground) -> None:
    """`rm aktspar.db-wal aktspar.db-shm; cp older.db aktspar.db`."""
    ground.log.unlink()
    ground.path.with_name(f"{ground.path.name}-shm").unlink()
    restored(ground)


HARMS = {
    removed: "removed",
    file_removed: "removed",
    log_removed: "removed",
    moved_away: "removed",
    replaced: "replaced",
    restored: "restored",
    restored_as_old_as_it_was: "restored",
    restored_properly_but_under_a_running_server: "removed",
}
every_harm = pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)


@pytest.fixture
def ground(archive: Archive, root: Actor, tmp_path: Path) -> Ground:
    """Give a register in use."""
    return Ground(archive, root, tmp_path)


def scan(browser: FlaskClient, ground: Ground, box: int) -> Any:
    """Put the file into a box."""
    sent = {"id": str(uuid4()), "text": ground.file, "context": ground.boxes[box]}
    return browser.post("/api/scans", json=sent)


@every_harm
def test_no_scan_is_acknowledged_and_health_says_why(ground: Ground, sign_in: SignIn, harm: Harm) -> None:
    browser = sign_in(Role.ARCHIVIST)
    assert scan(browser, ground, 0).status_code == 200
    assert browser.get("/health").get_json()["database"] == "ok"
    harm(ground)
    for box in (1, 0, 1):
        refused = scan(browser, ground, box)
        assert refused.status_code == 503
        assert "Inget har sparats" in refused.get_json()["detail"]
    page = browser.get("/")
    assert page.status_code == 503
    assert "måste startas om" in page.text
    told = browser.get("/health")
    assert (told.status_code, told.get_json()["database"]) == (503, HARMS[harm])
    assert str(ground.path.parent) not in told.text + page.text


@every_harm
def test_nobody_signs_in_to_a_register_that_is_gone(
    ground: Ground, sign_in: SignIn, client: FlaskClient, harm: Harm
) -> None:
    sign_in(Role.ARCHIVIST)
    harm(ground)
    form = {"login": "archivist", "password": "en mening som ingen gissar"}
    assert client.post("/sign-in", data=form).status_code == 503


@every_harm
def test_what_happens_in_the_middle_of_a_transaction_is_noticed_before_its_commit(
    ground: Ground, harm: Harm
) -> None:
    block = ground.archive.write(ground.root)
    block.__enter__().session.add(Unit(name="Norr"))
    harm(ground)
    with pytest.raises(Unavailable):
        block.__exit__(None, None, None)


@every_harm
def test_what_happens_in_the_moment_of_the_commit_is_noticed_before_it_is_acknowledged(
    ground: Ground, harm: Harm, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = ground.archive.engine.dialect.do_commit

    def harm_and_commit(connection: Any) -> None:
        harm(ground)
        commit(connection)

    monkeypatch.setattr(ground.archive.engine.dialect, "do_commit", harm_and_commit)
    with pytest.raises(Unavailable):
        ground.write()
    monkeypatch.undo()
    with pytest.raises(Unavailable):
        ground.write()


def test_a_database_nobody_touched_takes_write_after_write(ground: Ground) -> None:
    for number in range(5):
        ground.write(str(number))
    ground.write_much(ground.archive)
    ground.write()


def test_what_another_process_of_ours_writes_is_no_harm(ground: Ground, settings: Settings) -> None:
    with closing(Archive(settings, SetClock())) as other:
        for archive in (other, ground.archive, other, ground.archive):
            ground.write_much(archive)
    ground.write()
    with ground.archive.read(ground.root) as work:
        assert len(work.session.scalars(select(Unit.name)).all()) == 4 * 8000 + 1


def test_a_backup_made_while_people_work_is_no_harm(ground: Ground, tmp_path: Path) -> None:
    with closing(sqlite3.connect(ground.path)) as copying:
        copying.execute("VACUUM INTO ?", (str(tmp_path / "backup.db"),))
    ground.write()


def test_one_who_was_killed_while_the_file_was_written_stops_nobody(ground: Ground) -> None:
    lock = Path(f"{ground.path}.lock")
    lock.write_bytes(WatchNote.read(str(lock))._replace(look="committing").spell())
    os.utime(ground.path, ns=(1, 1))
    ground.write("one")
    ground.write("two")
    restored(ground)
    with pytest.raises(Unavailable):
        ground.write("three")


@pytest.mark.parametrize("noticed", [True, False], ids=["noticed", "unnoticed"])
@pytest.mark.parametrize("harm", [replaced, restored])
def test_a_server_that_ends_leaves_what_was_put_in_its_place_alone(
    ground: Ground, harm: Harm, noticed: bool
) -> None:
    ground.write("only in the log")
    harm(ground)
    found = ground.path.read_bytes()
    if noticed:
        with pytest.raises(Unavailable):
            ground.write()
    ground.archive.close()
    assert ground.path.read_bytes() == found
    assert ground.log.exists()
