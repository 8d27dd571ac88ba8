"""One old room becomes empty: what is left in it, the final sweep, two signatures, the certificate."""

from typing import Any

from flask import Blueprint, Response, make_response, request, url_for

from archive.access_log import access_log
from archive.accounts import display_names
from archive.codes import codes
from archive.files import files, masking
from archive.files.masking import Card
from archive.kernel.clock import local_date
from archive.kernel.lifecycle import EMPTYING
from archive.kernel.store import Work
from archive.models import Emptying, Place
from archive.places import paths, places
from archive.programme import emptying, forecast
from archive.programme.forecast import Forecast
from archive.programme.papers import certificate as paper
from archive.vocabulary import Permission, SweepAction, SweepState
from archive.vocabulary.wording import N_, _, ngettext
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import Refusals, saw, see, show
from archive.web.programme import line_chart
from archive.web.scanning import boards
from archive.web.scanning.boards import Board, BoardQuery
from archive.web.scanning.scan import actions_of

bp = Blueprint("emptying", __name__, url_prefix="/programme/rooms")

SHOWN = 50  # files of a kind on the page; the place's own page has them all
WEEKS = 26


@bp.get("/<int:emptying_id>")
@requires(Permission.DELIVER)
def page(emptying_id: int) -> Response:
    """Show how a room stands, what is left in it, and what comes next."""
    return _page(emptying_id)


