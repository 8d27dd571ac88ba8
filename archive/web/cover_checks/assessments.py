"""Assessments: who may have read papers that lay in another's cover; each with its owner and its clock."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request, url_for

from archive.access_log import access_log
from archive.accounts import display_names, users
from archive.cover_checks import assessments, findings
from archive.cover_checks.assessments import AssessmentResult
from archive.files import files, masking
from archive.kernel.errors import Invalid
from archive.kernel.letters import is_number
from archive.kernel.lifecycle import ASSESSMENT
from archive.kernel.store import Work
from archive.models import Assessment, Loan
from archive.vocabulary import AssessmentAction, AssessmentAnswer, Permission
from archive.vocabulary.wording import N_, _
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import Refusals, see, show

bp = Blueprint("assessments", __name__, url_prefix="/covers/assessments")

PAGE = 30
# Who may see all: those who judge, and those who check who looked. Others see what they own.
_ALL = (frozenset({Permission.ASSESS}), frozenset({Permission.READ_LOOKS, Permission.READ_NAMES}))


@bp.get("")
@requires(Permission.ASSESS)
def index() -> Response:
    """List what is not answered, the most urgent first, or what is."""
    return _list()


@bp.get("/mine")
@requires(Permission.READ_FILES)
def mine() -> Response:
    """List the assessments one owns; to those who check who looked, all of them."""
    return _list()


def _list() -> Response:
    answered = request.args.get("answered") == "yes"
    actor = current_actor()
    everything = any(all(map(actor.may, rights)) for rights in _ALL)
    with archive.read(actor) as work:
        rows = assessments.listed(
            work,
            owner_id=None if everything else actor.user_id or 0,
            answered=answered,
            after=_mark(request.args.get("after", "")),
            limit=PAGE + 1,
        )
        shown = masking.cards(work, [files.get(work, row.Assessment.file_id) for row in rows[:PAGE]])
        owners = {f"user:{row.Assessment.owner_id}" for row in rows if row.Assessment.owner_id}
        names = display_names.names(work, owners)
        now = work.now
    last = rows[PAGE - 1].Assessment if len(rows) > PAGE else None
    state = "yes" if answered else None
    return show(
        "cover_checks/assessments.html",
        access_log.at_list("assessments", masking.subjects(shown)),
        rows=list(zip([row.Assessment for row in rows[:PAGE]], shown, strict=True)),
        names=names,
        now=now,
        answered=answered,
        everything=everything,
        next=last
        and url_for(request.endpoint or "", answered=state, after=f"{last.due_at.isoformat()}|{last.id}"),
    )


def _mark(text: str) -> tuple[datetime, int] | None:
    moment, _sep, number = text.partition("|")
    try:
        return datetime.fromisoformat(moment), int(number)
    except ValueError:
        return None


@bp.get("/<int:assessment_id>")
@requires(Permission.READ_FILES)
def page(assessment_id: int) -> Response:
    """Show what is to be judged: what lay where, since when, who had the cover meanwhile."""
    return _page(assessment_id)


def _page(assessment_id: int, refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        one = assessments.get(work, assessment_id)
        facts, subjects = _facts(work, one)
        now = work.now
    return show(
        "cover_checks/assessment.html",
        access_log.at_list("assessment", [one.stream, *subjects]),
        refused=refused,
        one=one,
        now=now,
        actions=ASSESSMENT.actions(one.status, current_actor().permissions),
        AssessmentAction=AssessmentAction,
        answers=[{"value": one.value, "label": one.label.capitalize()} for one in AssessmentAnswer],
        form=request.form,
        **facts,
    )


def _facts(work: Work, one: Assessment) -> tuple[dict[str, Any], list[str]]:
    finding = findings.get(work, one.finding_id)
    ids = [one.file_id, *([finding.foreign_id] if finding.foreign_id else [])]
    shown = masking.cards(work, [files.get(work, file_id) for file_id in ids])
    loans = [work.session.get_one(Loan, loan_id) for loan_id in one.loans]
    people = {finding.found_by, one.answered_by or "", f"user:{one.owner_id}"} - {"", "user:None"}
    nameless = display_names.nameless(work.actor)
    return {
        "finding": finding,
        "card": shown[0],
        "other": shown[1] if len(shown) > 1 else None,
        "loans": [
            (
                loan,
                _("the borrower of loan %(number)s", number=loan.id) if nameless else loan.borrower,
            )
            for loan in loans
        ],
        "names": display_names.names(work, people),
        "owners": [
            {"value": str(user.id), "label": user.name}
            for user, _roles in users.users(work)
            if user.active and user.id != one.owner_id
        ]
        if work.actor.may(Permission.ASSESS)
        else [],
    }, masking.subjects(shown)


@bp.post("/<int:assessment_id>/answer")
@requires(Permission.ASSESS)
def answer(assessment_id: int) -> Response:
    """Say who may have read, and what was decided; that ends the assessment and its clock."""
    form = request.form
    with Refusals() as refused:
        came_to = AssessmentAnswer.read(form.get("answer"))
        if came_to is None:
            raise Invalid("answer_missing", N_("Choose what you came to."), field="answer")
        said = AssessmentResult(came_to, form.get("readers", ""), form.get("decision", ""), _incident())
        with archive.write(current_actor()) as work:
            assessments.answer(work, assessments.get(work, assessment_id), said)
        return see(url_for(".page", assessment_id=assessment_id), _("Answered. The clock has stopped."))
    return _page(assessment_id, refused)


def _incident() -> int | None:
    text = request.form.get("incident", "").strip()
    if not text:
        return None
    if not text.isdecimal() or len(text) > 9:
        raise Invalid("number_wrong", N_("Write the number of the incident."), field="incident")
    return int(text)


@bp.post("/<int:assessment_id>/pass-on")
@requires(Permission.ASSESS)
def pass_on(assessment_id: int) -> Response:
    """Give an assessment to another owner; its clock goes on."""
    with Refusals() as refused:
        text = request.form.get("owner", "")
        if not is_number(text):
            raise Invalid("owner_missing", N_("Choose who is to judge it."), field="owner")
        with archive.write(current_actor()) as work:
            one = assessments.get(work, assessment_id)
            assessments.pass_on(work, one, users.user(work, int(text)))
        return see(url_for(".page", assessment_id=assessment_id), _("Passed on. The clock goes on."))
    return _page(assessment_id, refused)
