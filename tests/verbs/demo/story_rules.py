"""What must be true of a demo's story whenever it is told: when people work, and what comes before what."""

from collections.abc import Callable, Iterator
from datetime import date, time
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import SQLModel, col

from archive.incidents import steps
from archive.integrity import checks
from archive.kernel.clock import is_working_day, local, local_date
from archive.kernel.columns import UtcTime
from archive.kernel.store import Work
from archive.models import Event, Incident, IncidentFile, Matter, Message, RoutineStep, WantedSighting
from archive.vocabulary import IncidentState
from routines.progress import Record, StepEnd

OPENS, CLOSES = time(7), time(17)
# Moments that lie ahead, or that only the machine keeps.
AHEAD = {"due_at", "remind_at", "escalate_at", "next_at", "next_try_at", "expires_at", "password_until"}
ORDERS = {
    "routine_step": ("opened_at", "done_at", "ended_at"),
    "incident": ("missed_at", "suspected_at", "reported_at", "decided_at", "closed_at"),
    "incident_file": ("added_at", "found_at", "outcome_at"),
    "delivery": ("planned_at", "dispatched_at", "received_at", "closed_at"),
    "delivery_sender": ("listed_at", "dispatched_at", "signed_at"),
    "delivery_crate": ("taken_at", "sealed_at", "arrived_at", "emptied_at"),
    "delivery_line": ("packed_at", "received_at"),
    "delivery_difference": ("found_at", "explained_at"),
    "cover_check": ("queued_at", "opened_at", "done_at"),
    "finding": ("found_at", "done_at"),
    "loan": ("out_at", "returned_at"),
    "emptying": ("swept_at", "signed_at", "empty_at"),
    "matter": ("noticed_at", "opened_at", "closed_at"),
    "message": ("created_at", "read_at"),
    "scan": ("happened_at", "at"),
    "sighting": ("happened_at", "at"),
    "event": ("happened_at", "at"),
}
FOUND_OUT = ("fel omslag", "annat omslag", "felställd", "samma omslag")


def history(work: Work) -> Iterator[str]:
    """Name what the checks of the archive itself find."""
    yield from (finding.say() for finding in checks.everything(work))


def working_hours(work: Work) -> Iterator[str]:
    """Name every moment in the whole database that no working day has, or that has not come yet."""
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            if not isinstance(column.type, UtcTime) or column.name in AHEAD:
                continue
            for moment in work.session.scalars(select(column).where(column.is_not(None)).distinct()):
                here = local(moment)
                at_work = is_working_day(here.date()) and OPENS <= here.time() <= CLOSES
                if not at_work or moment > work.now:
                    yield f"{table.name}.{column.name} {here:%a %Y-%m-%d %H:%M:%S}"


def order(work: Work) -> Iterator[str]:
    """Name every row in which something is earlier than what it follows."""
    for name, columns in ORDERS.items():
        table = SQLModel.metadata.tables[name]
        for row in work.session.execute(sa.select(table)):
            known = [(one, getattr(row, one)) for one in columns if getattr(row, one) is not None]
            for (first, before), (second, after) in pairwise(known):
                if before > after:
                    yield f"{name} {row[0]}: {first} {before} after {second} {after}"
    moments = work.session.scalars(select(Event.at).order_by(Event.id)).all()  # type: ignore[call-overload]
    yield from (f"event at {after} after {before}" for before, after in pairwise(moments) if before > after)


def clocks(work: Work) -> Iterator[str]:
    """Name the steps of a closed case that were done too late."""
    for incident, records in _cases(work):
        if incident.status is not IncidentState.CLOSED:
            continue
        for one in records:
            if one.end is StepEnd.DONE and one.deadline and one.ended_at and one.ended_at > one.deadline:
                yield f"{one.step} due {one.deadline} done {one.ended_at}"


