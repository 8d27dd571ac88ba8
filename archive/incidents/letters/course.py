"""How far a search has come, as each paper of its incident tells it: when it is made, or some time before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import col

from archive.files.parts import with_part
from archive.incidents.letters.cases import Case, day
from archive.kernel.clock import local_date
from archive.models import IncidentFile, Search, WantedSighting
from archive.search import searches
from archive.vocabulary import FoundState, IncidentOutcome
from archive.vocabulary.wording import N_, _


@dataclass(frozen=True, slots=True)
class SearchCourse:
    """How far the search has come; days of the calendar, no places, no names.

    `seen_on` is a find that somebody says to have made and nobody has confirmed; `part` means that what is
    said of a find holds of some of it only. `changed` is when it last became otherwise than it was before;
    `sought` that something is neither at hand nor declared lost. Where what was missed has fared differently,
    `each` tells it apart: which of it, by code or number, and how it stands with that.
    """

    missed_on: date
    found_on: date | None
    lost_on: date | None
    searches: int
    searchers: int
    last_search: date | None
    seen_on: date | None = None
    mistaken_on: date | None = None
    explanation: str = ""
    part: bool = False
    state: FoundState | None = None
    changed: datetime | None = None
    sought: bool = True
    each: tuple[tuple[str, "SearchCourse"], ...] = ()

    @property
    def over(self) -> bool:
        """Tell whether nothing is searched for any more, since all of it is at hand or never was missing."""
        return not self.part and (self.found_on or self.mistaken_on) is not None


_MANY = 10  # of more than these that fared alike a paper tells how many they are, and does not list them
_WORST = (FoundState.INCOMPLETE, FoundState.DAMAGED, FoundState.WHOLE)


def trace(
    case: Case, until: datetime | None = None, items: Sequence[IncidentFile] | None = None
) -> SearchCourse:
    """Return how far the search has come, or had come at a moment, for all that was missed or some of it."""
    end, these = until or case.now, case.items if items is None else items
    said = _Said(_sightings(case, these, end), _claims(case, end))
    whole = _of(case, end, these, said)
    return replace(whole, each=_each(case, end, these, said)) if len(these) > 1 else whole


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said to have been found, and nobody has confirmed: by sightings, and by searches."""

    seen: Sequence[WantedSighting]
    claims: Sequence[Search]


def _each(
    case: Case, end: datetime, items: Sequence[IncidentFile], said: _Said
) -> tuple[tuple[str, SearchCourse], ...]:
    """Return how it stands with what fared alike, nothing where all of it did."""
    alike: dict[str, list[tuple[str, SearchCourse]]] = {}
    for item in items:
        course = _of(case, end, [item], said)
        alike.setdefault(told(course), []).append((called(case, item), course))
    if len(alike) == 1:
        return ()
    return tuple((_together([name for name, _course in own]), own[0][1]) for own in alike.values())


def called(case: Case, item: IncidentFile) -> str:
    """Say which thing is told of: by the code on its cover, or by its number where it has none."""
    file = case.files.get(item.file_id or 0)
    if file is not None:
        return with_part(file.code, file)
    return _("item %(number)s", number=1 + [one.id for one in case.items].index(item.id))


def _together(names: Sequence[str]) -> str:
    if len(names) > _MANY:
        return _("%(num)s of those missed", num=len(names))
    return ", ".join(names)


def _of(case: Case, end: datetime, these: Sequence[IncidentFile], said: _Said) -> SearchCourse:
    known = [item for item in these if item.outcome_at and item.outcome_at <= end]
    found = [item for item in known if item.outcome is IncidentOutcome.FOUND and item.found_at]
    lost = [item for item in known if item.outcome is IncidentOutcome.DECLARED_LOST]
    mistaken = [item for item in known if item.outcome is IncidentOutcome.MISTAKEN]
    partly = [item for item in these if item.part_found and item.found_at and item.found_at <= end]
    waiting = [item for item in these if item not in found and item not in mistaken]
    seen, seen_at = _seen(case, waiting, said)
    made = [one for one in case.searches if one.at <= end]
    found_at = max((item.found_at for item in [*found, *partly] if item.found_at), default=None)
    return SearchCourse(
        local_date(case.incident.missed_at),
        _day(found_at),
        _day(max((item.outcome_at for item in lost if item.outcome_at), default=None)),
        len(made),
        len({one.by for one in made}),
        max((local_date(one.at) for one in made), default=None),
        _day(seen_at),
        _day(max((item.outcome_at for item in mistaken if item.outcome_at), default=None)),
        str(case.raw("decide_mistaken", "explanation") or "") if mistaken else "",
        bool(waiting) and (bool(found or partly or mistaken) or 0 < seen < len(waiting)),
        min(
            (item.found_state for item in [*found, *partly] if item.found_state),
            key=_WORST.index,
            default=None,
        ),
        max(_changes(case, [*found, *partly, *lost, *mistaken], seen_at, end), default=None),
        any(item not in lost for item in waiting),
    )


