"""Deliveries: planned, listed, packed, sent, received, explained and closed."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, make_response, request, url_for

from archive.access_log import access_log
from archive.codes import codes
from archive.deliveries import dispatch as dispatching
from archive.deliveries import lines, paper_data, papers, pick_lists, planning, reconciliation, views
from archive.deliveries import summaries as delivery_summaries
from archive.deliveries.planning import DeliveryPlan
from archive.deliveries.views import Piece
from archive.kernel.errors import Invalid
from archive.kernel.lifecycle import DELIVERY, SENDER
from archive.kernel.store import Work
from archive.models import Delivery, DeliverySender
from archive.places import places
from archive.vocabulary import (
    DeliveryAction,
    DeliveryState,
    DifferenceKind,
    Permission,
    SenderAction,
    SenderState,
)
from archive.vocabulary.wording import N_, _, ngettext
from archive.web.files.forms import Choices
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import Refusals, saw, see, show

bp = Blueprint("deliveries", __name__, url_prefix="/deliveries")

PAGE = 30
LIST_PAGE = 250  # pieces of a pick list on one page
APART = 250  # pieces of each list beside it at most; the papers have them all
_OVER = (DeliveryState.CLOSED, DeliveryState.CANCELLED)
_NOT_A_DAY = N_("Write a day, as 2026-11-27.")
_NOT_A_NUMBER = N_("Write a whole number.")


@bp.get("/")
@requires(Permission.DELIVER)
def index() -> Response:
    """List the deliveries: those under way with their figures, then those that are over."""
    return _index()


def _index(refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        states = [state for state in DeliveryState if state not in _OVER]
        open_ = planning.listed(work, states=states, limit=PAGE)
        figures = {one.id: views.delivery_figures(work, one) for one in open_}
        over = planning.listed(work, states=_OVER, after=_mark(request.args.get("after", "")), limit=PAGE + 1)
        summaries = delivery_summaries.by_delivery(work, [one.id for one in (*open_, *over)])
    saw()
    last = over[PAGE - 1] if len(over) > PAGE else None
    return show(
        "deliveries/index.html",
        None,
        refused=refused,
        open=open_,
        figures=figures,
        summaries=summaries,
        over=over[:PAGE],
        next=last and url_for(".index", after=f"{last.day.isoformat()}|{last.id}"),
        form=request.form,
    )


def _mark(text: str) -> tuple[date, int] | None:
    day, _sep, number = text.partition("|")
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        return None


@bp.post("/")
@requires(Permission.PLAN_DELIVERIES)
def plan() -> Response:
    """Plan a delivery on a day."""
    with Refusals() as refused:
        wanted = DeliveryPlan(
            _day("day"), _number("capacity"), _number("crate_files"), _number("alarm_hours")
        )
        with archive.write(current_actor()) as work:
            delivery = planning.plan(work, wanted)
        return see(url_for(".page", delivery_id=delivery.id), _("Planned. Add who sends with it."))
    return _index(refused)


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, "").strip())
    except ValueError:
        raise Invalid("day_wrong", _NOT_A_DAY, field=name) from None


def _number(name: str) -> int:
    text = request.form.get(name, "").strip()
    if not text.isdecimal() or len(text) > 6:
        raise Invalid("number_wrong", _NOT_A_NUMBER, field=name)
    return int(text)


@bp.get("/<int:delivery_id>")
@requires(Permission.DELIVER)
def page(delivery_id: int) -> Response:
    """Show a delivery: its senders, figures, differences, and what may be done now."""
    return _page(delivery_id)


def _page(delivery_id: int, refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        delivery = lines.delivery(work, delivery_id)
        shares = lines.senders(work, delivery_id)
        rows = [(views.heading(work, share), views.figures(work, share), share) for share in shares]
        figures = views.delivery_figures(work, delivery)
        unshelved = reconciliation.unshelved(work, delivery)
        rooms = views.fetched_from(work) if _plannable(delivery) else []
    saw()
    return show(
        "deliveries/page.html",
        None,
        refused=refused,
        delivery=delivery,
        rows=rows,
        figures=figures,
        unshelved=unshelved,
        rooms=[{"value": str(place_id), "label": name} for place_id, name in rooms],
        actions=DELIVERY.actions(delivery.status, current_actor().permissions),
        DeliveryAction=DeliveryAction,
        plannable=_plannable(delivery),
        form=request.form,
    )


def _plannable(delivery: Delivery) -> bool:
    before = delivery.status in {DeliveryState.PLANNED, DeliveryState.PACKING}
    return before and current_actor().may(Permission.PLAN_DELIVERIES)


@bp.post("/<int:delivery_id>/change")
@requires(Permission.PLAN_DELIVERIES)
def change(delivery_id: int) -> Response:
    """Change the day, how many crates there are, and when it counts as late."""
    with Refusals() as refused:
        values: dict[str, Any] = {name: _number(name) for name in ("capacity", "crate_files", "alarm_hours")}
        day, version = _day("day"), _number("version")
        with archive.write(current_actor()) as work:
            delivery = lines.delivery(work, delivery_id)
            planning.change(work, delivery, version=version, day=day, **values)
        return see(url_for(".page", delivery_id=delivery_id), _("Changed."))
    return _page(delivery_id, refused)


@bp.post("/<int:delivery_id>/senders")
@requires(Permission.PLAN_DELIVERIES)
def add_sender(delivery_id: int) -> Response:
    """Let a room send with this delivery, and list its next files."""
    with Refusals() as refused:
        place_id, wanted = _number("place"), _number("files")
        with archive.write(current_actor()) as work:
            delivery = lines.delivery(work, delivery_id)
            share = planning.add_sender(work, delivery, places.get(work, place_id))
            listed = pick_lists.make(work, share, wanted)
        said = ngettext("Added; %(num)s file is listed.", "Added; %(num)s files are listed.", listed.listed)
        return see(url_for(".sender", sender_id=share.id), said)
    return _page(delivery_id, refused)


@bp.post("/<int:delivery_id>/cancel")
@requires(Permission.PLAN_DELIVERIES)
def cancel(delivery_id: int) -> Response:
    """Cancel a delivery before anything has left."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            delivery = lines.delivery(work, delivery_id)
            planning.cancel(work, delivery, request.form.get("reason", ""))
        return see(url_for(".page", delivery_id=delivery_id), _("Cancelled."))
    return _page(delivery_id, refused)


