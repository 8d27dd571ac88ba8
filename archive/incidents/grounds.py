"""Refuse a decision or an answer dated before what it rests on: the suspicion, searches, finds, steps."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from archive.incidents.askers import ANSWERS
from archive.incidents.stated_times import shown
from archive.kernel.clock import local_date
from archive.kernel.errors import Invalid
from archive.kernel.store import Work
from archive.models import Incident, IncidentFile
from archive.routine_runs.steps import RunCourse
from archive.search import searches
from archive.vocabulary import IncidentOutcome, SearchResult
from archive.vocabulary.wording import N_, _, locale
from routines.conditions import steps_named
from routines.model import FieldKind, Step, StepKind
from routines.progress import Record, StepEnd

Ground = tuple[datetime, str]

_LAST_WORD = ANSWERS[1]
# A refusal tells of the searches up to it alone, and may be written down after a find.
_OF_THE_SEARCH = frozenset({"decide", _LAST_WORD})


def require_before(
    work: Work, incident: Incident, items: Sequence[IncidentFile], run: RunCourse, record: Record
) -> None:
    """Raise Invalid where a step that decides or answers states a time before what it rests on."""
    step = run.step(record.step)
    if step.kind is not StepKind.DECISION and step.id != _LAST_WORD:
        return
    known = [one for one in _grounds(work, incident, items, run, step) if one[0] <= work.now]
    moment, what = max(known, key=lambda one: one[0], default=(None, ""))
    if moment is None:
        return
    stated = _stated(record)
    if stated and stated < moment.replace(second=0, microsecond=0):
        _refuse("done_at", shown(stated), what, moment)
    for field in step.fields:
        said = record.answers.get(field.id)
        if field.kind is not FieldKind.DATE or field.future or not isinstance(said, str) or not said:
            continue
        if date.fromisoformat(said) < local_date(moment):
            _refuse(field.id, said, what, moment)


def _stated(record: Record) -> datetime | None:
    """Return when a step is said to have been done; when it was written down binds nothing done before."""
    return record.done_at if record.done_at != record.ended_at else None


def _refuse(field: str, stated: str, what: str, moment: datetime) -> None:
    raise Invalid(
        "stated_before_ground",
        N_(
            "%(stated)s is before what this rests on: %(what)s, %(moment)s. Correct the time you have "
            "written; it has to be after that."
        ),
        field=field,
        stated=stated,
        what=what,
        moment=shown(moment),
    )


def _grounds(
    work: Work, incident: Incident, items: Sequence[IncidentFile], run: RunCourse, step: Step
) -> Iterator[Ground]:
    yield from _of_the_miss(incident)
    for name in _steps_before(run, step):
        done = [one for one in run.progress.records if one.step == name and one.end is StepEnd.DONE]
        if done and (at := _stated(done[-1])):
            yield at, _("the step “%(step)s”", step=run.step(name).title.say(locale()))
    if step.id not in _OF_THE_SEARCH:
        return
    for search in searches.for_incident(work, incident):
        if search.result is not SearchResult.NOT_SEARCHED:
            yield search.at, _("the last search")
    for item in items:
        if item.found_at:
            yield item.found_at, _("the find")
        if item.outcome_at and item.outcome is not IncidentOutcome.FOUND and step.id == _LAST_WORD:
            yield item.outcome_at, _("the decision")


def _of_the_miss(incident: Incident) -> Iterator[Ground]:
    if not incident.entered_afterwards:  # an old loss was decided on in its own time
        yield incident.missed_at, _("the miss")
        if incident.suspected_at != incident.reported_at:  # else it was not stated, only written down
            yield incident.suspected_at, _("the suspicion")


def _steps_before(run: RunCourse, step: Step) -> set[str]:
    """Return the steps that come before a decision, and those its outcomes demand."""
    named = run.routine.named
    own = [one for one in run.routine.outcomes if step.id in steps_named(one.given_by, named)]
    demanded = {name for one in own for need in one.requires for name in steps_named(need.condition, named)}
    before = set(step.after) if step.kind is StepKind.DECISION else set()
    return (before | demanded) - {step.id, "report"}
