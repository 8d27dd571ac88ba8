"""Lead people through a routine: what is done, what is open, what is next for whom, what is due when.

Pure functions over a routine, a `Progress` and the present moment; the caller keeps records and deadlines.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from routines import answers as forms
from routines.conditions import Answer, Condition, holds, steps_named
from routines.deadlines import Calendar, deadline_after
from routines.model import OPENING, CaseOutcome, Rest, Routine, Step
from routines.progress import Doer, Progress, Record, State, StepEnd, absent_facts
from routines.wording import Problem, Refused, listed

Answers = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Turn:
    """What one look at a run changes: steps that fell away or opened, and the progress afterwards."""

    lapsed: tuple[Record, ...]
    opened: tuple[Record, ...]
    progress: Progress


class AlertKind(StrEnum):
    """Why somebody is told about a step: its deadline comes near, was missed, or was missed for long."""

    REMINDER = "reminder"
    MISSED = "missed"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class Alert:
    """Something to be said once, at a moment, to some parties, if the step is still open then."""

    kind: AlertKind
    at: datetime
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WaitReason:
    """What a step waits for: other steps, its condition, or somebody who starts it."""

    steps: tuple[str, ...]
    condition: Condition | None
    on_demand: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """A moment that a decision has given another time, and the steps whose deadlines then count anew."""

    fact: str
    moment: datetime
    steps: tuple[str, ...]


def advanced(routine: Routine, progress: Progress, calendar: Calendar, now: datetime) -> Turn:
    """Let fall away and open what now should; raises ValueError when a fact is not supplied."""
    if absent := absent_facts(routine, progress):
        raise ValueError(f"facts not supplied: {', '.join(absent)}")
    fallen = lapsed(routine, progress, now)
    progress = progress.with_records(*fallen)
    new = opened(routine, progress, calendar, now)
    return Turn(fallen, new, progress.with_records(*new))


def opened(routine: Routine, progress: Progress, calendar: Calendar, now: datetime) -> tuple[Record, ...]:
    """Return records of the steps that should open now, each with the deadline the caller stores."""
    state = State(routine, progress, now)
    if state.finished:
        return ()
    return tuple(_opening(state, step, calendar) for step in routine.steps if state.opens(step))


def opening(routine: Routine, progress: Progress, step: str, calendar: Calendar, now: datetime) -> Record:
    """Return the record of a step that is asked for anew: whatever it counts from, that is from now on."""
    record, rule = (
        _opening(State(routine, progress, now), routine.step(step), calendar),
        routine.step(step).deadline,
    )
    return record if rule is None else replace(record, deadline=deadline_after(rule, now, calendar))


def _opening(state: State, step: Step, calendar: Calendar) -> Record:
    number = 1 + len(state.records.get(step.id, ()))
    return Record(step.id, number, state.now, _deadline(state, step, calendar, state.now))


def _deadline(state: State, step: Step, calendar: Calendar, opened_at: datetime) -> datetime | None:
    if step.deadline is None:
        return None
    start = opened_at if step.deadline.start == OPENING else state.fact(step.deadline.start)
    if not isinstance(start, datetime):
        raise TypeError(f"{step.deadline.start} is no moment")
    return deadline_after(step.deadline, start, calendar)


def lapsed(routine: Routine, progress: Progress, now: datetime) -> tuple[Record, ...]:
    """Return the open records that are not needed any more, ended; nobody has to give a reason."""
    state = State(routine, progress, now)
    cut_short = state.ending is not None and state.ending.rest is Rest.FALLS_AWAY
    return tuple(
        replace(record, end=StepEnd.LAPSED, ended_at=now)
        for record in progress.records
        if record.is_open and (cut_short or state.is_over(routine.step(record.step)))
    )


def is_finished(routine: Routine, progress: Progress, now: datetime) -> bool:
    """Tell whether the end is reached; a step that may reopen it and now opens makes this false again."""
    return State(routine, progress, now).finished


def open_steps(progress: Progress) -> tuple[Record, ...]:
    """Return what somebody has to do, the most urgent first."""
    return by_urgency(record for record in progress.records if record.is_open)


def done(progress: Progress) -> tuple[Record, ...]:
    """Return what was done, in the order it was recorded."""
    found = [record for record in progress.records if record.end is StepEnd.DONE]
    return tuple(sorted(found, key=lambda one: (one.ended_at is None, one.ended_at)))


def by_urgency(records: Iterable[Record]) -> tuple[Record, ...]:
    """Return records by deadline, those without one last in the order of opening."""
    return tuple(sorted(records, key=lambda one: (one.deadline is None, one.deadline or one.opened_at)))


def next_for(routine: Routine, progress: Progress, party: str) -> tuple[Record, ...]:
    """Return the open steps a party has to do, the most urgent first."""
    return tuple(one for one in open_steps(progress) if party in routine.step(one.step).who)


def due(progress: Progress, by: datetime) -> tuple[Record, ...]:
    """Return the open steps whose deadline lies at or before a moment, the most urgent first."""
    return tuple(one for one in open_steps(progress) if one.deadline is not None and one.deadline <= by)


def alerts(routine: Routine, record: Record) -> tuple[Alert, ...]:
    """Return what is to be said about a record and when, counted from its stored deadline."""
    step = routine.step(record.step)
    if record.deadline is None or step.deadline is None:
        return ()
    rule, found = step.deadline, []
    reminder = record.deadline - timedelta(hours=rule.remind_before)
    if rule.remind_before and reminder > record.opened_at:
        found.append(Alert(AlertKind.REMINDER, reminder, step.who))
    found.append(Alert(AlertKind.MISSED, record.deadline, step.who))
    if rule.escalate_to:
        late = record.deadline + timedelta(hours=rule.escalate_after)
        found.append(Alert(AlertKind.ESCALATED, late, (rule.escalate_to,)))
    return tuple(found)


def blocked_by(routine: Routine, progress: Progress, step: str, now: datetime) -> WaitReason | None:
    """Return what a step that is not open waits for, None when it is open, done for good or not needed."""
    state, wanted = State(routine, progress, now), routine.step(step)
    last = state.last(wanted)
    ended = last is not None and not (last.is_open or wanted.again or wanted.on_demand)
    if progress.open_record(step) or state.finished or state.is_over(wanted) or ended:
        return None
    before = [one for one in wanted.after if not state.settled(routine.step(one))]
    before += [one for one in wanted.pauses_for if progress.open_record(one)]
    condition = wanted.when if last is None or wanted.on_demand else wanted.again
    unmet = None if state.holds(condition) else condition
    return WaitReason(tuple(dict.fromkeys(before)), unmet, wanted.on_demand)


def startable(routine: Routine, progress: Progress, now: datetime) -> tuple[Step, ...]:
    """Return the steps somebody may start by choice now."""
    state = State(routine, progress, now)
    return tuple(step for step in routine.steps if _may_start(state, step))


def _may_start(state: State, step: Step) -> bool:
    if not step.on_demand or state.finished or state.progress.open_record(step.id):
        return False
    return not state.is_over(step) and state.came_before(step) and state.holds(step.when)


def start(routine: Routine, progress: Progress, step: str, calendar: Calendar, now: datetime) -> Record:
    """Return the record of a step somebody starts by choice; raises Refused when it cannot be started now."""
    state, wanted = State(routine, progress, now), routine.step(step)
    if not _may_start(state, wanted):
        raise Refused([_about(wanted, "kan inte påbörjas nu", "cannot be started now")])
    return _opening(state, wanted, calendar)


def _about(step: Step, sv: str, en: str) -> Problem:
    return Problem("", f"Steget ”{step.title.sv}” {sv}.", f"The step “{step.title.en}” {en}.")


def may_complete(
    routine: Routine, progress: Progress, step: str, answers: Answers, by: Doer, now: datetime
) -> tuple[Problem, ...]:
    """Return all that stands against completing an open step with these answers; `path` is the field's id."""
    wanted = routine.step(step)
    if progress.open_record(step) is None:
        return (_about(wanted, "är inte öppet", "is not open"),)
    state = State(routine, progress, now, (step, answers))
    wrong = [*_reserved(routine, wanted, by), *forms.problems(wanted, answers, state.holds, now)]
    if wrong:
        return tuple(wrong)
    return (
        *_same_person(state, wanted, answers, by),
        *_others_open(state, wanted),
        *_outcome_refused(state, wanted, answers, by),
    )


