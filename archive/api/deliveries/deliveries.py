"""Weekly deliveries for other programs: planned, changed, listed, closed; counts only, no file is named."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, jsonify, request

from archive.access_log import access_log
from archive.api.bodies import page, sent
from archive.deliveries import lines, pick_lists, planning, reconciliation, serializers
from archive.deliveries.planning import DeliveryPlan
from archive.vocabulary import DeliveryState, Permission
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import saw

bp = Blueprint("api_deliveries", __name__, url_prefix="/api/deliveries")

_NUMBERS = ("capacity", "crate_files", "alarm_hours")


@bp.get("")
@requires(Permission.DELIVER)
def listed() -> Response:
    """List deliveries, the latest day first; ?state= as often as wanted, ?after= goes on from `next`."""
    states = [state for text in request.args.getlist("state") if (state := DeliveryState.read(text))]
    most = page()
    with archive.read(current_actor()) as work:
        rows = planning.listed(work, states=states, after=_mark(), limit=most + 1)
        shown = [serializers.heading(one) for one in rows[:most]]
    saw()
    last = rows[most - 1] if len(rows) > most else None
    return jsonify(deliveries=shown, next=last and f"{last.day.isoformat()}|{last.id}")


def _mark() -> tuple[date, int] | None:
    day, _bar, number = request.args.get("after", "").partition("|")
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        return None


@bp.post("")
@requires(Permission.PLAN_DELIVERIES)
def plan() -> tuple[Response, int]:
    """Plan a delivery: {day, capacity, crate_files, alarm_hours, reception: code of a place}."""
    body = sent()
    wanted: dict[str, Any] = body.numbers(*_NUMBERS)
    with archive.write(current_actor()) as work:
        reception = body.place(work, "reception") if body.get("reception") else None
        delivery = planning.plan(work, DeliveryPlan(body.day("day"), **wanted, reception=reception))
        shown = serializers.delivery(work, delivery)
    return jsonify(shown), 201


@bp.get("/<int:delivery_id>")
@requires(Permission.DELIVER)
def one(delivery_id: int) -> Response:
    """Return a delivery: its senders, figures, what is open, and the actions possible now."""
    return _one(delivery_id)


def _one(delivery_id: int) -> Response:
    with archive.read(current_actor()) as work:
        shown = serializers.delivery(work, lines.delivery(work, delivery_id))
    saw()
    return jsonify(shown)


@bp.post("/<int:delivery_id>/change")
@requires(Permission.PLAN_DELIVERIES)
def change(delivery_id: int) -> Response:
    """Change {version, day, capacity, crate_files, alarm_hours, reception}; what is left out stays."""
    body = sent()
    values: dict[str, Any] = body.numbers(*_NUMBERS)
    if body.get("day"):
        values["day"] = body.day("day")
    with archive.write(current_actor()) as work:
        if body.get("reception"):
            values["reception"] = body.place(work, "reception")
        delivery = lines.delivery(work, delivery_id)
        planning.change(work, delivery, version=body.number("version"), **values)
    return _one(delivery_id)


@bp.post("/<int:delivery_id>/senders")
@requires(Permission.PLAN_DELIVERIES)
def add_sender(delivery_id: int) -> tuple[Response, int]:
    """Let {place: code, unit: name, contact} send; with {files} its next files are listed at once."""
    body = sent()
    with archive.write(current_actor()) as work:
        delivery = lines.delivery(work, delivery_id)
        place, unit = body.place(work, "place"), body.unit(work, "unit")
        share = planning.add_sender(
            work, delivery, place, unit_id=unit.id if unit else None, contact=body.text("contact")
        )
        if body.get("files") is not None:
            pick_lists.make(work, share, body.number("files"))
        shown = serializers.summary(work, share)
    return jsonify(shown), 201


@bp.post("/<int:delivery_id>/cancel")
@requires(Permission.PLAN_DELIVERIES)
def cancel(delivery_id: int) -> Response:
    """Cancel a delivery before anything has left, for a {reason}."""
    reason = sent().text("reason")
    with archive.write(current_actor()) as work:
        planning.cancel(work, lines.delivery(work, delivery_id), reason)
    return _one(delivery_id)


@bp.post("/<int:delivery_id>/close")
@requires(Permission.PLAN_DELIVERIES)
def close(delivery_id: int) -> Response:
    """Close a delivery; 409 until all is explained, every cover checked and each file on its shelf."""
    with archive.write(current_actor()) as work:
        reconciliation.close(work, lines.delivery(work, delivery_id))
    return _one(delivery_id)


@bp.get("/<int:delivery_id>/differences")
@requires(Permission.DELIVER)
def differences(delivery_id: int) -> Response:
    """List the differences of all senders: what each is, and what it turned out to be."""
    with archive.read(current_actor()) as work:
        shares = lines.senders(work, lines.delivery(work, delivery_id).id)
        shown = [row for share in shares for row in serializers.differences(work, share)]
    saw(access_log.at_list("delivery", [share.stream for share in shares]))
    return jsonify(differences=shown)
