"""Know when a step was done where one of its answers says so, and refuse what cannot have been then."""

from collections.abc import Mapping
from datetime import date, datetime

from archive.kernel.clock import local, local_date
from archive.kernel.errors import Invalid
from archive.models import Incident
from archive.vocabulary.wording import N_, locale
from routines.answers import as_moment
from routines.conditions import Answer
from routines.model import FieldKind, Routine
from routines.progress import Progress, Record, StepEnd

_SAY_WHEN = ("sent_at", "answered_at", "reported_at", "told_at", "lifted_at")
_JUDGED_APART = frozenset({"found_at", "aware_at", "noticed_at"})  # two by verbs; a crime may come before
_FOLLOWS: Mapping[str, str] = {"supplement_imy": "notify_imy", "report_ivo": "lex_sarah_report"}


def shown(moment: datetime) -> str:
    """Write a moment as forms do, to the minute."""
    return f"{local(moment):%Y-%m-%d %H:%M}"


def _said(answers: Mapping[str, Answer]) -> datetime | None:
    moments = (as_moment(answers.get(name)) for name in _SAY_WHEN)
    return next((moment for moment in moments if moment), None)


def by_answers(answers: Mapping[str, Answer], now: datetime) -> datetime | None:
    """Return when a step was done by its answers, None where they do not say, or say this very minute."""
    said = _said(answers)
    return said if said and said < now.replace(second=0, microsecond=0) else None


def done_at(record: Record) -> datetime | None:
    """Return when a step was done: as was said apart, else by its answers, else when it was written down."""
    if record.ended_at is None or record.done_at != record.ended_at:
        return record.done_at
    return by_answers(record.answers, record.ended_at) or record.done_at


def require_possible(incident: Incident, routine: Routine, progress: Progress, record: Record) -> None:
    """Refuse a time that a step states where it is before the miss, or before what it follows on.

    So is one stated apart from its form, and a day that has not come yet.
    """
    for field in routine.step(record.step).fields:
        said = record.answers.get(field.id)
        if field.id in _JUDGED_APART or not isinstance(said, str) or not said:
            continue
        if field.kind is FieldKind.DATE:
            day = date.fromisoformat(said)
            if not field.future and record.ended_at and day > local_date(record.ended_at):
                raise Invalid("moment_in_future", N_("That day has not come yet."), field=field.id)
            early = day < local_date(incident.missed_at)
            _refuse_before_miss(incident, field.id, f"{day}", early=early)
        elif field.kind is FieldKind.MOMENT and (moment := as_moment(said)):
            early = moment < incident.missed_at.replace(second=0, microsecond=0)  # forms ask for no more
            _refuse_before_miss(incident, field.id, shown(moment), early=early)
            _refuse_before_first(routine, progress, record.step, field.id, moment)
    if record.done_at and record.done_at != record.ended_at:
        early = record.done_at < incident.missed_at.replace(second=0, microsecond=0)
        _refuse_before_miss(incident, "done_at", shown(record.done_at), early=early)


def _refuse_before_miss(incident: Incident, field: str, stated: str, *, early: bool) -> None:
    if not early:
        return
    missed = shown(incident.missed_at)
    if incident.missed_at < incident.suspected_at:
        message = N_("%(stated)s is before it was missed, %(missed)s. Correct the time you have written.")
    elif incident.suspected_at < incident.reported_at:
        message = N_(
            "%(stated)s is before it was suspected lost, %(missed)s. Correct the time you have written."
        )
    else:
        return  # nobody said when it was missed, and some is done before a miss is reported here
    raise Invalid("stated_before_missed", message, field=field, stated=stated, missed=missed)


def _refuse_before_first(
    routine: Routine, progress: Progress, step: str, field: str, moment: datetime
) -> None:
    first = _FOLLOWS.get(step)
    done = [one for one in progress.records if one.step == first and one.end is StepEnd.DONE]
    then = _said(done[-1].answers) if done else None
    if first and then and moment < then:
        raise Invalid(
            "stated_before_first",
            N_(
                "%(stated)s is before that which it follows on: the step “%(step)s” was done %(done)s. "
                "Correct the time you have written."
            ),
            field=field,
            stated=shown(moment),
            step=routine.step(first).title.say(locale()),
            done=shown(then),
        )
