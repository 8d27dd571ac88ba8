"""Say of an incident only what somebody stated: what nobody was asked, and what was derived, is called so."""

from collections.abc import Callable
from datetime import datetime

from archive.incidents.report.data import IncidentReport, ReportThing, SearchLine, StepLine
from archive.kernel.clock import local
from archive.vocabulary import FoundState, FoundWhere, IncidentOutcome, SearchResult, StepState
from archive.vocabulary.wording import _, ngettext

_ANSWERS = ("interim_answer", "final_answer", "new_request")


def away(days: int) -> str:
    """Say how long something was away, in whole days where it was a day."""
    return ngettext("%(num)s day", "%(num)s days", days) if days else _("less than a day")


def lay(where: FoundWhere | None, *, place: bool, cover: bool) -> str:
    """Say where something lay, and what that was derived from: nobody is asked for the kind itself."""
    if where is None:
        return _("not stated")
    if where is FoundWhere.OTHER or (cover and where is FoundWhere.OTHER_COVER):
        return where.label
    source = _("the place named") if place else _("answers and scans")
    return _("%(where)s (derived from %(source)s)", where=where.label, source=source)


def state(found: FoundState | None, *, short: bool, place: bool, cover: bool) -> str:
    """Say in what state it was found; the short way never asks, though 0.1.0 wrote down that it was whole."""
    if found is None or (short and found is FoundState.WHOLE and not place and not cover):
        return _("not stated")
    return found.label


def where(thing: ReportThing) -> str:
    """Say where a thing of a report lay."""
    return lay(thing.found_where, place=thing.found_place is not None, cover=bool(thing.found_in_code))


def state_of(report: IncidentReport, thing: ReportThing) -> str:
    """Say in what state a thing of a report was found."""
    named = thing.found_place is not None
    return state(thing.found_state, short=report.short, place=named, cover=bool(thing.found_in_code))


def result(search: SearchLine) -> str:
    """Say what a search led to: whoever searched said that it was found, and it may have proved none."""
    some = search.some and search.result is SearchResult.FOUND
    said = _("some of it, according to whoever searched") if some else search.result.label
    return _("%(said)s; proved wrong", said=said) if search.wrong else said


def suspected(report: IncidentReport, when: Callable[[datetime], str]) -> str:
    """Say when it was suspected lost; where nobody said when, the report itself is the suspicion."""
    moment = when(report.suspected_at)
    if report.suspected_at != report.reported_at:
        return moment
    return _("%(when)s (not stated: when it was reported)", when=moment)


def missed(report: IncidentReport, when: Callable[[datetime], str]) -> str:
    """Say when it was first missed; where nobody said when, the first moment that is known."""
    moment, step = when(report.missed_at), report.done("report")
    if report.missed_at == report.reported_at:
        return _("%(when)s (not stated: when it was reported)", when=moment)
    if report.missed_at == report.suspected_at and step and not _answer(step, "missed_at"):
        return _("%(when)s (not stated: when it was suspected lost)", when=moment)
    return moment


def waits(report: IncidentReport) -> str:
    """Say whether somebody waits, and when they were answered last."""
    if not report.somebody_waits:
        return _("not stated")
    answers = [one for one in report.steps if one.step in _ANSWERS]
    last = max((_answered(one) for one in answers if one.state is StepState.DONE), default="")
    gone = max((_answered(one) for one in answers if one.withdrawn), default="")
    if gone > last:
        return _(
            "yes; answered last %(when)s, which does not hold since the incident was taken up again: to be "
            "answered anew",
            when=gone,
        )
    return _("yes; answered last %(when)s", when=last) if last else _("yes; no answer is written down")


def _answered(step: StepLine) -> str:
    """Return when somebody was answered, as was said; where the form asks for no time, when it was done."""
    done = f"{local(step.done_at):%Y-%m-%d %H:%M}" if step.done_at else ""
    return _answer(step, "answered_at") or done


def ended(step: StepLine, when: Callable[[datetime], str]) -> str:
    """Say how a step stands; what was done before the incident was taken up again did not fall away."""
    if not step.withdrawn or step.done_at is None:
        return step.state.label
    done = when(step.done_at)
    return _("done %(when)s, does not count since the incident was taken up again", when=done)


def child(report: IncidentReport) -> str:
    """Say whether a child is concerned, as it was judged or as the register has it."""
    return _judged(report, "child", report.child, _("yes, by the report or the register"), _("not judged"))


def ongoing(report: IncidentReport) -> str:
    """Say whether an ongoing case needs it."""
    return _judged(report, "ongoing", report.ongoing_case, _("yes, by the report"), _("not judged"))


def protected(report: IncidentReport) -> str:
    """Say whether a person with protected data is concerned; what is not known counts as yes."""
    registered = all(thing.custody is not None for thing in report.things)
    no = _("not judged; by the register no") if registered else _("not judged; by the report no")
    return _judged(report, "protected", report.protected, _("yes, or not known: treated as yes"), no)


def _judged(report: IncidentReport, field: str, flag: bool, yes: str, no: str) -> str:
    """Say an answer of the risk screening: its own word where it agrees with what holds, else what holds."""
    step = report.done("screen_risk")
    answer = _answer(step, field) if step else None
    if step is None:
        return yes if flag else no
    if answer == "okänt":
        return _("not known: treated as yes")
    if answer == "ja" or (answer is None and flag):
        return _("yes")
    return yes if flag else _("no")


def _answer(step: StepLine, field: str) -> str | None:
    found = next((one for one in step.answers if one.field == field), None)
    return found.value.sv if found and found.value else None


def outcome(ended: IncidentOutcome | None, *, part: bool) -> str:
    """Say how it ended; where a part had been found only the rest of it was declared lost."""
    if part and ended is IncidentOutcome.DECLARED_LOST:
        return _("found, the rest declared lost")
    return ended.label if ended else ""
