"""Hold how far one run of a routine has come, and answer what its conditions ask about it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from routines.conditions import Answer, Condition, FactValue, holds, steps_named
from routines.model import Ending, FactKind, Rest, Routine, Step


class StepEnd(StrEnum):
    """How an opened step ended: done, said not to be needed, or fallen away by itself."""

    DONE = "done"
    NOT_NEEDED = "not_needed"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Doer:
    """Who does something, and the parties of the routine that person acts as."""

    id: str
    parties: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Record:
    """One time a step was opened, and how that ended; a step has at most one open record."""

    step: str
    occurrence: int  # from 1
    opened_at: datetime
    deadline: datetime | None = None  # stored when it opens, never counted again by itself
    end: StepEnd | None = None
    ended_at: datetime | None = None  # when that was recorded
    ended_by: str | None = None
    done_at: datetime | None = None  # when it was really done: at most ended_at
    answers: Mapping[str, Answer] = field(default_factory=dict)
    reason: str | None = None  # why it is not needed

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still has to do it."""
        return self.end is None

    def is_late(self, now: datetime) -> bool:
        """Tell whether it was done after its deadline, or is open beyond it."""
        if self.deadline is None or self.end in (StepEnd.NOT_NEEDED, StepEnd.LAPSED):
            return False
        return (self.done_at or self.ended_at or now) > self.deadline


@dataclass(frozen=True, slots=True)
class Progress:
    """Facts known now, and the records in the order they were opened."""

    facts: Mapping[str, FactValue]
    records: tuple[Record, ...] = ()

    def open_record(self, step: str) -> Record | None:
        """Return the record of a step that is open now."""
        return next((one for one in self.records if one.step == step and one.is_open), None)

    def with_records(self, *changed: Record) -> "Progress":
        """Return the progress with some records changed or added."""
        new = {(one.step, one.occurrence): one for one in changed}
        kept = tuple(new.pop((one.step, one.occurrence), one) for one in self.records)
        return Progress(self.facts, kept + tuple(new.values()))

    def with_facts(self, **facts: FactValue) -> "Progress":
        """Return the progress with some facts changed."""
        return Progress({**self.facts, **facts}, self.records)


