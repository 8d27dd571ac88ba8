"""Hold conditions over answers and facts as data, and tell whether they hold; nothing is evaluated."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

Answer = str | int | tuple[str, ...]
FactValue = bool | int | datetime | frozenset[str]

UNITS = {"hours": timedelta(hours=1), "days": timedelta(days=1), "weeks": timedelta(weeks=1)}


@dataclass(frozen=True, slots=True)
class Test:
    """What a value is compared with: one of some values, or a least number; neither means true."""

    one_of: tuple[str | int | bool, ...] = ()
    at_least: int | None = None

    def __call__(self, value: object) -> bool:
        """Tell whether a value passes; of several chosen values one is enough, and none never passes."""
        if value is None:
            return False
        if self.at_least is not None:
            return isinstance(value, int) and value >= self.at_least
        if not self.one_of:
            return bool(value)
        if isinstance(value, tuple):
            return any(one in self.one_of for one in value)
        return value in self.one_of

    def as_data(self) -> dict[str, object]:
        """Return the keys a condition carries for this."""
        if self.at_least is not None:
            return {"at_least": self.at_least}
        if len(self.one_of) == 1:
            return {"is": self.one_of[0]}
        return {"in": list(self.one_of)} if self.one_of else {}


@dataclass(frozen=True, slots=True)
class Answered:
    """A field of a step has been answered in some way; of a repeated step its latest answer counts."""

    step: str
    field: str
    test: Test


@dataclass(frozen=True, slots=True)
class Known:
    """A fact about what the routine is applied to."""

    fact: str
    test: Test


@dataclass(frozen=True, slots=True)
class Done:
    """A step is done; with `since`, after the other step was last done, if it ever was."""

    step: str
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Passed:
    """Some running time has passed since a moment, or since a step was last done."""

    since: str
    amount: int
    unit: str


@dataclass(frozen=True, slots=True)
class NamedReference:
    """A condition the routine has given a name."""

    name: str


@dataclass(frozen=True, slots=True)
class Every:
    """All of several conditions."""

    of: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of several conditions."""

    of: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    of: "Condition"


Condition = Answered | Known | Done | Passed | NamedReference | Every | Either | Not


class View(Protocol):
    """What a condition may ask about."""

    @property
    def now(self) -> datetime: ...

    def answer(self, step: str, field: str) -> Answer | None: ...

    def fact(self, name: str) -> FactValue: ...

    def done_at(self, step: str) -> datetime | None: ...

    def done_later(self, step: str, other: str) -> bool: ...

    def named(self, name: str) -> Condition: ...


def holds(condition: Condition | None, view: View) -> bool:
    """Tell whether a condition holds now; none always does, and what is not answered is never true."""
    match condition:
        case None:
            return True
        case NamedReference(name):
            return holds(view.named(name), view)
        case Every(of):
            return all(holds(one, view) for one in of)
        case Either(of):
            return any(holds(one, view) for one in of)
        case Not(of):
            return not holds(of, view)
        case _:
            return _true(condition, view)


def _true(condition: Answered | Known | Done | Passed, view: View) -> bool:
    match condition:
        case Answered(step, field, test):
            return test(view.answer(step, field))
        case Known(fact, test):
            return test(view.fact(fact))
        case Done(step, since):
            return view.done_at(step) is not None if since is None else view.done_later(step, since)
        case Passed():
            return _passed(condition, view)


def _passed(condition: Passed, view: View) -> bool:
    since: object = view.done_at(condition.since)
    if since is None:
        try:
            since = view.fact(condition.since)
        except KeyError:
            return False  # a step that is not done yet
    return isinstance(since, datetime) and view.now - since >= condition.amount * UNITS[condition.unit]


def parts(condition: Condition | None, named: Mapping[str, Condition] | None = None) -> Iterator[Condition]:
    """Return a condition and all it is made of; with `named`, also what names stand for."""
    if condition is None:
        return
    yield condition
    if isinstance(condition, Every | Either):
        for one in condition.of:
            yield from parts(one, named)
    elif isinstance(condition, Not):
        yield from parts(condition.of, named)
    elif isinstance(condition, NamedReference) and named and condition.name in named:
        without = {name: of for name, of in named.items() if name != condition.name}
        yield from parts(named[condition.name], without)


def steps_named(condition: Condition | None, named: Mapping[str, Condition]) -> set[str]:
    """Return the steps whose answers or doneness a condition asks about."""
    found: set[str] = set()
    for part in parts(condition, named):
        if isinstance(part, Answered | Done):
            found.add(part.step)
    return found


def as_data(condition: Condition) -> dict[str, object]:
    """Return a condition as it is written in a routine's file."""
    match condition:
        case Answered(step, field, test):
            return {"field": f"{step}.{field}", **test.as_data()}
        case Known(fact, test):
            return {"fact": fact, **test.as_data()}
        case Done(step, since):
            return {"done": step} if since is None else {"done": step, "since": since}
        case Passed(since, amount, unit):
            return {"since": since, unit: amount}
        case NamedReference(name):
            return {"condition": name}
        case Every(of):
            return {"all": [as_data(one) for one in of]}
        case Either(of):
            return {"any": [as_data(one) for one in of]}
        case Not(of):
            return {"not": as_data(of)}
