"""What the page of a case shows: its tracks with open steps first, its clocks, what it is about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from archive.accounts import display_names
from archive.files.parts import which_part, with_part
from archive.history import private_data
from archive.incidents import access, changes, stated_times
from archive.incidents.report import concealing, kept, search_annex, stated
from archive.incidents.report import lines as incident_lines
from archive.incidents.report.concealing import Door, past
from archive.incidents.report.data import StepLine
from archive.incidents.report.lines import NameBook
from archive.kernel.clock import local_date
from archive.kernel.store import Work
from archive.models import (
    CaseFile,
    Deadline,
    Event,
    Incident,
    IncidentFile,
    Matter,
    RoutineStep,
    RoutineVersion,
    WantedSighting,
)
from archive.notifications import deadlines
from archive.places import paths
from archive.routine_runs import attachments, steps
from archive.routine_runs import versions as routine_versions
from archive.routine_runs.attachments import Attachment
from archive.routine_runs.steps import RunCourse
from archive.vocabulary import (
    ClockState,
    EventKind,
    IncidentOutcome,
    IncidentState,
    Permission,
    StepState,
)
from archive.vocabulary.wording import N_, _, locale, ngettext
from routines import engine
from routines.model import Step
from routines.progress import Record
from routines.saying import condition_in_words

_DAY = timedelta(days=1)
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OpenStep:
    """A step somebody has to do now."""

    id: str
    title: str
    who: str
    mine: bool
    due: datetime | None
    left: str
    late: bool


@dataclass(frozen=True, slots=True)
class CaseTrack:
    """One track: what is open, what was done, what waits and for what, what may be started by choice."""

    id: str
    title: str
    open: list[OpenStep]
    ended: list[StepLine]
    waiting: list[tuple[str, str]]
    startable: list[tuple[str, str]]


def left(due: datetime | None, now: datetime) -> str:
    """Say how long a clock has left, or by how much it is late."""
    if due is None:
        return ""
    span, late = abs(due - now), due <= now
    hours = int(span.total_seconds() // 3600)
    if span >= 2 * _DAY:
        days = abs((local_date(due) - local_date(now)).days)
        said = (
            ngettext("%(num)s day late", "%(num)s days late", days),
            ngettext("%(num)s day left", "%(num)s days left", days),
        )
    elif hours:
        said = (
            ngettext("%(num)s hour late", "%(num)s hours late", hours),
            ngettext("%(num)s hour left", "%(num)s hours left", hours),
        )
    else:
        said = _("just now due"), _("less than an hour left")
    return said[0] if late else said[1]


def parties(work: Work, course: RunCourse, step: Step) -> str:
    """Name who does a step, whoever answers for it first, and who stands in for a head who may not."""
    named = ", ".join(course.routine.party(one).title.say(locale()) for one in step.who)
    if access.HEAD not in step.who or not isinstance(course.run, Incident):
        return named
    role = access.stand_in(work, course.run)
    return (
        _("%(who)s; in place of the head of the unit: %(role)s", who=named, role=role.label)
        if role
        else named
    )


def tracks(
    work: Work,
    course: RunCourse,
    now: datetime,
    *,
    readable: bool,
    placeless: bool = False,
    door: Door | None = None,
) -> list[CaseTrack]:
    """Return the tracks, those with something urgent to do first; answers only for those who may read.

    `placeless` leaves out which places and covers they name; what people wrote passes `door`.
    """
    by = steps.doer(work, course.routine, course.run)
    lines = incident_lines.of_steps(course, NameBook(work, (), (), _files(work, course)), now)
    if placeless:
        lines = tuple(map(incident_lines.unplaced, lines))
    if door:
        lines = tuple(concealing.out_of_step(line, door) for line in lines)
    choices = engine.startable(course.routine, course.progress, now)
    found = []
    for track in course.routine.tracks:
        own = [step for step in course.routine.steps if step.track == track.id]
        names = {step.id for step in own}
        ended = [line for line in lines if line.step in names and line.state is not StepState.OPEN]
        found.append(
            CaseTrack(
                track.id,
                track.title.say(locale()),
                [
                    open_step(work, course, one, by, now)
                    for one in engine.open_steps(course.progress)
                    if one.step in names
                ],
                ended if readable else [_bare(line) for line in ended],
                list(_waiting(course, own, now)),
                [
                    (step.id, step.title.say(locale()))
                    for step in choices
                    if step.id in names and steps.may_do(work.actor, step, by)
                ],
            )
        )
    return sorted(found, key=_urgency)


def _files(work: Work, course: RunCourse) -> dict[int, CaseFile]:
    """Return the files an answer may name: those the case is about, and in whose covers they lay."""
    if not isinstance(course.run, Incident):
        return {}
    own = col(IncidentFile.incident_id) == course.run.id
    named = (
        select(col(IncidentFile.file_id)).where(own).union(select(col(IncidentFile.found_in_id)).where(own))
    )
    files = work.session.scalars(select(CaseFile).where(col(CaseFile.id).in_(named))).all()
    return {file.id: file for file in files}


def papers(work: Work, run: Incident | Matter) -> dict[tuple[str, int], list[Attachment]]:
    """Return the papers attached in a case, by step and how many times it has been done."""
    found: dict[tuple[str, int], list[Attachment]] = {}
    for one in attachments.for_run(work, run.stream):
        found.setdefault((one.step, one.occurrence), []).append(one)
    return found


def _urgency(track: CaseTrack) -> tuple[bool, datetime, bool]:
    """Order tracks: those with something to do first, and of these the one that is due first."""
    due = [step.due for step in track.open if step.due is not None]
    return not track.open, min(due, default=_NEVER), not track.startable


def _bare(line: StepLine) -> StepLine:
    """Leave out what people wrote about a step, for those who read without names."""
    return replace(line, answers=tuple(one for one in line.answers if one.plain), reason=None)


def open_step(work: Work, course: RunCourse, record: Record, by: Any, now: datetime) -> OpenStep:
    """Return an open step as the page shows it, without a time where no clock runs."""
    step = course.step(record.step)
    due = record.deadline if course.run.clocks else None
    return OpenStep(
        step.id,
        step.title.say(locale()),
        parties(work, course, step),
        steps.may_do(work.actor, step, by),
        due,
        left(due, now),
        due is not None and record.is_late(now),
    )


def _waiting(course: RunCourse, own: Iterable[Step], now: datetime) -> Iterable[tuple[str, str]]:
    """Say which steps are still to come, and what each waits for."""
    for step in own:
        blocked = engine.blocked_by(course.routine, course.progress, step.id, now)
        if blocked is not None and not blocked.on_demand:
            yield step.title.say(locale()), waits(course, step, now)


def waits(course: RunCourse, step: Step, now: datetime) -> str:
    """Say what a step waits for: other steps, or what has to be so; nothing for one that does not wait."""
    blocked = engine.blocked_by(course.routine, course.progress, step.id, now)
    if blocked is None or blocked.on_demand:
        return ""
    said = [course.step(one).title.say(locale()) for one in blocked.steps]
    if blocked.condition is not None:
        words = condition_in_words(course.routine, blocked.condition).say(locale())
        said.append(_("comes when %(condition)s", condition=words))
    return "; ".join(said)


@dataclass(frozen=True, slots=True)
class CaseClock:
    """One clock of the case."""

    title: str
    due: datetime
    left: str
    late: bool
    state: ClockState
    ended: datetime | None


def clocks(work: Work, run: Incident | Matter, now: datetime) -> list[CaseClock]:
    """Return the clocks of a case: running ones first, then those kept or missed."""
    found = [_clock(one, now) for one in deadlines.for_streams(work, run.stream)]
    return sorted(found, key=lambda one: (one.ended is not None, one.due))


def _clock(one: Deadline, now: datetime) -> CaseClock:
    ended = one.met_at or one.withdrawn_at
    return CaseClock(
        deadlines.title(one),
        one.due_at,
        "" if ended else left(one.due_at, now),
        one.open and one.due_at <= now,
        deadlines.state(one, now),
        ended,
    )


@dataclass(frozen=True, slots=True)
class CaseThing:
    """One thing the case is about, as this viewer may see it."""

    item: IncidentFile
    number: int
    name: str
    code: str
    part: str  # of what its code alone names
    link: bool
    protected: bool
    description: str
    place: str
    found_place: str
    found_in: CaseFile | None
    lay: str
    state: str
    rest_lost: str  # where only the rest of it was declared lost


def things(work: Work, incident: Incident, *, readable: bool, door: Door | None = None) -> list[CaseThing]:
    """Return what an incident is about; names, places and words only for those who may read them."""
    items = changes.items(work, incident)
    texts = private_data.by_event(work, [item.told_event for item in items]) if readable else {}
    files = work.actor.may(Permission.READ_FILES)
    standing = paths.trails(work, {item.found_place_id for item in items if item.found_place_id})
    were = kept.told(work, kept.at_miss(work, items, incident.missed_at)) if readable else {}
    shown = []
    for number, item in enumerate(items, start=1):
        file = work.session.get(CaseFile, item.file_id) if item.file_id else None
        hidden = file.protected if file else incident.protected
        open_, walks = readable and not hidden, search_annex.may_walk(work, incident, file)
        inside = work.session.get(CaseFile, item.found_in_id) if item.found_in_id else None
        named = {"place": item.found_place_id is not None, "cover": item.found_in_id is not None}
        shown.append(
            CaseThing(
                item,
                number,
                with_part(file.reference, file) if file and open_ else "",
                file.code if file else "",
                which_part(file.part, file.parts) if file and not open_ else "",
                files and file is not None,
                hidden,
                past(door, str(texts.get(item.told_event or 0, {}).get("description", ""))),
                str(were[item.file_id].name) if open_ and item.file_id in were else "",
                paths.name_of(standing.get(item.found_place_id or 0, ())) if open_ else "",
                inside if files and inside and not inside.protected and walks else None,
                stated.lay(item.found_where, **named),
                stated.state(item.found_state, short=incident.short, **named),
                stated.outcome(item.outcome, part=True) if item.outcome and item.part_found else "",
            )
        )
    return shown


def subjects(items: Iterable[CaseThing], incident: Incident) -> list[str]:
    """Return whom a look at an incident concerns."""
    return [incident.stream, *(f"file:{one.item.file_id}" for one in items if one.item.file_id)]


def sightings(work: Work, incident: Incident, *, readable: bool) -> list[dict[str, Any]]:
    """Return where what is wanted was seen, newest first; the places of protected files to nobody."""
    rows = work.session.execute(
        select(WantedSighting, CaseFile)
        .join(IncidentFile, col(IncidentFile.id) == WantedSighting.item_id)
        .outerjoin(CaseFile, col(CaseFile.id) == IncidentFile.file_id)
        .where(col(IncidentFile.incident_id) == incident.id)
        .order_by(col(WantedSighting.id).desc())
        .limit(50)
    ).all()
    names = display_names.names(work, {row.WantedSighting.actor for row in rows})
    standing = paths.trails(
        work, {row.WantedSighting.place_id for row in rows if row.WantedSighting.place_id}
    )
    return [
        {
            "seen": row.WantedSighting,
            "who": names[row.WantedSighting.actor],
            "what": _called(row.CaseFile, readable=readable),
            "place": paths.name_of(standing.get(row.WantedSighting.place_id or 0, ()))
            if readable and row.CaseFile is not None and not row.CaseFile.protected
            else "",
        }
        for row in rows
    ]


def _called(file: CaseFile | None, *, readable: bool) -> str:
    if file is None:
        return ""
    return with_part(file.reference if readable and not file.protected else file.code, file)


def words(work: Work, incident: Incident, door: Door | None = None) -> Mapping[str, str]:
    """Return what the one who reported it wrote, for those who may read it."""
    if not access.may_read(work, incident):
        return {}
    said = private_data.by_event(work, [incident.told_event]).get(incident.told_event or 0, {})
    return {name: past(door, said[name]) for name in _WORDS if said.get(name)}


def added(work: Work, incident: Incident, door: Door | None = None) -> list[dict[str, Any]]:
    """Return who reported again what an incident looks for, and what they wrote, newest first."""
    if not access.may_read(work, incident):
        return []
    rows = work.session.scalars(
        select(Event)
        .where(
            col(Event.stream) == incident.stream,
            col(Event.kind) == EventKind.INCIDENT_REPORTED_AGAIN.value,
        )
        .order_by(col(Event.id).desc())
        .limit(50)
    ).all()
    said = private_data.by_event(work, [row.id for row in rows])
    names = display_names.names(work, {row.actor for row in rows})
    return [
        {
            "at": row.at,
            "who": names[row.actor],
            "words": [past(door, text) for name in _WORDS if (text := said.get(row.id, {}).get(name))],
            "facts": list(_facts(said.get(row.id, {}))),
        }
        for row in rows
    ]


def _facts(said: Mapping[str, Any]) -> Iterable[str]:
    """Say what a further report changed: an earlier moment, whom it concerns."""
    moments = {"missed_at": N_("Missed at: %(when)s"), "suspected_at": N_("Suspected lost at: %(when)s")}
    for name, sentence in moments.items():
        if said.get(name):
            yield _(sentence, when=stated_times.shown(datetime.fromisoformat(said[name])))
    if said.get("child"):
        yield _("Concerns a child: yes, by this report")
    if said.get("ongoing_case"):
        yield _("Needed in an ongoing case: yes, by this report")


_WORDS = ("purpose", "waiting", "circumstances")


def changeable(work: Work, incident: Incident) -> dict[str, bool]:
    """Tell what of an incident the actor may change now."""
    lead, closed = work.actor.may(Permission.LEAD_INCIDENTS), incident.status is IncidentState.CLOSED
    unsettled = incident.status in {IncidentState.SUSPECTED, IncidentState.SEARCHING}
    return {
        "hand_over": lead and not closed,
        "let_in": lead,
        "change": work.actor.may(Permission.WORK_ON_INCIDENTS) and not closed,
        "escalate": lead and unsettled,
        "reopen": lead and any(_may_miss(one) for one in changes.items(work, incident)),
    }


def _may_miss(item: IncidentFile) -> bool:
    """Tell whether something is said to be at hand or lost, so that it can be sought again."""
    return not item.open or item.part_found


@dataclass(frozen=True, slots=True)
class AgainWords:
    """What the form is called that seeks something again: its heading, its question, its button."""

    heading: str
    why: str
    button: str


_AGAIN = {
    "over": (N_("Take it up again"), N_("Why is it taken up again?"), N_("Take up again")),
    "find": (N_("Take a find back"), N_("Why was it not the one?"), N_("Take the find back")),
    "loss": (N_("Seek again what was declared lost"), N_("Why is it sought again?"), N_("Seek again")),
    "mistaken": (
        N_("Take back that it was not missing"),
        N_("Why is it missing all the same?"),
        N_("Seek again"),
    ),
    "mixed": (N_("Seek something again"), N_("Why is it sought again?"), N_("Seek again")),
}


def again(incident: Incident, items: Iterable[IncidentFile]) -> AgainWords:
    """Return what to call seeking again: by how it had ended for what may be chosen."""
    if incident.status in {IncidentState.DECIDED, IncidentState.CLOSED}:
        return AgainWords(*map(_, _AGAIN["over"]))
    ended = {end for item in items if _may_miss(item) for end in _ends(item)}
    return AgainWords(*map(_, _AGAIN[ended.pop() if len(ended) == 1 else "mixed"]))


def _ends(item: IncidentFile) -> Iterable[str]:
    if item.outcome is IncidentOutcome.MISTAKEN:
        return ["mistaken"]
    lost = ["loss"] if item.outcome is IncidentOutcome.DECLARED_LOST else []
    return [*lost, *(["find"] if item.found_at is not None else [])]


def reads(work: Work, run: Incident | Matter) -> bool:
    """Tell whether the actor may read what people wrote in a case."""
    return access.may_read(work, run) if isinstance(run, Incident) else True


def next_of(work: Work, course: RunCourse, now: datetime) -> OpenStep | None:
    """Return the most urgent open step of a case, the actor's own before others'."""
    by = steps.doer(work, course.routine, course.run)
    found = [open_step(work, course, one, by, now) for one in engine.open_steps(course.progress)]
    return next((one for one in found if one.mine), found[0] if found else None)


def next_steps(work: Work, incidents: Iterable[Incident]) -> dict[int, str]:
    """Return the title of the most urgent open step of each incident, in three statements."""
    by_stream = {one.stream: one for one in incidents}
    rows = work.session.scalars(
        select(RoutineStep)
        .where(col(RoutineStep.run).in_(by_stream), col(RoutineStep.state) == StepState.OPEN)
        .order_by(col(RoutineStep.due_at).is_(None), col(RoutineStep.due_at), col(RoutineStep.id))
    ).all()
    versions = {one.routine_id for one in by_stream.values()}
    found = work.session.scalars(select(RoutineVersion).where(col(RoutineVersion.id).in_(versions))).all()
    routines = {version.id: routine_versions.routine_of(version) for version in found}
    titles: dict[int, str] = {}
    for row in rows:
        incident = by_stream[row.run]
        titles.setdefault(incident.id, routines[incident.routine_id].step(row.step).title.say(locale()))
    return titles