def _page(emptying_id: int, refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        one = emptying.get(work, emptying_id)
        figures = forecast.of_room(work, one)
        left = emptying.left(work, one)
        shown = [
            (reason, len(ids), _cards(work, ids[:SHOWN]))
            for reason, ids in zip(_reasons(), (left.standing, left.sought, left.lent), strict=True)
        ]
        names = display_names.names(work, filter(None, (one.swept_by, one.signed_by, one.witnessed_by)))
        unswept = len(emptying.to_sweep(work, one)) if one.status is SweepState.SWEEPING else 0
        today = local_date(work.now)
        room = places.get(work, one.room_id)
    nothing = Forecast(None, None, None, None, None, passed=False)
    seen = [subject for _reason, _count, told in shown for subject in masking.subjects(told)]
    return show(
        "programme/room.html",
        access_log.at_list("emptying", [one.stream, *seen], place=one.room_id),
        refused=refused,
        one=one,
        room=room,
        name=paths.name_of(figures.trail),
        figures=figures,
        left=shown,
        names=names,
        unswept=unswept,
        chart=line_chart.draw(figures.counts, figures.left, today, nothing, None),
        weeks=line_chart.weekly(figures.counts, WEEKS),
        actions=EMPTYING.actions(one.status, current_actor().permissions),
        mine=one.signed_by == display_names.person(current_actor()),
        SweepAction=SweepAction,
        SweepState=SweepState,
        form=request.form,
    )


def _reasons() -> tuple[str, str, str]:
    return _("Stands there"), _("Sought in an incident"), _("Lent")


def _cards(work: Work, ids: tuple[int, ...]) -> list[Card]:
    return masking.cards(work, [files.get(work, file_id) for file_id in ids])


@bp.post("/<int:emptying_id>/begin")
@requires(Permission.DELIVER)
def begin(emptying_id: int) -> Response:
    """Begin the final sweep."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            emptying.begin(work, emptying.get(work, emptying_id))
        return see(url_for(".sweep", emptying_id=emptying_id), _("The final sweep has begun."))
    return _page(emptying_id, refused)


@bp.post("/<int:emptying_id>/stop")
@requires(Permission.DELIVER)
def stop(emptying_id: int) -> Response:
    """Break off the sweep; the next one begins from the first shelf."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            emptying.stop(work, emptying.get(work, emptying_id))
        return see(url_for(".page", emptying_id=emptying_id), _("The final sweep is broken off."))
    return _page(emptying_id, refused)


@bp.post("/<int:emptying_id>/finish")
@requires(Permission.DELIVER)
def finish(emptying_id: int) -> Response:
    """End the sweep once every shelf was seen empty."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            emptying.finish(work, emptying.get(work, emptying_id))
        return see(url_for(".page", emptying_id=emptying_id), _("Every shelf is swept. Two people sign now."))
    return _page(emptying_id, refused)


@bp.post("/<int:emptying_id>/sign")
@requires(Permission.DELIVER)
def sign(emptying_id: int) -> Response:
    """Sign as the first of two that the room is empty."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            emptying.sign(work, emptying.get(work, emptying_id))
        said = _("Signed. Another person signs as the second.")
        return see(url_for(".page", emptying_id=emptying_id), said)
    return _page(emptying_id, refused)


@bp.post("/<int:emptying_id>/countersign")
@requires(Permission.PLAN_DELIVERIES)
def countersign(emptying_id: int) -> Response:
    """Sign as the second of two: the room is empty, and closed for good."""
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            one = emptying.get(work, emptying_id)
            rehomed = emptying.countersign(work, one, _home(work, one))
        said = _("The room is empty and closed. Print the certificate.")
        if rehomed:
            more = ngettext(
                "%(num)s file that is out has its place in the central archive now.",
                "%(num)s files that are out have their place in the central archive now.",
                rehomed,
            )
            said = f"{said} {more}"
        return see(url_for(".page", emptying_id=emptying_id), said)
    return _page(emptying_id, refused)


def _home(work: Work, one: Emptying) -> Place:
    """Return the place named for what is out; the room itself without one: refused when needed."""
    text = request.form.get("home", "").strip()
    return places.by_code(work, codes.parse(text)) if text else places.get(work, one.room_id)


# The sweep


@bp.get("/<int:emptying_id>/sweep")
@requires(Permission.DELIVER)
def sweep(emptying_id: int) -> Response:
    """Show the board of the final sweep: scan each shelf that is empty, and what still stands on one."""
    return _sweep(emptying_id, BoardQuery.of_request())


def _sweep(emptying_id: int, asked: BoardQuery) -> Response:
    with archive.read(current_actor()) as work:
        facts, told = boards.facts(work, _board(emptying_id), asked)
        beside = _sweeping(work, emptying_id)
    seen = [subject for one in told for subject in one.subjects]
    return show(
        "programme/board.html",
        access_log.at_list("emptying", dict.fromkeys([*beside["seen"], *seen])),
        refused=asked.refused,
        actions_of=actions_of,
        part="programme/_sweep.html",
        **facts,
        **beside,
    )


boards.PAGES["sweep"] = _sweep


def _board(emptying_id: int) -> Board:
    return Board(
        url_for("emptying.sweep", emptying_id=emptying_id),
        task=f"sweep:{emptying_id}",
        panel=url_for("emptying.sweep_panel", emptying_id=emptying_id),
        chosen=N_("Standing at"),
        nothing_chosen=N_("no shelf chosen"),
        leave=N_("Leave this shelf"),
        counted=N_("found here"),
        begin=N_("Scan the label of a shelf that is empty"),
        begin_text=N_("Look into every corner first. Scan what still stands there after the shelf."),
        go_on=N_("Scan the next shelf"),
        go_on_text=N_("Or a file that still stands on the shelf above."),
    )


@bp.get("/<int:emptying_id>/sweeping")
@requires(Permission.DELIVER)
def sweep_panel(emptying_id: int) -> Response:
    """Show which shelves are still to be seen and what was left behind: the part beside the board."""
    with archive.read(current_actor()) as work:
        beside = _sweeping(work, emptying_id)
    return show("programme/_sweep.html", access_log.at_list("emptying", beside["seen"]), **beside)


def _sweeping(work: Work, emptying_id: int) -> dict[str, Any]:
    one = emptying.get(work, emptying_id)
    waiting = emptying.to_sweep(work, one)
    standing = emptying.left(work, one).standing
    shown = _cards(work, standing[:SHOWN])
    named = paths.steps(work, [one.room_id, *(place.id for place in waiting[:SHOWN])])
    above = len(named[one.room_id])
    return {
        "emptying": one,
        "name": paths.name_of(named[one.room_id]),
        "waiting": [paths.name_of(named[place.id][above:]) or place.name for place in waiting[:SHOWN]],
        "unswept": len(waiting),
        "all": len(emptying.shelves(work, one)),
        "standing": len(standing),
        "left_over": shown,
        "goes_on": one.status is SweepState.SWEEPING,
        "seen": [one.stream, *masking.subjects(shown)],
    }


@bp.get("/<int:emptying_id>/certificate.pdf")
@requires(Permission.DELIVER)
def certificate(emptying_id: int) -> Response:
    """Give the certificate that a room is empty as PDF; before the second signature it says so."""
    with archive.read(current_actor()) as work:
        one = emptying.get(work, emptying_id)
        if one.status is not SweepState.EMPTY:
            EMPTYING.step(one.status, SweepAction.SIGN)  # raises Conflict before the sweep is finished
        body = paper.certificate(work, one, archive.settings)
    saw()
    answer = make_response(body)
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f"inline; filename=intyg-tom-lokal-{emptying_id}.pdf"
    return answer
