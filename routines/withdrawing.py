"""Tell which steps of a run cease to count when an end it came to proves untrue: it was the wrong file."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from routines import engine
from routines.conditions import FactValue, holds, steps_named
from routines.model import FieldKind, Rest, Routine, Step
from routines.progress import Progress, Record, State, StepEnd


def withdrawn(
    routine: Routine,
    progress: Progress,
    facts: Mapping[str, FactValue],
    again: Collection[str],
    stand: Collection[str],
    now: datetime,
) -> tuple[Record, ...]:
    """Return what no longer counts once some things are missed again, ended; `facts` hold from now on.

    That is what ended the run or told the outcome of one of these things, what followed on that or opened
    only because of it, and what was said not to be needed since then; a paper that was sent stays sent. What
    told the outcome of others too, `stand` as they ended, goes on counting for those.
    """
    ended = [one for one in progress.records if _ended_it(routine, progress, one, again, now)]
    gone = [one for one in ended if not _stands(routine, progress, one, stand, now)]
    since = min((one.ended_at for one in ended if one.ended_at), default=now)
    for one in progress.records:
        step = routine.step(one.step)
        if one not in gone and (_set_aside(step, one, since) or _followed(routine, step, one, ended)):
            gone.append(one)
    while True:
        left = Progress(facts, tuple(one for one in progress.records if one not in gone))
        more = [
            one
            for one in left.records
            if one.opened_at >= since
            and not _sent(routine.step(one.step), one)
            and _due(routine, progress, one, now)
            and not _due(routine, left, one, now)
        ]
        if not more:
            return tuple(_end(routine.step(one.step), one, now) for one in progress.records if one in gone)
        gone += more


def told_at(routine: Routine, progress: Progress, again: Collection[str], now: datetime) -> datetime | None:
    """Return since when it was said how things ended that are missed again, None where nothing ended.

    A find is known from when it is asked whether it is right, not from the answer alone.
    """
    moments = []
    for one in progress.records:
        if _ended_it(routine, progress, one, again, now):
            step = routine.step(one.step)
            asked = step.reopens or (step.ends is not None and step.ends.rest is Rest.FALLS_AWAY)
            moments.append(one.opened_at if asked else one.ended_at or now)
    return min(moments, default=None)


def rested(routine: Routine, progress: Progress, since: datetime) -> tuple[Record, ...]:
    """Return how each step was last done that was done since a moment, by what was known then."""
    last = {one.step: one for one in progress.records if one.end is StepEnd.DONE}
    return tuple(
        one
        for one in last.values()
        if one.ended_at and one.ended_at >= since and not routine.step(one.step).on_demand
    )


def _ended_it(
    routine: Routine, progress: Progress, record: Record, again: Collection[str], now: datetime
) -> bool:
    """Tell whether a step ended the run, or told the outcome of something that is missed again."""
    if record.end is not StepEnd.DONE:
        return False
    step, state = routine.step(record.step), State(routine, progress, now, (record.step, record.answers))
    if step.ends and holds(step.ends.when, state):
        return True
    named = set(_things(step, record))
    told = engine.outcome_of(routine, progress, record.step, record.answers, now) is not None
    return told and not named.isdisjoint(again)


def _stands(
    routine: Routine, progress: Progress, record: Record, stand: Collection[str], now: datetime
) -> bool:
    """Tell whether a step is the last that told the outcome of something that ended so still."""
    later = {
        thing
        for one in progress.records[progress.records.index(record) + 1 :]
        if one.end is StepEnd.DONE
        and engine.outcome_of(routine, progress, one.step, one.answers, now) is not None
        for thing in _things(routine.step(one.step), one)
    }
    return any(one in stand and one not in later for one in _things(routine.step(record.step), record))


def _followed(routine: Routine, step: Step, record: Record, ended: Collection[Record]) -> bool:
    """Tell whether a step was done by what one of these told: it is answered otherwise without that."""
    if record.end is not StepEnd.DONE or _sent(step, record):
        return False
    before = {*step.after, *steps_named(step.when, routine.named)}
    return any(
        one.step in before and one.ended_at is not None and record.opened_at >= one.ended_at for one in ended
    )


def _things(step: Step, record: Record) -> Iterator[str]:
    for field in step.fields:
        said = record.answers.get(field.id)
        if field.kind is FieldKind.FILE and field.several and isinstance(said, tuple):
            yield from said


def _set_aside(step: Step, record: Record, since: datetime) -> bool:
    """Tell whether somebody said since then that a step is not needed: perhaps because it was found."""
    if not step.optional or record.end is not StepEnd.NOT_NEEDED:
        return False
    return record.ended_at is not None and record.ended_at >= since


def _sent(step: Step, record: Record) -> bool:
    return record.end is StepEnd.DONE and step.document is not None


def _due(routine: Routine, progress: Progress, record: Record, now: datetime) -> bool:
    """Tell whether a step would open if it had not, as far as a progress goes."""
    step = routine.step(record.step)
    before = [
        one for one in progress.records if one.step != record.step or one.occurrence < record.occurrence
    ]
    state = State(routine, Progress(progress.facts, tuple(before)), now)
    if step.on_demand or state.is_over(step):
        return step.on_demand
    last = state.last(step)
    return state.came_before(step) and (state.holds(step.when) if last is None else state.is_due_again(step))


def _end(step: Step, record: Record, now: datetime) -> Record:
    """Return a record as never opened; a short way that proved wrong is closed for good instead."""
    short = step.ends is not None and step.ends.rest is Rest.FALLS_AWAY
    return replace(record, end=StepEnd.NOT_NEEDED if short else StepEnd.LAPSED, ended_at=now, ended_by=None)
