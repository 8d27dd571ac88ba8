"""Crates of a delivery for other programs: sealed, come, looked at, emptied; what was packed is told last."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify

from archive.api.bodies import sent
from archive.api.deliveries import senders
from archive.deliveries import lines, packing, paper_sheets, receiving, serializers
from archive.kernel.store import Work
from archive.models import DeliveryCrate
from archive.vocabulary import Permission
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import saw

bp = Blueprint("api_crates", __name__, url_prefix="/api/crates")


@bp.get("/<int:crate_id>")
@requires(Permission.DELIVER)
def one(crate_id: int) -> Response:
    """Return a crate: seal, what came; how much was packed once it is said to be empty."""
    return _one(crate_id)


def _one(crate_id: int) -> Response:
    with archive.read(current_actor()) as work:
        shown = serializers.crate(work, lines.crate(work, crate_id))
    saw()
    return jsonify(shown)


def _do(crate_id: int, verb: Callable[[Work, DeliveryCrate], Any]) -> Response:
    with archive.write(current_actor()) as work:
        verb(work, lines.crate(work, crate_id))
    return _one(crate_id)


@bp.post("/<int:crate_id>/seal")
@requires(Permission.DELIVER)
def seal(crate_id: int) -> Response:
    """Note the number of the {seal} put on a crate; an empty one says that it was opened again."""
    number = sent().text("seal")
    return _do(crate_id, lambda work, crate: packing.seal(work, crate, number))


@bp.post("/<int:crate_id>/let-go")
@requires(Permission.DELIVER)
def let_go(crate_id: int) -> Response:
    """Let a crate go that was taken by mistake."""
    return _do(crate_id, packing.let_go)


@bp.post("/<int:crate_id>/arrive")
@requires(Permission.RECEIVE)
def arrive(crate_id: int) -> Response:
    """Say that a crate has come; said twice it is known. Scanning it at the task receive does the same."""
    return _do(crate_id, receiving.arrive)


@bp.post("/<int:crate_id>/seal-seen")
@requires(Permission.RECEIVE)
def check_seal(crate_id: int) -> Response:
    """Say what the seal looks like at arrival, once: {seal: number on it, whole: true or false}."""
    body = sent()
    number, whole = body.text("seal"), body.flag("whole")
    return _do(crate_id, lambda work, crate: receiving.check_seal(work, crate, number, whole=whole))


@bp.post("/<int:crate_id>/sheet")
@requires(Permission.RECEIVE)
def enter_sheet(crate_id: int) -> Response:
    """Enter the filled-in checklist of a crate: {rows: [{row, code, reference}]}; all of it or nothing."""
    ticks = senders.sheet_rows(sent())
    with archive.write(current_actor()) as work:
        entered = paper_sheets.receive(work, lines.crate(work, crate_id), ticks)
    return jsonify(outcomes=senders.outcomes(entered))


@bp.post("/<int:crate_id>/empty")
@requires(Permission.RECEIVE)
def empty(crate_id: int) -> Response:
    """Say that a crate is empty: `received` came, and now it is told that `pieces` were packed."""
    return _do(crate_id, receiving.empty)
