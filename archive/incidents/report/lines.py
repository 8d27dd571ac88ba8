"""Tell an incident's events, steps and chain of custody as lines of its report, in both languages."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import col

from archive.accounts import display_names
from archive.files.parts import with_part
from archive.history import private_data
from archive.incidents import stated_times
from archive.incidents.report.data import AnswerLine, ReportLine, StepLine, Where, Who, stated
from archive.kernel.clock import local
from archive.kernel.store import Work
from archive.models import CaseFile, Event, Incident, IncidentFile, Place, User, UserRole
from archive.places import paths
from archive.routine_runs import keys
from archive.routine_runs.steps import RunCourse
from archive.timeline import event_texts, timeline
from archive.timeline.event_texts import ToldEvent
from archive.vocabulary import EventKind, PlaceKind, Role, StepState
from archive.vocabulary.wording import LOCALES, Both, speaking
from routines.answers import as_moment
from routines.conditions import Answer
from routines.model import FieldKind, FormField, Routine
from routines.progress import Record, StepEnd

MOST_OF_FILE = 100
_SHOWN_ELSEWHERE = frozenset(
    {
        EventKind.STEP_OPENED,
        EventKind.DEADLINE_SET,
        EventKind.DEADLINE_MET,
        EventKind.DEADLINE_WITHDRAWN,
        EventKind.MESSAGE_SENT,
    }
)
_ASIDES = ("reason", "remark", "circumstances", "purpose", "waiting", "description")
_PLAIN = frozenset(
    {
        FieldKind.CHOICE,
        FieldKind.CHOICES,
        FieldKind.YES_NO,
        FieldKind.DATE,
        FieldKind.MOMENT,
        FieldKind.NUMBER,
        FieldKind.DIARY_NUMBER,
    }
)
# What names a place or cover, or tells in people's own words where something is sought, or lay.
_SAY_WHERE = frozenset(
    {"place", "cover_file", "last_known", "searched", "found_where", "traces", "cover_log"}
)
_OF_FIND = frozenset({"where", "readers", "why_not", "found_part", "missing_part"})
_KINDS = {kind.value: kind for kind in EventKind}
_EVENT = Event.__table__  # type: ignore[attr-defined]
_ACTORS = select(_EVENT.c.id, _EVENT.c.actor, _EVENT.c.at).where(
    _EVENT.c.id.in_(bindparam("ids", expanding=True))
)


class NameBook:
    """Know people by number, and places and files by name."""

    def __init__(
        self, work: Work, people: Sequence[str], places: Iterable[int], files: Mapping[int, CaseFile]
    ) -> None:
        self._work = work
        self._numbers: dict[str, int] = {}
        for key in people:
            self.number(key)
        self._trails = paths.trails(work, places)
        self._files = dict(files)
        self._described: dict[int, str] = {}

    def number(self, key: str) -> int:
        """Return the number of a person, the next one for somebody new."""
        return self._numbers.setdefault(key, len(self._numbers) + 1)

    @property
    def people(self) -> tuple[Who, ...]:
        """Return everybody with a number, by it."""
        work = self._work
        names = display_names.names(work, self._numbers)
        ids = [int(key.removeprefix("user:")) for key in self._numbers if key.startswith("user:")]
        units = dict(
            work.session.execute(select(col(User.id), col(User.unit)).where(col(User.id).in_(ids))).all()
        )
        roles: dict[int, list[Role]] = {}
        for user_id, role in work.session.execute(
            select(col(UserRole.user_id), col(UserRole.role)).where(col(UserRole.user_id).in_(ids))
        ):
            roles.setdefault(user_id, []).append(role)
        found = []
        for key, number in self._numbers.items():
            user = int(key.removeprefix("user:")) if key.startswith("user:") else 0
            own = tuple(role for role in Role if role in roles.get(user, ()))
            found.append(Who(number, names[key], own, units.get(user, "")))
        return tuple(found)

    def where(self, place_id: int | None) -> Where | None:
        """Return a place by its room and its full name."""
        if place_id is None:
            return None
        if place_id not in self._trails:
            self._trails |= paths.trails(self._work, [place_id])
        return stands(self._trails[place_id])

    def code(self, file_id: int) -> str:
        """Return the code of a file."""
        file = self._files.get(file_id) or self._work.session.get(CaseFile, file_id)
        return file.code if file else ""

    def of_key(self, key: str) -> str:
        """Return what a key of a routine's form stands for: a person, a place or a file."""
        kind, _colon, number = key.partition(":")
        if key.startswith(keys.NAMED):
            return key.removeprefix(keys.NAMED)
        if kind == "user":
            return display_names.names(self._work, [key])[key]
        if kind == "place" and number.isdecimal():
            return paths.name_of(paths.trails(self._work, [int(number)]).get(int(number), ())) or key
        if kind == "item" and number.isdecimal():
            return self._described.get(int(number)) or key
        file = self._files.get(int(number)) if kind == "file" and number.isdecimal() else None
        return key if file is None else with_part(file.code if file.protected else file.reference, file)

    def learn(self, keys: Iterable[str]) -> None:
        """Read what files and things some keys stand for, all at once."""
        ids: dict[str, set[int]] = {"file": set(), "item": set()}
        for kind, _colon, number in (key.partition(":") for key in keys):
            if kind in ids and number.isdecimal():
                ids[kind].add(int(number))
        if unknown := ids["file"] - self._files.keys():
            files = self._work.session.scalars(select(CaseFile).where(col(CaseFile.id).in_(unknown)))
            self._files |= {file.id: file for file in files}
        if unknown := ids["item"] - self._described.keys():
            found = select(IncidentFile).where(col(IncidentFile.id).in_(unknown))
            items = self._work.session.scalars(found).all()
            texts = private_data.by_event(self._work, [item.told_event for item in items])
            said = {item.id: texts.get(item.told_event or 0, {}) for item in items}
            self._described |= {number: str(one.get("description", "")) for number, one in said.items()}


