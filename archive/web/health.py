"""Health: for the load balancer and the one on call; says nothing about what the register holds."""

from flask import Blueprint, Response, jsonify

from archive import migrations
from archive.domain import sessions
from archive.errors import Unavailable
from archive.web.access import archive, public
from archive.web.answers import saw

bp = Blueprint("health", __name__)


@bp.get("/health")
@public
def health() -> Response:
    """Tell whether the database answers and is up to date, and when the worker last worked."""
    saw()
    try:
        with archive.read(sessions.DOOR) as work:
            current = migrations.is_current(work.session.connection())
    except Unavailable:
        current, reachable = False, False
    else:
        reachable = True
    answer = jsonify(database="ok" if reachable else "unreachable", migrations="ok" if current else "pending")
    answer.status_code = 200 if current else 503
    return answer
