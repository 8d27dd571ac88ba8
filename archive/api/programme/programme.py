"""The programme for other programs: what is left in the old rooms, how fast it leaves, what checks found."""

from datetime import timedelta

from flask import Blueprint, Response, jsonify

from archive.api.bodies import page, sent
from archive.cover_checks import second_checks
from archive.kernel.errors import Invalid
from archive.output.serializing import facts
from archive.programme import emptying, forecast, serializers
from archive.vocabulary import Permission
from archive.vocabulary.wording import N_
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import saw

bp = Blueprint("api_programme", __name__, url_prefix="/api/programme")


@bp.get("")
@requires(Permission.DELIVER)
def whole() -> Response:
    """Return what is left per room and day, the pace per week, and when the last file will have left."""
    with archive.read(current_actor()) as work:
        shown = serializers.programme(forecast.read(work, end=archive.settings.programme_end))
    saw()
    return jsonify(shown)


@bp.get("/findings")
@requires(Permission.DELIVER)
def found() -> Response:
    """Return what checks found per sender in ?days=365: covers checked, and per kind how many per 1,000."""
    with archive.read(current_actor()) as work:
        shown = serializers.findings_by_sender(work, page("days", 365))
    saw()
    return jsonify(senders=shown)


@bp.get("/double-checks")
@requires(Permission.READ_FILES)
def repeated() -> Response:
    """Return what double checks of the last ?days=365 came to: how many were repeated and showed a miss."""
    with archive.read(current_actor()) as work:
        now = work.now
        figures = second_checks.figures(work, now - timedelta(days=page("days", 365)), now)
    saw()
    return jsonify(
        repeated=serializers.rate(figures.repeated),
        missed=serializers.rate(figures.missed),
        hasty=figures.hasty,
    )


@bp.post("/rooms")
@requires(Permission.PLAN_DELIVERIES)
def enter() -> tuple[Response, int]:
    """Enter an old room, {place: code}, into the programme as the last one."""
    body = sent()
    with archive.write(current_actor()) as work:
        entered = emptying.enter(work, body.place(work, "place"))
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
        emptying.order(work, [emptying.get(work, one) for one in ids])
    return whole()
