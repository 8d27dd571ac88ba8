"""Differences for other programs: each gets a reason, or what it misses is reported as suspected lost."""

from flask import Blueprint, Response, jsonify

from archive.api.bodies import sent
from archive.documents import delivery_facts
from archive.domain import delivery_lines, delivery_views, looks, reconciling
from archive.vocabulary import DifferenceReason, Permission
from archive.web.access import archive, current_actor, requires
from archive.web.answers import saw

bp = Blueprint("api_differences", __name__, url_prefix="/api/differences")


@bp.get("/<int:difference_id>")
@requires(Permission.RECEIVE)
def one(difference_id: int) -> Response:
    """Return a difference and what can explain it."""
    return _one(difference_id)


def _one(difference_id: int) -> Response:
    with archive.read(current_actor()) as work:
        found = reconciling.difference(work, difference_id)
        share = delivery_lines.sender(work, found.sender_id)
        named = next(one for one in delivery_views.named(work, share) if one.id == difference_id)
    saw(looks.at_list("delivery", [share.stream]))
    return jsonify(delivery_facts.difference(named))


@bp.post("/<int:difference_id>/explain")
@requires(Permission.RECEIVE)
def explain(difference_id: int) -> Response:
    """Give a difference its {reason}; {text} only for `other`, {place: code} where the piece stands now."""
    body = sent()
    with archive.write(current_actor()) as work:
        found = reconciling.difference(work, difference_id)
        reason = body.term("reason", DifferenceReason)
        place = body.place(work, "place") if body.get("place") else None
        reconciling.explain(work, [found], reason, text=body.text("text"), place=place)
    return _one(difference_id)


@bp.post("/<int:difference_id>/suspect")
@requires(Permission.RECEIVE)
def suspect(difference_id: int) -> Response:
    """Report what a difference misses as suspected lost, with the {circumstances}; it names the incident."""
    said = sent().text("circumstances")
    with archive.write(current_actor()) as work:
        reconciling.suspect(work, [reconciling.difference(work, difference_id)], circumstances=said)
    return _one(difference_id)
