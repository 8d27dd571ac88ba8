"""The programme for other programs: what is left in the old rooms, how fast it leaves, what checks found."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, jsonify

from archive.api.bodies import facts, page, plain, sent
from archive.domain import check_figures, double_checks, programme, sweeping, trails
from archive.domain.check_figures import SenderFigures
from archive.domain.programme import Programme, RoomFigures
from archive.domain.rates import Rate
from archive.errors import Invalid
from archive.models import Unit
from archive.store import Work
from archive.vocabulary import FindingKind, Permission
from archive.web.access import archive, current_actor, requires
from archive.web.answers import saw
from archive.wording import N_

bp = Blueprint("api_programme", __name__, url_prefix="/api/programme")


@bp.get("")
@requires(Permission.DELIVER)
def whole() -> Response:
    """Return what is left per room and day, the pace per week, and when the last file will have left."""
    with archive.read(current_actor()) as work:
        shown = programme_facts(programme.read(work, end=archive.settings.programme_end))
    saw()
    return jsonify(shown)


def programme_facts(read: Programme) -> dict[str, Any]:
    """Return the whole programme; counts only."""
    forecast = facts(read.forecast, "pace", "likely", "earliest", "latest", "needed", "passed")
    return {
        "left": read.left,
        "end": plain(read.end),
        "forecast": forecast,
        "counts": [{"day": plain(day), "files": files} for day, files in read.counts],
        "rooms": [room_facts(one) for one in read.rooms],
    }


def room_facts(one: RoomFigures) -> dict[str, Any]:
    """Return how one room stands."""
    return {
        **facts(one.emptying, "id", "number", "status", "empty_at"),
        "code": one.trail[-1].code,
        "name": trails.name_of(one.trail),
        **facts(one, "left", "at_first", "sent"),
        "counts": [{"day": plain(day), "files": files} for day, files in one.counts],
    }


@bp.get("/findings")
@requires(Permission.DELIVER)
def found() -> Response:
    """Return what checks found per sender in ?days=365: covers checked, and per kind how many per 1,000."""
    with archive.read(current_actor()) as work:
        shown = findings_by_sender(work, page("days", 365))
    saw()
    return jsonify(senders=shown)


def findings_by_sender(work: Work, days: int) -> list[dict[str, Any]]:
    """Return the figures of each sender over the last days, the most checked first."""
    rows = check_figures.by_sender(work, work.now - timedelta(days=days), work.now + timedelta(days=1))
    known = trails.steps(work, [one.place_id for one in rows])
    return [_sender(work, one, trails.name_of(known[one.place_id])) for one in rows]


def _sender(work: Work, one: SenderFigures, place: str) -> dict[str, Any]:
    unit = work.session.get(Unit, one.unit_id) if one.unit_id else None
    kinds = {kind.value: rate(one.rate(kind)) for kind in FindingKind if kind in one.found}
    return {
        "place": place,
        "unit": unit.name if unit else None,
        "checked": one.checked,
        "found": kinds,
    }


def rate(one: Rate) -> dict[str, Any]:
    """Return how many of how many, and per 1,000 with its interval at 95 %."""
    per = one.per_thousand
    return {
        "hits": one.hits,
        "total": one.total,
        "per_thousand": per and {"rate": per[0], "from": per[1], "to": per[2]},
    }


@bp.get("/double-checks")
@requires(Permission.READ_FILES)
def repeated() -> Response:
    """Return what double checks of the last ?days=365 came to: how many were repeated and showed a miss."""
    with archive.read(current_actor()) as work:
        now = work.now
        figures = double_checks.figures(work, now - timedelta(days=page("days", 365)), now)
    saw()
    return jsonify(repeated=rate(figures.repeated), missed=rate(figures.missed), hasty=figures.hasty)


@bp.post("/rooms")
@requires(Permission.PLAN_DELIVERIES)
def enter() -> tuple[Response, int]:
    """Enter an old room, {place: code}, into the programme as the last one."""
    body = sent()
    with archive.write(current_actor()) as work:
        entered = sweeping.enter(work, body.place(work, "place"))
        shown = facts(entered, "id", "number", "status")
    return jsonify(shown), 201


@bp.post("/order")
@requires(Permission.PLAN_DELIVERIES)
def order() -> Response:
    """Say in which order the rooms are emptied: {order: [id, …]}, each once."""
    ids = sent().get("order")
    if not isinstance(ids, list) or not all(isinstance(one, int) for one in ids):
        raise Invalid("order_incomplete", N_("Name every room of the programme once."), field="order")
    with archive.write(current_actor()) as work:
        sweeping.order(work, [sweeping.get(work, one) for one in ids])
    return whole()
