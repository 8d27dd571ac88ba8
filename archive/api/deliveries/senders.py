"""What one sender sends, for other programs: its pick list, crates, dispatch, differences and receipt."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response, jsonify, request

from archive.access_log import access_log
from archive.api.bodies import Sent, sent
from archive.deliveries import dispatch as dispatching
from archive.deliveries import (
    external_lists,
    packing,
    paper_sheets,
    pick_lists,
    planning,
    reconciliation,
    serializers,
    views,
)
from archive.deliveries import lines as delivery_lines
from archive.deliveries.paper_sheets import Entered, Tick
from archive.kernel.errors import Conflict, Invalid
from archive.kernel.store import Work
from archive.models import DeliverySender
from archive.output.serializing import facts
from archive.vocabulary import Permission
from archive.vocabulary.wording import N_
from archive.web.kit.access import archive, current_actor, requires, takes_upload
from archive.web.kit.answers import saw

bp = Blueprint("api_senders", __name__, url_prefix="/api/senders")

BLIND = N_("The list is not shown while crates are received: count what comes, not what should come.")


@bp.get("/<int:sender_id>")
@requires(Permission.DELIVER)
def one(sender_id: int) -> Response:
    """Return a sender's share: figures, crates, differences; blind for who receives what is on its way."""
    return _one(sender_id)


def _one(sender_id: int) -> Response:
    with archive.read(current_actor()) as work:
        share = delivery_lines.sender(work, sender_id)
        blind = views.blind(work, share)
        shown = {
            **serializers.summary(work, share),
            "blind": blind,
            "figures": serializers.figures(views.figures(work, share)),
            "crates": serializers.crates(work, share),
            "differences": serializers.differences(work, share),
        }
    saw(access_log.at_list("delivery", [share.stream]))
    return jsonify(shown)


def _do(sender_id: int, verb: Callable[[Work, DeliverySender], Any]) -> Response:
    with archive.write(current_actor()) as work:
        verb(work, delivery_lines.sender(work, sender_id))
    return _one(sender_id)


@bp.get("/<int:sender_id>/lines")
@requires(Permission.DELIVER)
def lines(sender_id: int) -> Response:
    """Return the pick list row by row, what was packed beside it and what was left out; 409 while blind."""
    with archive.read(current_actor()) as work:
        share = delivery_lines.sender(work, sender_id)
        if views.blind(work, share):
            raise Conflict("blind", BLIND)
        shown = serializers.pieces(work, share)
    saw(access_log.at_list("delivery", [share.stream]))
    return jsonify(lines=shown)


@bp.post("/<int:sender_id>/list")
@requires(Permission.PLAN_DELIVERIES)
def make_list(sender_id: int) -> Response:
    """List the next {files} of the room in shelf order; replaces a list that nobody packs by yet."""
    wanted = sent().number("files")
    with archive.write(current_actor()) as work:
        made = pick_lists.make(work, delivery_lines.sender(work, sender_id), wanted)
    return jsonify(facts(made, "listed", "left_out"))


@bp.post("/<int:sender_id>/written-list")
@requires(Permission.PLAN_DELIVERIES)
@takes_upload
def written_list(sender_id: int) -> Response:
    """Take over a list written elsewhere, sent as the body or as the file `list`; ?preview=yes only reads."""
    uploaded = request.files.get("list")
    content = uploaded.read() if uploaded else request.get_data()
    if request.args.get("preview") == "yes":
        with archive.read(current_actor()) as work:
            share = delivery_lines.sender(work, sender_id)
            seen = external_lists.preview(work, share, content)
            rows = [
                {
                    **facts(row, "row", "said", "sense", "left_out"),
                    "code": row.file.code if row.file else None,
                }
                for row in seen.rows
            ]
        saw(access_log.at_list("delivery", [share.stream]))
        return jsonify(rows=rows)
    with archive.write(current_actor()) as work:
        made = external_lists.take(work, delivery_lines.sender(work, sender_id), content)
    return jsonify(facts(made, "listed", "left_out"))


