"""Where to look for a lost file: what the register knows of it, as evidence for the search plan.

Reads only, a bounded number of rows in a bounded number of statements. Leads carry ids, days and codes of
reasons, never a name; whoever shows them masks what must be masked. Other files of protected persons are
named only to those cleared for sealed files: a cover to open, or why to look, tells where such a file stands.
"""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select

from archive.files import files
from archive.kernel.store import Work
from archive.models import CaseFile, IncidentFile
from archive.search import alike as leads_alike
from archive.search import around as leads_around
from archive.search import hands, priors, ranking
from archive.search import past as leads_past
from archive.search.alike import Near
from archive.search.clues import Clues, day, fading
from archive.search.near import Surroundings
from archive.search.past import Past, What
from archive.search.priors import GONE, Priors
from archive.search.ranking import TABLE, Clue, FileEvidence, SearchPlan, VainSearch
from archive.vocabulary import Custody, IncidentOutcome, Permission, PlaceKind

# How much a handling may have displaced a file, beside one time of putting it away.
_PUT_AWAY = {
    What.REGISTERED: 0.5,
    What.PUT: 1.0,
    What.UNPACKED: 1.0,
    What.RETURNED: 1.0,
    What.SHOWN: 2.0,  # by one who does not do it daily
    What.CHECKED: 0.2,
}
_UNRECORDED = 0.1  # every file is touched now and then without anybody saying so
_TOGETHER = (What.PUT, What.UNPACKED, What.RETURNED, What.REGISTERED, What.PACKED)
_MOST_ANCHORS, _MOST_HANDLINGS, _MOST_EARLIER = 2, 3, 5

_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_ITEM = IncidentFile.__table__  # type: ignore[attr-defined]
_NAMED = select(_FILE.c.id, _FILE.c.place_id, _FILE.c.protected).where(
    _FILE.c.id.in_(bindparam("ids", expanding=True))
)
_DISPOSED = (
    select(_FILE.c.id, _FILE.c.placed_at)
    .where(
        _FILE.c.place_id == bindparam("place_id"),
        _FILE.c.status.in_((Custody.DISPOSED, Custody.HANDED_OVER)),
    )
    .limit(1)
)
_ENDED = (
    select(_ITEM.c.outcome, _ITEM.c.found_where, func.count().label("incidents"))
    .where(_ITEM.c.outcome.in_((IncidentOutcome.FOUND, IncidentOutcome.DECLARED_LOST)))
    .group_by(_ITEM.c.outcome, _ITEM.c.found_where)
)


def plan(
    work: Work,
    file_id: int,
    searches: Sequence[VainSearch] = (),
    *,
    by: str | None = None,
    at: int | None = None,
    priors: Priors | None = None,
) -> SearchPlan:
    """Return where to look next for a file after searches that found nothing; raises NotFound.

    `by` is who searches next, `at` the place that person is at, by default where the last search was. Priors
    are the packaged ones with the archive's own ended incidents counted in, unless given.
    """
    known = evidence(work, file_id)
    return ranking.make(known, priors or own_priors(work), searches, by=by, at=at)


def own_priors(work: Work) -> Priors:
    """Return the packaged priors with the archive's own ended incidents counted in."""
    counts: dict[str, float] = {}
    for row in work.connection.execute(_ENDED):
        kind = GONE if row.outcome is IncidentOutcome.DECLARED_LOST else row.found_where
        if kind is not None:
            counts[str(kind)] = counts.get(str(kind), 0) + row.incidents
    return priors.learned(priors.packaged(), counts)


def key_of(*, place_id: int | None = None, cover_id: int | None = None, kind: PlaceKind | None = None) -> str:
    """Return the key of a search told by place or cover only: racks, rooms and sites are swept."""
    if cover_id is not None:
        return f"{ranking.COVER}:{cover_id}"
    swept = kind in (PlaceKind.RACK, PlaceKind.ROOM, PlaceKind.SITE)
    return f"{ranking.SWEEP if swept else ranking.READ}:{place_id}"


def evidence(work: Work, file_id: int) -> FileEvidence:
    """Gather what the register knows about where a file may be; raises NotFound."""
    work.require(Permission.READ_INCIDENTS)
    file = files.get(work, file_id)
    clues, around, past = (
        Clues(work, file),
        Surroundings(work, file.place_id),
        leads_past.for_file(work, file_id),
    )
    handled = _UNRECORDED + sum(_PUT_AWAY.get(one.what, 0.0) for one in past.handlings)
    leads_around.own_place(clues, handled)
    _beside(clues, around, past)
    _through_hands(clues, around, past)
    _travelled(clues, around, past)
    _alike(clues, around, handled)
    for weight, place in fading(past.places[:_MOST_EARLIER]):
        clues.loose("earlier_place", place, weight)
    _gone(clues)
    sweeps = leads_around.everywhere_else(clues, around, handled)
    return _evidence(clues, around, sweeps)


