"""Make a backup while people work: one moment of the register, encrypted before it leaves the machine.

It is written beside under a name no backup has, and renamed when all of it is on disk.
"""

import errno
import fcntl
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from sqlalchemy import func, make_url, select, text

from archive import __version__, heartbeat, migrations
from archive.backups import envelope, server_tools, state
from archive.backups.envelope import Measure
from archive.backups.manifest import CONTENT, MANIFEST, Backup, BackupManifest, all_in
from archive.kernel.errors import Conflict, DomainError, Invalid, Unavailable
from archive.kernel.store import Actor, Archive, Work
from archive.models import CaseFile, Event, Person, Place, Register, User
from archive.vocabulary.wording import N_

PART, GONE = ".part-", ".gone-"

_event = Event.__table__  # type: ignore[attr-defined]
_register = Register.__table__  # type: ignore[attr-defined]
_COUNTED = {"files": CaseFile, "persons": Person, "places": Place, "users": User}


def make(archive: Archive, actor: Actor, target: Path, recipients: Sequence[str], keep: int = 0) -> Backup:
    """Make a backup in a folder, then remove all but the newest `keep` of this register (0: none).

    Raises Unavailable where it could not be made; what was there before stays.
    """
    if not recipients:
        raise Invalid(
            "backup_recipient",
            N_("Say whose key the backup is encrypted to: AKTSPAR_BACKUP_RECIPIENT or --recipient age1…"),
        )
    for one in recipients:
        envelope.recipient(one)
    # One taken elsewhere by hand stands for no night, and a slip of the hand is no alarm.
    counts = archive.settings.backups.folder in (None, target.absolute())
    try:
        with _plainly(target), _alone(target):
            backup = _write(archive, actor, target, recipients)
            if keep:
                _remove_old(target, backup, keep)
    except DomainError as refusal:
        if counts:
            state.note_failed(archive, actor, refusal)
        raise
    if counts:
        with archive.write(actor) as work:
            heartbeat.note(work, state.MADE, state.where())
    return backup


def _write(archive: Archive, actor: Actor, target: Path, recipients: Sequence[str]) -> Backup:
    part = target / f"{PART}{archive.clock():%Y%m%dT%H%M%S}"
    part.mkdir(mode=0o700)
    try:
        with archive.read(actor) as work:
            archive.check(work)
            facts = _facts(work)
            pour = _pour_file if archive.settings.sqlite else _pour_server
            plain, sealed = pour(archive, work, part / CONTENT, recipients)
        manifest = replace(facts, recipients=tuple(recipients), plain=plain, sealed=sealed)
        with (part / MANIFEST).open("xb") as file:
            file.write(manifest.spell().encode())
            envelope.sync(file)
        envelope.sync_folder(part)
        path = _free_name(target, manifest)
        part.rename(path)
        envelope.sync_folder(target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return Backup(path, manifest)


def _facts(work: Work) -> BackupManifest:
    """Say what the register is in this moment; what becomes of it is filled in afterwards."""
    newest = work.connection.execute(
        select(_event.c.id, _event.c.hash, _event.c.at).order_by(_event.c.id.desc()).limit(1)
    ).first()
    counts = {
        name: work.session.scalar(select(func.count()).select_from(table)) or 0
        for name, table in _COUNTED.items()
    }
    return BackupManifest(
        program=__version__,
        schema=migrations.newest(),
        engine=work.connection.dialect.name,
        register=work.connection.execute(select(_register.c.identity)).scalar_one(),
        made_at=work.now,
        newest_event=newest.id if newest else 0,
        newest_hash=bytes(newest.hash).hex() if newest else "",
        newest_at=newest.at if newest else None,
        counts=counts,
        recipients=(),
        plain=Measure(0, ""),
        sealed=Measure(0, ""),
    )


def _pour_file(
    archive: Archive, work: Work, content: Path, recipients: Sequence[str]
) -> tuple[Measure, Measure]:
    """Copy SQLite's file as the transaction sees it, in one step that stops no writer, and encrypt the copy.

    The copy lies beside the database, on the machine's own disk, and only as long as that takes.
    """
    database = Path(make_url(archive.settings.database_url).database or "")
    with _scratch(database) as folder:
        copy = folder / "copy.db"
        source = cast("sqlite3.Connection", work.connection.connection.driver_connection)
        with closing(sqlite3.connect(copy)) as taking:
            copy.chmod(0o600)
            source.backup(taking)
            said = [str(row[0]) for row in taking.execute("PRAGMA quick_check(1)")]
            taking.execute("PRAGMA journal_mode=DELETE")
        if said != ["ok"]:
            raise Conflict(
                "backup_source_damaged",
                N_(
                    "The database itself is damaged (%(why)s). "
                    "Stop the server and restore the last good backup."
                ),
                why=said[0],
            )
        with copy.open("rb") as file:
            return envelope.seal(file, content, recipients)


def _pour_server(
    archive: Archive, work: Work, content: Path, recipients: Sequence[str]
) -> tuple[Measure, Measure]:
    snapshot = work.connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
    with server_tools.dumped(archive.settings.database_url, snapshot) as source:
        return envelope.seal(source, content, recipients)


@contextmanager
def _scratch(database: Path) -> Iterator[Path]:
    """Give a folder beside the database; take away what killed backups have left."""
    prefix = f".{database.name}.backup-"
    with database.with_name(f"{database.name}.backup.lock").open("a") as lock:
        _lock(lock.fileno())
        for left in database.parent.glob(f"{prefix}*"):
            shutil.rmtree(left, ignore_errors=True)
        with TemporaryDirectory(prefix=prefix, dir=database.parent) as folder:
            yield Path(folder)


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Be the one that writes into a folder of backups; take away what killed ones have left."""
    with (target / ".lock").open("a") as lock:
        _lock(lock.fileno())
        for left in (*target.glob(f"{PART}*"), *target.glob(f"{GONE}*")):
            shutil.rmtree(left, ignore_errors=True)
        yield


def _lock(number: int) -> None:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Unavailable("backup_running", N_("Another backup is being made just now.")) from error


@contextmanager
def _plainly(target: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        full = getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
        if full or getattr(error, "sqlite_errorname", "") == "SQLITE_FULL":
            raise Unavailable(
                "backup_full",
                N_(
                    "There is no room for the backup in %(target)s or beside the database. Earlier ones stay."
                ),
                target=target,
            ) from error
        raise Unavailable(
            "backup_unwritable",
            N_(
                "No backup can be made in %(target)s: %(why)s. "
                "The folder must be there already, and writable."
            ),
            target=target,
            why=getattr(error, "strerror", None) or error,
        ) from error


def _free_name(target: Path, manifest: BackupManifest) -> Path:
    name = f"aktspar-{manifest.made_at:%Y-%m-%dT%H%M%SZ}"
    path, number = target / name, 1
    while path.exists():
        number += 1
        path = target / f"{name}-{number}"
    return path


def _remove_old(target: Path, made: Backup, keep: int) -> None:
    """Remove what is older than the newest `keep`: counted, since a clock may be wrong."""
    own = [one for one in all_in(target) if one.manifest.register == made.manifest.register]
    for one in own[keep:]:
        if one.path != made.path:
            gone = target / f"{GONE}{one.path.name}"
            one.path.rename(gone)
            shutil.rmtree(gone)
