"""Backups: made while people work, kept, told of when they fail, and restored to be checked."""

import errno
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyrage.x25519 import Identity
from sqlalchemy import make_url, select
from sqlmodel import col

from archive.backups import envelope, making, manifest, nightly, occupied, restoring, state
from archive.backups.manifest import Backup
from archive.kernel.config import BackupPlan
from archive.kernel.errors import Conflict, Invalid, Unavailable
from archive.kernel.store import Actor, Archive
from archive.models import Message
from archive.vocabulary import MessageKind, Role
from tests.builders import SetClock, a_box, a_file, a_shelf

IDENTITY = Identity.generate()
RECIPIENT = str(IDENTITY.to_public())


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Give an empty folder for backups."""
    (folder := tmp_path / "backups").mkdir()
    return folder


def add_a_box(archive: Archive, actor: Actor, name: str) -> None:
    """Do something that stands in the register."""
    with archive.write(actor) as work:
        a_box(work, a_shelf(work, f"Arkivet {name}"), name)


def made(archive: Archive, actor: Actor, target: Path, keep: int = 0) -> Backup:
    """Make a backup."""
    return making.make(archive, actor, target, [RECIPIENT], keep)


def boxes(archive: Archive, actor: Actor) -> set[str]:
    """Return the names of all boxes there are."""
    with archive.read(actor) as work:
        return {
            row[0] for row in work.connection.exec_driver_sql("SELECT name FROM place WHERE kind = 'box'")
        }


def condition(archive: Archive, actor: Actor) -> str:
    """Return how the backups fare."""
    with archive.read(actor) as work:
        return state.condition(work, expected=True)


def test_a_backup_is_restored_as_of_its_moment_and_what_came_later_is_missing(
    archive: Archive, archivist: Actor, root: Actor, target: Path, clock: SetClock
) -> None:
    add_a_box(archive, archivist, "Före")
    backup = made(archive, root, target)
    add_a_box(archive, archivist, "Efter")
    assert boxes(archive, root) == {"Före", "Efter"}
    archive.close()
    found = restoring.restore(archive.settings, backup, [IDENTITY], root, clock, over=True)
    assert (found.findings, found.events) == ([], backup.manifest.newest_event)
    with Archive_again(archive, clock) as again:
        assert boxes(again, root) == {"Före"}
        add_a_box(again, archivist, "Igen")


def Archive_again(archive: Archive, clock: SetClock) -> Any:  # noqa: N802 - stands for the class
    """Open the register anew, as a server started after a restore does."""
    return closing(Archive(archive.settings, clock))


def test_a_backup_is_made_while_somebody_writes(
    archive: Archive, archivist: Actor, root: Actor, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal = envelope.seal

    def writing_meanwhile(*given: Any) -> Any:
        add_a_box(archive, archivist, "Under tiden")
        return seal(*given)

    monkeypatch.setattr(envelope, "seal", writing_meanwhile)
    assert made(archive, root, target).manifest.counts["places"] == 0
    assert boxes(archive, root) == {"Under tiden"}


def test_nothing_of_the_register_can_be_read_in_a_backup(
    archive: Archive, archivist: Actor, root: Actor, target: Path, settings: Any
) -> None:
    add_a_box(archive, archivist, "Lådan ingen får se")
    backup = made(archive, root, target)
    held = b"".join(path.read_bytes() for path in sorted(backup.path.iterdir()))
    assert b"ingen f" not in held
    assert settings.mac_key not in held
    assert settings.mac_key.hex().encode() not in held
    assert RECIPIENT.encode() in held
    assert list(target.parent.glob(".*backup-*/*")) == []
    with pytest.raises(Conflict, match="backup_other_key"):
        restoring.verify(settings, backup, [Identity.generate()], root, archive.clock)


def test_a_verified_backup_says_so_beside_it_and_in_the_register(
    archive: Archive, archivist: Actor, root: Actor, target: Path, clock: SetClock
) -> None:
    add_a_box(archive, archivist, "Före")
    backup = made(archive, root, target)
    assert backup.verified_at is None
    clock.forward(hours=1)
    found = restoring.verify(archive.settings, backup, [IDENTITY], root, clock)
    assert (found.findings, found.events) == ([], backup.manifest.newest_event)
    assert manifest.read(backup.path).verified_at == clock.now
    with archive.read(root) as work:
        assert state.moments(work)[1] == clock.now
    assert boxes(archive, root) == {"Före"}


@pytest.mark.engines("sqlite")  # the encrypted file is the same, whatever it holds
@pytest.mark.parametrize("damage", ["cut", "changed", "gone", "other manifest"])
def test_a_damaged_backup_is_refused_and_changes_nothing(
    archive: Archive, archivist: Actor, root: Actor, target: Path, clock: SetClock, damage: str
) -> None:
    backup = made(archive, root, target)
    add_a_box(archive, archivist, "Kvar")
    archive.close()
    whole = backup.content.read_bytes()
    if damage == "cut":
        backup.content.write_bytes(whole[:-1])
    elif damage == "changed":
        backup.content.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
    elif damage == "gone":
        backup.content.unlink()
    else:
        (backup.path / manifest.MANIFEST).write_text(
            replace(backup.manifest, newest_hash="00" * 32).spell(), encoding="utf-8"
        )
    assert restoring.is_whole(backup) is (damage == "other manifest")
    with pytest.raises(Conflict, match="backup_damaged"):
        restoring.restore(archive.settings, manifest.read(backup.path), [IDENTITY], root, clock, over=True)
    with Archive_again(archive, clock) as again:
        assert boxes(again, root) == {"Kvar"}


def test_a_register_that_is_there_is_replaced_only_when_asked_for(
    archive: Archive, root: Actor, target: Path, clock: SetClock
) -> None:
    backup = made(archive, root, target)
    archive.close()
    with pytest.raises(Conflict, match="restore_over"):
        restoring.restore(archive.settings, backup, [IDENTITY], root, clock)
    assert restoring.restore(archive.settings, backup, [IDENTITY], root, clock, over=True).findings == []


@pytest.mark.engines("sqlite")  # PostgreSQL has no file to keep beside
def test_the_replaced_register_is_kept_whole_with_what_stood_in_its_log(
    archive: Archive, archivist: Actor, root: Actor, target: Path, clock: SetClock, tmp_path: Path
) -> None:
    backup = made(archive, root, target)
    add_a_box(archive, archivist, "I loggen")
    path = Path(make_url(archive.settings.database_url).database or "")
    killed = tmp_path / "killed" / path.name  # as a kill leaves it: the log beside it, not written back
    killed.parent.mkdir()
    for end in ("", "-wal", "-shm"):
        shutil.copyfile(f"{path}{end}", f"{killed}{end}")
    settings = replace(archive.settings, database_url=f"sqlite:///{killed}", owner_database_url="")
    aside = restoring.restore(settings, backup, [IDENTITY], root, clock, over=True).aside
    assert aside
    with closing(sqlite3.connect(aside)) as old, closing(sqlite3.connect(killed)) as new:
        query = "SELECT count(*) FROM place WHERE name = 'I loggen'"
        assert [one.execute(query).fetchone()[0] for one in (old, new)] == [1, 0]


def test_the_newest_are_kept_and_others_registers_left_alone(
    archive: Archive, archivist: Actor, root: Actor, target: Path, clock: SetClock
) -> None:
    first = made(archive, root, target)
    other = shutil.copytree(first.path, target / "aktspar-other")
    (other / manifest.MANIFEST).write_text(
        replace(first.manifest, register="another").spell(), encoding="utf-8"
    )
    names = []
    for number in range(3):
        clock.forward(days=-1)  # a clock gone back takes nothing of what is newer
        add_a_box(archive, archivist, str(number))
        names.append(made(archive, root, target, keep=2).path.name)
    assert [one.path.name for one in manifest.all_in(target)][:2] == names[:0:-1]
    assert {path.name for path in target.iterdir()} == {*names[1:], "aktspar-other", ".lock"}


@pytest.mark.parametrize("broken", ["full", "killed"])
@pytest.mark.engines("sqlite")  # what is written is written by the same code
def test_a_backup_broken_off_leaves_nothing_that_looks_like_one_and_is_told(
    archive: Archive,
    as_role: Callable[[Role], Actor],
    root: Actor,
    target: Path,
    monkeypatch: pytest.MonkeyPatch,
    broken: str,
    clock: SetClock,
) -> None:
    as_role(Role.ADMINISTRATOR)
    earlier = made(archive, root, target)
    assert condition(archive, root) == "ok"
    clock.forward(hours=1)

    def full(*_given: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) if broken == "full" else KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(envelope, "sync", full)
        if broken == "killed":
            patch.setattr(shutil, "rmtree", lambda *_given, **_more: None)
        with pytest.raises(Unavailable if broken == "full" else KeyboardInterrupt):
            made(archive, root, target)
    assert [one.path for one in manifest.all_in(target)] == [earlier.path]
    if broken == "full":
        assert condition(archive, root) == "failed"
        with archive.read(root) as work:
            assert work.session.scalars(select(col(Message.kind))).all() == [MessageKind.BACKUP_FAILED]
            assert state.reason(work) == state.REASONS["backup_full"]
    clock.forward(hours=1)
    later = made(archive, root, target)
    assert {path.name for path in target.iterdir()} == {earlier.path.name, later.path.name, ".lock"}
    assert condition(archive, root) == "ok"


def test_a_folder_that_is_not_there_is_not_made(archive: Archive, root: Actor, target: Path) -> None:
    target.rmdir()  # a disk that is not mounted: what was written there would be on another
    with pytest.raises(Unavailable, match="backup_unwritable"):
        made(archive, root, target)
    assert condition(archive, root) == "failed"
    assert not target.exists()


def test_a_backup_without_a_key_or_with_a_wrong_one_is_refused(
    archive: Archive, root: Actor, target: Path
) -> None:
    for recipients in ([], ["age1kort"], [RECIPIENT, RECIPIENT[:-1] + "q"]):
        with pytest.raises(Invalid):
            making.make(archive, root, target, recipients)
    assert list(target.iterdir()) == []


def test_one_backup_is_made_each_night_and_each_hour_after_a_failure(
    archive: Archive, root: Actor, target: Path, clock: SetClock
) -> None:
    archive.settings = replace(archive.settings, backups=BackupPlan(target, (RECIPIENT,)))
    assert condition(archive, root) == "late"
    for _hour in range(49):
        nightly.run(archive)
        clock.forward(hours=1)
    assert len(manifest.all_in(target)) == 3
    assert condition(archive, root) == "ok"
    clock.forward(days=2)
    assert condition(archive, root) == "late"
    shutil.rmtree(target)
    with pytest.raises(Unavailable):
        nightly.run(archive)
    assert condition(archive, root) == "failed"
    target.mkdir()
    clock.forward(hours=1)
    nightly.run(archive)
    assert condition(archive, root) == "ok"


@pytest.mark.engines("sqlite")  # it is decided before any statement
def test_a_backup_taken_elsewhere_by_hand_neither_stands_for_a_night_nor_alarms(
    archive: Archive, root: Actor, target: Path, tmp_path: Path, clock: SetClock
) -> None:
    archive.settings = replace(archive.settings, backups=BackupPlan(target, (RECIPIENT,)))
    (stick := tmp_path / "stick").mkdir()
    made(archive, root, stick)
    assert condition(archive, root) == "late"
    nightly.run(archive)
    assert condition(archive, root) == "ok"
    clock.forward(hours=1)
    with pytest.raises(Unavailable):
        made(archive, root, tmp_path / "slip")
    assert condition(archive, root) == "ok"


def test_a_server_without_a_folder_for_backups_makes_none(archive: Archive, root: Actor) -> None:
    nightly.run(archive)
    with archive.read(root) as work:
        assert state.condition(work, expected=False) == "off"


def test_a_backup_of_another_engine_or_a_newer_version_is_refused(
    archive: Archive, root: Actor, target: Path, clock: SetClock
) -> None:
    backup = made(archive, root, target)
    archive.close()
    for facts, code in (({"engine": "oracle"}, "backup_other_engine"), ({"schema": "9999"}, "backup_newer")):
        other = replace(backup, manifest=replace(backup.manifest, **facts))
        with pytest.raises(Conflict, match=code):
            restoring.restore(archive.settings, other, [IDENTITY], root, clock, over=True)


def test_a_restored_register_with_something_wrong_takes_no_place_unless_asked_for(
    archive: Archive, archivist: Actor, root: Actor, target: Path, clock: SetClock
) -> None:
    add_a_box(archive, archivist, "Före")
    backup = made(archive, root, target)
    add_a_box(archive, archivist, "Efter")
    archive.close()
    foreign = replace(archive.settings, mac_key=b"\x01" * 32)
    found = restoring.restore(foreign, backup, [IDENTITY], root, clock, over=True)
    assert found.findings
    with Archive_again(archive, clock) as again:
        assert boxes(again, root) == {"Före", "Efter"}
    assert restoring.restore(foreign, backup, [IDENTITY], root, clock, over=True, unsound=True).findings
    with Archive_again(archive, clock) as again:
        assert boxes(again, root) == {"Före"}


def test_a_new_key_is_its_owners_alone_and_opens_what_it_was_made_for(tmp_path: Path) -> None:
    public = envelope.new_key(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert [str(one.to_public()) for one in envelope.identities(tmp_path / "key")] == [public]
    with pytest.raises(FileExistsError):
        envelope.new_key(tmp_path / "key")
    (tmp_path / "empty").write_text("# nothing\n", encoding="utf-8")
    with pytest.raises(Invalid):
        envelope.identities(tmp_path / "empty")


def test_a_manifest_says_what_a_backup_is_of(
    archive: Archive, archivist: Actor, root: Actor, target: Path
) -> None:
    with archive.write(archivist) as work:
        a_file(work, a_shelf(work))
    backup = made(archive, root, target)
    facts = json.loads((backup.path / manifest.MANIFEST).read_text(encoding="utf-8"))
    assert (facts["counts"]["files"], facts["counts"]["users"]) == (1, 1)
    assert manifest.read(backup.path) == backup
    with pytest.raises(ValueError, match="no manifest"):
        manifest.BackupManifest.understood("[]")


@pytest.mark.engines("postgresql")
def test_a_database_somebody_is_connected_to_is_not_restored(
    archive: Archive, root: Actor, target: Path, clock: SetClock
) -> None:
    backup = made(archive, root, target)
    with archive.read(root), pytest.raises(Conflict, match="restore_running"):
        restoring.restore(archive.settings, backup, [IDENTITY], root, clock, over=True)
    archive.close()
    occupied.refuse_on_server(archive.settings.database_url)
