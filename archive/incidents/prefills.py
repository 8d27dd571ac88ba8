"""What a step's form begins with: earlier answers, what the routine's facts say, what the register knows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from archive.files import files, sightings
from archive.incidents import changes, record_check
from archive.incidents import untrue as incident_untrue
from archive.incidents.report import concealing, gather, search_annex, stated
from archive.incidents.steps import course
from archive.kernel.clock import local
from archive.kernel.config import Settings
from archive.kernel.store import Work
from archive.models import Incident, IncidentFile, WantedSighting
from archive.places import paths
from archive.search import searches
from archive.vocabulary import IncidentOutcome
from archive.vocabulary.wording import LOCALES, N_, _, speaking
from routines.conditions import Answer
from routines.model import FieldKind


@dataclass(frozen=True, slots=True)
class _Asked:
    work: Work
    incident: Incident
    settings: Settings

    @property
    def items(self) -> list[IncidentFile]:
        return list(changes.items(self.work, self.incident))


def for_step(work: Work, incident: Incident, step: str, settings: Settings) -> dict[str, Answer]:
    """Return what the fields of a step's form begin with; what nothing is known of is left out."""
    run = course(work, incident)
    asked, walks = _Asked(work, incident, settings), search_annex.may_walk_all(work, incident)
    untrue = incident_untrue.times(work, incident, run.progress.records, work.now)
    found: dict[str, Answer] = {}
    door = concealing.for_reader(work, incident)
    for field in run.step(step).fields:
        if field.prefill is None:
            continue
        source, _dot, name = field.prefill.partition(".")
        if name in _SAY_WHERE and not walks:
            continue
        answer = _REGISTER[name](asked) if source == "register" and name in _REGISTER else None
        if source not in {"register", "fact"}:
            done = [
                one
                for one in run.progress.records
                if one.step == source
                and name in one.answers
                and incident_untrue.holds(untrue, source, name, one)
            ]
            answer = done[-1].answers[name] if done else None
        if answer not in (None, "", ()) and _fits(field.kind, answer):
            free = field.kind in {FieldKind.TEXT, FieldKind.LONG_TEXT} and isinstance(answer, str)
            found[field.id] = concealing.past(door, str(answer)) if free else answer
    return found


def _fits(kind: FieldKind, answer: object) -> bool:
    """Tell whether an answer of one field can stand in another."""
    return (
        isinstance(answer, tuple) == (kind in {FieldKind.CHOICES, FieldKind.FILE}) or kind is FieldKind.NUMBER
    )


def _missing(asked: _Asked) -> Answer:
    return tuple(changes.key(item) for item in asked.items if item.open)


def _to_confirm(asked: _Asked) -> Answer:
    seen = select(col(WantedSighting.item_id)).where(
        col(WantedSighting.item_id).in_([item.id for item in asked.items]),
        col(WantedSighting.answered_at).is_(None),
    )
    ids = set(asked.work.session.scalars(seen))
    own = [
        item
        for item in asked.items
        if item.id in ids and (item.open or item.outcome is IncidentOutcome.DECLARED_LOST)
    ]
    return tuple(changes.key(item) for item in own) or _missing(asked)


def _checked(asked: _Asked) -> Answer:
    own = [item.file_id for item in asked.items if item.file_id is not None]
    if not own:
        return ()
    made = record_check.run(asked.work, files.get(asked.work, own[0]))
    return tuple(check.kind for check in made if check.complete)


def _traces(asked: _Asked) -> Answer:
    lines = []
    for item in asked.items[: record_check.MOST]:
        if item.file_id is None:
            continue
        for check in record_check.run(asked.work, files.get(asked.work, item.file_id)):
            lines += [f"{check.title}: {trace.text}" for trace in check.traces]
    return "\n".join(dict.fromkeys(lines)) or _("No trace in the records.")


def _searched(asked: _Asked) -> Answer:
    lines = []
    for one in searches.for_incident(asked.work, asked.incident):
        if one.place_id is not None:
            trail = paths.trails(asked.work, [one.place_id]).get(one.place_id, ())
            lines.append(f"{paths.name_of(trail)}: {one.result.label}")
    return "\n".join(dict.fromkeys(lines))


def _time_away(asked: _Asked) -> Answer:
    return _away(asked.incident, asked.items)


def _away(incident: Incident, items: Sequence[IncidentFile]) -> str:
    found = [item.found_at for item in items if item.found_at is not None and not item.part_found]
    if not found:
        return ""
    missed, back = incident.missed_at, max(found)
    away = stated.away((back - missed).days)
    return _("%(time)s, from %(missed)s to %(found)s", time=away, missed=_minute(missed), found=_minute(back))


def _minute(moment: datetime) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}"


def time_away(incident: Incident, items: Sequence[IncidentFile], said: str) -> str:
    """Return what was said of how long it was away; in the language spoken where that was filled in."""
    filled = []
    for language in LOCALES:
        with speaking(language):
            filled.append(_away(incident, items))
    return _away(incident, items) if said in filled else said


def _cover_log(asked: _Asked) -> Answer:
    report = gather.report(asked.work, asked.incident)
    lines = []
    for one in report.exposures:
        end = f"{local(one.end):%Y-%m-%d}" if one.end else ""
        lines.append(f"{local(one.begin):%Y-%m-%d}–{end} {one.what} {one.whom or ''}".strip())
    return "\n".join(lines) or _("The cover was neither lent nor moved in that time.")


def _last_sighting(asked: _Asked) -> Answer:
    lines = []
    for item in asked.items:
        seen = sightings.last(asked.work, item.file_id) if item.file_id is not None else None
        if seen is not None and seen.place_id is not None:
            trail = paths.trails(asked.work, [seen.place_id])[seen.place_id]
            lines.append(f"{_minute(seen.happened_at)} {paths.name_of(trail)}")
    return "\n".join(lines)


def _neutral_title(asked: _Asked) -> Answer:
    year = local(asked.incident.reported_at).year
    return _(TITLE, year=year, number=asked.incident.id)


TITLE = N_("Deviation in archive handling, incident %(year)s:%(number)s")

_SAY_WHERE = frozenset({"traces", "searched_places", "cover_log", "last_sighting"})
_REGISTER: Mapping[str, Callable[[_Asked], Answer]] = {
    "missing": _missing,
    "to_confirm": _to_confirm,
    "record_checks": _checked,
    "traces": _traces,
    "searched_places": _searched,
    "time_away": _time_away,
    "cover_log": _cover_log,
    "last_sighting": _last_sighting,
    "neutral_title": _neutral_title,
    "own_reference": lambda asked: asked.incident.diary_number,
    "controller": lambda asked: asked.settings.organisation_name or asked.settings.authority,
    "org_number": lambda asked: asked.settings.organisation_number,
    "postal_address": lambda asked: asked.settings.postal_address,
    "contact_address": lambda asked: asked.settings.contact_address,
    "dpo_contact": lambda asked: asked.settings.dpo_contact,
}
