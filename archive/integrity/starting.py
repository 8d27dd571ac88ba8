"""What must be so before anybody works in a register: its key, its fences, and whether it is a demo."""

import hmac

from sqlalchemy import select

from archive import register
from archive.integrity import fences
from archive.integrity.reading import SqlReader
from archive.kernel.environment import BadSettings
from archive.kernel.store import Archive, Work
from archive.models import Event
from archive.vocabulary.wording import _

_event = Event.__table__  # type: ignore[attr-defined]


def refuse_unfit(archive: Archive, work: Work) -> None:
    """Raise BadSettings, in one line that says what to do, unless work may begin on this register."""
    _refuse_foreign_key(work)
    _refuse_fallen_fences(work)
    _refuse_open_door(work, demo=archive.settings.demo)


def _refuse_foreign_key(work: Work) -> None:
    newest = select(_event.c.id, _event.c.hash, _event.c.mac).order_by(_event.c.id.desc()).limit(1)
    row = work.connection.execute(newest).first()
    if row is not None and not hmac.compare_digest(hmac.digest(work.mac_key, row.hash, "sha256"), row.mac):
        raise BadSettings(
            _(
                "AKTSPAR_MAC_KEY did not seal the newest event (%(id)s) of this database: either the key or "
                "the database is another, or the event was changed. Set the key it was sealed with, or run: "
                "aktspar check",
                id=row.id,
            )
        )


def _refuse_fallen_fences(work: Work) -> None:
    fallen = [finding.subject for finding in fences.fallen(SqlReader(work))]
    if fallen:
        raise BadSettings(
            _(
                "The database no longer refuses to alter history: triggers are missing or changed "
                "(%(names)s), as after a restore without them. Run: aktspar db upgrade",
                names=", ".join(fallen),
            )
        )


def _refuse_open_door(work: Work, *, demo: bool) -> None:
    marked = register.is_demo(work)
    if demo and not marked and not register.is_unused(work):
        raise BadSettings(
            _(
                "AKTSPAR_DEMO=1 lets people in without a password, and this database is not a demo. "
                "Unset it, or point AKTSPAR_DATA_DIR and AKTSPAR_DATABASE_URL at a demo."
            )
        )
    if marked and not demo:
        raise BadSettings(
            _(
                "This database is a demo and takes no real work. "
                "Set AKTSPAR_DEMO=1 to try it, or point AKTSPAR_DATABASE_URL at the real one."
            )
        )
