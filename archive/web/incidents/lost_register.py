"""The register of lost files: all incidents in one list, filtered, and out as CSV, XLSX and PDF."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, abort, make_response, request, url_for

from archive.access_log import access_log
from archive.accounts import display_names
from archive.incidents import lost_register
from archive.incidents.lost_register import Filter, LastLine, LossEnd, Order
from archive.incidents.papers import lost_register as paper
from archive.models import Unit
from archive.vocabulary import FoundWhere, IncidentState, Permission
from archive.vocabulary.wording import N_, Both, _
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import saw, show

bp = Blueprint("lost_register", __name__, url_prefix="/lost-register")

ORDERS = {
    Order.NEWEST: N_("Reported last first"),
    Order.OLDEST: N_("Reported first first"),
    Order.MISSED: N_("Missed last first"),
}
_KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


@bp.get("/")
@requires(Permission.READ_INCIDENTS)
def index() -> Response:
    """Show one page of the register."""
    wanted, order = _asked()
    with archive.read(current_actor()) as work:
        found = lost_register.page(work, wanted, order, after=LastLine.read(request.args.get("after", "")))
        totals = lost_register.totals(work, wanted)
        causes, units = lost_register.causes(work), lost_register.units(work)
        years = lost_register.years(work)
    subjects = dict.fromkeys(name for line in found.lines for name in line.subjects)
    return show(
        "incidents/lost_register.html",
        access_log.at_list("lost_register", subjects),
        lines=found.lines,
        totals=totals,
        wanted=wanted,
        order=order,
        chosen=_chosen(wanted, order),
        filters=_filters(wanted, order, causes, units, years),
        causes=causes,
        paper=paper,
        next=found.next and url_for(".index", **_chosen(wanted, order), after=str(found.next)),
    )


@bp.get("/as/<form>")
@requires(Permission.READ_INCIDENTS)
def download(form: str) -> Response:
    """Give the register, as filtered, as a file for the spreadsheet (csv, xlsx) or on paper (pdf)."""
    if form not in _KINDS:
        abort(404)
    wanted, order = _asked()
    with archive.read(current_actor()) as work:
        lines = list(lost_register.everything(work, wanted, order))
        causes = lost_register.causes(work)
        totals = lost_register.totals(work, wanted)
        said = _said(wanted, causes, lost_register.units(work))
        by, now = display_names.names(work, [work.actor.id])[work.actor.id], work.now
    if form == "csv":
        body = b"".join(paper.csv(lines, causes))
    elif form == "xlsx":
        body = paper.xlsx(lines, causes)
    else:
        body = paper.pdf(iter(lines), causes, totals, said, archive.settings, now, by)
    saw(
        access_log.at_list(
            f"lost_register_{form}", dict.fromkeys(name for one in lines for name in one.subjects)
        )
    )
    answer = make_response(body)
    answer.headers["Content-Type"] = _KINDS[form]
    answer.headers["Content-Disposition"] = f"attachment; filename=forlorade-akter.{form}"
    return answer


def _asked() -> tuple[Filter, Order]:
    """Read what the address asks for; what makes no sense is not asked for."""
    args = request.args
    order = args.get("order", "")
    year = args.get("year", 0, type=int)
    return (
        Filter(
            status=IncidentState.read(args.get("state")),
            year=year if 1900 <= year < 9999 else None,
            unit_id=args.get("unit", type=int),
            cause=args.get("cause", "")[:60],
            end=LossEnd.read(args.get("end")),
            where=FoundWhere.read(args.get("where")),
        ),
        Order(order) if order in set(Order) else Order.NEWEST,
    )


def _chosen(wanted: Filter, order: Order) -> dict[str, Any]:
    """Return what was asked for as an address says it."""
    return {
        "state": wanted.status and wanted.status.value,
        "year": wanted.year,
        "unit": wanted.unit_id,
        "cause": wanted.cause or None,
        "end": wanted.end and wanted.end.value,
        "where": wanted.where and wanted.where.value,
        "order": None if order is Order.NEWEST else order.value,
    }


def _filters(
    wanted: Filter, order: Order, causes: dict[str, Both], units: Sequence[Unit], years: Sequence[int]
) -> list[dict[str, Any]]:
    """Return the selects of the page: name, label, what may be chosen, what is."""
    chosen = _chosen(wanted, order)
    offered: list[tuple[str, str, list[tuple[str, str]]]] = [
        ("year", _("Year of the miss"), [(str(year), str(year)) for year in years]),
        ("state", _("State"), [(one.value, one.label) for one in IncidentState]),
        ("end", _("How it ended"), [(one.value, one.label) for one in LossEnd]),
        ("where", _("Found where"), [(one.value, one.label) for one in FoundWhere]),
        ("cause", _("Cause"), [(name, str(label)) for name, label in causes.items()]),
        ("unit", _("Unit"), [(str(one.id), one.name) for one in units]),
    ]
    selects: list[dict[str, Any]] = [
        {
            "name": name,
            "label": label,
            "options": [{"value": value, "label": text} for value, text in options],
            "value": str(chosen[name] or ""),
            "empty": _("all"),
        }
        for name, label, options in offered
    ]
    orders = [{"value": one.value, "label": _(text)} for one, text in ORDERS.items()]
    return [*selects, {"name": "order", "label": _("Order"), "options": orders, "value": order.value}]


def _said(wanted: Filter, causes: dict[str, Both], units: Sequence[Unit]) -> list[str]:
    """Say in words what was chosen, for paper."""
    named = {unit.id: unit.name for unit in units}
    said = (
        (_("Year of the miss"), wanted.year and str(wanted.year)),
        (_("State"), wanted.status and wanted.status.label),
        (_("How it ended"), wanted.end and wanted.end.label),
        (_("Found where"), wanted.where and wanted.where.label),
        (_("Cause"), wanted.cause and str(causes.get(wanted.cause, wanted.cause))),
        (_("Unit"), wanted.unit_id and named.get(wanted.unit_id, "–")),
    )
    return [f"{name}: {value}" for name, value in said if value]
