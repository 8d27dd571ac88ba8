"""Rooms becoming empty, for other programs: what is left, the final sweep, the two signatures."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response, jsonify

from archive.access_log import access_log
from archive.accounts import display_names
from archive.api.bodies import sent
from archive.files import files, masking
from archive.kernel.store import Work
from archive.models import Emptying
from archive.output.serializing import allowed, facts
from archive.places import paths, places
from archive.programme import emptying, forecast, serializers
from archive.vocabulary import Permission, SweepState
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import saw

bp = Blueprint("api_rooms", __name__, url_prefix="/api/rooms")

SHOWN = 200  # files of a kind; the counts are of all


@bp.get("/<int:emptying_id>")
@requires(Permission.DELIVER)
def one(emptying_id: int) -> Response:
    """Return how a room of the programme stands, what is recorded in it and why, which shelves are unseen."""
    return _one(emptying_id)


def _one(emptying_id: int) -> Response:
    with archive.read(current_actor()) as work:
        found = emptying.get(work, emptying_id)
        left = emptying.left(work, found)
        kinds = {"standing": left.standing, "sought": left.sought, "lent": left.lent}
        shown = {name: _codes(work, ids) for name, ids in kinds.items()}
        answer = {
            **serializers.room(forecast.of_room(work, found)),
            "recorded": {name: {"count": len(ids), "codes": shown[name]} for name, ids in kinds.items()},
            "unswept": _unswept(work, found),
            **_signatures(work, found),
            "allowed": allowed(found, work),
        }
    seen = [f"file:{number}" for ids in kinds.values() for number in ids[:SHOWN]]
    saw(access_log.at_list("emptying", [found.stream, *seen], place=found.room_id))
    return jsonify(answer)


def _codes(work: Work, ids: Sequence[int]) -> list[str]:
    """Return the codes of files; which of them concern protected persons is not told."""
    shown = masking.cards(work, [files.get(work, number) for number in ids[:SHOWN]])
    return [card.file.code for card in shown if not card.file.protected]


def _unswept(work: Work, found: Emptying) -> list[dict[str, str]]:
    if found.status is not SweepState.SWEEPING:
        return []
    waiting = emptying.to_sweep(work, found)
    named = paths.steps(work, [place.id for place in waiting])
    return [{"code": place.code, "name": paths.name_of(named[place.id])} for place in waiting]


def _signatures(work: Work, found: Emptying) -> dict[str, Any]:
    who = ("swept_by", "signed_by", "witnessed_by")
    names = display_names.names(work, filter(None, (getattr(found, name) for name in who)))
    signed = {name: names.get(getattr(found, name) or "") for name in who}
    return {**facts(found, "sweep", "swept_at", "signed_at"), **signed}


def _do(emptying_id: int, verb: Callable[[Work, Emptying], Any]) -> Response:
    with archive.write(current_actor()) as work:
        verb(work, emptying.get(work, emptying_id))
    return _one(emptying_id)


@bp.post("/<int:emptying_id>/begin")
@requires(Permission.DELIVER)
def begin(emptying_id: int) -> Response:
    """Begin the final sweep; shelves are then scanned at the task `sweep:ID` of POST /api/scans."""
    return _do(emptying_id, emptying.begin)


@bp.post("/<int:emptying_id>/stop")
@requires(Permission.DELIVER)
def stop(emptying_id: int) -> Response:
    """Break off the sweep; the next one begins from the first shelf."""
    return _do(emptying_id, emptying.stop)


@bp.post("/<int:emptying_id>/finish")
@requires(Permission.DELIVER)
def finish(emptying_id: int) -> Response:
    """End the sweep once every shelf was seen empty."""
    return _do(emptying_id, emptying.finish)


@bp.post("/<int:emptying_id>/sign")
@requires(Permission.DELIVER)
def sign(emptying_id: int) -> Response:
    """Sign as the first of two that the room is empty."""
    return _do(emptying_id, emptying.sign)


@bp.post("/<int:emptying_id>/countersign")
@requires(Permission.PLAN_DELIVERIES)
def countersign(emptying_id: int) -> Response:
    """Sign as the second: the room is closed; what is lent or sought gets {home: code} as its place."""
    body = sent()

    def second(work: Work, found: Emptying) -> None:
        named = body.place(work, "home") if body.get("home") else places.get(work, found.room_id)
        emptying.countersign(work, found, named)

    return _do(emptying_id, second)
