"""The boards of a delivery: packing at the sender, receiving at the archive, and what stands beside them."""

from typing import Any

from flask import Blueprint, Response, request, url_for

from archive.access_log import access_log
from archive.deliveries import lines, packing, receiving, views
from archive.deliveries.views import Crate
from archive.kernel.store import Work
from archive.models import DeliverySender
from archive.vocabulary import Permission, SenderState
from archive.vocabulary.wording import N_, _, ngettext
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import Refusals, see, show
from archive.web.scanning import boards
from archive.web.scanning.boards import Board, BoardQuery
from archive.web.scanning.scan import actions_of

bp = Blueprint("boards", __name__, url_prefix="/deliveries")

_PANELS = {"pack": "deliveries/_packing.html", "receive": "deliveries/_receiving.html"}


# Packing


@bp.get("/senders/<int:sender_id>/pack")
@requires(Permission.DELIVER)
def pack(sender_id: int) -> Response:
    """Show the board one packs at: scan a crate, then what goes into it."""
    return _pack(sender_id, BoardQuery.of_request())


def _pack(sender_id: int, asked: BoardQuery) -> Response:
    with archive.read(current_actor()) as work:
        share = lines.sender(work, sender_id)
        facts, told = boards.facts(work, _packing_board(sender_id), asked)
        beside = _packing(work, share)
    subjects = [subject for one in told for subject in one.subjects]
    look = access_log.at_list("delivery", [share.stream, *dict.fromkeys(subjects)])
    return show(
        "deliveries/board.html",
        look,
        refused=asked.refused,
        actions_of=actions_of,
        part=_PANELS["pack"],
        title=_("Pack at %(place)s", place=beside["head"].place),
        **facts,
        **beside,
    )


boards.PAGES["pack"] = _pack


def _packing_board(sender_id: int) -> Board:
    return Board(
        url_for("boards.pack", sender_id=sender_id),
        task=f"pack:{sender_id}",
        panel=url_for("boards.packing_panel", sender_id=sender_id),
        chosen=N_("Packing into"),
        nothing_chosen=N_("no crate chosen"),
        leave=N_("Leave this crate"),
        counted=N_("packed now"),
        begin=N_("Scan a crate"),
        begin_text=N_("Then scan each file that goes into it."),
        go_on=N_("Scan a file"),
        go_on_text=N_("It is packed into the crate above. Scan another crate to go on there."),
    )


@bp.get("/senders/<int:sender_id>/packing")
@requires(Permission.DELIVER)
def packing_panel(sender_id: int) -> Response:
    """Show what is still to be packed, and the crates: the part beside the board."""
    with archive.read(current_actor()) as work:
        share = lines.sender(work, sender_id)
        beside = _packing(work, share)
    return show(_PANELS["pack"], access_log.at_list("delivery", [share.stream]), **beside)


def _packing(work: Work, share: DeliverySender) -> dict[str, Any]:
    blind = views.blind(work, share)
    waiting = [] if blind else views.pieces(work, share, views.WAITING, limit=NEXT)
    missing = [] if blind else views.pieces(work, share, views.NOT_FOUND, limit=MISSING)
    figures = views.figures(work, share)
    return {
        "head": views.heading(work, share),
        "share": share,
        "delivery": lines.delivery(work, share.delivery_id),
        "crates": views.crates(work, share, blind=blind),
        "waiting": waiting,
        "more": (figures.waiting or 0) - len(waiting),
        "missing": missing,
        "figures": figures,
        "packs": share.status in {SenderState.WAITING, SenderState.PACKING},
    }


NEXT = 15  # pieces shown beside the board: those that come next on the shelf
MISSING = 50  # pieces looked for in vain shown there at most; the whole list is a page away


@bp.post("/senders/<int:sender_id>/lines/<int:line_id>/not-found")
@requires(Permission.DELIVER)
def not_found(sender_id: int, line_id: int) -> Response:
    """Say that a listed file is not on its shelf."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            packing.not_found(work, lines.line(work, line_id))
        return see(
            url_for(".pack", sender_id=sender_id, place=request.form.get("context") or None),
            _("Noted: on the list, not on the shelf."),
        )
    return _pack(sender_id, BoardQuery(request.form.get("context", ""), refused=refused))


@bp.post("/senders/<int:sender_id>/crates/<int:crate_id>/seal")
@requires(Permission.DELIVER)
def seal(sender_id: int, crate_id: int) -> Response:
    """Note the number of the seal put on a crate."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            packing.seal(work, lines.crate(work, crate_id), request.form.get("seal", ""))
        return see(url_for(".pack", sender_id=sender_id), _("The seal is noted."))
    return _pack(sender_id, BoardQuery(refused=refused))