def _reserved(routine: Routine, step: Step, by: Doer) -> Iterator[Problem]:
    if step.reserved and not by.parties & set(step.who):
        parties = [routine.party(one).title for one in step.who]
        sv, en = listed((one.sv for one in parties), "eller"), listed((one.en for one in parties), "or")
        yield _about(step, f"får bara göras av {sv}", f"may only be done by {en}")


def performer(step: Step, answers: Answers, by: str | None) -> str | None:
    """Return who did a step: the person its form names, else whoever wrote it down."""
    named = answers.get(step.performed_by) if step.performed_by else None
    return named if isinstance(named, str) and named else by


def _same_person(state: State, step: Step, answers: Answers, by: Doer) -> Iterator[Problem]:
    who = performer(step, answers, by.id)
    for other in step.distinct_from:
        first = state.routine.step(other)
        for record in state.records.get(other, ()):
            if record.end is StepEnd.DONE and performer(first, record.answers, record.ended_by) == who:
                yield Problem(
                    step.performed_by or "",
                    f"”{first.title.sv}” gjordes av samma person. Låt en annan göra ”{step.title.sv}”.",
                    f"“{first.title.en}” was done by the same person. Let another do “{step.title.en}”.",
                )
                break


def _others_open(state: State, step: Step) -> Iterator[Problem]:
    if step.ends is None or step.ends.rest is not Rest.DONE or not state.holds(step.ends.when):
        return
    others = [state.routine.step(one.step) for one in state.progress.records if one.is_open]
    left = [one for one in others if one is not step and not state.is_over(one)]
    coming = [one for one in state.routine.steps if one is not step and state.opens(one)]
    titles = [one.title for one in (*left, *coming)]
    if titles:
        sv, en = listed((one.sv for one in titles), "och"), listed((one.en for one in titles), "and")
        yield Problem("", f"Gör först klart: {sv}.", f"Finish first: {en}.")


