"""The programme: which rooms are left, how fast they empty, when the last one will be, what checks found."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, abort, make_response, request, url_for

from archive.deliveries import planning, views
from archive.kernel.clock import local_date
from archive.kernel.errors import Invalid
from archive.kernel.letters import is_number
from archive.places import places
from archive.programme import emptying, forecast, serializers
from archive.programme.forecast import Forecast, Programme
from archive.programme.papers import tables as paper
from archive.vocabulary import DeliveryState, Permission, SweepState
from archive.vocabulary.wording import N_, _
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import Refusals, saw, see, show
from archive.web.programme import line_chart

bp = Blueprint("programme", __name__, url_prefix="/programme")

NEXT = 8  # deliveries shown
WEEKS = 26  # of counts in the table; the file has them all
COURSE = 6  # weeks of each room in one table
YEAR = 365  # days over which findings are counted
_UNDER_WAY = tuple(
    state for state in DeliveryState if state not in {DeliveryState.CLOSED, DeliveryState.CANCELLED}
)


@bp.get("/")
@requires(Permission.DELIVER)
def index() -> Response:
    """Show the programme: pictures first, a table beside each; counts only, no file and no name."""
    return _index()


def _index(refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        today = local_date(work.now)
        read = forecast.read(work, end=archive.settings.programme_end)
        coming = planning.listed(work, states=_UNDER_WAY, limit=NEXT)[::-1]
        figures = {one.id: views.delivery_figures(work, one) for one in coming}
        found, named = serializers.named_findings(work, YEAR)
        entered = {one.emptying.room_id for one in read.rooms}
        rooms = views.fetched_from(work)
    nothing = Forecast(None, None, None, None, None, passed=False)
    return show(
        "programme/index.html",
        None,
        refused=refused,
        read=read,
        today=today,
        chart=line_chart.draw(read.counts, read.left, today, read.forecast, read.end) if read.rooms else None,
        weeks=line_chart.weekly(read.counts, WEEKS),
        SweepState=SweepState,
        charts={
            one.emptying.id: line_chart.draw(one.counts, one.left, today, nothing, None) for one in read.rooms
        },
        course=_course(read),
        done=sum(one.emptying.status is SweepState.EMPTY for one in read.rooms),
        coming=coming,
        figures=figures,
        open_differences=sum(one.open_differences for one in figures.values()),
        found=found,
        named=named,
        to_enter=[{"value": str(id_), "label": name} for id_, name in rooms if id_ not in entered],
        form=request.form,
    )


def _course(read: Programme) -> dict[str, Any]:
    """Return the last weeks of every room as one table: what was left; None before the first count."""
    days = [day for day, _files in line_chart.weekly(read.counts, COURSE)][::-1]
    rows = {
        one.emptying.id: [next((files for at, files in one.counts[::-1] if at <= day), None) for day in days]
        for one in read.rooms
    }
    columns = [{"text": _("Room")}, *({"text": day.isoformat(), "numeric": True} for day in days)]
    return {"columns": columns, "rows": rows}


@bp.post("/")
@requires(Permission.PLAN_DELIVERIES)
def enter() -> Response:
    """Enter an old room into the programme, as the last one."""
    with Refusals() as refused:
        text = request.form.get("place", "")
        if not is_number(text):
            raise Invalid("place_missing", N_("Choose a room."), field="place")
        with archive.write(current_actor()) as work:
            entered = emptying.enter(work, places.get(work, int(text)))
        return see(url_for("emptying.page", emptying_id=entered.id), _("The room is in the programme."))
    return _index(refused)


@bp.post("/rooms/<int:emptying_id>/earlier")
@requires(Permission.PLAN_DELIVERIES)
def earlier(emptying_id: int) -> Response:
    """Let a room be emptied before the one that stands before it."""
    with archive.write(current_actor()) as work:
        order = list(emptying.rooms(work))
        at = order.index(emptying.get(work, emptying_id))
        if at:
            order[at - 1 : at + 1] = order[at], order[at - 1]
            emptying.order(work, order)
    return see(url_for(".index", _anchor="rooms"), _("The order is changed."))


@bp.get("/<table>.csv")
@requires(Permission.DELIVER)
def download(table: str) -> Response:
    """Give one of the page's tables as a file for the spreadsheet: rooms, counts or findings."""
    if table not in paper.TABLES:
        abort(404)
    with archive.read(current_actor()) as work:
        read = forecast.read(work, end=archive.settings.programme_end)
        if table == "findings":
            found, named = serializers.named_findings(work, YEAR)
            lines: Iterable[bytes] = paper.findings(found, named)
        else:
            lines = paper.rooms(read) if table == "rooms" else paper.counts(read)
        answer = make_response(b"".join(lines))
    saw()
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f"attachment; filename={paper.TABLES[table]}.csv"
    return answer
