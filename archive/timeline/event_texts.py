"""Tell events as sentences: facts become names and words, masked for the one who reads, in few statements."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from archive.accounts import display_names
from archive.history.shapes import SHAPES
from archive.kernel.clock import local
from archive.kernel.store import Actor, Work
from archive.models import CaseFile
from archive.notifications import texts
from archive.places import paths
from archive.places.paths import PathStep
from archive.timeline import list_texts, loan_texts
from archive.timeline.list_texts import ListOrigin
from archive.vocabulary import (
    AssessmentAnswer,
    CheckState,
    CheckWithdrawal,
    Confirmation,
    DifferenceKind,
    DifferenceReason,
    Escalation,
    EventKind,
    Evidence,
    FindingKind,
    FoundWhere,
    LabelReason,
    LeftOut,
    LoanPurpose,
    MessageKind,
    Missed,
    NumberQuality,
    Occasion,
    Permission,
    PersonRole,
    Protection,
    Role,
    RowAnswer,
    SampleAnswer,
    SearchResult,
    SeenAnswer,
    TaskAnswer,
    TaskKind,
    Term,
)
from archive.vocabulary.wording import N_, _
from labels import codes

LATE = timedelta(minutes=5)  # what was recorded later than this after it happened says so

_PLACES = frozenset({"place", "origin", "parent"})
_CODES = frozenset({"code", "old"})
_MOMENTS = frozenset({"aware_at", "due"})
_TERMS: Mapping[str, Mapping[str, Term]] = {
    name: {term.value: term for kind in kinds for term in kind}
    for name, kinds in (
        ("how", (Evidence,)),
        ("reason", (LabelReason, CheckWithdrawal)),
        ("purpose", (LoanPurpose,)),
        ("role", (PersonRole,)),
        ("roles", (Role,)),
        ("protection", (Protection,)),
        ("quality", (NumberQuality,)),
        ("permission", (Permission,)),
        ("task", (TaskKind,)),
        ("difference", (DifferenceKind,)),
        ("left_out", (LeftOut,)),
        ("explanation", (DifferenceReason,)),
        ("what", (Confirmation,)),
        ("finding", (FindingKind,)),
        ("outcome", (CheckState,)),
        ("answer", (RowAnswer, TaskAnswer, SeenAnswer, AssessmentAnswer, SampleAnswer)),
        ("missed", (Missed,)),
        ("occasion", (Occasion,)),
        ("where", (FoundWhere,)),
        ("result", (SearchResult,)),
        ("why", (Escalation,)),
        ("message", (MessageKind,)),
    )
}
_KINDS = {kind.value: kind for kind in EventKind}
# Shown by need only (SoLPuL 7 a §): that one of these was corrected tells of it.
_DELICATE = frozenset(
    {"adoption", "child_investigation", "custody_agreement", "kind_id", "parenthood", "placed_child"}
)
_WORDS = {
    "active": N_("active"),
    "adoption": N_("adoption"),
    "aware_at": N_("since when the clocks run"),
    "birth_date": N_("birth date"),
    "calendar": N_("calendar address"),
    "capacity": N_("capacity"),
    "central": N_("belongs to the central archive"),
    "child": N_("a child is concerned"),
    "child_investigation": N_("investigation of a child"),
    "alarm_hours": N_("hours on the way before the alarm"),
    "closed_on": N_("closing date"),
    "crate_files": N_("files in a crate"),
    "day": N_("day"),
    "custody_agreement": N_("custody agreement"),
    "earlier_check": N_("earlier check of the cover"),
    "email": N_("e-mail address"),
    "diary_number": N_("diary number"),
    "family_name": N_("family name"),
    "given_name": N_("given name"),
    "kept": N_("what is to become of it"),
    "kind_id": N_("kind of file"),
    "language": N_("language"),
    "last_note_on": N_("date of the last note"),
    "longer_name": N_("name"),
    "missed_at": N_("when it was missed"),
    "name": N_("name"),
    "number": N_("personal number"),
    "opened_on": N_("opening date"),
    "order_rule": N_("order"),
    "ongoing_case": N_("needed in an ongoing case"),
    "owner_id": N_("owner"),
    "parenthood": N_("parenthood"),
    "part": N_("part"),
    "partly": N_("partly preserved"),
    "parts": N_("number of parts"),
    "password": N_("password"),
    "person": N_("person"),
    "placed_child": N_("placed child"),
    "protected": N_("protected person"),
    "reception": N_("reception"),
    "reference": N_("reference"),
    "roles": N_("roles"),
    "somebody_waits": N_("somebody waits"),
    "source_id": N_("source system"),
    "suspected_at": N_("when it was suspected lost"),
    "unit": N_("unit"),
    "unit_id": N_("unit"),
}
# What is said when the fact a sentence is built round is not there.
_WITHOUT: Mapping[EventKind, tuple[str, str]] = {
    EventKind.FILE_SEEN: ("place", N_("Seen (%(how)s)")),
    EventKind.INCIDENT_FILE_SEEN: (
        "place",
        N_("The wanted file %(file)s is said to have been seen; where is not stated (%(how)s)"),
    ),
    EventKind.INCIDENT_SEARCHED: ("place", N_("Searched (%(result)s)")),
    EventKind.FILE_VOIDED: ("file", N_("Made void when an import was withdrawn")),
    EventKind.PLACE_CREATED: ("parent", N_("Created")),
    EventKind.FILE_HELD_FOREIGN: ("file", N_("In its cover lay what belongs to another file")),
}


@dataclass(frozen=True, slots=True)
class EventText:
    """One event as told: `at` is when it happened, `source` says what more one should know of it.

    `undone` says that it took back what was done by a slip of the hand, `listed` of which list it came.
    """

    id: int
    at: datetime
    kind: EventKind
    tone: str
    sentence: str
    who: str
    source: str = ""
    undone: bool = False
    listed: ListOrigin | None = None

    @property
    def when(self) -> str:
        """Return the time as clocks in Stockholm showed it."""
        return _clock(self.at)


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """One event to tell; `thing` names whom it is about where that is not clear from the page."""

    row: Any
    thing: str = ""


def tell(
    work: Work,
    events: Sequence[ToldEvent],
    *,
    hide_places: bool = False,
    known: Mapping[int, Sequence[PathStep]] | None = None,
) -> list[EventText]:
    """Tell events in their order, in a number of statements that does not grow with them.

    `known` holds the trails of places that need not be looked up again.
    """
    bodies = [json.loads(event.row.body) for event in events]
    facts = [body["facts"] for body in bodies]
    things = [event.thing for event in events]
    names = _Names(work, facts, things, hide_places=hide_places, known=known or {})
    lent = loan_texts.by_loan(
        work, {fact["loan"] for event, fact in zip(events, facts, strict=True) if _lends(event)}
    )
    listed = {} if hide_places else list_texts.by_event(work, [event.row for event in events])
    actors = [_actor(event.row, listed.get(event.row.id)) for event in events]
    who = display_names.names(work, set(actors))
    return [
        _entry(
            event,
            fact,
            names,
            _who(actor, who[actor]),
            lent.get(fact["loan"]) if _lends(event) else None,
            listed.get(event.row.id),
        )
        for event, fact, actor in zip(events, facts, actors, strict=True)
    ]


def _actor(row: Any, listed: ListOrigin | None) -> str:
    """Return who did it: of a list the worker registered in its own name, who ordered that."""
    return listed.by if listed and row.actor.startswith("worker:") else str(row.actor)


def _lends(event: ToldEvent) -> bool:
    return bool(event.row.kind == EventKind.FILE_LENT.value)


def _entry(
    event: ToldEvent,
    facts: Mapping[str, Any],
    names: "_Names",
    who: str,
    lent: loan_texts.Lending | None,
    listed: ListOrigin | None,
) -> EventText:
    row = event.row
    kind = _KINDS[row.kind]
    sentence = SHAPES[kind].sentence
    needed, without = _WITHOUT.get(kind, ("", ""))
    if needed and facts.get(needed) is None:
        sentence = without
    undone = bool(facts.get("undo"))
    if undone and kind is EventKind.FILE_MOVED:  # not “entered by hand”: nobody entered anything
        sentence = N_("The move was undone: back from %(origin)s to %(place)s")
    named = {name: names.say(name, fact) for name, fact in facts.items()}
    if kind.value.startswith("incident.") and "file" in facts and facts["file"] is None:
        named["file"] = _("what is described in words")
    said = lent.say() if lent else _(sentence, **named)
    if undone and kind is not EventKind.FILE_MOVED:
        said = _("Undone: %(sentence)s", sentence=said[:1].lower() + said[1:])
    if event.thing:
        said = f"{names.thing(event.thing)}: {said[:1].lower()}{said[1:]}"
    late = row.at - row.happened_at > LATE
    source = _("recorded %(when)s", when=_clock(row.at)) if late else ""
    return EventText(row.id, row.happened_at, kind, kind.tone, said, who, source, undone, listed)


def _who(actor: str, name: str) -> str:
    by = actor.partition(":")[0]
    if by == "worker":
        return _("the worker")
    return _("operator %(name)s", name=name) if by == "operator" else name


def _clock(moment: datetime) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}"


def places_in(facts: Iterable[Mapping[str, Any]]) -> set[int]:
    """Return the places that the facts of events speak of."""
    return {fact[name] for fact in facts for name in _PLACES & fact.keys() if fact[name]}


class _Names:
    """Know the names of all places and files that some events speak of."""

    def __init__(
        self,
        work: Work,
        facts: Iterable[Mapping[str, Any]],
        things: Iterable[str],
        *,
        hide_places: bool,
        known: Mapping[int, Sequence[PathStep]],
    ) -> None:
        self._hidden = hide_places
        self._viewer = work.actor
        spoken = list(facts)
        streams = [thing.partition(":") for thing in things if thing]
        place_ids = {int(number) for noun, _colon, number in streams if noun == "place"}
        place_ids |= places_in(spoken)
        file_ids = {int(number) for noun, _colon, number in streams if noun == "file"}
        file_ids |= {fact["file"] for fact in spoken if fact.get("file")}
        self._trails: Mapping[int, Sequence[PathStep]] = {}
        if not hide_places:
            missing = place_ids - known.keys()
            self._trails = {**known, **(paths.steps(work, missing) if missing else {})}
        self._files = _files(work, file_ids)
        told = {f"user:{user}" for fact in spoken for user in fact.get("users", ())}
        self._users = display_names.names(work, told)

    def say(self, name: str, value: Any) -> str:
        """Return a fact as it is read."""
        if name in _PLACES:
            return self._place(value)
        if name == "file":
            return self._file(value)
        if name in _CODES:
            return codes.grouped(str(value)) if value else "–"
        values = value if isinstance(value, list) else [] if value is None else [value]
        return ", ".join(dict.fromkeys(self._word(name, item) for item in values)) or "–"

    def _word(self, name: str, value: Any) -> str:
        if name == "users":
            return self._users[f"user:{value}"]
        if name in _MOMENTS:
            return texts.moment(datetime.fromisoformat(value))
        if name == "fields":
            return field_name(value, self._viewer)
        term = _TERMS[name].get(value) if name in _TERMS else None
        return term.label if term else str(value)

    def thing(self, stream: str) -> str:
        """Return the name of whom an event is about."""
        noun, _colon, number = stream.partition(":")
        if noun == "file":
            return self._file(int(number))
        trail = self._trails.get(int(number), ())
        name = paths.spoken(trail[-1]) if trail else _("Protected")
        return name[:1].upper() + name[1:]

    def _place(self, place_id: int | None) -> str:
        if self._hidden:
            return _("Protected")
        return paths.name_of(self._trails.get(place_id or 0, ())) or "–"

    def _file(self, file_id: int | None) -> str:
        file = self._files.get(file_id or 0)
        if file is None:
            return "–"
        if file.protected:
            return _("protected file %(code)s", code=codes.grouped(file.code))
        part = _("part %(part)s of %(parts)s", part=file.part, parts=file.parts) if file.parts > 1 else ""
        return ", ".join(filter(None, (file.reference, part)))


def _files(work: Work, ids: set[int]) -> dict[int, CaseFile]:
    if not ids:
        return {}
    rows = work.session.scalars(select(CaseFile).where(col(CaseFile.id).in_(sorted(ids))))
    return {file.id: file for file in rows}


def field_name(name: str, viewer: Actor) -> str:
    """Return what a field is called on screen; a delicate one only for those who need it."""
    if name in _DELICATE and not viewer.may(Permission.READ_KIND):
        return _("details not shown")
    return _(_WORDS[name]) if name in _WORDS else name