def one_case_is_closed_and_one_runs(work: Work) -> Iterator[str]:
    """Name what there is instead of a case that is closed and one that runs."""
    found = [incident.status for incident, _records in _cases(work)]
    if found != [IncidentState.CLOSED, IncidentState.SEARCHING]:
        yield str(found)


def causes(work: Work) -> Iterator[str]:
    """Name the answers that knew where the file lay before it was found."""
    for incident, records in _cases(work):
        found = [one.outcome_at for one in _items(work, incident) if one.outcome_at]
        for one in records:
            told = one.ended_at and (not found or one.ended_at < min(found))
            said = " ".join(str(answer) for answer in one.answers.values())
            if told and one.step != "confirm_find":
                yield from (f"{one.step}: {said}" for words in FOUND_OUT if words in said)
                yield from (f"{one.step}: {one.answers['cause']}" for _ in [0] if "cause" in one.answers)


def measures(work: Work) -> Iterator[str]:
    """Name the measures that were judged before the day they were to be carried out by."""
    for _incident, records in _cases(work):
        last = {one.step: one for one in records if one.end is StepEnd.DONE}
        judged = last.get("follow_up")
        if judged is None or judged.ended_at is None:
            continue
        due = date.fromisoformat(str(last["lessons"].answers["due"]))
        if local_date(judged.ended_at) <= due:
            yield f"due {due}, judged {judged.ended_at}"


def broken_seals(work: Work) -> Iterator[str]:
    """Name the deviations that were noticed when no crate arrived."""
    crates = SQLModel.metadata.tables["delivery_crate"]
    days = {local_date(at) for at in work.session.scalars(select(crates.c.arrived_at)) if at}
    for matter in work.session.scalars(select(Matter)):
        if local_date(matter.noticed_at) not in days:
            yield f"matter {matter.id} noticed {matter.noticed_at}"


def finds(work: Work) -> Iterator[str]:
    """Name what is said to have been found later than it was seen."""
    for _incident, item in ((one, item) for one, _records in _cases(work) for item in _items(work, one)):
        seen = work.session.scalars(select(WantedSighting).where(col(WantedSighting.item_id) == item.id))
        first = min((one.happened_at for one in seen), default=None)
        if first and item.found_at and item.found_at > first:
            yield f"item {item.id} seen {first} found {item.found_at}"


def inboxes(work: Work) -> Iterator[str]:
    """Name the messages of a closed case that somebody who worked on it had not read when it was closed."""
    for incident, _records in _cases(work):
        steps = work.session.scalars(select(RoutineStep).where(col(RoutineStep.run) == incident.stream))
        last = {one.ended_by: one.ended_at for one in steps if one.ended_at}
        for one in work.session.scalars(select(Message).where(col(Message.about) == incident.stream)):
            worked = last.get(f"user:{one.user_id}")
            unread = one.read_at is None or (incident.closed_at and one.read_at > incident.closed_at)
            if incident.closed_at and worked and worked > one.created_at and unread:
                yield f"message {one.id} to user {one.user_id}"


def _cases(work: Work) -> Iterator[tuple[Incident, tuple[Record, ...]]]:
    for incident in work.session.scalars(select(Incident).order_by(Incident.id)):  # type: ignore[arg-type]
        yield incident, steps.course(work, incident).progress.records


def _items(work: Work, incident: Incident) -> list[IncidentFile]:
    rows = work.session.scalars(select(IncidentFile))
    return [row for row in rows if row.incident_id == incident.id]


RULES: tuple[Callable[[Work], Iterator[str]], ...] = (
    history,
    working_hours,
    order,
    clocks,
    one_case_is_closed_and_one_runs,
    causes,
    measures,
    broken_seals,
    finds,
    inboxes,
)


def broken(work: Work) -> dict[str, list[str]]:
    """Return by its name each rule that does not hold, with some of what breaks it."""
    found = {rule.__name__: list(dict.fromkeys(rule(work)))[:10] for rule in RULES}
    return {name: faults for name, faults in found.items() if faults}
