"""The papers of an incident for IMY, those concerned, the police and whoever waits: listed and printed."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, abort, make_response, request

from archive.access_log import access_log
from archive.incidents import reporting
from archive.incidents.letters import cases, reports
from archive.incidents.letters import imy as imy_letters
from archive.incidents.letters import letters as incident_letters
from archive.incidents.letters.cases import Case
from archive.incidents.papers import imy as imy_paper
from archive.incidents.papers import letters, lex_sarah, police
from archive.kernel.config import Settings
from archive.kernel.store import Work
from archive.vocabulary import IncidentPaper, IncidentState, Permission
from archive.vocabulary.wording import DEFAULT_LOCALE, LOCALES, _, speaking
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import saw, show

bp = Blueprint("letters", __name__, url_prefix="/incidents/<int:incident_id>/papers")

# What is copied into IMY's e-service has a page of its own.
_QUESTIONS = {
    IncidentPaper.IMY_NOTIFICATION: imy_letters.notification,
    IncidentPaper.IMY_SUPPLEMENT: imy_letters.supplement,
}


def _case(work: Work, incident_id: int) -> Case:
    return Case(work, reporting.get(work, incident_id), archive.settings)


@bp.get("/")
@requires(Permission.ANYONE)
def index(incident_id: int) -> Response:
    """List the papers the actor may have, each with the step that decides it."""
    with archive.read(current_actor()) as work:
        case = _case(work, incident_id)
        papers = cases.printable(case)
        to = incident_letters.addressees(case) if _has(papers, IncidentPaper.LETTER) else []
        choices = incident_letters.to_choose(case) if papers else []
        askers = incident_letters.to_answer(case) if papers else []
        missing = imy_letters.missing_settings(imy_letters.notification(case)) if papers else []
        facts: dict[str, Any] = {"child": case.incident.child, "sealed": case.sealed}
        facts["closed"] = case.incident.status is IncidentState.CLOSED
        subjects = [*case.subjects, *(f"person:{person_id}" for person_id, _name, _safe in to)]
    return show(
        "incidents/papers.html",
        access_log.at_list("incident_papers", subjects),
        number=incident_id,
        papers=papers,
        questions=_QUESTIONS,
        addressees=to,
        choices=[{"value": str(item), "label": name} for item, name in choices],
        askers=[{"value": str(number), "text": name or str(number + 1)} for number, name in askers],
        of_some={IncidentPaper.ANSWER, IncidentPaper.REFUSAL},
        missing=missing,
        IncidentPaper=IncidentPaper,
        **facts,
    )


def _has(papers: list[cases.Standing], paper: IncidentPaper) -> bool:
    return any(one.paper is paper for one in papers)


@bp.get("/<kind>")
@requires(Permission.ANYONE)
def copy(incident_id: int, kind: str) -> Response:
    """Show what IMY's e-service asks, question by question, to be copied into it."""
    paper = IncidentPaper.read(kind)
    if paper not in _QUESTIONS:
        abort(404)
    with archive.read(current_actor()) as work:
        case = _case(work, incident_id)
        how, head = cases.require(case, paper), cases.heading(case, paper)
        questions = _QUESTIONS[paper](case)
        subjects = case.subjects
    return show(
        "incidents/papers_imy.html",
        access_log.at_list("incident_paper", subjects),
        number=incident_id,
        paper=paper,
        how=how,
        as_sent=_(imy_paper.AS_SENT[paper], when=head.sent) if head.sent else "",
        questions=questions,
        missing=imy_letters.missing_settings(questions),
        unanswered=sum(not one.answer for one in questions),
    )


_Print = Callable[[Settings], bytes]


def _imy(case: Case, paper: IncidentPaper) -> _Print:
    head, questions = cases.heading(case, paper), _QUESTIONS[paper](case)
    return lambda settings: imy_paper.pdf(head, questions, settings)


def _letter(case: Case, _paper: IncidentPaper) -> _Print:
    told = incident_letters.letter(case, request.args.get("person", type=int))
    return lambda settings: letters.letter(told, settings)


def _waiting() -> tuple[list[int], int | None]:
    """Return what somebody waits for, and who of those who asked."""
    return request.args.getlist("item", type=int), request.args.get("asker", type=int)


def _answer(case: Case, _paper: IncidentPaper) -> _Print:
    told = incident_letters.answer(case, *_waiting())
    return lambda settings: letters.answer(told, settings)


def _refusal(case: Case, _paper: IncidentPaper) -> _Print:
    told = incident_letters.refusal(case, *_waiting())
    return lambda settings: letters.refusal(told, settings)


def _report(case: Case, _paper: IncidentPaper) -> _Print:
    told = reports.lex_sarah(case)
    return lambda settings: lex_sarah.report(told, settings)


def _investigation(case: Case, _paper: IncidentPaper) -> _Print:
    told = reports.investigation(case)
    return lambda settings: lex_sarah.investigation(told, settings)


def _police(case: Case, _paper: IncidentPaper) -> _Print:
    told = reports.police(case)
    return lambda settings: police.pdf(told, settings)


_PRINTS: Mapping[IncidentPaper, Callable[[Case, IncidentPaper], _Print]] = {
    IncidentPaper.IMY_NOTIFICATION: _imy,
    IncidentPaper.IMY_SUPPLEMENT: _imy,
    IncidentPaper.LETTER: _letter,
    IncidentPaper.LEX_SARAH_REPORT: _report,
    IncidentPaper.LEX_SARAH_INVESTIGATION: _investigation,
    IncidentPaper.POLICE_REPORT: _police,
    IncidentPaper.ANSWER: _answer,
    IncidentPaper.REFUSAL: _refusal,
}


@bp.get("/<kind>.pdf")
@requires(Permission.ANYONE)
def pdf(incident_id: int, kind: str) -> Response:
    """Give a paper as PDF, in Swedish unless English is asked for; a letter to one `person`."""
    paper = IncidentPaper.read(kind)
    if paper is None:
        abort(404)
    language = request.args.get("language", DEFAULT_LOCALE)
    with speaking(language if language in LOCALES else DEFAULT_LOCALE):
        with archive.read(current_actor()) as work:
            case = _case(work, incident_id)
            printed = _PRINTS[paper](case, paper)
            subjects = case.subjects
        body = printed(archive.settings)
    person = request.args.get("person", type=int) if paper is IncidentPaper.LETTER else None
    to = [f"person:{person}"] if person is not None else []
    saw(access_log.at_list("incident_letter" if to else "incident_paper", [*subjects, *to]))
    answer = make_response(body)
    answer.mimetype = "application/pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{paper.value}-{incident_id}.pdf"'
    return answer