def stands(trail: Sequence[Place]) -> Where:
    """Return a place by its room and its full name."""
    inner = next((at for at, place in enumerate(trail) if place.kind is PlaceKind.ROOM), 0)
    return Where(spoken(trail[: inner + 1]), spoken(trail))


def spoken(trail: Sequence[Place]) -> Both:
    """Say a place with all it stands in, in both languages."""
    return in_both(lambda: paths.name_of(trail))


def in_both(say: Callable[[], str]) -> Both:
    """Say something in both languages, whichever is in use."""
    said = []
    for language in LOCALES:
        with speaking(language):
            said.append(say())
    return Both(*said)


def of_incident(
    work: Work,
    events: Sequence[Any],
    texts: Mapping[int, Mapping[str, Any]],
    named: NameBook,
    routine: Routine,
) -> tuple[ReportLine, ...]:
    """Tell what happened in an incident, oldest first; what other parts of the report tell is left out."""
    rows = [row for row in events if _KINDS[row.kind] not in _SHOWN_ELSEWHERE]
    told = _told_in_both(work, rows)
    lines = []
    for row, said in zip(rows, told, strict=True):
        kind, facts = _KINDS[row.kind], json.loads(row.body)["facts"]
        by_itself = bool(facts.get("by_itself"))  # by the routine: whoever did something else chose nothing
        if "step" in facts and kind.value.startswith("step."):
            title, told_as = routine.step(facts["step"]).title, StepState.LAPSED if by_itself else kind
            said = Both(f"{told_as.sv}: {title.sv}", f"{told_as.en}: {title.en}")
        aside = "\n".join(str(texts[row.id][name]) for name in _ASIDES if texts.get(row.id, {}).get(name))
        lines.append(
            ReportLine(
                # 0.1.0 dated a report by the suspicion, which the head of the paper tells apart
                at=row.at if kind is EventKind.INCIDENT_REPORTED else row.happened_at,
                recorded_at=row.at,
                kind=Both(kind.sv, kind.en),
                text=said,
                who=None if by_itself else named.number(row.actor),
                aside=aside,
                thing=facts.get("item"),
            )
        )
    return tuple(lines)


def of_file(work: Work, item_id: int, file: CaseFile, named: NameBook) -> list[ReportLine]:
    """Tell a file's chain of custody, oldest first; the places of a protected person's file are left out."""
    told: list[list[Any]] = []
    for language in LOCALES:
        with speaking(language):
            told.append(list(timeline.of_file(work, file, limit=MOST_OF_FILE).entries))
    rows = work.connection.execute(_ACTORS, {"ids": [entry.id for entry in told[0]]})
    by = {row.id: row for row in rows}
    return [
        ReportLine(
            at=sv.at,
            recorded_at=by[sv.id].at,
            kind=Both(sv.kind.sv, sv.kind.en),
            text=Both(sv.sentence, en.sentence),
            who=named.number(by[sv.id].actor),
            aside=None,
            thing=item_id,
        )
        for sv, en in zip(reversed(told[0]), reversed(told[1]), strict=True)
    ]


