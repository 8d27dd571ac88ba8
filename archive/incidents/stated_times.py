"""Know when a step was done where one of its answers says so, and refuse what cannot have been then."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from archive.kernel.clock import local, local_date
from archive.kernel.errors import Invalid
from archive.kernel.store import Work
from archive.models import Incident
from archive.routine_runs import versions
from archive.routine_runs.contracts import SUSPECTED_LOST
from archive.vocabulary.wording import N_
from routines.answers import as_moment
from routines.conditions import Answer
from routines.model import FieldKind, Routine
from routines.progress import Record

_SAY_WHEN = ("sent_at", "answered_at", "reported_at", "told_at", "lifted_at")
_SAY_ON_WHICH_DAY = ("decided_on", "told_at", "board_told", "city_archive_told")
_JUDGED_APART = frozenset({"found_at", "aware_at", "noticed_at"})  # two by verbs; a crime may come before


def shown(moment: datetime) -> str:
    """Write a moment as forms do, to the minute."""
    return f"{local(moment):%Y-%m-%d %H:%M}"


def moments(answers: Mapping[str, Answer]) -> dict[str, datetime]:
    """Return the moments at which answers say that a step was done, by field."""
    said = ((name, as_moment(answers.get(name))) for name in _SAY_WHEN)
    return {name: moment for name, moment in said if moment}


def days(answers: Mapping[str, Answer]) -> dict[str, date]:
    """Return the days on which answers say that a step was done, by field."""
    said = ((name, answers.get(name)) for name in _SAY_ON_WHICH_DAY)
    whole = ((name, day) for name, day in said if isinstance(day, str) and day and as_moment(day) is None)
    return {name: date.fromisoformat(day) for name, day in whole}


def _said(answers: Mapping[str, Answer]) -> datetime | None:
    return next(iter(moments(answers).values()), None)


def apart(record: Record) -> datetime | None:
    """Return when a step is said, apart from its answers, to have been done."""
    return record.done_at if record.done_at != record.ended_at else None


def stated(record: Record) -> datetime | None:
    """Return when a step is said to have been done; when it was written down is not said."""
    return apart(record) or _said(record.answers)


def by_answers(answers: Mapping[str, Answer], now: datetime) -> datetime | None:
    """Return when a step was done by its answers, None where they do not say, or say this very minute."""
    said = _said(answers)
    return said if said and said < now.replace(second=0, microsecond=0) else None


def done_at(record: Record) -> datetime | None:
    """Return when a step was done: as was said apart, else by its answers, else when it was written down."""
    if record.ended_at is None or record.done_at != record.ended_at:
        return record.done_at
    return by_answers(record.answers, record.ended_at) or record.done_at


def require_possible(incident: Incident, routine: Routine, record: Record) -> None:
    """Refuse a time that a step states where it is before the miss.

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


def running(work: Work, since: datetime) -> int | None:
    """Return within how many hours of a suspicion IMY may have to be told, while they run."""
    routine = versions.routine_of(versions.in_force(work, SUSPECTED_LOST))
    limit = next((step.deadline for step in routine.steps if step.id == "notify_imy"), None)
    return limit.amount if limit and work.now < since + timedelta(hours=limit.amount) else None


def refuse_unless_over(work: Work, since: datetime, *, waits: bool) -> None:
    """Refuse to enter as over what somebody waits for, or what IMY may still have to be told of in time."""
    if waits:
        raise Invalid(
            "entered_waited_for",
            N_(
                "Somebody waits for it, so it is not over. Leave this out, or leave out who waits if nobody "
                "does any more."
            ),
            field="entered_afterwards",
        )
    if hours := running(work, since):
        raise Invalid(
            "entered_still_running",
            N_(
                "It was suspected less than %(hours)s hours ago, within which IMY may have to be told, so "
                "its deadlines run. Leave this out, or correct when it was suspected."
            ),
            field="entered_afterwards",
            hours=hours,
        )
