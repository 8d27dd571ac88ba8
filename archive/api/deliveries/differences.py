"""Differences for other programs: each gets a reason, or what it misses is reported as suspected lost."""

from flask import Blueprint, Response, jsonify

from archive.access_log import access_log
from archive.api.bodies import sent
from archive.deliveries import lines, reconciliation, serializers, views
from archive.vocabulary import DifferenceReason, Permission
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import saw

bp = Blueprint("api_differences", __name__, url_prefix="/api/differences")


@bp.get("/<int:difference_id>")
@requires(Permission.RECEIVE)
def one(difference_id: int) -> Response:
    """Return a difference and what can explain it."""
    return _one(difference_id)


def _one(difference_id: int) -> Response:
    with archive.read(current_actor()) as work:
        found = reconciliation.difference(work, difference_id)
        share = lines.sender(work, found.sender_id)
        named = next(one for one in views.named(work, share) if one.id == difference_id)
    saw(access_log.at_list("delivery", [share.stream]))
    return jsonify(serializers.difference(named))


@bp.post("/<int:difference_id>/explain")
@requires(Permission.RECEIVE)
def explain(difference_id: int) -> Response:
    """Give a difference its {reason}; {text} only for `other`, {place: code} where the piece stands now."""
    body = sent()
    with archive.write(current_actor()) as work:
        found = reconciliation.difference(work, difference_id)
        reason = body.term("reason", DifferenceReason)
        place = body.place(work, "place") if body.get("place") else None
        reconciliation.explain(work, [found], reason, text=body.text("text"), place=place)
    return _one(difference_id)


@bp.post("/<int:difference_id>/suspect")
@requires(Permission.RECEIVE)
def suspect(difference_id: int) -> Response:
    """Report what a difference misses as suspected lost, with the {circumstances}; it names the incident."""
    said = sent().text("circumstances")
    with archive.write(current_actor()) as work:
        reconciliation.suspect(work, [reconciliation.difference(work, difference_id)], circumstances=said)
    return _one(difference_id)
