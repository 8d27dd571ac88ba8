"""The annual report to the board: a year or some months in figures, on the page and as PDF."""

from datetime import date, timedelta

from flask import Blueprint, Response, make_response, request

from archive.accounts import display_names
from archive.annual_report import figures, paper
from archive.annual_report.figures import Annual
from archive.incidents import lost_register
from archive.kernel.errors import Invalid
from archive.kernel.store import Work
from archive.vocabulary import Permission
from archive.vocabulary.wording import N_
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.addresses import url_for
from archive.web.kit.answers import Refusals, saw, show

bp = Blueprint("annual_report", __name__, url_prefix="/annual-report")

MOST_MONTHS = 120


@bp.get("/")
@requires(Permission.READ_INCIDENTS)
def index() -> Response:
    """Show the report of a period of whole months; counts only, no file and no name."""
    asked: tuple[date, date] | None = None
    with Refusals() as refused:
        asked = _asked()
    with archive.read(current_actor()) as work:
        report = figures.annual(work, *(asked or figures.usual(work)))
        years = _years(work, report)
    return show(
        "annual_report/index.html",
        None,
        refused=refused,
        report=report,
        title=paper.title(report),
        sections=paper.sections(report),
        years=years,
        chosen=_chosen(report),
        form={**_chosen(report), **request.args},
    )


@bp.get("/report.pdf")
@requires(Permission.READ_INCIDENTS)
def download() -> Response:
    """Give the report on paper."""
    with archive.read(current_actor()) as work:
        report = figures.annual(work, *(_asked() or figures.usual(work)))
        by, now = display_names.names(work, [work.actor.id])[work.actor.id], work.now
    body = paper.pdf(report, archive.settings, now, by, url_for("annual_report.index", **_chosen(report)))
    saw()
    answer = make_response(body)
    answer.mimetype = "application/pdf"
    name = f"arkivrapport-{report.since:%Y-%m}-{report.until:%Y-%m}.pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _asked() -> tuple[date, date] | None:
    """Return the days the address asks for, None for the usual ones; raises Invalid naming the field."""
    if not (request.args.get("from") or request.args.get("until")):
        return None
    since, until = _month("from"), _month("until")
    if until < since:
        raise Invalid("period_backwards", N_("The last month comes before the first."), field="until")
    if (until.year - since.year) * 12 + until.month - since.month >= MOST_MONTHS:
        raise Invalid("period_too_long", N_("Choose at most ten years."), field="until")
    return since, (until + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _month(field: str) -> date:
    """Return the first day of a month; raises Invalid."""
    try:
        found = date.fromisoformat(f"{request.args.get(field, '').strip()}-01")
    except ValueError:
        found = date.min
    if not 1950 <= found.year < 2200:
        raise Invalid("month_wrong", N_("Write a month, as 2026-11."), field=field)
    return found


def _chosen(report: Annual) -> dict[str, str]:
    """Return the period as an address says it."""
    return {"from": f"{report.since:%Y-%m}", "until": f"{report.until:%Y-%m}"}


def _years(work: Work, report: Annual) -> list[dict[str, object]]:
    """Return the years to go to: those in which something was missed, this one and the last."""
    this = work.now.year
    years = sorted({this, this - 1, report.since.year, *lost_register.years(work)}, reverse=True)
    whole = (report.since.month, report.until.month) == (1, 12) and report.since.year == report.until.year
    return [
        {
            "href": url_for("annual_report.index", **{"from": f"{year}-01", "until": f"{year}-12"}),
            "text": str(year),
            "current": whole and year == report.since.year,
        }
        for year in years[:8]
    ]
