"""The papers of an incident for those outside it: which there are, who may print them, what they tell."""

import json
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from babel.dates import format_date
from sqlalchemy import select
from sqlmodel import col

from archive.accounts import display_names
from archive.incidents import access, as_of, changes
from archive.incidents import steps as incident_steps
from archive.incidents import untrue as incident_untrue
from archive.incidents.report import kept, lines, redaction
from archive.incidents.report.data import StepLine
from archive.incidents.report.kept import PlaceAtMiss
from archive.incidents.report.lines import NameBook
from archive.incidents.report.redaction import Concealed
from archive.kernel.clock import local
from archive.kernel.config import Settings
from archive.kernel.errors import NotFound, NotPermitted
from archive.kernel.store import Work
from archive.models import CaseFile, Event, Incident, IncidentFile, Person, Search, Unit
from archive.routine_runs import steps
from archive.routine_runs.steps import RunCourse
from archive.search import searches
from archive.vocabulary import (
    EventKind,
    IncidentOutcome,
    IncidentPaper,
    IncidentState,
    Permission,
    SearchResult,
    StepState,
)
from archive.vocabulary.wording import N_, _, locale
from routines.conditions import Answer
from routines.progress import Record, StepEnd


class Case:
    """An incident as its papers tell of it; what people wrote is told without whom the files are about."""

    def __init__(self, work: Work, incident: Incident, settings: Settings) -> None:
        self.work, self.incident, self.settings, self.now = work, incident, settings, work.now
        self.until = work.now
        self.items: Sequence[IncidentFile] = changes.items(work, incident)
        self.course = incident_steps.course(work, incident)
        self._lines = _lines(work, self.course)

    def at(self, moment: datetime) -> "Case":
        """Return the case by what had been written down at a moment."""
        then = copy(self)
        for known in ("files", "concealed", "searches", "missed_again", "untrue"):
            then.__dict__.pop(known, None)
        then.until = moment
        then.items = as_of.items(self.work, self.incident, self.items, moment)
        then.course = as_of.course(self.work, self.incident, self.course, moment)
        then._lines = _lines(self.work, then.course)  # noqa: SLF001
        return then

    def as_done(self, step: str) -> "Case":
        """Return the case as it was known when a step was done; as it is while that is to be done."""
        done = self.ended_at(step)
        return self.at(done) if done else self

    @cached_property
    def files(self) -> Mapping[int, CaseFile]:
        """Return the files looked for, and those in whose covers something was found."""
        ids = {one for item in self.items for one in (item.file_id, item.found_in_id) if one is not None}
        found = self.work.session.scalars(select(CaseFile).where(col(CaseFile.id).in_(sorted(ids))))
        return {file.id: file for file in found}

    @cached_property
    def persons(self) -> Sequence[Person]:
        """Return whom the files looked for are about."""
        own = [item.file_id for item in self.items if item.file_id is not None]
        return redaction.persons_of(self.work, own)

    @cached_property
    def concealed(self) -> Concealed:
        """Return what no paper may say of whom the files are about."""
        about = redaction.persons_of(self.work, self.files)
        return redaction.concealed(self.work, about, self.files.values())

    @property
    def sealed(self) -> bool:
        """Tell whether somebody with protected data is, or may be, concerned."""
        return self.incident.protected or any(file.protected for file in self.files.values())

    @property
    def known(self) -> bool:
        """Tell whether the register knows whom everything looked for is about, and nobody is protected."""
        own = {item.file_id for item in self.items}
        return not self.sealed and None not in own and bool(self.persons)

    @cached_property
    def missed_again(self) -> datetime | None:
        """Return when the case was last taken up again since what was found was not it."""
        rows = self.work.session.execute(
            select(col(Event.at), col(Event.body)).where(
                col(Event.stream) == self.incident.stream,
                col(Event.kind) == EventKind.INCIDENT_REOPENED.value,
                col(Event.at) <= self.until,
            )
        )
        return max((row.at for row in rows if json.loads(row.body)["facts"]["items"]), default=None)

    def holds(self, record: Record | None) -> bool:
        """Tell whether what was said of a find when a step was done still holds."""
        again = self.missed_again
        return record is not None and (again is None or record.ended_at is None or record.ended_at > again)

    def done(self, step: str) -> StepLine | None:
        """Return how a step was last done."""
        return next(reversed(self.all_done(step)), None)

    def all_done(self, step: str) -> list[StepLine]:
        """Return each time a step was done, oldest first."""
        return [
            one
            for one in self._lines
            if one.step == step and one.state is StepState.DONE and self._written(one.recorded_at)
        ]

    def _written(self, moment: datetime | None) -> bool:
        return moment is None or moment <= self.until

    def opened(self, step: str) -> bool:
        """Tell whether the routine has asked for a step."""
        return any(one.step == step for one in self._lines)

    def waits(self, step: str) -> bool:
        """Tell whether a step is to be done now."""
        return self.course.progress.open_record(step) is not None

    @cached_property
    def untrue(self) -> incident_untrue.Times:
        """Return when something was believed found that was not."""
        return incident_untrue.times(self.work, self.incident, self.course.progress.records, self.until)

    def raw(self, step: str, field: str) -> Answer | None:
        """Return an answer as it is stored, of the last time the step was done and it is still true."""
        record = self.true(step, field)
        return record.answers.get(field) if record else None

    def true(self, step: str, field: str) -> Record | None:
        """Return the last time a step was done whose answer is true still: no find it tells of was none."""
        done = reversed(self.records(step))
        return next((one for one in done if incident_untrue.holds(self.untrue, step, field, one)), None)

    def records(self, step: str) -> list[Record]:
        """Return each time a step was done as the routine keeps it, oldest first."""
        done = (one for one in self.course.progress.records if one.step == step and one.end is StepEnd.DONE)
        return [one for one in done if self._written(one.ended_at)]

    def record(self, step: str) -> Record | None:
        """Return the last time a step was done as the routine keeps it."""
        return next(reversed(self.records(step)), None)

    def ended_at(self, step: str) -> datetime | None:
        """Return when a step was written down as done, None while it is to be done."""
        record = None if self.waits(step) else self.record(step)
        return record.ended_at if record else None

    def stated(self, field: str) -> datetime | None:
        """Return a moment of the report, None where the program set it since nobody said one."""
        moment: datetime = getattr(self.incident, field)
        return moment if self.raw("report", field) and moment != self.incident.reported_at else None

    def said(self, step: str, field: str) -> str:
        """Return an answer in words, empty where none is true now; without whom the files are about."""
        record = self.true(step, field)
        done = record and (one for one in self.all_done(step) if one.occurrence == record.occurrence)
        line = next(iter(done or ()), None)
        return self.told(line, field) if line else ""

    def told(self, line: StepLine, field: str) -> str:
        """Return an answer of one time a step was done."""
        answer = next((one for one in line.answers if one.field == field), None)
        text = str(answer.value or "") if answer else ""
        if text and (line.step, field) == ("secure_room", "stopped"):
            text += self._lifted(line)
        return text if answer and answer.plain else self.concealed.out_of(text)

    def _lifted(self, secured: StepLine) -> str:
        """Tell when a stop was lifted since: what was stopped once is not stopped still."""
        ends = (
            one.done_at
            for one in self._lines
            if one.step == "lift_stop" and one.opened_at >= secured.opened_at
        )
        last = max((moment for moment in ends if moment and self._written(moment)), default=None)
        if last is None:
            return ""
        return " " + _("(stop lifted %(when)s)", when=f"{local(last):%Y-%m-%d %H:%M}")

    def title(self, step: str) -> str:
        """Return what a step is called, empty where this version of the routine has none of that name."""
        found = self.course.routine.step_of.get(step)
        return found.title.say(locale()) if found else ""

    def name(self, actor: str | None) -> str:
        """Return the name of somebody who works here."""
        return display_names.names(self.work, [actor])[actor] if actor else ""

    @property
    def owner(self) -> str:
        """Return who answers for the incident."""
        owner = self._was("owner_id")
        return self.name(f"user:{owner}") if owner else ""

    @property
    def diary_number(self) -> str:
        """Return its number in the diary."""
        return str(self._was("diary_number"))

    def _was(self, name: str) -> Any:
        if self.until < self.now:
            return changes.was(self.work, self.incident, name, self.until)
        return getattr(self.incident, name)

    @property
    def unit(self) -> str:
        """Return the unit that had it."""
        unit = self.work.session.get(Unit, self.incident.unit_id) if self.incident.unit_id else None
        return unit.name if unit else ""

    @cached_property
    def searches(self) -> list[Search]:
        """Return the searches that were made."""
        made = searches.for_incident(self.work, self.incident)
        if self.until < self.now:
            made = as_of.searches(self.work, made, self.until)
        return [one for one in made if one.result is not SearchResult.NOT_SEARCHED]

    @property
    def searchers(self) -> int:
        """Return how many different persons searched."""
        return len({one.by for one in self.searches})

    @cached_property
    def kept(self) -> Mapping[int, PlaceAtMiss]:
        """Return where the files were when they were missed."""
        return kept.at_miss(self.work, self.items, self.incident.missed_at)

    @property
    def rooms(self) -> str:
        """Return the rooms things were kept in, or whom they were lent to; empty where that is not told."""
        if self.sealed:
            return ""
        said = kept.told(self.work, self.kept)
        names = [str(said[one].name if self.kept[one].loan else said[one].room) for one in said]
        return "\n".join(map(self.concealed.out_of, dict.fromkeys(names)))

    @property
    def found(self) -> list[IncidentFile]:
        """Return what has been found."""
        return [item for item in self.items if item.outcome is IncidentOutcome.FOUND]

    @property
    def lost(self) -> list[IncidentFile]:
        """Return what has been declared lost."""
        return [item for item in self.items if item.outcome is IncidentOutcome.DECLARED_LOST]

    @property
    def ended(self) -> datetime | None:
        """Return when the last of it was found, once all that was missing is."""
        if self.lost or any(item.outcome is None for item in self.items):
            return None
        return max((item.found_at for item in self.found if item.found_at), default=None)

    def written_at(self, item: IncidentFile) -> datetime | None:
        """Return when it was written down how it ended for something, or what was found of it."""
        event = self.work.session.get(Event, item.outcome_event) if item.outcome_event else None
        return event.at if event else None

    @property
    def subjects(self) -> list[str]:
        """Return whom a look at a paper concerns."""
        return [self.incident.stream, *(f"file:{item.file_id}" for item in self.items if item.file_id)]


