"""Say what a routine is made of: parties, facts, tracks, steps, fields, deadlines and outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from routines.conditions import Condition
from routines.wording import Text

OPENING = "opening"  # the start of a deadline that counts from the moment its step opens


class FieldKind(StrEnum):
    """What an answer looks like; beside each, how it is written down."""

    TEXT = "text"  # one line
    LONG_TEXT = "long_text"
    CHOICE = "choice"  # the id of one option
    CHOICES = "choices"  # a list of such ids
    YES_NO = "yes_no"  # "yes" or "no"
    DATE = "date"  # 2026-11-22
    MOMENT = "moment"  # 2026-11-22T09:30:00+01:00, always with its offset
    NUMBER = "number"  # a whole number
    PERSON = "person"  # a key the caller gives each person
    PLACE = "place"  # a key of a place
    FILE = "file"  # a key of a case file
    DIARY_NUMBER = "diary_number"


class FactKind(StrEnum):
    """What a fact is: a moment that is always known, yes or no, a number, or a group of persons."""

    MOMENT = "moment"
    FLAG = "flag"
    COUNT = "count"
    PEOPLE = "people"


class StepKind(StrEnum):
    """What a step is: a task, one search, or a decision."""

    TASK = "task"
    SEARCH = "search"
    DECISION = "decision"


class DeadlineKind(StrEnum):
    """How time is counted: hours run on over weekends, all others end on a working day."""

    AT_ONCE = "at_once"
    HOURS = "hours"
    WORKING_DAYS = "working_days"
    DAYS = "days"
    WEEKS = "weeks"


class Rest(StrEnum):
    """What an ending asks of the other open steps: that they are done, or that they fall away."""

    DONE = "done"
    FALLS_AWAY = "falls_away"


@dataclass(frozen=True, slots=True)
class Party:
    """A role people have in this routine, and what is expected of it."""

    id: str
    title: Text
    duty: Text


@dataclass(frozen=True, slots=True)
class Fact:
    """Something the caller knows and the routine's conditions and deadlines ask about."""

    id: str
    kind: FactKind
    title: Text


@dataclass(frozen=True, slots=True)
class Track:
    """Steps that belong together; tracks run side by side."""

    id: str
    title: Text


@dataclass(frozen=True, slots=True)
class Named:
    """A condition with a name and words of its own, to be used in several steps."""

    id: str
    title: Text
    condition: Condition


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice."""

    id: str
    label: Text


@dataclass(frozen=True, slots=True)
class FormField:
    """One question of a step's form."""

    id: str
    kind: FieldKind
    label: Text
    hint: Text | None = None
    required: bool = False
    personal: bool = False  # may be about a person: belongs where it can be shredded; free text always is
    several: bool = False  # persons, places or files: more than one may be given
    options: tuple[Option, ...] = ()
    when: Condition | None = None  # asked only then
    at_least: int | None = None
    at_most: int | None = None
    future: bool = False  # moments and dates: may lie after now
    prefill: str | None = None  # step.field, fact.name or register.name (what the caller can look up)


@dataclass(frozen=True, slots=True)
class RequiredPaper:
    """A paper that must lie beside a step: an attachment, or words about where it is kept."""

    id: str
    label: Text
    required: bool = True
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """How long a step may take, when to remind of it, and whom to tell when it was missed."""

    kind: DeadlineKind
    amount: int  # at once: the hours after which it counts as late
    start: str = OPENING  # or a moment among the facts
    remind_before: int = 0  # hours; none when 0
    escalate_after: int = 0  # hours after the deadline
    escalate_to: str | None = None  # a party


@dataclass(frozen=True, slots=True)
class Ending:
    """A step that ends the routine when done, on a condition over its own answers."""

    rest: Rest
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Moves:
    """A decision that gives a moment another time, and which steps' deadlines then count anew."""

    fact: str
    field: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing somebody does, decides or searches."""

    id: str
    track: str
    title: Text
    guidance: Text
    who: tuple[str, ...]  # parties; the first answers for it
    kind: StepKind = StepKind.TASK
    reserved: bool = False  # nobody but these parties may complete it
    deadline: TimeLimit | None = None
    fields: tuple[FormField, ...] = ()
    evidence: tuple[RequiredPaper, ...] = ()
    after: tuple[str, ...] = ()  # steps that are done, not needed or out of the question before it opens
    when: Condition | None = None  # it opens only then
    until: Condition | None = None  # from then on it is not needed any more
    again: Condition | None = None  # done once, it opens once more then
    pauses_for: tuple[str, ...] = ()  # it does not open as long as one of these is open
    on_demand: bool = False  # opens only when somebody starts it, any number of times
    optional: bool = False  # may be said not to be needed, with a reason
    reopens: bool = False  # may open after the end, and thereby reopens the whole
    performed_by: str | None = None  # the person field naming who did it, if not whoever writes it down
    distinct_from: tuple[str, ...] = ()  # steps that must have been done by somebody else
    legal_basis: tuple[Text, ...] = ()
    document: str | None = None  # the paper the caller can print for it
    moves: Moves | None = None
    ends: Ending | None = None

    def field(self, name: str) -> FormField | None:
        """Return its field of that name, if it has one."""
        return next((one for one in self.fields if one.id == name), None)


@dataclass(frozen=True, slots=True)
class Requirement:
    """What must hold before an outcome can be stated, and the sentence that says so."""

    condition: Condition
    message: Text


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """A way it can end, the answers that state it, and what that takes."""

    id: str
    title: Text
    given_by: Condition
    requires: tuple[Requirement, ...] = ()
    deciders: tuple[str, ...] = ()  # step.field of persons who decide, beside whoever completes the step
    not_only: str | None = None  # a group of persons among the facts: somebody outside it must decide too


@dataclass(frozen=True)
class Routine:
    """A common procedure: who does what, when and why, in both languages, in one version."""

    name: str
    version: int
    title: Text
    purpose: Text
    parties: tuple[Party, ...]
    facts: tuple[Fact, ...]
    tracks: tuple[Track, ...]
    steps: tuple[Step, ...]
    conditions: tuple[Named, ...] = ()
    outcomes: tuple[CaseOutcome, ...] = ()
    decided_by: str | None = None
    decided_on: date | None = None
    diary_number: str | None = None
    in_force_from: date | None = None
    revise_by: date | None = None

    @cached_property
    def step_of(self) -> Mapping[str, Step]:
        """Return the steps by id."""
        return {step.id: step for step in self.steps}

    @cached_property
    def named(self) -> Mapping[str, Condition]:
        """Return the named conditions by name."""
        return {one.id: one.condition for one in self.conditions}

    def step(self, name: str) -> Step:
        """Return the step of that id; raises KeyError."""
        return self.step_of[name]

    def party(self, name: str) -> Party:
        """Return the party of that id; raises KeyError."""
        return {one.id: one for one in self.parties}[name]