@bp.post("/<int:delivery_id>/close")
@requires(Permission.PLAN_DELIVERIES)
def close(delivery_id: int) -> Response:
    """Close a delivery once every piece is explained, checked and on its shelf."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            reconciliation.close(work, lines.delivery(work, delivery_id))
        return see(url_for(".page", delivery_id=delivery_id), _("Closed. The receipts are final."))
    return _page(delivery_id, refused)


# One sender


@bp.get("/senders/<int:sender_id>")
@requires(Permission.DELIVER)
def sender(sender_id: int) -> Response:
    """Show a sender's pick list in shelf order, crates and differences."""
    return _sender(sender_id)


def _sender(sender_id: int, refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        share = lines.sender(work, sender_id)
        facts = _facts(work, share)
    return show(
        "deliveries/sender.html",
        access_log.at_list("delivery", [share.stream]),
        refused=refused,
        share=share,
        form=request.form,
        SenderState=SenderState,
        SenderAction=SenderAction,
        **facts,
    )


def _facts(work: Work, share: DeliverySender) -> dict[str, Any]:
    blind = views.blind(work, share)
    row = request.args.get("after", 0, type=int)

    def pieces(*which: Any, limit: int = APART) -> list[Piece]:
        return [] if blind else views.pieces(work, share, *which, limit=limit)

    listed = pieces(views.LISTED, views.after(row), limit=LIST_PAGE + 1)
    further = len(listed) > LIST_PAGE
    return {
        "head": views.heading(work, share),
        "pieces": listed[:LIST_PAGE],
        "came": any(crate.arrived_at for crate in lines.crates(work, sender_id=share.id)),
        "next": url_for(".sender", sender_id=share.id, after=listed[LIST_PAGE - 1].row) if further else None,
        "left_out": pieces(~views.UNLISTED, views.LEFT_OUT),
        "unlisted": pieces(views.UNLISTED),
        "turned_up": pieces(views.TURNED_UP),
        "crates": views.crates(work, share, blind=blind),
        "figures": views.figures(work, share),
        "differences": views.named(work, share),
        "blind": blind,
        "delivery": lines.delivery(work, share.delivery_id),
        "actions": SENDER.actions(share.status, current_actor().permissions),
    }


@bp.post("/senders/<int:sender_id>/list")
@requires(Permission.PLAN_DELIVERIES)
def make_list(sender_id: int) -> Response:
    """List the next files of the room anew, so many as are wanted."""
    with Refusals() as refused:
        wanted = _number("files")
        with archive.write(current_actor()) as work:
            listed = pick_lists.make(work, lines.sender(work, sender_id), wanted)
        said = ngettext("%(num)s file is listed.", "%(num)s files are listed.", listed.listed)
        return see(url_for(".sender", sender_id=sender_id), said)
    return _sender(sender_id, refused)


@bp.post("/senders/<int:sender_id>/lines/<int:line_id>/leave-out")
@requires(Permission.PLAN_DELIVERIES)
def leave_out(sender_id: int, line_id: int) -> Response:
    """Leave one listed file for another time."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            pick_lists.leave_out(work, lines.line(work, line_id))
        return see(url_for(".sender", sender_id=sender_id), _("Left for another time."))
    return _sender(sender_id, refused)


@bp.post("/senders/<int:sender_id>/lines/<int:line_id>/list-again")
@requires(Permission.PLAN_DELIVERIES)
def list_again(sender_id: int, line_id: int) -> Response:
    """Take a file that was left for another time back onto the list."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            pick_lists.list_again(work, lines.line(work, line_id))
        return see(url_for(".sender", sender_id=sender_id), _("Back on the list."))
    return _sender(sender_id, refused)


@bp.post("/senders/<int:sender_id>/drop")
@requires(Permission.PLAN_DELIVERIES)
def drop(sender_id: int) -> Response:
    """Let a sender drop out of the delivery."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            share = lines.sender(work, sender_id)
            planning.drop_sender(work, share)
        return see(url_for(".page", delivery_id=share.delivery_id), _("Dropped out."))
    return _sender(sender_id, refused)


@bp.post("/senders/<int:sender_id>/dispatch")
@requires(Permission.DELIVER)
def dispatch(sender_id: int) -> Response:
    """Let the packed crates leave with a driver."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            dispatching.dispatch(work, lines.sender(work, sender_id), request.form.get("driver", ""))
        return see(url_for(".sender", sender_id=sender_id), _("On its way. Print the delivery note."))
    return _sender(sender_id, refused)


@bp.post("/senders/<int:sender_id>/recall")
@requires(Permission.DELIVER)
def recall(sender_id: int) -> Response:
    """Call back what was sent by mistake, before any of it was received."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            dispatching.recall(work, lines.sender(work, sender_id))
        return see(url_for(".sender", sender_id=sender_id), _("Called back: packing goes on."))
    return _sender(sender_id, refused)


@bp.post("/senders/<int:sender_id>/sign")
@requires(Permission.RECEIVE)
def sign(sender_id: int) -> Response:
    """Sign the receipt: what came is counted, what did not is named."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            reconciliation.sign(work, lines.sender(work, sender_id))
        return see(url_for(".sender", sender_id=sender_id), _("Signed. Explain what differs."))
    return _sender(sender_id, refused)


# Differences


@bp.get("/differences/<int:difference_id>")
@requires(Permission.RECEIVE)
def difference(difference_id: int) -> Response:
    """Ask what a difference turned out to be."""
    return difference_page(difference_id)


def difference_page(difference_id: int, refused: Refusals | None = None) -> Response:
    """Show a difference with what one may say of it."""
    with archive.read(current_actor()) as work:
        found = reconciliation.difference(work, difference_id)
        share = lines.sender(work, found.sender_id)
        shown = next(one for one in views.named(work, share) if one.id == difference_id)
        head = views.heading(work, share)
        reasons = reconciliation.reasons(found)
        unknown = found.kind is DifferenceKind.NOT_IN_REGISTER and not found.reason
        choices = Choices.load(work).options() if unknown else {}
    return show(
        "deliveries/difference.html",
        access_log.at_list("delivery", [share.stream]),
        refused=refused,
        one=shown,
        head=head,
        reasons=[
            {"value": reason.value, "label": reason.label.capitalize(), "hint": None}
            for reason in reasons
            if reason.value != "suspected_loss"
        ],
        choices=choices,
        may_be_lost=any(reason.value == "suspected_loss" for reason in reasons),
        form=request.form,
    )


@bp.post("/differences/<int:difference_id>")
@requires(Permission.RECEIVE)
def explain(difference_id: int) -> Response:
    """Give a difference its reason, or report what it misses as suspected lost."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            found = reconciliation.difference(work, difference_id)
            if request.form.get("answer") == "lost":
                incident = reconciliation.suspect(work, [found], circumstances=request.form.get("text", ""))
                said = _("Reported as suspected lost: incident %(number)s.", number=incident.id)
            else:
                reason = _reason(found)
                reconciliation.explain(
                    work, [found], reason, text=request.form.get("text", ""), place=_place(work)
                )
                said = _("Explained.")
        return see(url_for(".sender", sender_id=found.sender_id, _anchor="differences"), said)
    return difference_page(difference_id, refused)


def _reason(found: Any) -> Any:
    for reason in reconciliation.reasons(found):
        if reason.value == request.form.get("reason"):
            return reason
    raise Invalid("reason_missing", N_("Choose what it turned out to be."), field="reason")


def _place(work: Work) -> Any:
    text = request.form.get("place", "").strip()
    return places.by_code(work, codes.parse(text)) if text else None


# Paper

_PAPERS = {"pick-list": "plocklista", "note": "foljesedel", "receipt": "leveranskvitto"}


@bp.get("/senders/<int:sender_id>/<paper>.pdf")
@requires(Permission.DELIVER)
def print_paper(sender_id: int, paper: str) -> Response:
    """Give a sender's pick list, delivery note or receipt as PDF."""
    if paper not in _PAPERS:
        abort(404)
    with archive.read(current_actor()) as work:
        share = lines.sender(work, sender_id)
        settings = archive.settings
        if paper == "pick-list":
            body = papers.pick_list(work, paper_data.pick_list(work, share), settings)
        elif paper == "note":
            body = papers.note(work, paper_data.note(work, share), settings)
        else:
            body = papers.receipt(work, paper_data.receipt(work, share), settings)
    saw(access_log.at_list("delivery_pdf", [share.stream]))
    return _pdf(body, f"{_PAPERS[paper]}-{share.delivery_id}-{share.number}")


@bp.get("/crates/<int:crate_id>/checklist.pdf")
@requires(Permission.RECEIVE)
def print_checklist(crate_id: int) -> Response:
    """Give the checklist of a crate as PDF: without what was packed until it is said to be empty."""
    with archive.read(current_actor()) as work:
        crate = lines.crate(work, crate_id)
        blind = crate.emptied_at is None  # on the paper for whoever unpacks, whoever prints it
        paper = paper_data.checklist(work, crate, blind=blind)
        body = papers.checklist(work, paper, archive.settings)
    saw(access_log.at_list("delivery_pdf", [f"delivery:{crate.delivery_id}"]))
    return _pdf(body, f"checklista-{crate.delivery_id}-{crate.number}")


def _pdf(body: bytes, name: str) -> Response:
    answer = make_response(body)
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f"inline; filename={name}.pdf"
    return answer