def _lines(work: Work, course: RunCourse) -> tuple[StepLine, ...]:
    return lines.of_steps(course, NameBook(work, (), (), {}), work.now)


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands at the head of every paper: of which case, by whom, and whether it is decided."""

    paper: IncidentPaper
    number: int
    diary_number: str
    organisation: str
    organisation_number: str
    postal_address: str
    contact_address: str
    dpo_contact: str
    contact_person: str
    made_at: datetime
    by: str
    draft: bool
    decided_by: str
    sealed: bool
    sent: str = ""
    refused: bool = False


@dataclass(frozen=True, slots=True)
class _Rule:
    """Which step of the routine a paper belongs to, which decides it, and whether that says so or refuses.

    Nothing is decided while that step is to be done anew.
    """

    step: str
    decided_by: str
    decided: Callable[[Case], bool]
    refused: Callable[[Case], bool] = lambda _case: False


def _done(step: str) -> "_Rule":
    """Rule that a paper is decided by its own step being done."""
    return _Rule(step, step, lambda case: case.done(step) is not None)


_RULES: Mapping[IncidentPaper, _Rule] = {
    IncidentPaper.IMY_NOTIFICATION: _done("notify_imy"),
    IncidentPaper.IMY_SUPPLEMENT: _done("supplement_imy"),
    IncidentPaper.LETTER: _Rule(
        "inform_persons",
        "decide_inform",
        lambda case: case.raw("decide_inform", "inform") == "yes",
        lambda case: case.raw("decide_inform", "inform") == "no",
    ),
    IncidentPaper.LEX_SARAH_REPORT: _done("lex_sarah_report"),
    IncidentPaper.LEX_SARAH_INVESTIGATION: _done("lex_sarah_investigation"),
    IncidentPaper.POLICE_REPORT: _Rule(
        "police_report",
        "police_report",
        lambda case: case.raw("police_report", "reported") == "yes",
        lambda case: case.raw("police_report", "reported") == "no",
    ),
    # An answer is no decision: it is given at once, by whoever is asked.
    IncidentPaper.ANSWER: _Rule("interim_answer", "", lambda _case: True),
    IncidentPaper.REFUSAL: _Rule(
        "refusal_decision", "refusal_decision", lambda case: case.done("refusal_decision") is not None
    ),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with one paper: a draft until its step is done, or it is decided that none is sent."""

    paper: IncidentPaper
    draft: bool
    step: str
    title: str
    decided_by: str
    opened: bool
    done: bool
    refused: bool


