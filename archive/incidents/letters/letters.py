"""What letters about an incident tell: to a person concerned, to whoever waits, the refusal to hand out."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import col

from archive.files.parts import with_part
from archive.incidents import askers
from archive.incidents.askers import ANEW, ANSWERS
from archive.incidents.letters import course as search_course
from archive.incidents.letters.cases import Case, Heading, heading
from archive.incidents.letters.course import SearchCourse
from archive.kernel.clock import local_date
from archive.kernel.errors import Invalid, NotFound
from archive.models import FilePerson, IncidentFile, Person, Place
from archive.people import people
from archive.places import paths
from archive.vocabulary import FoundState, IncidentOutcome, IncidentPaper, OthersRead, Permission, PlaceKind
from archive.vocabulary.wording import N_, _
from routines.answers import as_moment
from routines.progress import Record


@dataclass(frozen=True, slots=True)
class PersonLetter:
    """A letter to one person concerned; `addressee` is empty for a protected one and for one unknown.

    `safe` means that it is handed over in a way known to be safe, and bears no address; `label` tells such
    letters apart, by their number in the list and the files they are of. One without a name
    goes to any of those concerned: it is not `alike` where what was missed has fared differently, and says
    nothing of `others_read` where that is not `known` to be the same. That is said of what was found: where a
    `rest` is missing nobody knows. `secured` is what was done in the room.
    """

    heading: Heading
    course: SearchCourse
    addressee: str
    label: str
    safe: bool
    alike: bool
    known: bool
    others_read: OthersRead | None
    rest: bool
    effects: str
    measures: str
    secured: str
    notified: bool
    lex_sarah: bool
    investigated: bool
    police: bool
    rebuilt: bool


@dataclass(frozen=True, slots=True)
class WaitingAnswer:
    """What somebody who waits for the document is told; nothing in it is decided.

    `wanted` is what was last said of a decision to appeal against, `refused_on` the day of one made since.
    `ended_on` is the day of a final answer, the last word as long as nobody asks again.
    """

    heading: Heading
    course: SearchCourse
    asker: str
    said: str
    next_word: date | None
    wanted: str
    refused_on: date | None
    rebuilt: bool
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """The decision that a document that cannot be found is not handed out; `now` is how it stands since."""

    heading: Heading
    course: SearchCourse
    now: SearchCourse
    asker: str
    decided_on: date | None
    decider: str
    checked: str
    systems: bool
    recovered: bool
    appeal_court: str


def letter(case: Case, person_id: int | None = None) -> PersonLetter:
    """Return a letter to one of those the files are about, or to somebody the register does not know."""
    head = heading(case, IncidentPaper.LETTER)
    person = _concerned(case, person_id)
    safe = _only_safely(case, person)
    items = case.items if person_id is None else _about(case, person_id)
    course = search_course.trace(case, items=items)
    missed = [item for item in items if item.outcome is not IncidentOutcome.MISTAKEN]
    read = {(item.others_read, item.part_found) for item in missed} or {(None, False)}
    return PersonLetter(
        head,
        course,
        "" if person is None or safe else _name(case, person),
        _label(case, person) if person is not None and safe else "",
        safe,
        person is not None
        or ((not course.part or len(items) == 1) and len({_fared(item) for item in items}) == 1),
        person is not None or len(read) == 1,
        min((said for said, _rest in read), key=_WORST.index),
        any(rest for _said, rest in read),
        _effects(case, course),
        case.said("notify_imy", "actions") or case.said("decide_notification", "measures"),
        _secured(case, items),
        case.done("notify_imy") is not None,
        case.done("lex_sarah_report") is not None,
        case.done("lex_sarah_investigation") is not None and not case.waits("lex_sarah_investigation"),
        case.raw("police_report", "reported") == "yes",
        _rebuilt(case),
    )


def _secured(case: Case, items: Sequence[IncidentFile]) -> str:
    """Return what was done in the room some things stood in, nothing where it is not known to be meant.

    Where nobody named a room the one is meant that all stood in.
    """
    record = case.true("secure_room", "stopped")
    named = record.answers.get("place") if record else None
    here, everywhere = _rooms(case, items), _rooms(case, case.items)
    if isinstance(named, tuple) and named:
        meant = paths.trails(case.work, [int(key.removeprefix("place:")) for key in named]).values()
        known = bool(here) and all(any(_within(room, trail) for trail in meant) for room in here)
    else:
        known = len({room[-1].id for room in everywhere}) == 1
    return case.said("secure_room", "stopped") if known else ""


def _rooms(case: Case, items: Sequence[IncidentFile]) -> list[Sequence[Place]]:
    """Return the rooms things stood in when they were missed, nothing where that is not known of all."""
    were = [case.kept.get(item.file_id or 0) for item in items]
    known = [one.stood for one in were if one is not None and one.stood is not None]
    if len(known) < len(were):
        return []
    return [_room(trail) for trail in paths.trails(case.work, known).values()]


def _room(trail: Sequence[Place]) -> Sequence[Place]:
    inner = next((at for at, place in enumerate(trail) if place.kind is PlaceKind.ROOM), len(trail) - 1)
    return trail[: inner + 1]


def _within(room: Sequence[Place], named: Sequence[Place]) -> bool:
    """Tell whether a room is meant by a place: it is that, holds it, or stands in it."""
    return room[-1].id in {place.id for place in named} or named[-1].id in {place.id for place in room}


# What is not known of one file is worse than that another was not read.
_WORST = (OthersRead.YES, OthersRead.POSSIBLE, None, OthersRead.NO)


def _fared(item: IncidentFile) -> tuple[IncidentOutcome | None, FoundState | None, date | None]:
    """Return what letters tell of one thing that was missed: how it ended, in what state, on which day."""
    moment = item.outcome_at if item.outcome not in (None, IncidentOutcome.FOUND) else item.found_at
    return item.outcome, item.found_state, local_date(moment) if moment else None


def _effects(case: Case, course: SearchCourse) -> str:
    """Return what it may mean for somebody; once it is at hand, what was judged since alone."""
    judged = [("notify_imy", "consequences"), ("decide_notification", "effects")]
    if course.over:
        judged = [("after_find", "consequences"), *judged]
    since = course.changed if course.over else None
    return next((said for step, field in judged if (said := _judged(case, step, field, since))), "")


def _judged(case: Case, step: str, field: str, since: datetime | None) -> str:
    record = case.true(step, field)
    late = record and record.done_at and (since is None or record.done_at >= since)
    return case.said(step, field) if late else ""


# However somebody says in a field of words that it was nothing; a letter rather says too little.
_NOTHING = re.compile(
    r"(inget|inga|ingen|ingenting|intet|nej|noll|no|none|nothing|nil)\b|\W*$|0\W*$", re.IGNORECASE
)


def _rebuilt(case: Case) -> bool:
    """Tell whether copies were collected: there were sources, and something was recovered from them."""
    sources, recovered = case.raw("reconstruct", "sources"), case.raw("reconstruct", "recovered")
    if sources in (None, ("none",)):
        return False
    return _NOTHING.match(str(recovered or "").strip()) is None


def addressees(case: Case) -> list[tuple[int, str, bool]]:
    """Return whom letters go to: id, name as the viewer may see it, and whether only in a safe way."""
    found = []
    for person in case.persons:
        safe = _only_safely(case, person)
        masked = ", ".join((_("Protected"), *_codes(case, person)))
        name = masked if safe else people.shown_name(person, case.work.actor)
        found.append((person.id, name, safe))
    return found


def _label(case: Case, person: Person) -> str:
    """Return which of the letters it is, and of which files: what it says follows from these alone."""
    number = 1 + [one.id for one in case.persons].index(person.id)
    return f"{number}: {', '.join(_codes(case, person))}"


def _codes(case: Case, person: Person) -> list[str]:
    files = [case.files[item.file_id] for item in _about(case, person.id) if item.file_id is not None]
    return [with_part(file.code, file) for file in files]


def answer(case: Case, waits_for: Collection[int] = (), asking: int | None = None) -> WaitingAnswer:
    """Return the answer to whoever waits for some of the things missed; a final one as it was given.

    It tells of no other, and so not what was said to those who wait, where that may be of others too.
    """
    head = heading(case, IncidentPaper.ANSWER)
    chosen = _waited_for(case, waits_for)
    whole = len(chosen) == len(case.items)
    asker = _asker_of(case, asking)
    final = _final(case, asker) if whole else None
    case = case.at(final.ended_at) if final and final.ended_at else case
    course = search_course.trace(case, case.until, _these(case, chosen))
    asked = case.raw("interim_answer", "next_contact") if _mine(case, asker) else None
    next_word = date.fromisoformat(asked) if isinstance(asked, str) else None
    wanted, since = _wanted(case, asker)
    refused = case.record("refusal_decision")
    mine = wanted == "yes" or len(askings(case)) <= 1  # another's decision is none on this request
    decided = refused.answers.get("decided_on") if refused and refused.ended_at else None
    return WaitingAnswer(
        head,
        course,
        _printed(case, asker) if whole else "",
        _text(case, "final_answer", final) if final else _said(case, course, asker) if whole else "",
        next_word if next_word and next_word >= local_date(case.now) else None,
        wanted,
        date.fromisoformat(decided) if isinstance(decided, str) and mine and _after(refused, since) else None,
        _rebuilt(case),
        local_date(_told_at(case, final)) if final else None,
    )


def _waited_for(case: Case, chosen: Collection[int]) -> frozenset[int]:
    """Return the things somebody waits for; raises Invalid where there are several and nobody said which."""
    own = frozenset(item.id for item in case.items)
    found = own if len(own) == 1 else own & frozenset(chosen)
    if not found:
        raise Invalid(
            "files_not_chosen",
            N_("Choose what this person waits for: the paper tells of nothing else."),
            field="item",
        )
    return found


def _these(case: Case, chosen: Collection[int]) -> list[IncidentFile]:
    return [item for item in case.items if item.id in chosen]


def to_choose(case: Case) -> list[tuple[int, str]]:
    """Return what somebody may wait for where it is several things: each by its id and what it is called."""
    return [(item.id, search_course.called(case, item)) for item in case.items] if len(case.items) > 1 else []


def _last(case: Case, asker: str) -> tuple[str, Record] | None:
    """Return the last answer to who waits, and its step, unless it was of a find that was none."""
    told = [(step, record) for step in ANSWERS for record in _own(case, asker, step) if case.holds(record)]
    # Forms ask for no more than the minute: of two answers in one, the last written down is the last.
    return max(told, key=lambda one: (_told_at(case, one[1]), one[1].ended_at or case.now), default=None)


def _told_at(case: Case, record: Record) -> datetime:
    moment = as_moment(record.answers.get("answered_at")) or record.done_at or case.now
    return moment.replace(second=0, microsecond=0)


def _final(case: Case, asker: str) -> Record | None:
    """Return the final answer while it is the last word: none other is to be given of what came since."""
    step, record = _last(case, asker) or ("", None)
    if record is None or step != "final_answer" or not _text(case, step, record):
        return None
    if case.waits("final_answer") and _changed(search_course.trace(case), record, case):
        return None
    return None if case.waits("interim_answer") or case.waits("new_request") else record


def _changed(course: SearchCourse, record: Record, case: Case) -> bool:
    """Tell whether it became otherwise since an answer was given."""
    changed = course.changed
    return changed is not None and _told_at(case, record) < changed.replace(second=0, microsecond=0)


def _text(case: Case, step: str, record: Record) -> str:
    line = next((one for one in case.all_done(step) if one.occurrence == record.occurrence), None)
    return case.told(line, "answer") if line else ""


def _said(case: Case, course: SearchCourse, asker: str) -> str:
    """Return what who waits was told last, unless it became otherwise since."""
    step, record = _last(case, asker) or ("", None)
    if record is None or _changed(course, record, case):
        return ""
    return _text(case, step, record)


def _wanted(case: Case, asker: str) -> tuple[str, datetime | None]:
    """Return what was said last of a decision to appeal against, and when it was wanted, if it ever was."""
    said = [
        (record.ended_at, str(record.answers["decision_wanted"]))
        for step in ANSWERS
        for record in _own(case, asker, step)
        if record.ended_at and "decision_wanted" in record.answers
    ]
    moment, wanted = max(said, default=(None, ""))
    return wanted, max((at for at, one in said if one == "yes"), default=moment)


def _after(record: Record | None, moment: datetime | None) -> bool:
    return record is not None and record.ended_at is not None and (not moment or record.ended_at >= moment)


def refusal(case: Case, waits_for: Collection[int] = (), asking: int | None = None) -> Refusal:
    """Return the decision that some of the things missed cannot be handed out; it tells of no other."""
    head = heading(case, IncidentPaper.REFUSAL)
    done = case.record("refusal_decision")
    these = _these(case, _waited_for(case, waits_for))
    now = search_course.trace(case, items=these)
    if done is None:
        askers.require_missing(case.items, case.now)
    decided = done.answers.get("decided_on") if done else None
    until = (done.done_at or done.ended_at) if done else None  # what came later is no reason of the decision
    return Refusal(
        head,
        search_course.trace(case, until, these),
        now,
        _printed(case, _asker_of(case, asking)) if len(these) == len(case.items) else "",
        date.fromisoformat(decided) if isinstance(decided, str) else None,
        case.name(done.ended_by) if done else "",
        case.said("record_checks", "checked") if _before(case, "record_checks", until) else "",
        _before(case, "case_systems", until),
        _before(case, "reconstruct", until) and _rebuilt(case),
        case.settings.appeal_court,
    )


def _only_safely(case: Case, person: Person | None) -> bool:
    """Tell whether a letter goes in a safe way alone: one address may be that of the whole family."""
    return case.sealed or (person is not None and person.protection.protected)


def _concerned(case: Case, person_id: int | None) -> Person | None:
    if person_id is None:
        return None
    found = next((person for person in case.persons if person.id == person_id), None)
    if found is None:
        raise NotFound("not_concerned", N_("None of the files looked for is about this person."))
    return found


def _name(case: Case, person: Person) -> str:
    """Return a name as letters bear it, the given name first, for those who may see names."""
    if not case.work.actor.may(Permission.READ_NAMES):
        return ""
    return " ".join(part for part in (person.given_name, person.family_name) if part)


def _before(case: Case, step: str, until: datetime | None) -> bool:
    """Tell whether a step was done, before a moment if there is one."""
    line = case.done(step)
    return line is not None and (until is None or (line.recorded_at or line.opened_at) <= until)


def _about(case: Case, person_id: int) -> list[IncidentFile]:
    """Return what was missed of one person: others' files may be found sooner or later."""
    own = select(col(FilePerson.file_id)).where(
        col(FilePerson.person_id) == person_id, col(FilePerson.file_id).in_(list(case.files))
    )
    files = set(case.work.session.scalars(own))
    return [item for item in case.items if item.file_id in files]


