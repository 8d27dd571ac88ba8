"""Check the answers to a step's form: each of its kind, the required ones there, nothing nobody asked for."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from routines.conditions import Answer, Condition
from routines.model import FieldKind, FormField, Step
from routines.wording import Problem

Answers = Mapping[str, Answer]
Asked = Callable[[Condition | None], bool]

LONGEST = {FieldKind.TEXT: 300, FieldKind.DIARY_NUMBER: 60, FieldKind.LONG_TEXT: 20_000}
LONGEST_KEY = 205  # of a person without an account: name, role, how to reach

_REFERRING = (FieldKind.PERSON, FieldKind.PLACE, FieldKind.FILE)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ALONE = frozenset({"none", "nobody"})  # an option so called says that none of the others applies
_CLOCKS_DIFFER = timedelta(minutes=5)


def not_yet(moment: datetime, now: datetime) -> bool:
    """Tell whether a moment has not come yet, by more than the clocks of people differ."""
    return moment > now + _CLOCKS_DIFFER


def as_moment(answer: Answer | None) -> datetime | None:
    """Return the moment an answer says, None when it says none."""
    if not isinstance(answer, str) or not _MOMENT.fullmatch(answer):
        return None
    try:
        return datetime.fromisoformat(answer)
    except ValueError:
        return None


def problems(step: Step, answers: Answers, asked: Asked, now: datetime) -> Iterator[Problem]:
    """Return what is wrong with the answers; `asked` tells whether a field's condition holds."""
    known = {one.id for one in step.fields} | {one.id for one in step.evidence}
    for name in sorted(answers.keys() - known):
        yield Problem(name, f"Steget har inget fält ”{name}”.", f"The step has no field “{name}”.")
    for field in step.fields:
        answer = answers.get(field.id)
        if not asked(field.when):
            if not _empty(answer):
                yield _not_asked(field.id, field.label.sv, field.label.en)
        elif _empty(answer):
            if field.required:
                yield Problem(field.id, f"Fyll i ”{field.label.sv}”.", f"Fill in “{field.label.en}”.")
        else:
            yield from _wrong(field, answer, now)
    yield from _evidence(step, answers, asked)


def _empty(answer: object) -> bool:
    return answer is None or answer == () or (isinstance(answer, str) and not answer.strip())


def _not_asked(name: str, sv: str, en: str) -> Problem:
    return Problem(
        name,
        f"”{sv}” ska inte fyllas i med de andra svaren. Ta bort svaret.",
        f"“{en}” is not asked for, given the other answers. Take the answer away.",
    )


def _evidence(step: Step, answers: Answers, asked: Asked) -> Iterator[Problem]:
    for one in step.evidence:
        given = answers.get(one.id)
        if not asked(one.when):
            if not _empty(given):
                yield _not_asked(one.id, one.label.sv, one.label.en)
        elif _empty(given):
            if one.required:
                yield Problem(
                    one.id,
                    f"Bifoga ”{one.label.sv}”, eller skriv var det finns.",
                    f"Attach “{one.label.en}”, or write where it is kept.",
                )
        elif not isinstance(given, str | tuple):
            yield Problem(one.id, "Underlaget ska vara text.", "The evidence has to be text.")


def _wrong(field: FormField, answer: object, now: datetime) -> Iterator[Problem]:
    """Return what is wrong with a given answer."""
    if field.kind in _REFERRING and field.several:
        if not isinstance(answer, tuple):
            yield Problem(
                field.id, f"”{field.label.sv}”: välj i listan.", f"“{field.label.en}”: choose from the list."
            )
            return
        yield from (problem for one in answer for problem in _wrong_one(field, one, now))
    else:
        yield from _wrong_one(field, answer, now)


def _wrong_one(field: FormField, answer: object, now: datetime) -> Iterator[Problem]:
    said = _CHECKS[field.kind](_Given(field, answer, now))
    if said:
        yield Problem(field.id, f"”{field.label.sv}”: {said[0]}.", f"“{field.label.en}”: {said[1]}.")


Said = tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class _Given:
    field: FormField
    answer: object
    now: datetime


def _text(given: _Given) -> Said:
    longest = LONGEST[given.field.kind]
    if not isinstance(given.answer, str):
        return "skriv text", "write text"
    if len(given.answer) > longest:
        return f"högst {longest} tecken", f"at most {longest} characters"
    return None


def _choice(given: _Given) -> Said:
    if isinstance(given.answer, str) and given.answer in {option.id for option in given.field.options}:
        return None
    return "välj ett av svaren", "choose one of the answers"


def _choices(given: _Given) -> Said:
    options = {option.id: option.label for option in given.field.options}
    answer = given.answer
    if not isinstance(answer, tuple) or not set(answer) <= options.keys() or len(set(answer)) < len(answer):
        return "välj bland svaren", "choose among the answers"
    alone = next((options[one] for one in answer if one in _ALONE), None)
    if alone is not None and len(answer) > 1:
        return (
            f"”{alone.sv}” kan inte väljas tillsammans med andra svar",
            f"“{alone.en}” cannot be chosen together with other answers",
        )
    return None


def _yes_no(given: _Given) -> Said:
    return None if given.answer in ("yes", "no") else ("svara ja eller nej", "answer yes or no")


def _date(given: _Given) -> Said:
    try:
        if not isinstance(given.answer, str) or not _DAY.fullmatch(given.answer):
            return "skriv ett datum", "write a date"
        day = date.fromisoformat(given.answer)
    except ValueError:
        return "det datumet finns inte", "there is no such date"
    # The latest day anywhere on earth: the caller's time zone is not known here.
    if not given.field.future and day > (given.now + timedelta(hours=14)).date():
        return "dagen har inte varit än", "that day has not come yet"
    return None


def _moment(given: _Given) -> Said:
    moment = as_moment(given.answer if isinstance(given.answer, str) else None)
    if moment is None:
        return "skriv dag och klockslag", "write day and time"
    if not given.field.future and not_yet(moment, given.now):
        return "tidpunkten har inte varit än", "that moment has not come yet"
    return None


def _number(given: _Given) -> Said:
    if not isinstance(given.answer, int) or isinstance(given.answer, bool):
        return "skriv ett heltal", "write a whole number"
    if given.field.at_least is not None and given.answer < given.field.at_least:
        return f"minst {given.field.at_least}", f"at least {given.field.at_least}"
    if given.field.at_most is not None and given.answer > given.field.at_most:
        return f"högst {given.field.at_most}", f"at most {given.field.at_most}"
    return None


def _key(given: _Given) -> Said:
    if isinstance(given.answer, str) and 0 < len(given.answer) <= LONGEST_KEY:
        return None
    return "välj i listan", "choose from the list"


_CHECKS: dict[FieldKind, Callable[[_Given], Said]] = {
    FieldKind.TEXT: _text,
    FieldKind.LONG_TEXT: _text,
    FieldKind.DIARY_NUMBER: _text,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
    FieldKind.YES_NO: _yes_no,
    FieldKind.DATE: _date,
    FieldKind.MOMENT: _moment,
    FieldKind.NUMBER: _number,
    FieldKind.PERSON: _key,
    FieldKind.PLACE: _key,
    FieldKind.FILE: _key,
}
