"""The incident report on paper: what is missing, what was done when and by whom, clocks kept or missed."""

from collections.abc import Callable, Iterator
from datetime import datetime

from babel.numbers import format_percent

from archive.files.parts import which_part
from archive.incidents.report import stated as as_stated
from archive.incidents.report.data import (
    AnswerLine,
    IncidentReport,
    LeadLine,
    ReportLine,
    ReportThing,
    SearchLine,
    StepLine,
    Where,
    stated,
)
from archive.kernel.clock import local
from archive.kernel.config import Settings
from archive.output.page import Column, Report, ReportHead
from archive.vocabulary import IncidentOutcome, StepState, Term
from archive.vocabulary.wording import N_, _, locale, ngettext

_NAMES = 64.0  # mm for what is asked: the answers may be long
ESTIMATE = N_("Estimated, not measured")
WITHHELD = N_("withheld")
# How a place of the search plan is searched: the same box may be searched in two ways.
_MANNERS = {
    "read": N_("read the labels"),
    "open": N_("open the covers"),
    "cover": N_("open the cover"),
    "desk": N_("search the desk"),
    "table": N_("tables and corners"),
    "behind": N_("behind and under"),
    "ask": N_("ask"),
    "sweep": N_("go through all of it"),
}


def pdf(report: IncidentReport, settings: Settings, by: str) -> bytes:
    """Return the report as PDF, in full or redacted as its data are; a draft says so on every page."""
    paper = Report(
        ReportHead(
            _("Incident report %(number)s", number=report.number),
            settings.archive_name,
            settings.authority,
            _when(report.made_at),
            by,
            f"{settings.base_url}/incidents/{report.number}",
            foot=_foot(report),
        )
    )
    _marks(paper, report, settings)
    for part in _PARTS:
        part(paper, report)
    return paper.pdf()


def _foot(report: IncidentReport) -> str:
    state = _("check value %(digits)s", digits=report.check_value[:16]) if report.fixed else _("draft")
    return " · ".join(filter(None, (state, _("without personal data") if report.redacted else "")))


def _marks(paper: Report, report: IncidentReport, settings: Settings) -> None:
    if not report.fixed:
        paper.mark(_("Draft: the incident is not closed. What stands here may still change."))
    if report.redacted:
        paper.mark(
            _("This copy holds no personal data. “–” and “withheld” stand where something was left out.")
        )
    else:
        sections = "21:3, 21:3 a, 22:2, 26:1" if report.protected else "26:1"
        paper.mark(
            _(
                "Secrecy marking (OSL 5:5): holds data that may be secret under OSL %(sections)s. "
                "%(authority)s, %(day)s",
                sections=sections,
                authority=settings.authority,
                day=f"{local(report.made_at):%Y-%m-%d}",
            )
        )


def _in_short(paper: Report, report: IncidentReport) -> None:
    paper.facts([*_known(report), *_moments(report), *_concerns(report), (_("Routine"), _routine(report))])
    if report.entered_afterwards:
        paper.paragraph(_("Entered afterwards."))
    if report.short:
        paper.paragraph(
            _(
                "Closed the short way: found in the first search. Whoever found it answered that nobody "
                "unauthorised can have read it, and the head of the unit confirmed the short way."
            )
        )


def _known(report: IncidentReport) -> Iterator[tuple[str, object]]:
    yield _("Diary number"), report.diary_number or _("not registered yet")
    yield _("State"), report.status.label
    yield _("What is missed"), f"{report.what.label} ({_pieces(report.pieces)})"
    yield _("When the miss showed"), report.occasion.label
    yield _("Unit that had it"), report.unit or "–"


def _moments(report: IncidentReport) -> Iterator[tuple[str, object]]:
    yield _("Missed at"), as_stated.missed(report, _when)
    yield _("Suspected lost at"), as_stated.suspected(report, _when)
    yield _("Reported"), _by(report, report.reported_at, report.reported_by)
    decided = report.aware_at and report.aware_by
    aware = _by(report, report.aware_at, report.aware_by) if decided else _("no decision: see next line")
    yield _("Aware of a personal data breach, as decided"), aware
    learnt = report.aware_at and not decided
    since = (
        _when(report.clock_from)
        if not report.over_when_entered
        else _("entered afterwards, no deadline runs")
    )
    clocks = _("%(when)s, when the old loss was taken up again", when=since) if learnt else since
    yield _("The clocks run from"), clocks
    yield _("Decided"), _when(report.decided_at)
    yield _("Closed"), _when(report.closed_at)