@bp.post("/senders/<int:sender_id>/crates/<int:crate_id>/let-go")
@requires(Permission.DELIVER)
def let_go(sender_id: int, crate_id: int) -> Response:
    """Let an empty crate go that was taken by mistake."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            packing.let_go(work, lines.crate(work, crate_id))
        return see(url_for(".pack", sender_id=sender_id), _("The crate is free again."))
    return _pack(sender_id, BoardQuery(refused=refused))


# Receiving


@bp.get("/<int:delivery_id>/receive")
@requires(Permission.RECEIVE)
def receive(delivery_id: int) -> Response:
    """Show the board one receives at: scan a crate, look at its seal, then scan each piece."""
    return _receive(delivery_id, BoardQuery.of_request())


def _receive(delivery_id: int, asked: BoardQuery) -> Response:
    with archive.read(current_actor()) as work:
        facts, told = boards.facts(work, _receiving_board(delivery_id), asked)
        beside = _receiving(work, delivery_id)
    subjects = [subject for one in told for subject in one.subjects]
    look = access_log.at_list("delivery", [f"delivery:{delivery_id}", *dict.fromkeys(subjects)])
    return show(
        "deliveries/board.html",
        look,
        refused=asked.refused,
        actions_of=actions_of,
        part=_PANELS["receive"],
        title=_("Receive crates"),
        **facts,
        **beside,
    )


boards.PAGES["receive"] = _receive


def _receiving_board(delivery_id: int) -> Board:
    return Board(
        url_for("boards.receive", delivery_id=delivery_id),
        task=f"receive:{delivery_id}",
        panel=url_for("boards.receiving_panel", delivery_id=delivery_id),
        chosen=N_("Unpacking"),
        nothing_chosen=N_("no crate chosen"),
        leave=N_("Leave this crate"),
        counted=N_("received now"),
        begin=N_("Scan a crate"),
        begin_text=N_("Look at its seal, then take out one piece at a time and scan it."),
        go_on=N_("Scan a piece"),
        go_on_text=N_("Take out one at a time. How many there should be is told when the crate is empty."),
    )


@bp.get("/<int:delivery_id>/receiving")
@requires(Permission.RECEIVE)
def receiving_panel(delivery_id: int) -> Response:
    """Show the crates that have come and are awaited: the part beside the board."""
    with archive.read(current_actor()) as work:
        beside = _receiving(work, delivery_id)
    return show(_PANELS["receive"], access_log.at_list("delivery", [f"delivery:{delivery_id}"]), **beside)


def _receiving(work: Work, delivery_id: int) -> dict[str, Any]:
    crates: list[tuple[str, DeliverySender, list[Crate]]] = []
    for share in lines.senders(work, delivery_id):
        if share.dispatched_at is not None:
            head = views.heading(work, share)
            crates.append((head.name, share, views.crates(work, share, blind=True)))
    return {"delivery": lines.delivery(work, delivery_id), "senders": crates}


@bp.post("/<int:delivery_id>/crates/<int:crate_id>/seal")
@requires(Permission.RECEIVE)
def check_seal(delivery_id: int, crate_id: int) -> Response:
    """Say whether the seal of a crate is whole, and which number it has."""
    context = request.form.get("context", "")
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            crate = lines.crate(work, crate_id)
            number = request.form.get("seal", "")
            receiving.check_seal(work, crate, number, whole=request.form.get("whole") == "yes")
        return see(
            url_for(".receive", delivery_id=delivery_id, place=context or None), _("The seal is noted.")
        )
    return _receive(delivery_id, BoardQuery(context, refused=refused))


@bp.post("/<int:delivery_id>/crates/<int:crate_id>/empty")
@requires(Permission.RECEIVE)
def empty(delivery_id: int, crate_id: int) -> Response:
    """Say that a crate is empty; now it is told how many pieces came."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            pieces = receiving.empty(work, lines.crate(work, crate_id))
        said = ngettext("Empty: %(num)s piece came in it.", "Empty: %(num)s pieces came in it.", pieces)
        return see(url_for(".receive", delivery_id=delivery_id), said)
    return _receive(delivery_id, BoardQuery(request.form.get("context", ""), refused=refused))
