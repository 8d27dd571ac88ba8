"""Say conditions and deadlines in words, for pages and the printed handbook."""

from routines.conditions import (
    Answered,
    Condition,
    Done,
    Either,
    Every,
    Known,
    NamedReference,
    Not,
    Passed,
    Test,
)
from routines.deadlines import OFFICE_CLOSES
from routines.model import OPENING, DeadlineKind, Fact, FactKind, FieldKind, FormField, Routine, TimeLimit
from routines.wording import Text, listed

_UNITS = {
    "hours": (("timme", "timmar"), ("hour", "hours")),
    "days": (("dag", "dagar"), ("day", "days")),
    "weeks": (("vecka", "veckor"), ("week", "weeks")),
    "working_days": (("arbetsdag", "arbetsdagar"), ("working day", "working days")),
}
_YES_NO = {"yes": Text("ja", "yes"), "no": Text("nej", "no")}


def condition_in_words(routine: Routine, condition: Condition) -> Text:
    """Return the words for a condition, as they follow “when”."""
    match condition:
        case NamedReference(name):
            return next(one.title for one in routine.conditions if one.id == name)
        case Every(of):
            return _joined(routine, of, "och", "and")
        case Either(of):
            return _joined(routine, of, "eller", "or")
        case Not(Known(fact, Test(at_least=int(least)))):
            title = _fact(routine, fact).title
            return Text(f"{title.sv}: färre än {least}", f"{title.en}: fewer than {least}")
        case Not(of):
            inner = condition_in_words(routine, of)
            return Text(f"det stämmer inte att {inner.sv}", f"it is not so that {inner.en}")
        case _:
            return _said(routine, condition)


def _joined(routine: Routine, of: tuple[Condition, ...], sv: str, en: str) -> Text:
    said = [condition_in_words(routine, one) for one in of]
    # Each condition may hold an “or” of its own: what belongs together is told apart by brackets.
    inner = [
        Text(f"({one.sv})", f"({one.en})") if isinstance(part, Every | Either) and len(of) > 1 else one
        for part, one in zip(of, said, strict=True)
    ]
    return Text(f" {sv} ".join(one.sv for one in inner), f" {en} ".join(one.en for one in inner))


def _said(routine: Routine, condition: Answered | Known | Done | Passed) -> Text:
    match condition:
        case Answered(step, name, test):
            return _answered(routine, step, name, test)
        case Known(fact, test):
            return _known(_fact(routine, fact), test)
        case Done(step, since):
            return _done(routine, step, since)
        case Passed(since, amount, unit):
            span, from_ = _span(amount, unit), _moment(routine, since)
            return Text(f"det har gått {span.sv} sedan {from_.sv}", f"{span.en} have passed since {from_.en}")


def _answered(routine: Routine, step: str, name: str, test: Test) -> Text:
    found, title = routine.step(step).field(name), routine.step(step).title
    if found is None:
        return Text("?", "?")
    said = [_option(found, str(value)) for value in test.one_of]
    if test.at_least is not None:
        said = [Text(f"minst {test.at_least}", f"at least {test.at_least}")]
    label = Text(f"”{found.label.sv}”", f"“{found.label.en}”")
    if not found.label.sv.endswith("?"):  # a question says by itself what it is about
        label = Text(f"{label.sv} i ”{title.sv}”", f"{label.en} in “{title.en}”")
    if not said:
        return Text(f"{label.sv} är ifyllt", f"{label.en} is filled in")
    sv, en = listed((one.sv for one in said), "eller"), listed((one.en for one in said), "or")
    return Text(f"{label.sv} är {sv}", f"{label.en} is {en}")


def _option(field: FormField, value: str) -> Text:
    if field.kind is FieldKind.YES_NO:
        return _YES_NO[value]
    labels = {option.id: option.label for option in field.options}
    return labels.get(value, Text(value, value))


def _known(fact: Fact, test: Test) -> Text:
    title = fact.title
    if fact.kind is FactKind.FLAG:
        off = Text(f"det stämmer inte att {title.sv}", f"it is not so that {title.en}")
        return off if test.one_of == (False,) else title
    if test.one_of:
        values = [str(value) for value in test.one_of]
        return Text(f"{title.sv}: {listed(values, 'eller')}", f"{title.en}: {listed(values, 'or')}")
    least = test.at_least or 1
    return Text(f"{title.sv}: minst {least}", f"{title.en}: at least {least}")


def _done(routine: Routine, step: str, since: str | None) -> Text:
    title = routine.step(step).title
    if since is None:
        return Text(f"”{title.sv}” är gjort", f"“{title.en}” is done")
    other = routine.step(since).title
    return Text(f"”{title.sv}” är gjort efter ”{other.sv}”", f"“{title.en}” has been done since “{other.en}”")


def _moment(routine: Routine, name: str) -> Text:
    if name in routine.step_of:
        title = routine.step(name).title
        return Text(f"”{title.sv}” gjordes", f"“{title.en}” was done")
    return _fact(routine, name).title


def _fact(routine: Routine, name: str) -> Fact:
    return next(one for one in routine.facts if one.id == name)


def _span(amount: int, unit: str) -> Text:
    (sv, several_sv), (en, several_en) = _UNITS[unit]
    return Text(
        f"{amount} {sv if amount == 1 else several_sv}", f"{amount} {en if amount == 1 else several_en}"
    )


def deadline_in_words(routine: Routine, deadline: TimeLimit) -> Text:
    """Return the words for how long a step may take and from when that counts."""
    close = f"{OFFICE_CLOSES:%H.%M}"
    if deadline.kind is DeadlineKind.AT_ONCE:
        span = _span(deadline.amount, "hours")
        return Text(f"genast, senast inom {span.sv}", f"at once, within {span.en} at the latest")
    if deadline.kind is DeadlineKind.WORKING_DAYS and deadline.amount == 0:
        return Text(f"samma arbetsdag före {close}", f"the same working day before {close}")
    if deadline.kind is DeadlineKind.WORKING_DAYS and deadline.amount == 1:
        said = Text(f"senast nästa arbetsdag {close}", f"by {close} on the next working day")
    else:
        span = _span(deadline.amount, str(deadline.kind))
        said = Text(f"inom {span.sv}", f"within {span.en}")
    if deadline.kind is DeadlineKind.HOURS:
        said = Text(f"{said.sv}, också över helger", f"{said.en}, weekends included")
    if deadline.start == OPENING:
        return said
    start = _moment(routine, deadline.start)
    return Text(f"{said.sv}, räknat från {start.sv}", f"{said.en}, counted from {start.en}")