def askings(case: Case) -> list[tuple[int, str]]:
    """Return who asked, each once by the number of the last time: 0 for whoever waited from the start."""
    first = case.record("report")
    named = [(0, str((first and first.answers.get("asker")) or ""))]
    named += [(one.occurrence, str(one.answers.get("asker") or "")) for one in case.records("new_request")]
    if not named[0][1] and not case.records("interim_answer"):
        named = named[1:]
    last = {_folded(name): number for number, name in named}
    return [(number, name) for number, name in named if last[_folded(name)] == number]


def to_answer(case: Case) -> list[tuple[int, str]]:
    """Return whom answers go to where it is several, by number and by name unless sealed."""
    several = askings(case)
    return [(number, _printed(case, name)) for number, name in several] if len(several) > 1 else []


def _asker_of(case: Case, asking: int | None) -> str:
    """Return who is meant, the last who asked where nobody said which; raises NotFound for one unknown."""
    known = dict(askings(case))
    if asking is None:
        return list(known.values())[-1] if known else ""
    if asking not in known:
        raise NotFound("not_asking", N_("Nobody of this number has asked in this incident."))
    return known[asking]


def _own(case: Case, asker: str, step: str) -> list[Record]:
    """Return each time a step answered somebody: a final answer goes to all who wait, others to one."""
    if step == "interim_answer":
        return case.records(step) if _mine(case, asker) else []
    if step == ANEW:
        named = _folded(asker)
        return [one for one in case.records(step) if _folded(str(one.answers.get("asker") or "")) == named]
    return case.records(step)


def _mine(case: Case, asker: str) -> bool:
    """Tell whether somebody is who waited from the start."""
    first = case.record("report")
    return _folded(asker) == _folded(str((first and first.answers.get("asker")) or ""))


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _printed(case: Case, asker: str) -> str:
    """Return a name as papers bear it; to be filled in by hand where somebody may be protected."""
    return "" if case.sealed else asker
