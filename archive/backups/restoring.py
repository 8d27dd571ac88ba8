"""Bring a backup back: never over a running server, checked before it takes the register's place."""

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from pyrage.x25519 import Identity
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from archive import heartbeat, migrations
from archive.backups import envelope, occupied, server_tools, state
from archive.backups.envelope import DAMAGED, measure
from archive.backups.manifest import VERIFIED, Backup
from archive.integrity.checks import RegisterCheck
from archive.integrity.findings import IntegrityFinding
from archive.kernel.clock import Clock
from archive.kernel.config import Settings
from archive.kernel.errors import Conflict, DomainError, Unavailable
from archive.kernel.store import Actor, Archive, make_engine
from archive.vocabulary.wording import N_


@dataclass(frozen=True, slots=True)
class Restored:
    """Say what a restored register holds, what is wrong with it, and where the replaced one lies."""

    events: int
    findings: Sequence[IntegrityFinding]
    aside: Path | None = None


def is_whole(backup: Backup) -> bool:
    """Tell whether the encrypted file is the one that was made: all one can tell without the identity."""
    try:
        return measure(backup.content) == backup.manifest.sealed
    except OSError:
        return False


def verify(
    settings: Settings, backup: Backup, identities: Sequence[Identity], actor: Actor, clock: Clock
) -> Restored:
    """Restore into a scratch place and check everything there; note it beside the backup if all is well."""
    with _decrypted(settings, backup, identities) as plain:
        if settings.sqlite:
            restored = _checked(_at(settings, f"sqlite:///{plain}"), backup, actor, clock)
        else:
            with _scratch_database(settings) as url:
                server_tools.restore(plain, url)
                restored = _checked(_at(settings, url), backup, actor, clock)
    if not restored.findings:
        at = clock()
        with suppress(OSError):  # a backup on a medium that cannot be written stays as it is
            note = json.dumps({"at": at.isoformat(), "events": restored.events}) + "\n"
            (backup.path / VERIFIED).write_text(note, encoding="utf-8")
        _note_verified(settings, backup, actor, clock)
    return restored


def restore(
    settings: Settings,
    backup: Backup,
    identities: Sequence[Identity],
    actor: Actor,
    clock: Clock,
    *,
    over: bool = False,
    unsound: bool = False,
) -> Restored:
    """Put a backup in the register's place: `over` one that is there, `unsound` in spite of findings.

    Raises Conflict with nothing changed where a server runs, a register is there, or the backup is no good.
    """
    put = _put_file if settings.sqlite else _put_database
    return put(settings, backup, identities, actor, clock, over, unsound)


def _put_file(
    settings: Settings,
    backup: Backup,
    identities: Sequence[Identity],
    actor: Actor,
    clock: Clock,
    over: bool,
    unsound: bool,
) -> Restored:
    database = Path(make_url(settings.database_url).database or "")
    with occupied.refused(database):
        if database.exists() and not over:
            raise Conflict("restore_over", OVER, where=database)
        with _decrypted(settings, backup, identities) as plain:
            restored = _checked(_at(settings, f"sqlite:///{plain}"), backup, actor, clock)
            if restored.findings and not unsound:
                return restored
            _settle(plain)
            occupied.resemble(plain, database if database.exists() else database.parent)
            aside = _aside(database, clock()) if database.exists() else None
            plain.replace(database)
            envelope.sync_folder(database.parent)
    return replace(restored, aside=aside)


def _put_database(
    settings: Settings,
    backup: Backup,
    identities: Sequence[Identity],
    actor: Actor,
    clock: Clock,
    over: bool,
    unsound: bool,
) -> Restored:
    url = settings.owner_database_url
    occupied.refuse_on_server(url)
    if not over and not migrations.is_empty(settings):
        raise Conflict("restore_over", OVER, where=make_url(url).database)
    with _decrypted(settings, backup, identities) as plain:
        if not unsound:  # first beside it: a database has no other place its old state could be kept in
            with _scratch_database(settings) as scratch:
                server_tools.restore(plain, scratch)
                if (found := _checked(_at(settings, scratch), backup, actor, clock)).findings:
                    return found
        occupied.refuse_on_server(url)
        server_tools.restore(plain, url)
        migrations.upgrade(settings)  # grants are not in a dump
        return _checked(settings, backup, actor, clock)


OVER = N_(
    "There is a register in %(where)s already. Back it up if it can still be read; then repeat with --over."
)


