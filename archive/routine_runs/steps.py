"""The steps of what runs by a routine: opened and counted by the engine, kept here with their deadlines."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlmodel import col

from archive.accounts import display_names
from archive.history import history, private_data
from archive.kernel import clock
from archive.kernel.errors import Invalid, NotPermitted
from archive.kernel.hooks import Hook
from archive.kernel.store import Actor, Work
from archive.models import RoutineStep, User
from archive.notifications import deadlines
from archive.routine_runs import keys, versions
from archive.vocabulary import EventKind, Permission, Role, StepState
from archive.vocabulary.wording import N_, locale
from routines import engine
from routines.conditions import Answer, FactValue
from routines.engine import AlertKind
from routines.model import Routine, Step
from routines.progress import Doer, Progress, Record, StepEnd
from routines.wording import Problem, Refused

Facts = Mapping[str, FactValue]
Answers = Mapping[str, Answer]

_ENDS = {
    StepState.DONE: StepEnd.DONE,
    StepState.NOT_NEEDED: StepEnd.NOT_NEEDED,
    StepState.LAPSED: StepEnd.LAPSED,
}
_STATES = {end: state for state, end in _ENDS.items()}
# The parties of our routines that are not called as a role is; owner and reporter are persons.
_ROLES: Mapping[str, tuple[Role, ...]] = {
    "archive": (Role.ARCHIVIST, Role.ASSISTANT),
    "searcher": (Role.ARCHIVIST, Role.ASSISTANT, Role.ROOM_KEEPER),
    "city_archive_contact": (Role.CITY_ARCHIVE,),
    "investigator": (Role.MANAGER, Role.ARCHIVIST),
    "responsible": (Role.MANAGER, Role.ARCHIVIST),
    "quality_lead": (Role.MANAGER,),
    "archive_lead": (Role.ARCHIVIST,),
    "board_secretary": (Role.REGISTRAR,),
}


class Run(Protocol):
    """What runs by a routine: an incident, or the matter of another routine."""

    routine_id: int
    owner_id: int | None

    @property
    def stream(self) -> str: ...
    @property
    def reporter(self) -> str: ...
    @property
    def clocks(self) -> bool: ...


@dataclass(slots=True)
class RunCourse:
    """One run as the engine sees it: its routine, its facts, what was opened and how that ended."""

    run: Run
    routine: Routine
    progress: Progress
    rows: dict[tuple[str, int], RoutineStep]

    @classmethod
    def follow(cls, work: Work, run: Run, facts: Facts) -> "RunCourse":
        """Read how far a run has come."""
        routine = versions.routine_of(versions.get(work, run.routine_id))
        rows = rows_of(work, run)
        texts = private_data.by_event(work, [row.told_event for row in rows])
        asked = {fact.id: facts[fact.id] for fact in routine.facts}
        progress = Progress(asked, tuple(_record(row, texts.get(row.told_event or 0, {})) for row in rows))
        return cls(run, routine, progress, {(row.step, row.occurrence): row for row in rows})

    def step(self, name: str) -> Step:
        """Return a step; raises Invalid when the routine has none of that name."""
        found = self.routine.step_of.get(name)
        if found is None:
            raise Invalid("no_such_step", N_("The routine has no such step."), field="step")
        return found


def rows_of(work: Work, run: Run) -> Sequence[RoutineStep]:
    """Return the steps of a run in the order they opened."""
    statement = select(RoutineStep).where(col(RoutineStep.run) == run.stream)
    return work.session.scalars(statement.order_by(col(RoutineStep.id))).all()


def roles_of(party: str) -> tuple[Role, ...]:
    """Return the roles that people of a party have; none for owner and reporter, who are persons."""
    role = Role.read(party)
    return (role,) if role else _ROLES.get(party, ())


@Hook
def stood_in_for(work: Work, run: Run) -> frozenset[str]:
    """Return the parties the actor stands in for, as what runs by the routine has it."""
    raise NotImplementedError


def doer(work: Work, routine: Routine, run: Run) -> Doer:
    """Return who the actor is in a run: the parties of the routine that person acts as, or stands in for."""
    actor, person = work.actor, display_names.person(work.actor)
    if actor.user_id is None:
        return Doer(person, frozenset(party.id for party in routine.parties))
    acts_as = {party.id for party in routine.parties if set(roles_of(party.id)) & set(actor.roles)}
    if run.owner_id == actor.user_id or (Role.ARCHIVIST in actor.roles and not _owned(work, run)):
        acts_as.add("owner")
    if run.reporter == person:
        acts_as.add("reporter")
    return Doer(person, frozenset(acts_as) | stood_in_for(work, run))


def _owned(work: Work, run: Run) -> bool:
    """Tell whether somebody who is still here answers for a run; else its steps wait for any archivist."""
    owner = work.session.get(User, run.owner_id) if run.owner_id is not None else None
    return owner is not None and owner.active


def may_do(actor: Actor, step: Step, by: Doer) -> bool:
    """Tell whether the actor may do a step: its parties, and who leads incidents unless it is reserved."""
    if by.parties & set(step.who):
        return True
    return actor.may(Permission.LEAD_INCIDENTS) and not step.reserved


def moves(work: Work, course: RunCourse) -> bool:
    """Tell whether time alone makes a step open or fall away."""
    turn = engine.advanced(course.routine, course.progress, clock, work.now)
    return bool(turn.lapsed or turn.opened)


def advance(work: Work, course: RunCourse) -> None:
    """Let fall away and open what now should, and set the clocks of what opened."""
    turn = engine.advanced(course.routine, course.progress, clock, work.now)
    for record in turn.lapsed:
        _end(work, course, record, "")
    opened = [_open(work, course, record) for record in turn.opened]
    course.progress = turn.progress
    _set_clocks(work, course, opened)


def start(work: Work, course: RunCourse, name: str) -> None:
    """Start a step by choice; raises Invalid when it cannot be started now, NotPermitted for others."""
    _require(work, course, course.step(name))
    begin(work, course, name)


def begin(work: Work, course: RunCourse, name: str) -> None:
    """Start a step because of what was done elsewhere; raises Invalid when it cannot be started now."""
    with _plainly():
        record = engine.start(course.routine, course.progress, name, clock, work.now)
    course.progress = course.progress.with_records(record)
    _set_clocks(work, course, [_open(work, course, record)])


def begin_anew(work: Work, course: RunCourse, name: str) -> None:
    """Open a step once more whatever its conditions say, unless it is open or the routine has none such."""
    if name not in course.routine.step_of or course.progress.open_record(name):
        return
    record = engine.opening(course.routine, course.progress, name, clock, work.now)
    course.progress = course.progress.with_records(record)
    _set_clocks(work, course, [_open(work, course, record)])


def complete(
    work: Work, course: RunCourse, name: str, answers: Answers, done_at: datetime | None = None
) -> Record:
    """Write down that an open step is done; raises Invalid with what stands against it."""
    by = _require(work, course, course.step(name))
    keys.refuse_unknown(work, course.step(name), answers)
    with _plainly():
        record = engine.complete(course.routine, course.progress, name, answers, by, work.now, done_at)
    keep(work, course, record)
    return record


def keep_unasked(work: Work, course: RunCourse, name: str, answers: Answers) -> None:
    """Store an open step as done with what is known already, though its form may ask for more."""
    record = course.progress.open_record(name)
    if record is not None:
        by = display_names.person(work.actor)
        ended = replace(
            record, end=StepEnd.DONE, ended_at=work.now, ended_by=by, done_at=work.now, answers=dict(answers)
        )
        keep(work, course, ended)


def keep(work: Work, course: RunCourse, record: Record) -> None:
    """Store a step that is done, with its answers beside the event, and stop its clock."""
    row = course.rows[record.step, record.occurrence]
    performed = engine.performer(course.step(record.step), record.answers, record.ended_by)
    row.state, row.ended_at, row.ended_by = StepState.DONE, record.ended_at, record.ended_by
    row.done_at, row.performed_by = record.done_at, performed
    row.told_event = history.record(
        work,
        EventKind.STEP_DONE,
        course.run.stream,
        private={"answers": dict(record.answers)},
        happened_at=record.done_at,
        step=record.step,
        occurrence=record.occurrence,
        performed_by=performed,
    )
    work.session.flush()
    course.progress = course.progress.with_records(record)
    deadlines.meet(work, course.run.stream, _key(record), at=record.done_at)


def set_aside(work: Work, course: RunCourse, name: str, reason: str) -> None:
    """Write down that an optional step is not needed; raises Invalid without a reason, or when it is."""
    by = _require(work, course, course.step(name))
    with _plainly():
        record = engine.set_aside(course.routine, course.progress, name, reason, by, work.now)
    _end(work, course, record, reason.strip())
    course.progress = course.progress.with_records(record)


def withdraw(work: Work, course: RunCourse, records: Iterable[Record], reason: str) -> None:
    """Note that some steps, done or open, do not count any more; what was answered stays to be read."""
    for record in records:
        row = course.rows[record.step, record.occurrence]
        told = row.told_event
        _end(work, course, record, reason)
        if record.end is StepEnd.LAPSED:
            row.told_event = told or row.told_event
        course.progress = course.progress.with_records(record)
    work.session.flush()


def recount(work: Work, course: RunCourse, names: Iterable[str]) -> None:
    """Count the deadlines of open steps anew after a decision that moved the moment they count from."""
    again = engine.recounted(course.routine, course.progress, names, clock, work.now)
    for record in again:
        course.rows[record.step, record.occurrence].due_at = record.deadline
    work.session.flush()
    course.progress = course.progress.with_records(*again)
    _set_clocks(work, course, again)


def pass_on(work: Work, course: RunCourse) -> None:
    """Set the clocks of all that is open anew: somebody else owns the run."""
    _set_clocks(work, course, engine.open_steps(course.progress))


class StepRefused(Invalid):
    """Refuse a step with everything that stands against it; `problems` name the fields of its form."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(
            "step_refused",
            N_("%(said)s"),
            field=problems[0].path or None,
            said=" ".join(problem.say(locale()) for problem in problems),
        )
        self.problems = tuple(problems)