class State:
    """A progress seen through its routine at one moment; `filling` are answers not yet recorded."""

    def __init__(
        self,
        routine: Routine,
        progress: Progress,
        now: datetime,
        filling: tuple[str, Mapping[str, Answer]] | None = None,
    ) -> None:
        self.routine, self.progress, self.now, self.filling = routine, progress, now, filling
        self._settled: dict[str, bool] = {}

    @cached_property
    def records(self) -> Mapping[str, list[Record]]:
        """Return the records by step, in order."""
        found: dict[str, list[Record]] = defaultdict(list)
        for record in self.progress.records:
            found[record.step].append(record)
        return found

    def holds(self, condition: Condition | None) -> bool:
        """Tell whether a condition holds."""
        return holds(condition, self)

    def answer(self, step: str, name: str) -> Answer | None:
        """Return the latest answer to a field."""
        if self.filling and self.filling[0] == step:
            return self.filling[1].get(name)
        last = self._last_done(step)
        return last[1].answers.get(name) if last else None

    def fact(self, name: str) -> FactValue:
        """Return a fact; raises KeyError when the caller did not supply it."""
        return self.progress.facts[name]

    def done_at(self, step: str) -> datetime | None:
        """Return when a step was last recorded as done."""
        last = self._last_done(step)
        return last[1].ended_at if last else None

    def done_later(self, step: str, other: str) -> bool:
        """Tell whether a step was done after another one was last done or not needed, or that one never."""
        one, two = self._last_done(step), self._last_ended(other)
        if one is None or two is None:
            return one is not None
        # What ended in the same instant is told apart by the order of opening.
        return (one[1].ended_at, one[0]) > (two[1].ended_at, two[0])

    def named(self, name: str) -> Condition:
        """Return the condition of that name."""
        return self.routine.named[name]

    @cached_property
    def _done(self) -> Mapping[str, tuple[int, Record]]:
        found: dict[str, tuple[int, Record]] = {}
        for index, record in enumerate(self.progress.records):
            if record.end is StepEnd.DONE:
                found[record.step] = index, record
        return found

    def _last_done(self, step: str) -> tuple[int, Record] | None:
        return self._done.get(step)

    def _last_ended(self, step: str) -> tuple[int, Record] | None:
        ends = (StepEnd.DONE, StepEnd.NOT_NEEDED)
        found = [
            (at, one)
            for at, one in enumerate(self.progress.records)
            if one.step == step and one.end in ends and one.ended_by is not None
        ]
        return found[-1] if found else None

    def is_over(self, step: Step) -> bool:
        """Tell whether a step is not needed any more."""
        return step.until is not None and self.holds(step.until)

    def last(self, step: Step) -> Record | None:
        """Return the latest record of a step; one that fell away counts as never opened."""
        kept = [one for one in self.records.get(step.id, ()) if one.end is not StepEnd.LAPSED]
        return kept[-1] if kept else None

    def is_due_again(self, step: Step) -> bool:
        """Tell whether a step that was ended opens once more."""
        return step.again is not None and not self.is_over(step) and self.holds(step.again)

    def settled(self, step: Step) -> bool:
        """Tell whether nothing waits for this step: it is done, not needed, or out of the question."""
        if step.id not in self._settled:
            self._settled[step.id] = self._is_settled(step)
        return self._settled[step.id]

    def _is_settled(self, step: Step) -> bool:
        if self.is_over(step):
            return True
        last = self.last(step)
        if last is not None:
            return not last.is_open and not self.is_due_again(step)
        if step.on_demand:
            return True
        if self.holds(step.when):
            return False
        asked = steps_named(step.when, self.routine.named) - {step.id}
        return all(self.settled(self.routine.step(one)) for one in asked)

    def opens(self, step: Step) -> bool:
        """Tell whether a step opens by itself now."""
        if step.on_demand or self.is_over(step) or not self.came_before(step) or self.is_paused(step):
            return False
        last = self.last(step)
        if last is None:
            return self.holds(step.when)
        return not last.is_open and self.is_due_again(step)

    def is_paused(self, step: Step) -> bool:
        """Tell whether a step it pauses for is open or opens now: so there is always something to do."""
        others = [self.routine.step(one) for one in step.pauses_for]
        return any(self.progress.open_record(one.id) or self.opens(one) for one in others)

    def came_before(self, step: Step) -> bool:
        """Tell whether all that must come before a step is settled."""
        return all(self.settled(self.routine.step(one)) for one in step.after)

    @cached_property
    def ending(self) -> Ending | None:
        """Return the ending that was reached, None when none was."""
        for step in self.routine.steps:
            last = self._last_done(step.id)
            if step.ends and last and holds(step.ends.when, State(self.routine, self.progress, self.now)):
                return step.ends
        return None

    @cached_property
    def finished(self) -> bool:
        """Tell whether the end is reached and nothing has reopened it."""
        if self.ending is None:
            return False
        if self.ending.rest is Rest.FALLS_AWAY:
            return True
        if any(record.is_open for record in self.progress.records):
            return False
        ends = [step for step in self.routine.steps if step.ends and self._last_done(step.id)]
        return not any(self.is_due_again(step) for step in ends) and not any(
            step.reopens and self.opens(step) for step in self.routine.steps
        )


def absent_facts(routine: Routine, progress: Progress) -> tuple[str, ...]:
    """Return the facts of the routine that the caller did not supply with a value of their kind."""
    kinds = {
        FactKind.MOMENT: datetime,
        FactKind.FLAG: bool,
        FactKind.COUNT: int,
        FactKind.PEOPLE: frozenset,
    }
    return tuple(
        fact.id for fact in routine.facts if not isinstance(progress.facts.get(fact.id), kinds[fact.kind])
    )
