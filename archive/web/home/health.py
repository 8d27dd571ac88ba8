"""Health: for the load balancer and the one on call; says nothing about what the register holds."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, jsonify

from archive import heartbeat, migrations
from archive.accounts import sessions
from archive.backups import state
from archive.history.history import stamp
from archive.kernel import watch
from archive.kernel.errors import Unavailable
from archive.notifications import deadlines, outbox
from archive.timetable import HEARTBEAT
from archive.web.kit.access import archive, public

bp = Blueprint("health", __name__)

LATE = timedelta(minutes=5)
REASONS = {watch.REMOVED: "removed", watch.REPLACED: "replaced", watch.RESTORED: "restored"}


@bp.get("/health")
@public
def health() -> Response:
    """Tell whether the database is there, itself and up to date, the worker lives, clocks and mail go."""
    facts = _facts()
    answer = jsonify(facts)
    answer.status_code = 200 if facts["database"] == facts["migrations"] == "ok" else 503
    return answer


def _facts() -> dict[str, Any]:
    try:
        with archive.read(sessions.DOOR) as work:
            archive.check(work)
            if not migrations.is_current(work.connection):
                return {"database": "ok", "migrations": "pending", "worker": "unknown"}
            seen = heartbeat.last(work)
            beat, swept = seen.get(HEARTBEAT), seen.get(deadlines.ROUTINE)
            late, slow = (at is None or work.now - at > LATE for at in (beat, swept))
            mail = outbox.condition(work)
            backup = state.condition(work, expected=archive.settings.backups.folder is not None)
            made, verified = state.moments(work)
    except Unavailable as refusal:
        return {
            "database": REASONS.get(refusal.code, "unreachable"),
            "migrations": "unknown",
            "worker": "unknown",
        }
    return {
        "database": "ok",
        "migrations": "ok",
        "worker": "late" if late else "ok",
        "worker_seen": stamp(beat) if beat else None,
        "deadlines": "late" if slow else "ok",
        "mail": mail,
        "backup": backup,
        "backup_made": stamp(made) if made else None,
        "backup_verified": stamp(verified) if verified else None,
    }