def _seen(case: Case, waiting: Sequence[IncidentFile], said: _Said) -> tuple[int, datetime | None]:
    """Return of how many it is said that they are found, and since when, where nobody has confirmed it."""
    ids, claims = {item.id for item in waiting}, said.claims
    rows = [row for row in said.seen if row.item_id in ids]
    every = any(_all(case, one.step_id) for one in claims)
    if not waiting or not (every or len(waiting) == len(case.items)):
        claims = []  # some were found, and which of them nobody has said
    moments = [*(row.happened_at for row in rows), *(one.at for one in claims)]
    count = len(waiting) if claims and every else max(len({row.item_id for row in rows}), bool(claims))
    return count, max(moments, default=None)


def _sightings(case: Case, items: Sequence[IncidentFile], end: datetime) -> Sequence[WantedSighting]:
    return case.work.session.scalars(
        select(WantedSighting).where(
            col(WantedSighting.item_id).in_([item.id for item in items]),
            col(WantedSighting.at) <= end,
            col(WantedSighting.answered_at).is_(None) | (col(WantedSighting.answered_at) > end),
        )
    ).all()


def _claims(case: Case, end: datetime) -> list[Search]:
    """Return the searches that are said to have found it, and of which nobody has said what that was."""
    told = select(Search).where(searches.claimed(case.incident, end)).order_by(col(Search.at), col(Search.id))
    known = {one.id for one in case.searches}  # those alone that had been written down
    return [one for one in case.work.session.scalars(told) if one.id in known]


def told(course: SearchCourse) -> str:
    """Tell in plain words how far the search has come, of “it”, whatever a paper calls what is missed.

    What has fared differently is told of apart, a line each.
    """
    if not course.each:
        return " ".join(_told(course))
    lines = [f"{name}: {' '.join(_told(own))}" for name, own in course.each]
    if course.seen_on and not any(own.seen_on for _name, own in course.each):
        lines.append(" ".join(_told_seen(course)))
    return "\n".join(lines)


_STATES: Mapping[FoundState | None, str] = {
    FoundState.DAMAGED: N_("It is damaged."),
    FoundState.INCOMPLETE: N_("Parts of it are missing."),
}
_EXPLAINED: Mapping[str, str] = {
    "disposed": N_("It had been destroyed according to the plan for disposal."),
    "handed_over": N_("It had been handed over to another authority or to the city archive."),
    "never_was": N_("There has never been any."),
    "other_file": N_("Another one was meant."),
}


def _told(course: SearchCourse) -> Iterator[str]:
    found, lost = day(course.found_on), day(course.lost_on)
    mistaken = day(course.mistaken_on)
    if course.over and not found:
        yield _("On %(day)s it was decided that it never was missing.", day=mistaken)
        if course.explanation in _EXPLAINED:
            yield _(_EXPLAINED[course.explanation])
    elif found:
        some = course.part
        yield (
            _("Some of it was found again on %(found)s.", found=found)
            if some
            else _("It was found again on %(found)s.", found=found)
        )
        if course.state in _STATES:
            yield _(_STATES[course.state])
    elif mistaken:
        yield _("On %(day)s it was decided that some of it never was missing.", day=mistaken)
    if course.over:
        return
    rest = course.part and bool(found or mistaken)
    if lost:
        yield (
            _("On %(lost)s it was decided that the rest is to be regarded as lost.", lost=lost)
            if rest
            else _("On %(lost)s it was decided that it is to be regarded as lost.", lost=lost)
        )
    if course.seen_on:
        yield from _told_seen(course)
    elif not lost:
        yield _("We are still searching for the rest.") if rest else _("We are still searching for it.")


def _told_seen(course: SearchCourse) -> Iterator[str]:
    seen = day(course.seen_on)
    yield (
        _("On %(seen)s some of it is said to have been found.", seen=seen)
        if course.part
        else _("On %(seen)s it is said to have been found.", seen=seen)
    )
    yield _("We are checking whether that is right, and whether it is whole.")


def _all(case: Case, step_id: int | None) -> bool:
    """Tell whether the search of a step is said to have found everything."""
    keys = [key for key, row in case.course.rows.items() if row.id == step_id]
    return any(
        one.answers.get("result") == "all_found"
        for one in case.course.progress.records
        if (one.step, one.occurrence) in keys
    )


def _changes(
    case: Case, ended: Sequence[IncidentFile], seen_at: datetime | None, end: datetime
) -> list[datetime]:
    """Return when it became otherwise: a find told or confirmed, a find that was none, a decision."""
    wrong = [one.ended_at for one in case.records("confirm_find") if one.answers.get("right") == "no"]
    moments = [
        *(item.found_at for item in ended if item.outcome in (None, IncidentOutcome.FOUND)),
        *(item.outcome_at for item in ended if item.outcome is not IncidentOutcome.FOUND),
        *(moment for moment in wrong if moment and moment <= end),
        seen_at,
    ]
    return [moment for moment in moments if moment is not None]


def _day(moment: datetime | None) -> date | None:
    return local_date(moment) if moment else None