def _evidence(clues: Clues, around: Surroundings, sweeps: dict[int, int]) -> FileEvidence:
    covers = _named(clues)
    places = {*clues.places(), *covers.values(), *sweeps, clues.file.place_id}
    around.learn(places)
    return FileEvidence(clues.found, around.spots(places, sweeps), covers, clues.file.place_id)


def _named(clues: Clues) -> dict[int, int]:
    """Return where the files stand that clues name, having dropped those of protected persons.

    Those about the same person stay: whoever may search for the one may know of the other.
    """
    rows = clues.work.connection.execute(_NAMED, {"ids": sorted(clues.named)}).all()
    actor = clues.work.actor
    if actor.user_id is not None and not actor.may(Permission.CHECK_SEALED):
        clues.forget({row.id for row in rows if row.protected} - clues.kin)
    return {row.id: row.place_id for row in rows if row.id in clues.named}


def _beside(clues: Clues, around: Surroundings, past: Past) -> None:
    """Look around every place it was put since it was last in hand: it may have been gone before it moved."""
    factors: dict[int, float] = {clues.file.place_id: _UNRECORDED}
    latest = {}
    for one in past.handlings:
        if one.what in _PUT_AWAY:
            place = one.place or clues.file.place_id
            factors[place] = factors.get(place, 0.0) + _PUT_AWAY[one.what]
            latest[place] = one
    others = [place for place in factors if place != clues.file.place_id][-_MOST_ANCHORS:]
    for place in (clues.file.place_id, *others):
        last = latest.get(place)
        position = clues.file.position if place == clues.file.place_id else last.position if last else None
        here = around if place == around.home.id else Surroundings(clues.work, place)
        leads_around.beside(clues, here, factors[place], position, last.at if last else None)


def _through_hands(clues: Clues, around: Surroundings, past: Past) -> None:
    loans = hands.loans_of(clues.work, clues.file.id)
    hands.on_loan(clues, past, loans)
    last = past.last(*_PUT_AWAY)
    near = leads_around.neighbours(
        clues.work, clues.file.id, around, clues.file.position, last.at if last else None
    )
    hands.taken_for_another(clues, past, dict(near))
    hands.other_borrowers(clues)
    for one in past.handlings[-_MOST_HANDLINGS:]:
        if one.what is What.LENT:
            hands.lent_together(clues, one, loans)
        if one.what in _TOGETHER:
            hands.put_together(clues, one)
        around.learn([one.place or clues.file.place_id])
        room = around.room_of(one.place or clues.file.place_id)
        if room is not None:
            clues.add("table", TABLE, room, _PUT_AWAY.get(one.what, 0.0), on=one.on)
    hands.checked_together(clues)
    if past.handlings:
        clues.desk("hands", past.handlings[-1].actor, 1.0, on=past.handlings[-1].on)


def _travelled(clues: Clues, around: Surroundings, past: Past) -> None:
    packed, unpacked = past.last(What.PACKED), past.last(What.UNPACKED)
    if packed is not None and packed.origin is not None:
        clues.loose("left_behind", packed.origin, 0.1 if packed.in_hand else 1.0, on=packed.on)
        around.learn([packed.origin])
        room = around.room_of(packed.origin)
        if room is not None:
            clues.add("table", TABLE, room, 0.5, on=packed.on)
    if unpacked is not None and unpacked.origin is not None and not unpacked.in_hand:
        clues.loose("crate", unpacked.origin, 1.0, on=unpacked.on)


def _alike(clues: Clues, around: Surroundings, handled: float) -> None:
    work, file = clues.work, clues.file
    about, site = leads_alike.subject(work, file.id), around.site_of(file.place_id)
    if site is not None:
        belongs = leads_alike.belonging(work, file.id, about.numbers, around.stands[site].path)
        for place, share in belongs.misread.items():
            clues.loose("number_place", place, handled * share)
        for place, share in belongs.own.items():
            clues.loose("own_number", place, handled * share)
    alike = leads_alike.with_number_alike(work, file.id, about.numbers)
    alike += leads_alike.with_reference_alike(work, file.id, file.reference_key)
    _near(clues, "number_cover", "number_file", alike, handled)
    same = leads_alike.same_person(work, file.id, about)
    clues.kin = {one.file for one in same}
    _near(clues, "same_person_cover", "same_person_place", same, handled)
    _near(clues, "", "name_place", leads_alike.namesakes(work, file.id, about), handled)


def _near(clues: Clues, cover: str, place: str, found: Sequence[Near], handled: float) -> None:
    for one in found:
        if cover:
            clues.inside(cover, one.file, handled * one.weight)
        clues.loose(place, one.place, handled * one.weight, file=one.file)


def _gone(clues: Clues) -> None:
    clues.found.append(Clue(GONE, GONE))
    row = clues.work.connection.execute(_DISPOSED, {"place_id": clues.file.place_id}).first()
    if row is not None:
        clues.found.append(Clue("with_disposed", GONE, 1.0, {"file": row.id, "on": day(row.placed_at)}))
