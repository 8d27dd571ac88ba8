"""Check what conditions ask about: it must be there, be comparable, and be able to come true."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain, islice, product

from routines import conditions as c
from routines.conditions import Answer, Condition, FactValue, parts
from routines.model import FactKind, FieldKind, FormField, Routine
from routines.reading import Path, ReadingReport
from routines.wording import Text, listed, suggested

_CHOICES = (FieldKind.CHOICE, FieldKind.CHOICES)
_MOST_CASES = 20_000
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Asking:
    """The conditions of one routine, checked part by part."""

    def __init__(self, routine: Routine, report: ReadingReport) -> None:
        self.routine, self.report = routine, report
        self._facts = {one.id: one.kind for one in routine.facts}

    def check(self, condition: Condition | None, path: Path, where: Text) -> None:
        """Report each thing a condition asks about that is not there or cannot be asked that way."""
        for part in parts(condition):
            for sv, en in self._wrong(part):
                self.report.add(path, where, Text(f"{sv}.", f"{en}."))

    def _wrong(self, part: Condition) -> Iterator[tuple[str, str]]:
        match part:
            case c.Answered(step, name, test):
                yield from self._answered(step, name, test)
            case c.Known(fact, test):
                yield from self._known(fact, test)
            case c.Done(step, since):
                yield from chain.from_iterable(self._no_step(one) for one in (step, since) if one)
            case c.Passed(since):
                if self._facts.get(since) is not FactKind.MOMENT and since not in self.routine.step_of:
                    yield (
                        f"”{since}” är varken ett steg eller en tidpunkt bland uppgifterna",
                        f"“{since}” is neither a step nor a moment among the facts",
                    )
            case c.NamedReference(name):
                if name not in self.routine.named:
                    yield _absent("villkoret", "condition", name, self.routine.named)

    def _no_step(self, name: str) -> Iterator[tuple[str, str]]:
        if name not in self.routine.step_of:
            yield _absent("steget", "step", name, self.routine.step_of)

    def _answered(self, step: str, name: str, test: c.Test) -> Iterator[tuple[str, str]]:
        yield from self._no_step(step)
        if step not in self.routine.step_of:
            return
        field = self.routine.step(step).field(name)
        if field is None:
            fields = [f"{step}.{one.id}" for one in self.routine.step(step).fields]
            yield _absent("fältet", "field", f"{step}.{name}", fields)
            return
        if field.kind is FieldKind.NUMBER:
            yield from _number(name, test)
        elif test.at_least is not None:
            yield (
                f"”{name}” är inget tal, at_least går inte",
                f"“{name}” is no number, at_least cannot be used",
            )
        elif known := _answers_of(field):
            for value in test.one_of:
                if value not in known:
                    yield (
                        f"”{value}” är inget svar på ”{name}”. Skriv {listed(known, 'eller')}",
                        f"“{value}” is no answer to “{name}”. Write {listed(known, 'or')}",
                    )
        elif test.one_of:
            yield (
                f"svaret på ”{name}” är fri text och kan inte jämföras. Ta bort ”is”",
                f"the answer to “{name}” is free and cannot be compared. Take away “is”",
            )

    def _known(self, fact: str, test: c.Test) -> Iterator[tuple[str, str]]:
        match self._facts.get(fact):
            case None:
                yield _absent("uppgiften", "fact", fact, self._facts)
            case FactKind.FLAG:
                if test.at_least is not None or any(not isinstance(value, bool) for value in test.one_of):
                    yield (
                        f"”{fact}” är ja eller nej. Skriv is: true",
                        f"“{fact}” is yes or no. Write is: true",
                    )
            case FactKind.COUNT:
                yield from _number(fact, test)
            case FactKind.MOMENT | FactKind.PEOPLE:
                yield f"”{fact}” kan inte jämföras", f"“{fact}” cannot be compared"

    def ring_of_names(self) -> bool:
        """Report named conditions that stand for themselves; tell whether there were any."""
        found = False
        for index, one in enumerate(self.routine.conditions):
            if one.id in _names_within(one.condition, self.routine.named):
                found = True
                where = Text(f"Villkoret ”{one.title.sv}”", f"Condition “{one.title.en}”")
                what = Text(
                    "hänvisar till sig självt. Ta bort hänvisningen.",
                    "refers to itself. Take the reference away.",
                )
                self.report.add(("conditions", index), where, what)
        return found


def _absent(sv: str, en: str, name: str, there: Iterable[str]) -> tuple[str, str]:
    instead = [suggested(name, there, word) for word in ("eller", "or")]
    return f"{sv} ”{name}” finns inte{instead[0]}", f"there is no {en} “{name}”{instead[1]}"


def _number(name: str, test: c.Test) -> Iterator[tuple[str, str]]:
    if any(isinstance(value, bool) or not isinstance(value, int) for value in test.one_of):
        yield (
            f"”{name}” är ett tal. Skriv is: 1 eller at_least: 1",
            f"“{name}” is a number. Write is: 1 or at_least: 1",
        )


def _answers_of(field: FormField) -> tuple[str, ...]:
    if field.kind is FieldKind.YES_NO:
        return "yes", "no"
    return tuple(option.id for option in field.options) if field.kind in _CHOICES else ()


def _names_within(condition: Condition, named: Mapping[str, Condition]) -> set[str]:
    found: set[str] = set()
    left = [condition]
    while left:
        new = {part.name for part in parts(left.pop()) if isinstance(part, c.NamedReference)} - found
        found |= new
        left += [named[name] for name in new if name in named]
    return found


class _Case:
    """One way the world may be, for every name a condition asks about."""

    now = _NOW

    def __init__(self, routine: Routine, values: Mapping[tuple[str, ...], object]) -> None:
        self._routine, self._values = routine, values

    def answer(self, step: str, field: str) -> Answer | None:
        return self._values.get(("answer", step, field))  # type: ignore[return-value]

    def fact(self, name: str) -> FactValue:
        return self._values[("fact", name)]  # type: ignore[return-value]

    def done_at(self, step: str) -> datetime | None:
        return self._values.get(("done", step))  # type: ignore[return-value]

    def done_later(self, step: str, other: str) -> bool:
        return bool(self._values.get(("later", step, other)))

    def named(self, name: str) -> Condition:
        return self._routine.named[name]


def can_hold(condition: Condition, routine: Routine) -> bool:
    """Tell whether a condition can come true at all; one with too many cases to try is taken to."""
    asked: dict[tuple[str, ...], set[object]] = {}
    for part in parts(condition, routine.named):
        for key, values in _cases(part, routine):
            asked.setdefault(key, set()).update(values)
    ways = product(*(sorted(values, key=repr) for values in asked.values()))
    for way in islice(ways, _MOST_CASES):
        if c.holds(condition, _Case(routine, dict(zip(asked, way, strict=True)))):
            return True
    return next(ways, None) is not None


def _cases(part: Condition, routine: Routine) -> Iterator[tuple[tuple[str, ...], set[object]]]:
    match part:
        case c.Answered(step, name, test):
            field = routine.step(step).field(name)
            known = _answers_of(field) if field else ()
            single = known if field and field.kind is not FieldKind.CHOICES else ((one,) for one in known)
            several = {known} if field and field.kind is FieldKind.CHOICES else set()
            yield ("answer", step, name), {None, *single, *several, *(_around(test) if not known else ())}
        case c.Known(fact, test):
            kind = next(one.kind for one in routine.facts if one.id == fact)
            yield ("fact", fact), {True, False} if kind is FactKind.FLAG else {0, 1, *_around(test)}
        case c.Done(step, None):
            yield ("done", step), {None, _NOW}
        case c.Done(step, str() as since):
            yield ("later", step, since), {True, False}
        case c.Passed(since, amount, unit):
            moments = {
                _NOW,
                _NOW - amount * c.UNITS[unit],
                _NOW - amount * c.UNITS[unit] + timedelta(seconds=1),
            }
            is_step = since in routine.step_of
            yield ("done" if is_step else "fact", since), {*moments, *([None] if is_step else [])}


def _around(test: c.Test) -> set[object]:
    """Return values that pass a test and one that does not."""
    if test.at_least is not None:
        return {test.at_least, test.at_least - 1}
    return set(test.one_of) or {"…"}
