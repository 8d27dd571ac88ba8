"""Whoever waits for what is missed: which step answers them, and whether they know that it is found."""

from collections.abc import Sequence
from datetime import datetime

from archive.kernel.clock import local
from archive.kernel.errors import Conflict
from archive.kernel.store import Work
from archive.models import Incident, IncidentFile
from archive.routine_runs import steps
from archive.routine_runs.steps import RunCourse
from archive.vocabulary import IncidentOutcome
from archive.vocabulary.wording import N_, locale
from routines import engine
from routines.answers import as_moment
from routines.progress import Record, StepEnd

ANSWERS = ("interim_answer", "final_answer", "new_request")
ANEW = "new_request"  # can be started at any time


def owed(incident: Incident, run: RunCourse, found_at: datetime) -> str | None:
    """Return the step by which whoever waits is told of a find, None where nobody is left to be told."""
    known = [step for step in ANSWERS if step in run.routine.step_of]
    if not incident.somebody_waits or not known:
        return None
    left = next((step for step in known if run.progress.open_record(step)), None)
    if left is not None:
        return left
    last = _last_answer(run)
    return None if last and last >= _minute(found_at) else ANEW if ANEW in known else known[0]


def require_told(incident: Incident, run: RunCourse, found_at: datetime) -> None:
    """Refuse to end a case while somebody who waits has not been told of the find; raises Conflict."""
    step = owed(incident, run, found_at)
    if step is None:
        return
    title, last = run.step(step).title.say(locale()), _last_answer(run)
    if last is None or last >= _minute(found_at):
        raise Conflict(
            "answer_owed",
            N_(
                "Somebody waits for the file and has not been told that it is found. "
                "First do the step “%(step)s”; then confirm."
            ),
            field="confirmed",
            step=title,
        )
    raise Conflict(
        "answer_owed",
        N_(
            "Whoever waits was answered last at %(answered)s, before the file was found at %(found)s, and "
            "does not know that it is found. First do the step “%(step)s”; then confirm."
        ),
        field="confirmed",
        step=title,
        answered=f"{local(last):%Y-%m-%d %H:%M}",
        found=f"{local(found_at):%Y-%m-%d %H:%M}",
    )


def require_missing(items: Sequence[IncidentFile], at: datetime) -> None:
    """Refuse to refuse what was at hand at a moment, or never was missing; raises Conflict."""
    known = [moment for item in items if (moment := _known_at_hand(item))]
    if len(known) == len(items) and _minute(max(known)) <= at:
        raise Conflict(
            "nothing_to_refuse",
            N_(
                "The document is at hand, or never was missing: it is not refused because it cannot be "
                "found. Hand out what may be handed out, after the usual judgement, and write in the step "
                "why the decision is not needed."
            ),
        )


def _known_at_hand(item: IncidentFile) -> datetime | None:
    if item.outcome is IncidentOutcome.FOUND:
        return item.found_at
    return item.outcome_at if item.outcome is IncidentOutcome.MISTAKEN else None


def know(incident: Incident, run: RunCourse, found: Sequence[datetime]) -> bool:
    """Tell whether whoever waits was told of a find, as far as the moments of some finds go."""
    last = _last_answer(run)
    return bool(incident.somebody_waits and found and last and last >= _minute(min(found)))


def waits(run: RunCourse) -> bool:
    """Tell whether a step that answers whoever waits is to be done now."""
    return any(run.progress.open_record(step) for step in ANSWERS)


def _last_answer(run: RunCourse) -> datetime | None:
    """Return when whoever waits was answered last."""
    answers = [one for one in run.progress.records if one.step in ANSWERS and one.end is StepEnd.DONE]
    return max((moment for one in answers if (moment := _answered(one))), default=None)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)  # forms ask for no more


def ask(work: Work, run: RunCourse) -> None:
    """Open the step that answers somebody anew, unless it is open or this routine has none."""
    if any(step.id == ANEW for step in engine.startable(run.routine, run.progress, work.now)):
        steps.begin(work, run, ANEW)


def _answered(record: Record) -> datetime | None:
    return as_moment(record.answers.get("answered_at")) or record.done_at