def standing(case: Case, paper: IncidentPaper) -> Standing:
    """Return how it stands with a paper."""
    rule = _RULES[paper]
    settled = not case.waits(rule.decided_by)
    return Standing(
        paper,
        not (settled and rule.decided(case)),
        rule.step,
        case.title(rule.step),
        case.title(rule.decided_by) if rule.decided_by else "",
        case.opened(rule.step),
        case.done(rule.step) is not None and not case.waits(rule.step),
        settled and rule.refused(case),
    )


def heading(case: Case, paper: IncidentPaper) -> Heading:
    """Return the head of a paper; raises NotPermitted and NotFound as `require` does."""
    how, settings = require(case, paper), case.settings
    sent_at = None if paper not in _SENT else case.ended_at(how.step)
    case = case.at(sent_at) if sent_at else case
    return Heading(
        paper,
        case.incident.id,
        case.diary_number,
        settings.organisation_name,
        settings.organisation_number,
        settings.postal_address,
        settings.contact_address,
        settings.dpo_contact,
        case.owner,
        case.now,
        case.name(case.work.actor.id),
        how.draft,
        how.decided_by,
        case.sealed,
        case.said(how.step, "sent_at") if sent_at else "",
        how.refused,
    )


_SENT = {IncidentPaper.IMY_NOTIFICATION, IncidentPaper.IMY_SUPPLEMENT}