def _concerns(report: IncidentReport) -> Iterator[tuple[str, object]]:
    yield _("Answers for the incident"), _who(report, report.owner)
    yield _("Somebody waits for it"), as_stated.waits(report)
    yield _("Concerns a child"), as_stated.child(report)
    yield _("An ongoing case needs it"), as_stated.ongoing(report)
    yield _("Concerns a person with protected data"), as_stated.protected(report)


def _routine(report: IncidentReport) -> str:
    return _(
        "%(title)s, version %(edition)s, decided by %(who)s, in force from %(day)s",
        title=report.routine,
        edition=report.routine_edition,
        who=report.routine_decided_by or "–",
        day=report.routine_in_force_from or "–",
    )


def _missing(paper: Report, report: IncidentReport) -> None:
    paper.heading(_("What was missed, and how it ended"))
    for thing in report.things:
        paper.subheading(_name(report, thing))
        paper.facts(_thing(report, thing), names=_NAMES)


def _thing(report: IncidentReport, thing: ReportThing) -> Iterator[tuple[str, object]]:
    if thing.file is None and thing.description is not None:
        yield _("Description"), thing.description
    if thing.custody is not None:
        yield _("In the register"), thing.custody.label
    masked = thing.protected and thing.custody is not None and thing.recorded_at is None
    yield _("By the register when it was missed"), _("Protected") if masked else _where(thing.recorded_at)
    ended = as_stated.outcome(thing.outcome, part=thing.found_at is not None)
    yield _("Outcome"), ended or _("none yet")
    if thing.decided_at:
        decided = thing.outcome in (IncidentOutcome.DECLARED_LOST, IncidentOutcome.MISTAKEN)
        yield (
            _("Outcome decided") if decided else _("Outcome written down"),
            _by(report, thing.decided_at, thing.decided_by),
        )
    if thing.reason:
        told = thing.found_at is not None and thing.outcome in (None, IncidentOutcome.FOUND)
        yield _("Description") if told else _("Reason"), thing.reason
    if thing.found_at is None:
        return
    part = thing.outcome is not IncidentOutcome.FOUND
    yield _("A part found") if part else _("Found"), _by(report, thing.found_at, thing.found_by)
    if thing.found_place is not None:
        yield _("Found where"), _where(thing.found_place)
    yield _("It lay"), as_stated.where(thing)
    if thing.found_in_code:
        yield _("In the cover of"), thing.found_in_code
    yield _("State when found"), as_stated.state_of(report, thing)
    read = _("May others have read what was found of it?") if part else _("May others have read it?")
    yield read, _word(thing.others_read)
    if thing.days_away is not None and not part:
        yield _("Away for"), as_stated.away(thing.days_away)


def _told_at_first(paper: Report, report: IncidentReport) -> None:
    said = (
        (_("What it was needed for"), report.purpose),
        (_("Who waits for it"), report.waiting),
        (_("What is known of how it went missing"), report.circumstances),
    )
    if any(text for _title, text in said) or report.redacted:
        paper.heading(_("What the report said"))
        for title, text in said:
            paper.subheading(title)
            paper.paragraph(_(WITHHELD) if text is None else text or "–")


def _timeline(paper: Report, report: IncidentReport) -> None:
    paper.heading(_("Timeline, and how we know"))
    _events(paper, report, report.timeline)
    paper.heading(_("Chain of custody"))
    paper.paragraph(
        _("What the register holds of where the file was and who had it, until it was missed and after.")
    )
    _events(paper, report, report.custody)


def _events(paper: Report, report: IncidentReport, lines: tuple[ReportLine, ...]) -> None:
    columns = [
        Column(_("When"), 27),
        Column(_("What"), 96),
        Column(_("Who"), 29),
        Column(_("Written down"), 22),
    ]
    rows = (
        (
            _when(line.at),
            "\n".join(filter(None, (_text(line), line.aside))),
            _who(report, line.who),
            "" if abs((line.recorded_at - line.at).total_seconds()) < 60 else _when(line.recorded_at),
        )
        for line in lines
    )
    paper.table(columns, rows, _("Nothing is recorded."))