@contextmanager
def _plainly() -> Iterator[None]:
    """Say what the engine refuses as the domain says it."""
    try:
        yield
    except Refused as refused:
        raise StepRefused(refused.problems) from refused


def _require(work: Work, course: RunCourse, step: Step) -> Doer:
    by = doer(work, course.routine, course.run)
    if not may_do(work.actor, step, by):
        raise NotPermitted(
            "step_of_others",
            N_("This step is done by: %(who)s. Ask them, or whoever leads the case."),
            who=", ".join(course.routine.party(party).title.say(locale()) for party in step.who),
        )
    return by


def _open(work: Work, course: RunCourse, record: Record) -> Record:
    row = RoutineStep(
        run=course.run.stream,
        step=record.step,
        occurrence=record.occurrence,
        opened_at=record.opened_at,
        due_at=record.deadline,
    )
    work.session.add(row)
    work.session.flush()
    course.rows[record.step, record.occurrence] = row
    history.record(
        work,
        EventKind.STEP_OPENED,
        course.run.stream,
        step=record.step,
        occurrence=record.occurrence,
        due_at=record.deadline and history.stamp(record.deadline),
    )
    return record


def _end(work: Work, course: RunCourse, record: Record, reason: str) -> None:
    row = course.rows[record.step, record.occurrence]
    row.state = StepState.LAPSED if record.end is None else _STATES[record.end]
    row.ended_at, row.ended_by = record.ended_at, record.ended_by
    row.told_event = history.record(
        work,
        EventKind.STEP_NOT_NEEDED,
        course.run.stream,
        private={"reason": reason},
        step=record.step,
        occurrence=record.occurrence,
        by_itself=record.end is StepEnd.LAPSED,
    )
    work.session.flush()
    deadlines.withdraw(work, course.run.stream, _key(record))