def may_print(case: Case, paper: IncidentPaper) -> bool:
    """Tell whether the actor may have a paper: who does its step, leads incidents, or watches over them all.

    Papers tell what people wrote, and so they are for those alone who may read that.
    """
    work = case.work
    if not access.may_read(work, case.incident):
        return False
    if work.actor.may(Permission.LEAD_INCIDENTS) or access.by_office(work.actor):
        return True
    step = case.course.routine.step_of.get(_RULES[paper].step)
    by = steps.doer(work, case.course.routine, case.incident)
    return step is not None and bool(by.parties & set(step.who))


def printable(case: Case) -> list[Standing]:
    """Return the papers the actor may have; a refusal only once somebody wants a decision.

    Once an incident is closed nothing is a draft any more: what was never decided on does not exist.
    """
    return [
        standing(case, paper) for paper in IncidentPaper if may_print(case, paper) and _exists(case, paper)
    ]


def _exists(case: Case, paper: IncidentPaper) -> bool:
    if case.incident.status is IncidentState.CLOSED:
        how = standing(case, paper)
        if how.draft and not how.refused:
            return False
    if paper is IncidentPaper.REFUSAL:
        return case.opened("refusal_decision")
    if paper is IncidentPaper.ANSWER:
        return case.incident.somebody_waits or case.opened("interim_answer")
    return True


def require(case: Case, paper: IncidentPaper) -> Standing:
    """Return how it stands with a paper; raises NotPermitted for others, NotFound before there is one."""
    if not may_print(case, paper):
        raise NotPermitted(
            "paper_of_others",
            N_("This paper is for those who do its step. Ask whoever answers for the incident."),
        )
    if not _exists(case, paper) and case.incident.status is IncidentState.CLOSED:
        raise NotFound(
            "no_such_paper",
            N_("The incident is closed, and this was never decided on: there is no such paper."),
        )
    if not _exists(case, paper):
        raise NotFound(
            "no_such_paper", N_("Nobody has asked for this yet. The incident's page says what is next.")
        )
    return standing(case, paper)


def when(moment: datetime | None) -> str:
    """Write a moment as papers do."""
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment else ""


def first_known(case: Case) -> tuple[str, str]:
    """Return the earliest moment known, and of what it is."""
    what = _("when it was reported; when it was first missed is not stated")
    if case.stated("missed_at"):
        what = _("when it was first missed")
    elif case.stated("suspected_at"):
        what = _("when it was suspected lost; when it was first missed is not stated")
    return when(case.incident.missed_at), what


def day(moment: date | None) -> str:
    """Write a day as letters do: 23 november 2026."""
    return format_date(moment, "long", locale=locale()) if moment else ""