@contextmanager
def _decrypted(settings: Settings, backup: Backup, identities: Sequence[Identity]) -> Iterator[Path]:
    """Give what a backup holds, as a file on the machine's own disk, while the block runs."""
    _refuse_unfit(settings, backup)
    url = make_url(settings.database_url)
    beside = Path(url.database or "").parent if settings.sqlite else settings.data_dir
    beside.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".restoring-", dir=beside) as folder:
        plain = Path(folder) / "register"
        try:
            found = envelope.unseal(backup.content, plain, identities)
        except OSError as error:
            raise Unavailable(
                "restore_impossible",
                N_("The backup cannot be unpacked in %(where)s: %(why)s. Nothing was changed."),
                where=beside,
                why=error.strerror or error,
            ) from error
        if found != backup.manifest.plain:
            raise Conflict("backup_damaged", DAMAGED)
        yield plain


def _refuse_unfit(settings: Settings, backup: Backup) -> None:
    engine = "sqlite" if settings.sqlite else "postgresql"
    if backup.manifest.engine != engine:
        raise Conflict(
            "backup_other_engine",
            N_(
                "The backup is of %(of)s, AKTSPAR_DATABASE_URL names %(here)s: "
                "it is restored to its own kind."
            ),
            of=backup.manifest.engine,
            here=engine,
        )
    if backup.manifest.schema > migrations.newest():
        raise Conflict(
            "backup_newer",
            N_(
                "The backup was made by version %(version)s, which is newer. "
                "Install that version and try again."
            ),
            version=backup.manifest.program,
        )
    if not is_whole(backup):
        raise Conflict("backup_damaged", DAMAGED)


def _checked(settings: Settings, backup: Backup, actor: Actor, clock: Clock) -> Restored:
    """Bring a restored register up to the present schema, and check all of it."""
    migrations.upgrade(settings)
    with closing(Archive(settings, clock)) as archive, archive.read(actor) as work:
        newest = work.connection.execute(
            text("SELECT hash FROM event WHERE id = :id"), {"id": backup.manifest.newest_event}
        ).scalar()
        if bytes(newest or b"").hex() != backup.manifest.newest_hash:
            raise Conflict("backup_damaged", DAMAGED)
        check = RegisterCheck(work)
        findings = list(check.findings())
        return Restored(check.events, findings)


def _at(settings: Settings, url: str) -> Settings:
    return replace(settings, database_url=url, owner_database_url=url)


def _settle(path: Path) -> None:
    """Leave no side file: all that was written is in the database itself, on disk."""
    with closing(sqlite3.connect(path)) as settling:
        settling.execute("PRAGMA journal_mode=DELETE")
    with path.open("rb+") as file:
        envelope.sync(file)


def _aside(database: Path, now: datetime) -> Path:
    """Keep what is replaced, with its log, under another name: a log left behind would be taken up."""
    aside = database.with_name(f"{database.name}.replaced-{now:%Y%m%dT%H%M%S}")
    number = 1
    while aside.exists():
        number += 1
        aside = database.with_name(f"{database.name}.replaced-{now:%Y%m%dT%H%M%S}-{number}")
    log = database.with_name(f"{database.name}-wal")
    if log.exists():
        log.rename(aside.with_name(f"{aside.name}-wal"))
    for end in ("-shm", "-journal"):
        database.with_name(f"{database.name}{end}").unlink(missing_ok=True)
    os.link(database, aside)  # the old name goes on until the new file takes it over
    return aside


@contextmanager
def _scratch_database(settings: Settings) -> Iterator[str]:
    """Give an empty database beside the register's on its server, dropped afterwards."""
    name = f"aktspar_scratch_{uuid4().hex[:12]}"
    engine = make_engine(settings.owner_database_url)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            try:
                connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
            except DBAPIError as error:
                raise Unavailable(
                    "scratch_database",
                    N_(
                        "No scratch database could be made: the owner (AKTSPAR_OWNER_DATABASE_URL) "
                        "needs CREATEDB."
                    ),
                ) from error
            try:
                url = make_url(settings.owner_database_url).set(database=name)
                yield url.render_as_string(hide_password=False)
            finally:
                connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        engine.dispose()


def _note_verified(settings: Settings, backup: Backup, actor: Actor, clock: Clock) -> None:
    """Note it in the register the backup is of, where that is the one at hand."""
    if settings.sqlite and not Path(make_url(settings.database_url).database or "").exists():
        return
    with (
        suppress(DomainError, DBAPIError),  # elsewhere there may be no register at all
        closing(Archive(settings, clock)) as archive,
        archive.write(actor) as work,
    ):
        known = work.connection.exec_driver_sql("SELECT identity FROM register").scalar()
        if known == backup.manifest.register:
            heartbeat.note(work, state.VERIFIED, state.where())