def of_steps(course: RunCourse, named: NameBook, now: datetime) -> tuple[StepLine, ...]:
    """Tell the steps in the order they opened, with what people answered."""
    tracks = {track.id: track.title for track in course.routine.tracks}
    timeless = isinstance(course.run, Incident) and course.run.over_when_entered  # no clock ran
    lines = []
    for record in course.progress.records:
        step, row = course.step(record.step), course.rows[record.step, record.occurrence]
        state = StepState.read(record.end) or StepState.OPEN
        track, done_at = tracks[step.track], _done_at(record)
        lines.append(
            StepLine(
                step=step.id,
                title=Both(step.title.sv, step.title.en),
                track=Both(track.sv, track.en),
                track_id=step.track,
                kind=str(step.kind),
                occurrence=record.occurrence,
                state=state,
                opened_at=record.opened_at,
                due_at=None if timeless else record.deadline,
                done_at=done_at if record.end in {StepEnd.DONE, StepEnd.LAPSED} else None,
                recorded_at=record.ended_at,
                who=named.number(record.ended_by) if record.ended_by else None,
                performed_by=named.number(row.performed_by) if row.performed_by else None,
                late=not timeless and replace(record, done_at=done_at).is_late(now),
                answers=stated(step.id, _answers(course, record, named)),
                reason=record.reason,
                legal_basis=tuple(Both(one.sv, one.en) for one in step.legal_basis),
            )
        )
    return tuple(lines)


def _done_at(record: Record) -> datetime | None:
    """Return when a step was done, also one that does not count any more."""
    withdrawn = record.end is StepEnd.LAPSED and record.done_at is not None
    return stated_times.done_at(replace(record, ended_at=record.done_at) if withdrawn else record)


def unplaced(line: StepLine) -> StepLine:
    """Leave out what a step tells of where a file is sought or lay, for those who may not know that."""
    hidden = _SAY_WHERE | _OF_FIND if line.step == "confirm_find" else _SAY_WHERE
    answers = (replace(one, value=None) if one.field in hidden else one for one in line.answers)
    return replace(line, answers=tuple(answers))


def _told_in_both(work: Work, rows: Sequence[Any]) -> list[Both]:
    told = []
    for language in LOCALES:
        with speaking(language):
            told.append(
                [entry.sentence for entry in event_texts.tell(work, [ToldEvent(row) for row in rows])]
            )
    return [Both(sv, en) for sv, en in zip(*told, strict=True)]


def _answers(course: RunCourse, record: Record, named: NameBook) -> Iterable[AnswerLine]:
    step = course.step(record.step)
    for field in step.fields:
        if field.id in record.answers:
            plain = field.kind in _PLAIN and not field.personal
            value = _value(field, record.answers[field.id], named)
            yield AnswerLine(field.id, Both(field.label.sv, field.label.en), value, plain)
    for evidence in step.evidence:
        if evidence.id in record.answers:
            said = record.answers[evidence.id]
            text = ", ".join(said) if isinstance(said, tuple) else str(said)
            label = Both(evidence.label.sv, evidence.label.en)
            yield AnswerLine(evidence.id, label, Both(text, text), plain=False)


def _value(field: FormField, answer: Answer, named: NameBook) -> Both:
    """Return an answer as it is read."""
    parts = answer if isinstance(answer, tuple) else (answer,)
    if field.kind in {FieldKind.CHOICE, FieldKind.CHOICES}:
        labels = [option.label for option in field.options if option.id in parts]
        return Both(", ".join(one.sv for one in labels), ", ".join(one.en for one in labels))
    if field.kind is FieldKind.YES_NO:
        return Both("ja", "yes") if answer == "yes" else Both("nej", "no")
    if field.kind in {FieldKind.PERSON, FieldKind.PLACE, FieldKind.FILE}:
        named.learn(map(str, parts))
        return in_both(lambda: ", ".join(named.of_key(str(one)) for one in parts))
    if field.kind is FieldKind.MOMENT:
        moment = as_moment(str(answer))
        text = f"{local(moment):%Y-%m-%d %H:%M}" if moment else str(answer)
    else:
        text = ", ".join(str(one) for one in parts)
    return Both(text, text)