def _text(line: ReportLine) -> str:
    """Say what happened: the kind alone where the sentence was withheld."""
    return str(line.kind) if line.text is None else str(line.text)


def _searches(paper: Report, report: IncidentReport) -> None:
    paper.heading(_("Searches"))
    columns = [
        Column(_("When"), 27),
        Column(_("Who"), 29),
        Column(_("Where"), 62),
        Column(_("Minutes"), 16, numeric=True),
        Column(_("Result"), 40),
    ]
    rows = (
        (
            _when(one.at),
            _who(report, one.who),
            _searched(one),
            str(one.minutes or ""),
            "\n".join(filter(None, (as_stated.result(one), one.remark))),
        )
        for one in report.searches
    )
    paper.table(columns, rows, _("No search has been made."))
    if report.seen:
        paper.subheading(_("Seen while it was wanted"))
        seen = (
            f"{_when(one.at)}, {_who(report, one.who)}: {_where(one.place)}. "
            + (one.answer.label if one.answer else _("not answered yet"))
            for one in report.seen
        )
        for line in seen:
            paper.paragraph(line)


def _searched(one: SearchLine) -> str:
    where = _where(one.place) if one.place else ""
    cover = _("the cover of %(code)s", code=one.cover_code) if one.cover_code else ""
    step = str(one.step) if one.step else ""
    manner = _MANNERS.get(one.lead.partition(":")[0])  # what follows is our own number, as of whose desk
    how = _(manner).capitalize() if manner else ""
    return "\n".join(filter(None, (step if one.summary else "", how, where, cover))) or step or "–"


def _told(paper: Report, report: IncidentReport) -> None:
    paper.heading(_("Told through the system"))
    columns = [
        Column(_("When"), 27),
        Column(_("Who"), 40),
        Column(_("What"), 80),
        Column(_("Read"), 27),
    ]
    rows = ((_when(one.at), _who(report, one.who), str(one.text), _when(one.read_at)) for one in report.told)
    paper.table(columns, rows, _("Nobody was told through the system."))


def _steps(paper: Report, report: IncidentReport) -> None:
    paper.heading(_("What was done, decided and assessed"))
    track = ""
    for step in report.steps:
        if str(step.track) != track:
            track = str(step.track)
            paper.subheading(track)
        paper.facts(_step(report, step), names=_NAMES)


def _step(report: IncidentReport, step: StepLine) -> Iterator[tuple[str, object]]:
    title = str(step.title) if step.occurrence == 1 else f"{step.title} ({step.occurrence})"
    state = as_stated.ended(step, _when)
    if step.state is StepState.DONE and step.done_at:
        state = f"{state} {_by(report, step.done_at, step.performed_by or step.who)}"
    if step.due_at and not report.over_when_entered:  # as fixed before, lines may bear a time
        state += "\n" + _("due %(when)s", when=_when(step.due_at))
        state += f" – {_('late')}" if step.late else ""
    yield title, state
    for answer in stated(step.step, step.answers):
        yield f"   {answer.label}", _answered(answer)
    if step.reason:
        yield f"   {_('Reason')}", step.reason
    if step.legal_basis:
        yield f"   {_('Legal basis')}", "; ".join(map(str, step.legal_basis))


def _answered(answer: AnswerLine) -> str:
    return _(WITHHELD) if answer.value is None else str(answer.value)


def _clocks(paper: Report, report: IncidentReport) -> None:
    paper.heading(_("Clocks"))
    columns = [
        Column(_("Clock"), 72),
        Column(_("Due"), 27),
        Column(_("Ended"), 27),
        Column(_("State"), 24),
        Column(_("Escalated"), 24),
    ]
    rows = (
        (str(one.title), _when(one.due_at), _when(one.ended_at), one.state.label, _when(one.escalated_at))
        for one in report.clocks
    )
    paper.table(columns, rows, _("No clock has run."))


