"""Whoever waits for what is missed: which step answers them, and whether they know that it is found."""

from datetime import datetime

from archive.domain import steps
from archive.domain.steps import Course
from archive.errors import Conflict
from archive.models import Incident
from archive.store import Work
from archive.wording import N_, locale
from routines import engine
from routines.answers import as_moment
from routines.progress import End, Record

ANSWERS = ("interim_answer", "final_answer", "new_request")
ANEW = "new_request"  # can be started at any time


def owed(incident: Incident, run: Course, found_at: datetime) -> str | None:
    """Return the step by which whoever waits is told of a find, None where nobody is left to be told."""
    known = [step for step in ANSWERS if step in run.routine.step_of]
    if not incident.somebody_waits or not known:
        return None
    left = next((step for step in known if run.progress.open_record(step)), None)
    if left is not None:
        return left
    answers = [one for one in run.progress.records if one.step in known and one.end is End.DONE]
    minute = found_at.replace(second=0, microsecond=0)  # forms ask for no more
    told = any((_answered(one) or minute) >= minute for one in answers)
    return None if told else ANEW if ANEW in known else known[0]


def require_told(incident: Incident, run: Course, found_at: datetime) -> None:
    """Refuse to end a case while somebody who waits has not been told of the find; raises Conflict."""
    step = owed(incident, run, found_at)
    if step is not None:
        raise Conflict(
            "answer_owed",
            N_(
                "Somebody waits for the file and has not been told that it is found. "
                "First do the step “%(step)s”; then confirm."
            ),
            step=run.step(step).title.say(locale()),
        )


def ask(work: Work, run: Course) -> None:
    """Open the step that answers somebody anew, unless it is open or this routine has none."""
    if any(step.id == ANEW for step in engine.startable(run.routine, run.progress, work.now)):
        steps.begin(work, run, ANEW)


def _answered(record: Record) -> datetime | None:
    return as_moment(record.answers.get("answered_at")) or record.done_at
