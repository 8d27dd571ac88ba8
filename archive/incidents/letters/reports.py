"""What reports from an incident tell others: under lex Sarah, its investigation, and the police."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from archive.files import sightings
from archive.files.parts import with_part
from archive.incidents import access
from archive.incidents.letters import course
from archive.incidents.letters.cases import Case, Heading, first_known, heading, when
from archive.incidents.letters.course import SearchCourse
from archive.kernel.clock import local_date
from archive.models import Incident
from archive.vocabulary import IncidentPaper, Occasion
from archive.vocabulary.wording import N_, _, ngettext

FEW = 10
FACT, JUDGEMENT = N_("fact"), N_("judgement")


@dataclass(frozen=True, slots=True)
class LexSarah:
    """A report that something is wrong (27 kap. 2 § SoL): what happened and what it means for somebody."""

    heading: Heading
    reporter: str
    unit: str
    reported: str
    happened: str
    noticed: str
    when_noticed: bool
    rooms: str
    codes: str
    what: str
    consequence: str
    at_once: str
    stands: str


@dataclass(frozen=True, slots=True)
class ReportFinding:
    """One thing an investigation has to show: what is known, since when, from whom, fact or judgement."""

    question: str
    text: str
    recorded: str = ""
    by: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Investigation:
    """An investigation under lex Sarah with what SOSFS 2011:5, chapter 5, wants documented."""

    heading: Heading
    findings: tuple[ReportFinding, ...]
    measures: tuple[ReportFinding, ...]
    other: tuple[ReportFinding, ...]
    serious: bool


@dataclass(frozen=True, slots=True)
class Police:
    """What the police are told: what, where and when; never whom it is about."""

    heading: Heading
    missing: str
    pieces: int
    last_seen: str
    missed: str
    noticed: str
    rooms: str
    signs: str
    description: str
    secured: str
    searched: str
    number: str
    course: SearchCourse


def lex_sarah(case: Case) -> LexSarah:
    """Return a report under lex Sarah; once it is made, as it was."""
    incident, head = case.incident, heading(case, IncidentPaper.LEX_SARAH_REPORT)
    record = None if case.waits("lex_sarah_report") else case.record("lex_sarah_report")
    case = case.as_done("lex_sarah_report")
    reporter = (record and record.ended_by) or incident.reported_by
    return LexSarah(
        head,
        case.name(reporter),
        case.unit,
        case.said("lex_sarah_report", "reported_at"),
        when(case.stated("missed_at")),
        _noticed(case),
        case.stated("suspected_at") is not None,
        case.rooms,
        ", ".join(
            with_part(file.code, file) for number, file in case.files.items() if number in _missing(case)
        ),
        case.said("lex_sarah_report", "what"),
        case.said("lex_sarah_report", "consequence"),
        _at_once(case),
        course.told(course.trace(case, case.until)),
    )


def _noticed(case: Case) -> str:
    """Say when it was noticed and how, or that one of them is not stated; nothing where neither is."""
    moment, occasion = when(case.stated("suspected_at")), case.incident.occasion
    how = "" if occasion is Occasion.OTHER else occasion.label
    if not moment and not how:
        return ""
    return ", ".join((moment or _("when: not stated"), how or _("how: not stated")))


def _missing(case: Case) -> set[int]:
    return {item.file_id for item in case.items if item.file_id is not None}


def _at_once(case: Case) -> str:
    lines = [
        case.said("secure_room", "stopped"),
        case.said("secure_room", "not_done"),
        _searched(case, at_once=True),
    ]
    return "\n".join(filter(None, lines))


def _searched(case: Case, *, at_once: bool = False) -> str:
    """Say how many searches were made, of those made at once: on the day of the report."""
    day = local_date(case.incident.reported_at)
    made = [one for one in case.searches if not at_once or local_date(one.at) <= day]
    if not made:
        return ""
    by = ngettext("by %(num)s person", "by %(num)s persons", len({one.by for one in made}))
    return f"{ngettext('%(num)s search', '%(num)s searches', len(made))}, {by}"


def investigation(case: Case) -> Investigation:
    """Return the investigation: each thing asked for, with what the incident's steps have answered."""
    head = heading(case, IncidentPaper.LEX_SARAH_INVESTIGATION)
    case = case.as_done("lex_sarah_investigation")
    return Investigation(
        head,
        tuple(_findings(case)),
        tuple(_measures(case)),
        tuple(_other(case)),
        case.raw("lex_sarah_investigation", "serious") == "serious",
    )


