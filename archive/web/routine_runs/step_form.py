"""The form of a step, drawn from its routine: which fields are asked for now, and what was answered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import request
from sqlalchemy import select
from sqlmodel import col
from werkzeug.datastructures import FileStorage

from archive.accounts import display_names
from archive.codes import codes as label_codes
from archive.files import files
from archive.files.parts import with_part
from archive.incidents import changes
from archive.kernel.clock import local
from archive.kernel.errors import DomainError, Invalid
from archive.kernel.letters import is_number
from archive.kernel.store import Work
from archive.models import CaseFile, Incident, Matter, User
from archive.organisation import units as organisation_units
from archive.places import paths
from archive.routine_runs import keys as step_keys
from archive.routine_runs.steps import RunCourse
from archive.vocabulary.collation import swedish
from archive.vocabulary.wording import N_, _, locale
from archive.web.kit import moments
from archive.web.places.places import chosen_place
from labels import codes
from routines.answers import as_moment
from routines.conditions import Answer, Answered, parts
from routines.model import FieldKind, FormField, Step
from routines.progress import State

SHOWN = "_shown"
NAME, PAPER = "-name", "-paper"  # what else one question is asked by
DONE_AT = "_done_at"
_KEYS = (FieldKind.PERSON, FieldKind.PLACE, FieldKind.FILE)
_LISTS = (FieldKind.CHOICES,)


@dataclass(frozen=True, slots=True)
class Control:
    """One question of the form as the template draws it; `value` is text, or a list of what is ticked."""

    id: str
    draw: str
    label: str
    hint: str
    required: bool
    value: Any
    options: list[dict[str, str]]
    leads: bool  # other questions depend on its answer
    names: str | None = None  # people without an account, where such may be named


@dataclass(frozen=True, slots=True)
class StepQuery:
    """Which case and step a form is about."""

    work: Work
    run: Incident | Matter
    course: RunCourse
    step: Step
    now: datetime

    def asked(self, answers: Mapping[str, Answer]) -> list[FormField]:
        """Return the fields that are asked for with these answers."""
        state = State(self.course.routine, self.course.progress, self.now, (self.step.id, answers))
        return [field for field in self.step.fields if state.holds(field.when)]

    def evidence(self, answers: Mapping[str, Answer] | None = None) -> list[FormField]:
        """Return the papers asked for, or all that ever may be, as lines to say where each is kept."""
        state = State(self.course.routine, self.course.progress, self.now, (self.step.id, answers or {}))
        return [
            FormField(one.id, FieldKind.TEXT, one.label, required=one.required)
            for one in self.step.evidence
            if answers is None or state.holds(one.when)
        ]

    @property
    def leading(self) -> set[str]:
        """Return the fields whose answers decide whether others are asked for."""
        whens = [*(one.when for one in self.step.fields), *(one.when for one in self.step.evidence)]
        found = [part for when in whens for part in parts(when, self.course.routine.named)]
        return {part.field for part in found if isinstance(part, Answered) and part.step == self.step.id}


def read(asking: StepQuery) -> tuple[dict[str, Answer], list[tuple[str, str]], bool]:
    """Return what was answered, what could not be read, and whether more is asked for than was shown.

    An answer to what is not asked for with the other answers is left out: the page no longer shows it.
    """
    shown = set(request.form.getlist(SHOWN))
    answers: dict[str, Answer] = {}
    wrong: list[tuple[str, str]] = []
    for field in (*asking.step.fields, *asking.evidence()):
        if field.id not in shown and field.id not in request.form:
            continue
        try:
            answer = _read(asking, field)
        except DomainError as error:
            wrong.append((field.id, f"{field.label.say(locale())}: {error.say()}"))
            continue
        if answer not in ("", (), None):
            answers[field.id] = answer
        elif papers(field.id):
            answers[field.id] = ATTACHED
    asked = {field.id for field in (*asking.asked(answers), *asking.evidence(answers))}
    kept = {name: answer for name, answer in answers.items() if name in asked}
    return kept, [one for one in wrong if one[0] in asked], bool(asked - shown)


def _read(asking: StepQuery, field: FormField) -> Any:
    text = request.form.get(field.id, "").strip()
    if field.kind is FieldKind.CHOICES:
        return tuple(request.form.getlist(field.id))
    if field.kind is FieldKind.NUMBER:
        return _number(text)
    if field.kind is FieldKind.MOMENT:
        return _moment(text, field.id)
    if field.kind in _KEYS:
        return _keys(asking, field)
    return text


def _number(text: str) -> int | str:
    if not text:
        return ""
    if not text.isdecimal() or len(text) > 9:
        raise Invalid("number_wrong", N_("Write a whole number."))
    return int(text)


def _moment(text: str, field: str) -> str:
    if not text:
        return ""
    return moments.typed(text, field, request.form.get(field + moments.FOLD, "")).isoformat(
        timespec="seconds"
    )


def done_at() -> datetime | None:
    """Return when a step was done, where it was not now; raises Invalid for what is no moment."""
    said = _moment(request.form.get(DONE_AT, "").strip(), DONE_AT)
    return datetime.fromisoformat(said) if said else None


ATTACHED = "–"  # stands for the evidence until the paper that came with the form is kept


def papers(field: str) -> list[FileStorage]:
    """Return the papers that came with the form as evidence."""
    return [paper for paper in request.files.getlist(field + PAPER) if paper.filename]


def _keys(asking: StepQuery, field: FormField) -> Answer:
    given = [line for one in request.form.getlist(field.id) for line in one.splitlines() if line.strip()]
    keys = [_key(asking, field, line.strip()) for line in given]
    if field.kind is FieldKind.PERSON and not step_keys.needs_account(asking.step, field):
        named = request.form.get(field.id + NAME, "").splitlines()
        keys += [step_keys.NAMED + " ".join(line.split()) for line in named if line.strip()]
    if field.several:
        return tuple(dict.fromkeys(keys))
    if len(keys) > 1:
        raise Invalid("person_twice", N_("Choose from the list or write a name, not both."))
    return keys[0] if keys else ""


def _key(asking: StepQuery, field: FormField, text: str) -> str:
    if field.kind is FieldKind.PLACE:
        return f"place:{chosen_place(asking.work, text, field.id).id}"
    if field.kind is FieldKind.FILE and not text.startswith(("file:", "item:")):
        code = codes.parse(text)
        if code is not None:
            return f"file:{files.by_code(asking.work, label_codes.parse(text)).id}"
        key = files.reference_key(text)
        found = asking.work.session.scalars(select(CaseFile).where(col(CaseFile.reference_key) == key)).all()
        if len(found) != 1:
            raise Invalid("file_not_one", N_("Write the code of one file."))
        return f"file:{found[0].id}"
    if text not in {option["value"] for option in options(asking, field)}:
        raise Invalid("key_unknown", N_("Choose from the list."))
    return text


def options(asking: StepQuery, field: FormField) -> list[dict[str, str]]:
    """Return what can be chosen for a field: its options, colleagues, or what the case is about."""
    if field.kind is FieldKind.PERSON:
        return colleagues(asking.work)
    if field.kind is FieldKind.FILE and _of_case(asking, field):
        return things(asking.work, asking.run)
    if field.kind is FieldKind.YES_NO:
        return [{"value": "yes", "label": _("Yes")}, {"value": "no", "label": _("No")}]
    return [{"value": one.id, "label": one.label.say(locale())} for one in field.options]


def _of_case(asking: StepQuery, field: FormField) -> bool:
    return field.several and isinstance(asking.run, Incident)


def colleagues(work: Work) -> list[dict[str, str]]:
    """Return everybody who works here, by name and unit."""
    active = work.session.scalars(select(User).where(col(User.active)).order_by(col(User.id)))
    users = sorted(active, key=lambda user: swedish(user.name))
    names = display_names.names(work, [user.stream for user in users])
    return [
        {"value": user.stream, "label": ", ".join(filter(None, (names[user.stream], user.unit)))}
        for user in users
    ]


def units(work: Work) -> list[dict[str, str]]:
    """Return the units that files come from, by name."""
    found = organisation_units.in_use(work)
    return [{"value": str(unit.id), "label": unit.name} for unit in found]


def things(work: Work, run: Incident | Matter) -> list[dict[str, str]]:
    """Return what an incident is about, for ticking; a protected file by its code alone."""
    if not isinstance(run, Incident):
        return []
    found = []
    for number, item in enumerate(changes.items(work, run), start=1):
        label = _("Item %(number)s", number=number)
        file = work.session.get(CaseFile, item.file_id) if item.file_id else None
        if file is not None:
            shown = codes.grouped(file.code) if file.protected else file.reference
            label = f"{label}: {with_part(shown, file)}"
        found.append({"value": changes.key(item), "label": label})
    return found


def controls(asking: StepQuery, answers: Mapping[str, Answer], typed: bool) -> list[Control]:
    """Return the questions asked with these answers; what was typed stands again as it was typed."""
    leading = asking.leading
    asked = [
        _control(asking, field, answers.get(field.id, ""), typed, field.id in leading)
        for field in asking.asked(answers)
    ]
    evidence = [_control(asking, one, "", typed, False) for one in asking.evidence(answers)]
    return [*asked, *(replace(one, draw="evidence") for one in evidence)]


_DRAWN = {
    FieldKind.TEXT: "text",
    FieldKind.DIARY_NUMBER: "text",
    FieldKind.LONG_TEXT: "textarea",
    FieldKind.CHOICE: "radios",
    FieldKind.CHOICES: "checkboxes",
    FieldKind.YES_NO: "radios",
    FieldKind.DATE: "date",
    FieldKind.MOMENT: "moment",
    FieldKind.NUMBER: "number",
    FieldKind.PERSON: "select",
    FieldKind.PLACE: "place",
    FieldKind.FILE: "code",
}


def _control(asking: StepQuery, field: FormField, answer: Answer, typed: bool, leads: bool) -> Control:
    draw = _DRAWN[field.kind]
    chosen = (
        options(asking, field)
        if draw in {"radios", "checkboxes", "select"} or _of_case(asking, field)
        else []
    )
    if field.several:
        ticked = field.kind is FieldKind.PERSON or (field.kind is FieldKind.FILE and _of_case(asking, field))
        draw = "checkboxes" if ticked else "lines"
    value: Any = _as_typed(field) if typed else _spoken(asking, field, answer)
    if draw == "checkboxes":
        value = request.form.getlist(field.id) if typed else list(_listed(answer))
    return Control(
        field.id,
        draw,
        field.label.say(locale()),
        field.hint.say(locale()) if field.hint else "",
        field.required,
        value,
        chosen,
        leads,
        _names(asking, field, answer, typed),
    )


def _names(asking: StepQuery, field: FormField, answer: Answer, typed: bool) -> str | None:
    """Return who is named without an account, one on each line; None where only accounts will do."""
    if field.kind is not FieldKind.PERSON or step_keys.needs_account(asking.step, field):
        return None
    if typed:
        return request.form.get(field.id + NAME, "")
    named = [key for key in _listed(answer) if key.startswith(step_keys.NAMED)]
    return "\n".join(key.removeprefix(step_keys.NAMED) for key in named)


def _as_typed(field: FormField) -> str:
    return "\n".join(request.form.getlist(field.id)) if field.several else request.form.get(field.id, "")


def _listed(answer: Answer) -> Iterable[str]:
    return answer if isinstance(answer, tuple) else (str(answer),) if answer else ()


def _spoken(asking: StepQuery, field: FormField, answer: Answer) -> str:
    """Write an answer as its field takes it."""
    if field.kind is FieldKind.MOMENT:
        moment = as_moment(answer)
        return f"{local(moment):%Y-%m-%dT%H:%M}" if moment else ""
    if field.kind is FieldKind.PLACE:
        return "\n".join(_place(asking.work, key) for key in _listed(answer))
    if field.kind is FieldKind.FILE:
        return "\n".join(_code(asking.work, key) for key in _listed(answer))
    return "\n".join(_listed(answer)) if isinstance(answer, tuple) else str(answer)


def _place(work: Work, key: str) -> str:
    number = key.partition(":")[2]
    return paths.name_of(paths.trails(work, [int(number)]).get(int(number), ())) if is_number(number) else ""


def _code(work: Work, key: str) -> str:
    number = key.partition(":")[2]
    file = work.session.get(CaseFile, int(number)) if is_number(number) else None
    return file.code if file else ""
