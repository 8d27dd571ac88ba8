"""Double checks: how many covers were checked again by another person, what had been missed, what waits."""

from flask import Blueprint, Response, make_response, request, url_for

from archive.access_log import access_log
from archive.cover_checks import checks, second_checks
from archive.cover_checks import papers as paper
from archive.files import masking
from archive.vocabulary import Permission
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import saw, show

bp = Blueprint("second_checks", __name__, url_prefix="/double-checks")

PAGE = 30


@bp.get("/")
@requires(Permission.READ_FILES)
def index() -> Response:
    """Show figures with their uncertainty, and the covers that wait for a second pair of eyes."""
    checks_covers = current_actor().may(Permission.CHECK_COVERS)
    after = request.args.get("after", 0, type=int)
    with archive.read(current_actor()) as work:
        quarters = second_checks.by_quarter(work)
        since, until = quarters[0].since, quarters[-1].until
        total = second_checks.figures(work, since, until)
        kinds = second_checks.missed_kinds(work, since, until)
        waiting = checks.waiting(work, again=True, after=after, limit=PAGE + 1) if checks_covers else []
        shown = masking.cards(work, [row.file for row in waiting[:PAGE]])
    return show(
        "cover_checks/second_checks.html",
        access_log.at_list("covers", masking.subjects(shown)) if checks_covers else None,
        quarters=quarters,
        total=total,
        kinds=kinds,
        share=archive.settings.double_check_percent,
        hasty={
            "run": second_checks.RUN,
            "seconds": second_checks.HASTY_SECONDS,
            "percent": second_checks.HASTY_PERCENT,
        },
        checks_covers=checks_covers,
        rows=list(zip(waiting[:PAGE], shown, strict=True)),
        next=url_for(".index", after=waiting[PAGE - 1].check.id) if len(waiting) > PAGE else None,
    )


@bp.get("/figures.csv")
@requires(Permission.READ_FILES)
def figures_csv() -> Response:
    """Give the figures as a file for the spreadsheet."""
    with archive.read(current_actor()) as work:
        answer = make_response(b"".join(paper.quarters(second_checks.by_quarter(work))))
    saw()
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = "attachment; filename=dubbelkontroller.csv"
    return answer