def _findings(case: Case) -> Iterator[ReportFinding]:
    incident = case.incident
    own = "lex_sarah_investigation"
    yield _of_step(case, _("What the event consisted of"), "lex_sarah_report", "what", FACT)
    consequence = _("What it has meant or might have meant for the person")
    yield _of_step(case, consequence, "lex_sarah_report", "consequence", JUDGEMENT)
    reported = incident.reported_at
    yield _of_register(_("When and how it was noticed"), _noticed(case), reported)
    moment, what = first_known(case)
    happened = _("Not later than %(when)s, %(what)s", when=moment, what=what)
    yield _of_register(_("When it happened"), happened, reported)
    stands = course.told(course.trace(case, case.until))
    yield _of_register(_("How it stands with the file"), stands, case.until)
    yield _of_step(case, _("Which causes have been identified"), "lessons", "how", JUDGEMENT)
    yield _of_register(
        _("Has something like it happened before? If so, why again?"), _before(case), case.until
    )
    yield ReportFinding(_("Could something like it happen again?"), "", kind=_(JUDGEMENT))
    yield _of_step(case, _("What happened, why, and what was done"), own, "findings", FACT)


def _before(case: Case) -> str:
    """Say how many incidents were reported before: of those this actor may know of."""
    earlier = select(func.count()).where(col(Incident.id) < case.incident.id, access.seen_by(case.work.actor))
    count = case.work.session.scalar(earlier) or 0
    return ngettext(
        "The system knows %(num)s earlier incident of something missing.",
        "The system knows %(num)s earlier incidents of something missing.",
        count,
    )


def _measures(case: Case) -> Iterator[ReportFinding]:
    yield _of_step(case, _("Secured at once"), "secure_room", "stopped", FACT)
    if case.searches:
        yield _of_register(_("Searched"), _searched(case), max(one.at for one in case.searches))
    yield _of_step(case, _("Done for the person"), "child_safety", "judgement", JUDGEMENT)
    yield _of_step(case, _("Reconstructed"), "reconstruct", "recovered", FACT)
    yield _of_step(case, _("Measures against it happening again"), "lessons", "measures", FACT)
    yield _of_step(case, _("How we see whether it helped"), "lessons", "sign_of_effect", FACT)


def _other(case: Case) -> Iterator[ReportFinding]:
    own = "lex_sarah_investigation"
    yield _of_step(case, _("Judgement"), own, "serious", JUDGEMENT)
    yield _of_step(case, _("Reason"), own, "reason", JUDGEMENT)
    yield _of_step(case, _("Reported to IVO"), "report_ivo", "sent_at", FACT)


def _of_step(case: Case, question: str, step: str, field: str, kind: str) -> ReportFinding:
    record, text = case.true(step, field), case.said(step, field)
    if not text or record is None:
        return ReportFinding(question, "", kind=_(kind))
    return ReportFinding(question, text, when(record.ended_at), case.name(record.ended_by), _(kind))


def _of_register(question: str, text: str, recorded: datetime) -> ReportFinding:
    return ReportFinding(question, text, when(recorded), _("the register"), _(FACT))


def police(case: Case) -> Police:
    """Return what the police are told; what people wrote only where the register knows whom to leave out."""
    incident = case.incident
    head = heading(case, IncidentPaper.POLICE_REPORT)
    case = case.as_done("police_report")
    return Police(
        head,
        incident.what.label,
        incident.pieces,
        when(_last_seen(case)),
        when(case.stated("missed_at")),
        case.said("suspect_crime", "noticed_at"),
        case.rooms,
        _signs(case),
        case.said("suspect_crime", "what") if case.known else "",
        case.said("secure_room", "stopped"),
        _searched(case),
        case.said("police_report", "number"),
        course.trace(case, case.until),
    )


def _last_seen(case: Case) -> datetime | None:
    if len(case.items) > FEW or any(one.stood is None for one in case.kept.values()):
        return None  # of a whole crate there is no one moment; and what was out or on its way stood nowhere
    seen = [sightings.last(case.work, number) for number in _missing(case)]
    moments = [
        one.happened_at for one in seen if one is not None and one.happened_at <= case.incident.missed_at
    ]
    return min(moments) if moments and len(moments) == len(case.items) else None


def _signs(case: Case) -> str:
    said = (
        (_("Signs of a crime"), case.said("screen_risk", "crime")),
        (_("Signs of burglary or damage in the room"), case.said("secure_room", "signs")),
    )
    return "\n".join(f"{label}: {answer}" for label, answer in said if answer)