def _set_clocks(work: Work, course: RunCourse, records: Iterable[Record]) -> None:
    if course.run.clocks:
        for record in records:
            if record.deadline is not None:
                _set_clock(work, course, record, record.deadline)


def _set_clock(work: Work, course: RunCourse, record: Record, due: datetime) -> None:
    step, run = course.step(record.step), course.run
    alerts = {alert.kind: alert for alert in engine.alerts(course.routine, record)}
    reminder, late = alerts.get(AlertKind.REMINDER), alerts.get(AlertKind.ESCALATED)
    owner, role = _responsible(run, step.who[0])
    higher, higher_role = _responsible(run, late.to[0]) if late else (None, None)
    deadlines.put(
        work,
        run.stream,
        _key(record),
        title={"sv": step.title.sv, "en": step.title.en},
        due_at=due,
        remind_at=reminder.at if reminder else None,
        owner_id=owner,
        role=role,
        escalate_to=higher,
        escalate_role=higher_role,
        escalate_at=late.at if late else None,
    )


def _responsible(run: Run, party: str) -> tuple[int | None, Role | None]:
    """Return the user, or the role, that stands for a party."""
    if party == "reporter" and run.reporter.startswith("user:"):
        return int(run.reporter.removeprefix("user:")), None
    roles = roles_of(party)
    return (None, roles[0]) if roles else (run.owner_id, None if run.owner_id else Role.ARCHIVIST)


def _key(record: Record) -> str:
    return f"{record.step} {record.occurrence}"


def _record(row: RoutineStep, texts: Mapping[str, Any]) -> Record:
    return Record(
        row.step,
        row.occurrence,
        row.opened_at,
        row.due_at,
        _ENDS.get(row.state),
        row.ended_at,
        row.ended_by,
        row.done_at,
        {
            name: tuple(said) if isinstance(said, list) else said
            for name, said in texts.get("answers", {}).items()
        },
        texts.get("reason"),
    )
