"""Announcements for other programs: a unit says how many newly closed files it has to send."""

from typing import Any

from flask import Blueprint, Response, jsonify

from archive.api.bodies import sent
from archive.deliveries import transfer_notices
from archive.files import units
from archive.kernel.store import Work
from archive.models import Announcement, Unit
from archive.output.serializing import facts
from archive.places import places
from archive.vocabulary import Permission
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import saw

bp = Blueprint("api_transfer_notices", __name__, url_prefix="/api/announcements")


@bp.get("")
@requires(Permission.DELIVER)
def waiting() -> Response:
    """List what no delivery is to fetch yet, the oldest first; and the units there are."""
    with archive.read(current_actor()) as work:
        shown = [_shown(work, one) for one in transfer_notices.waiting(work)]
        known = [unit.name for unit in units.every(work)]
    saw()
    return jsonify(announcements=shown, units=known)


def _shown(work: Work, one: Announcement) -> dict[str, Any]:
    return {
        **facts(one, "id", "files", "announced_at", "open"),
        "unit": work.session.get_one(Unit, one.unit_id).name,
        "place": facts(places.get(work, one.place_id), "code", "name"),
        "sender": one.sender_id,
    }


@bp.post("")
@requires(Permission.DELIVER)
def announce() -> tuple[Response, int]:
    """Announce {unit: name, place: code, files, contact}; said again of the same place, the newer counts."""
    body = sent()
    with archive.write(current_actor()) as work:
        unit, place = body.unit(work, "unit"), body.place(work, "place")
        made = transfer_notices.announce(
            work, unit.id if unit else 0, place, body.number("files"), contact=body.text("contact")
        )
        shown = _shown(work, made)
    return jsonify(shown), 201


@bp.post("/<int:announcement_id>/withdraw")
@requires(Permission.DELIVER)
def withdraw(announcement_id: int) -> Response:
    """Take back what no delivery fetches yet."""
    with archive.write(current_actor()) as work:
        one = transfer_notices.get(work, announcement_id)
        transfer_notices.withdraw(work, one)
        shown = _shown(work, one)
    return jsonify(shown)