def outcome_of(
    routine: Routine, progress: Progress, step: str, answers: Answers, now: datetime
) -> CaseOutcome | None:
    """Return the outcome that these answers to a step state, None when they state none."""
    return _outcome(State(routine, progress, now, (step, answers)), step)


def _outcome(state: State, step: str) -> CaseOutcome | None:
    named = state.routine.named
    mine = (one for one in state.routine.outcomes if step in steps_named(one.given_by, named))
    return next((one for one in mine if holds(one.given_by, _OnlyThis(state, step))), None)


class _OnlyThis(State):
    """Sees of all steps only the one being filled in: outcomes stated earlier are not stated again."""

    def __init__(self, state: State, step: str) -> None:
        super().__init__(state.routine, state.progress, state.now, state.filling)
        self._step = step

    def answer(self, step: str, name: str) -> Answer | None:
        return super().answer(step, name) if step == self._step else None

    def done_at(self, step: str) -> datetime | None:
        return self.now if step == self._step else None


def _outcome_refused(state: State, step: Step, answers: Answers, by: Doer) -> Iterator[Problem]:
    outcome = _outcome(state, step.id)
    if outcome is None:
        return
    for one in outcome.requires:
        if not state.holds(one.condition):
            yield Problem("", one.message.sv, one.message.en)
    group = state.fact(outcome.not_only) if outcome.not_only else None
    if isinstance(group, frozenset) and _deciders(outcome, step, answers, by) <= group:
        title = next(one.title for one in state.routine.facts if one.id == outcome.not_only)
        yield Problem(
            "",
            f"”{outcome.title.sv}” får inte beslutas av enbart {title.sv}. Låt någon mer besluta.",
            f"“{outcome.title.en}” may not be decided by {title.en} alone. Let somebody else decide too.",
        )


def _deciders(outcome: CaseOutcome, step: Step, answers: Answers, by: Doer) -> set[str]:
    found = {performer(step, answers, by.id) or by.id}
    for reference in outcome.deciders:
        of, _, name = reference.partition(".")
        said = answers.get(name) if of == step.id else None
        found |= {said} if isinstance(said, str) else set(said) if isinstance(said, tuple) else set()
    return found


def complete(
    routine: Routine,
    progress: Progress,
    step: str,
    answers: Answers,
    by: Doer,
    now: datetime,
    done_at: datetime | None = None,
) -> Record:
    """Return the record of a step completed with these answers; raises Refused with all that is wrong."""
    if wrong := may_complete(routine, progress, step, answers, by, now):
        raise Refused(wrong)
    if done_at is not None and forms.not_yet(done_at, now):
        raise Refused(
            [_about(routine.step(step), "kan inte vara gjort i framtiden", "cannot be done in the future")]
        )
    record = progress.open_record(step)
    assert record is not None  # noqa: S101  may_complete saw it
    return replace(
        record,
        end=StepEnd.DONE,
        ended_at=now,
        ended_by=by.id,
        done_at=min(done_at or now, now),
        answers=dict(answers),
    )


def set_aside(
    routine: Routine, progress: Progress, step: str, reason: str, by: Doer, now: datetime
) -> Record:
    """Return the record of an optional step that is said not to be needed; raises Refused."""
    wanted, record = routine.step(step), progress.open_record(step)
    wrong = [*_reserved(routine, wanted, by)]
    if record is None:
        wrong.append(_about(wanted, "är inte öppet", "is not open"))
    if not wanted.optional:
        wrong.append(_about(wanted, "måste göras", "has to be done"))
    if not reason.strip():
        wrong.append(
            Problem("reason", "Skriv varför steget inte behövs.", "Write why the step is not needed.")
        )
    if wrong or record is None:
        raise Refused(wrong)
    return replace(record, end=StepEnd.NOT_NEEDED, ended_at=now, ended_by=by.id, reason=reason)


def moved(routine: Routine, step: str, answers: Answers) -> Moved | None:
    """Return which moment a decision moves to when, None if none; the caller sets the fact."""
    moves = routine.step(step).moves
    moment = forms.as_moment(answers.get(moves.field)) if moves else None
    return Moved(moves.fact, moment, moves.steps) if moves and moment else None


def recounted(
    routine: Routine, progress: Progress, steps: Iterable[str], calendar: Calendar, now: datetime
) -> tuple[Record, ...]:
    """Return the open records of some steps with deadlines counted anew: after a decision that moves them."""
    state = State(routine, progress, now)
    return tuple(
        replace(record, deadline=_deadline(state, routine.step(record.step), calendar, record.opened_at))
        for record in progress.records
        if record.is_open and record.step in set(steps)
    )