def _exposures(paper: Report, report: IncidentReport) -> None:
    if not report.exposures:
        return
    paper.heading(_("Where the cover it lay in went meanwhile"))
    columns = [
        Column(_("Cover"), 30, code=True),
        Column(_("What"), 60),
        Column(_("From"), 27),
        Column(_("Until"), 27),
        Column(_("Whom"), 30),
    ]
    rows = (
        (one.cover_code or "–", str(one.what), _when(one.begin), _when(one.end), one.whom or "–")
        for one in report.exposures
    )
    paper.table(columns, rows, "–")


def _signatures(paper: Report, report: IncidentReport) -> None:
    paper.heading(_("Signatures"))
    paper.signatures([_("Answers for the incident"), _("Decided")])
    people = (
        _(
            "%(number)s: %(name)s, %(roles)s",
            number=one.number,
            name=one.name or _(WITHHELD),
            roles=_roles(one.roles),
        )
        for one in report.people
    )
    paper.subheading(_("People in this report"))
    for line in people:
        paper.paragraph(line)
    if report.fixed:
        paper.subheading(_("Check value of the content (SHA-256)"))
        paper.paragraph(f"{report.check_value[:32]} {report.check_value[32:]}")


def _annex(paper: Report, report: IncidentReport) -> None:
    if not any(plan.leads for plan in report.plans):
        return
    paper.new_page()
    paper.heading(_("Annex: the search plan (%(estimate)s)", estimate=_(ESTIMATE)))
    paper.paragraph(
        _(
            "Where the plan would search next, from what the register knows and from searches made so far. "
            "The shares are calculated from experience of where missing files were found. They prove nothing."
        )
    )
    columns = [
        Column(_("Place"), 60),
        Column(_("Why"), 62),
        Column(_("Share"), 18, numeric=True),
        Column(_("Minutes"), 17, numeric=True),
        Column(_("Searched"), 17, numeric=True),
    ]
    things = {thing.item: thing for thing in report.things}
    for plan in report.plans:
        paper.subheading(_name(report, things[plan.thing]))
        rows = (
            (
                _searching(lead),
                "\n".join(map(str, lead.reasons)) or "–",
                _share(lead.share),
                str(lead.minutes),
                str(lead.searched or ""),
            )
            for lead in plan.leads
        )
        paper.table(columns, rows, "–")
        paper.paragraph(
            _(
                "Gone, or where nobody has thought of: %(share)s (%(estimate)s).",
                share=_share(plan.gone),
                estimate=_(ESTIMATE),
            )
        )


def _searching(lead: LeadLine) -> str:
    """Say what to do where: a desk is not named, since papers go further than screens."""
    where = _where(lead.place) if lead.place else ""
    return "\n".join(filter(None, (_(_MANNERS[lead.how]).capitalize(), where, lead.cover_code)))


_PARTS: tuple[Callable[[Report, IncidentReport], None], ...] = (
    _in_short,
    _missing,
    _told_at_first,
    _timeline,
    _searches,
    _told,
    _steps,
    _clocks,
    _exposures,
    _signatures,
    _annex,
)


def _name(report: IncidentReport, thing: ReportThing) -> str:
    """Name a thing as every paper does, by its code, or by its number where it has none."""
    if not thing.code:
        return _("Item %(number)s", number=[one.item for one in report.things].index(thing.item) + 1)
    return ", ".join(filter(None, (thing.reference, which_part(thing.part, thing.parts), thing.code)))


def _pieces(count: int) -> str:
    return ngettext("%(num)s piece", "%(num)s pieces", count)


def _roles(roles: tuple[Term, ...]) -> str:
    return ", ".join(role.label for role in roles) or "–"


def _share(per_thousand: int) -> str:
    return format_percent(per_thousand / 1000, "0.0 %", locale())


def _when(moment: datetime | None) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment else "–"


def _word(term: Term | None) -> str:
    return term.label if term else _("not stated")


def _where(place: Where | None) -> str:
    return "–" if place is None else str(place.name or place.room or _(WITHHELD))


def _who(report: IncidentReport, number: int | None) -> str:
    who = report.who(number)
    if who is None:
        return "–"
    return who.name or _("person %(number)s (%(roles)s)", number=who.number, roles=_roles(who.roles))


def _by(report: IncidentReport, moment: datetime | None, number: int | None) -> str:
    who = _who(report, number)
    return _when(moment) if who == "–" else f"{_when(moment)}, {who}"