@bp.post("/<int:sender_id>/crates")
@requires(Permission.DELIVER)
def take_crate(sender_id: int) -> tuple[Response, int]:
    """Take a crate for packing by its {code}; one taken already is answered as it is."""
    body = sent()
    with archive.write(current_actor()) as work:
        share = delivery_lines.sender(work, sender_id)
        crate = packing.take_crate(work, share, body.place(work, "code"))
        shown = serializers.crate(work, crate)
    return jsonify(shown), 201


@bp.post("/<int:sender_id>/sheet")
@requires(Permission.DELIVER)
def enter_sheet(sender_id: int) -> Response:
    """Enter a filled-in tick sheet: {rows: [{row, crate, code, reference}]}; all of it or nothing."""
    ticks = sheet_rows(sent())
    with archive.write(current_actor()) as work:
        entered = paper_sheets.pack(work, delivery_lines.sender(work, sender_id), ticks)
    return jsonify(outcomes=outcomes(entered))


def sheet_rows(body: Sent) -> Sequence[Tick]:
    """Read the rows of a filled-in sheet."""
    return [
        Tick(**row.numbers("row", "crate"), code=row.text("code"), reference=row.text("reference"))
        for row in body.rows("rows")
    ]


def outcomes(entered: Entered) -> list[str | None]:
    """Return what each row of a sheet came to; nothing where a file was said not to be there."""
    return [outcome.value if outcome else None for outcome in entered.outcomes]


@bp.post("/<int:sender_id>/dispatch")
@requires(Permission.DELIVER)
def dispatch(sender_id: int) -> Response:
    """Let the packed crates leave with a {driver}."""
    driver = sent().text("driver")
    return _do(sender_id, lambda work, share: dispatching.dispatch(work, share, driver))


@bp.post("/<int:sender_id>/recall")
@requires(Permission.DELIVER)
def recall(sender_id: int) -> Response:
    """Call back what was sent by mistake, before any of it was received."""
    return _do(sender_id, dispatching.recall)


@bp.post("/<int:sender_id>/drop")
@requires(Permission.PLAN_DELIVERIES)
def drop(sender_id: int) -> Response:
    """Let a sender drop out before anything has left."""
    return _do(sender_id, planning.drop_sender)


@bp.post("/<int:sender_id>/sign")
@requires(Permission.RECEIVE)
def sign(sender_id: int) -> Response:
    """Sign the receipt: what was packed and did not come is named; never by who packed any of it."""
    return _do(sender_id, reconciliation.sign)


# One row


def _line(work: Work, sender_id: int, line_id: int) -> Any:
    line = delivery_lines.line(work, line_id)
    if line.sender_id != sender_id:
        raise Invalid("line_elsewhere", N_("This row is on another sender's list."))
    return line


@bp.post("/<int:sender_id>/lines/<int:line_id>/leave-out")
@requires(Permission.PLAN_DELIVERIES)
def leave_out(sender_id: int, line_id: int) -> Response:
    """Leave one listed file for another time."""
    return _do(sender_id, lambda work, _share: pick_lists.leave_out(work, _line(work, sender_id, line_id)))


@bp.post("/<int:sender_id>/lines/<int:line_id>/not-found")
@requires(Permission.DELIVER)
def not_found(sender_id: int, line_id: int) -> Response:
    """Say that a listed file was looked for and is not on its shelf."""
    return _do(sender_id, lambda work, _share: packing.not_found(work, _line(work, sender_id, line_id)))


@bp.post("/<int:sender_id>/lines/<int:line_id>/unpack")
@requires(Permission.DELIVER)
def unpack(sender_id: int, line_id: int) -> Response:
    """Take back that a piece was packed, before its crate has left."""
    return _do(sender_id, lambda work, _share: packing.unpack(work, _line(work, sender_id, line_id)))
