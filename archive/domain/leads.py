"""Where to look for a lost file: what the register knows of it, as evidence for the search plan.

Reads only, a bounded number of rows in a bounded number of statements. Leads carry ids, days and codes of
reasons, never a name; whoever shows them masks what must be masked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, func, or_, select

from archive.domain import files, leads_alike, leads_past
from archive.domain.leads_alike import Near
from archive.domain.leads_near import Stand, Surroundings
from archive.domain.leads_past import Handling, Mate, Past, What
from archive.models import CaseFile, CoverCheck, IncidentFile, Loan, Place, User
from archive.store import Work
from archive.vocabulary import Custody, IncidentOutcome, LoanPurpose, Permission, PlaceKind
from routines import search_plan, search_priors
from routines.search_plan import Clue, Evidence, Plan, Search
from routines.search_priors import GONE, Priors

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
_BOX_AWAY = (0.0, 0.36, 0.09, 0.04, 0.01)  # of a box so many away, on either side
_COVER_AWAY = (0.0, 0.3, 0.1, 0.05, 0.025, 0.015, 0.01)
_SENDING = (LoanPurpose.COURT, LoanPurpose.DISCLOSURE, LoanPurpose.SUPERVISION)
_MOST_LOANS, _MOST_BOX_MATES, _MOST_COLLEAGUES, _MOST_BORROWERS = 10, 60, 12, 40
_SAME_OCCASION = timedelta(hours=1)

_LOAN = Loan.__table__  # type: ignore[attr-defined]
_USER = User.__table__  # type: ignore[attr-defined]
_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_PLACE = Place.__table__  # type: ignore[attr-defined]
_CHECK = CoverCheck.__table__  # type: ignore[attr-defined]
_ITEM = IncidentFile.__table__  # type: ignore[attr-defined]

_OF_FILE = (
    select(_LOAN)
    .where(_LOAN.c.file_id == bindparam("file_id"))
    .order_by(_LOAN.c.id.desc())
    .limit(_MOST_LOANS)
)
_OF_FILES = (
    select(_LOAN)
    .where(
        _LOAN.c.file_id.in_(bindparam("ids", expanding=True)),
        _LOAN.c.out_at >= bindparam("since"),
        _LOAN.c.out_at <= bindparam("until"),
    )
    .order_by(_LOAN.c.id.desc())
    .limit(_MOST_BOX_MATES)
)
_AWAY_THEN = (
    select(_LOAN.c.file_id, _LOAN.c.out_at)
    .where(
        _LOAN.c.file_id.in_(bindparam("ids", expanding=True)),
        or_(_LOAN.c.returned_at.is_(None), _LOAN.c.returned_at > bindparam("at")),
    )
    .order_by(_LOAN.c.id.desc())
    .limit(500)
)
_CAME_LATER = select(_FILE.c.id).where(
    _FILE.c.id.in_(bindparam("ids", expanding=True)), _FILE.c.placed_at > bindparam("at")
)
_BORROWING = select(_LOAN).where(_LOAN.c.open).order_by(_LOAN.c.due_on.desc()).limit(200)
_COLLEAGUES = (
    select(_USER.c.id)
    .where(_USER.c.unit == bindparam("unit"), _USER.c.active)
    .order_by(_USER.c.id)
    .limit(_MOST_COLLEAGUES)
)
_PLACES_OF = select(_FILE.c.id, _FILE.c.place_id).where(_FILE.c.id.in_(bindparam("ids", expanding=True)))
_DISPOSED = (
    select(_FILE.c.id, _FILE.c.placed_at)
    .where(
        _FILE.c.place_id == bindparam("place_id"),
        _FILE.c.status.in_((Custody.DISPOSED, Custody.HANDED_OVER)),
    )
    .limit(1)
)
_LAST_CHECK = (
    select(_CHECK.c.done_by, _CHECK.c.done_at)
    .where(_CHECK.c.file_id == bindparam("file_id"), _CHECK.c.done_at.is_not(None))
    .order_by(_CHECK.c.done_at.desc())
    .limit(1)
)
_CHECKED_THEN = (
    select(_CHECK.c.file_id)
    .where(
        _CHECK.c.done_by == bindparam("by"),
        _CHECK.c.done_at.between(bindparam("since"), bindparam("until")),
        _CHECK.c.file_id != bindparam("file_id"),
    )
    .order_by(_CHECK.c.done_at)
    .limit(12)
)
_ENDED = (
    select(_ITEM.c.outcome, _ITEM.c.found_where, func.count().label("incidents"))
    .where(or_(_ITEM.c.outcome == IncidentOutcome.FOUND, _ITEM.c.outcome == IncidentOutcome.DECLARED_LOST))
    .group_by(_ITEM.c.outcome, _ITEM.c.found_where)
)


def plan(
    work: Work,
    file_id: int,
    searches: Sequence[Search] = (),
    *,
    by: str | None = None,
    at: int | None = None,
    priors: Priors | None = None,
) -> Plan:
    """Return where to look next for a file after searches that found nothing; raises NotFound.

    `by` is who searches next, `at` the place that person is at, by default where the last search was. Priors
    are the packaged ones with the archive's own ended incidents counted in, unless given.
    """
    known = evidence(work, file_id)
    return search_plan.make(known, priors or own_priors(work), searches, by=by, at=at)


def own_priors(work: Work) -> Priors:
    """Return the packaged priors with the archive's own ended incidents counted in."""
    counts: dict[str, float] = {}
    for row in work.connection.execute(_ENDED):
        kind = GONE if row.outcome is IncidentOutcome.DECLARED_LOST else row.found_where
        if kind is not None:
            counts[str(kind)] = counts.get(str(kind), 0) + row.incidents
    return search_priors.learned(search_priors.packaged(), counts)


def key_of(*, place_id: int | None = None, cover_id: int | None = None, kind: PlaceKind | None = None) -> str:
    """Return the key of a search told by place or cover only: racks, rooms and sites are swept."""
    if cover_id is not None:
        return f"{search_plan.COVER}:{cover_id}"
    swept = kind in (PlaceKind.RACK, PlaceKind.ROOM, PlaceKind.SITE)
    return f"{search_plan.SWEEP if swept else search_plan.READ}:{place_id}"


def evidence(work: Work, file_id: int) -> Evidence:
    """Gather what the register knows about where a file may be; raises NotFound."""
    work.require(Permission.READ_INCIDENTS)
    file = files.get(work, file_id)
    return _Gathering(work, file).gathered()


@dataclass
class _Gathering:
    """What is gathered for one file: clues, the places they speak of, and the covers with their places."""

    work: Work
    file: CaseFile
    clues: list[Clue] = field(default_factory=list)
    covers: dict[int, int] = field(default_factory=dict)
    sweeps: dict[int, int] = field(default_factory=dict)

    def gathered(self) -> Evidence:
        """Go through all there is to go through."""
        self.around = Surroundings(self.work, self.file.place_id)
        self.past: Past = leads_past.of(self.work, self.file.id)
        self.loans: Sequence[Any] = self.work.connection.execute(_OF_FILE, {"file_id": self.file.id}).all()
        self.about = leads_alike.subject(self.work, self.file.id)
        self.handled = _UNRECORDED + sum(_PUT_AWAY.get(one.what, 0.0) for one in self.past.handlings)
        self._own_place()
        self._beside()
        self._on_loan()
        self._taken_for_another()
        self._handled_together()
        self._travelled()
        self._alike()
        self._earlier_places()
        self._checked_together()
        self._gone()
        self._everywhere_else()
        return self._evidence()

    def _evidence(self) -> Evidence:
        missing = [file for file in self.covers if self.covers[file] == 0]
        if missing:
            rows = self.work.connection.execute(_PLACES_OF, {"ids": missing})
            self.covers.update((row.id, row.place_id) for row in rows)
        places = {*self.covers.values(), *self.sweeps, self.file.place_id}
        for clue in self.clues:
            kind, _colon, at = clue.cell.partition(":")
            if kind in (search_plan.LOOSE, search_plan.PAPERS, search_plan.TABLE, search_plan.BEHIND):
                places.add(int(at))
        self.around.learn(places)
        spots = self.around.spots(places, self.sweeps)
        return Evidence(self.clues, spots, self.covers, self.file.place_id)

    def _add(self, reason: str, cell: str, weight: float, **facts: str | int) -> None:
        if weight > 0:
            self.clues.append(Clue(reason, cell, weight, facts))

    def _loose(self, reason: str, place: int, weight: float, **facts: str | int) -> None:
        if place != self.file.place_id:
            self._add(reason, f"{search_plan.LOOSE}:{place}", weight, place=place, **facts)

    def _inside(self, reason: str, cover: int, weight: float, place: int = 0, **facts: str | int) -> None:
        if cover != self.file.id:
            self._add(reason, f"{search_plan.INSIDE}:{cover}", weight, file=cover, **facts)
            self.covers[cover] = self.covers.get(cover, 0) or place

    def _desk(self, reason: str, loan: Any, weight: float, **facts: str | int) -> None:
        self._add(reason, f"{search_plan.DESK}:{_borrower(loan)}", weight, loan=loan.id, **facts)

    # What stands around

    def _own_place(self) -> None:
        home = self.file.place_id
        self._add("recorded", f"{search_plan.LOOSE}:{home}", 1.0, place=home)
        self._add("cover_somewhere", f"{search_plan.PAPERS}:{home}", self.handled, place=home)

    def _beside(self) -> None:
        last = self.past.last(*_PUT_AWAY)
        on = {"on": last.on} if last else {}
        for one in self.around.beside:
            far = self.around.distance(one)
            if far < len(_BOX_AWAY):
                self._loose("beside", one.id, self.handled * _BOX_AWAY[far], **on)
        moved = self.around.before_moves(last.at) if last else []
        for one in moved:
            self._loose("stood_beside", one.id, self.handled / len(moved), **on)
        same = self.around.same_slot()
        for one in same:
            self._loose("same_slot", one.id, self.handled / len(same))
        if self.around.rack:
            self._add("behind", f"{search_plan.BEHIND}:{self.around.rack.id}", self.handled)
        for cover, far in self._neighbours():
            if far < len(_COVER_AWAY):
                weight = self.handled * _COVER_AWAY[far]
                self._inside("cover_beside", cover, weight, self.file.place_id)

    def _neighbours(self) -> list[tuple[int, int]]:
        """Return the files that stood in the same place when it was put there, and how far from it."""
        row = self.around.content
        if self.file.id not in row:
            return [(file, 3) for file in row[:_MOST_BOX_MATES]]
        at = row.index(self.file.id)
        near = row[max(0, at - _MOST_BOX_MATES // 2) : at + _MOST_BOX_MATES // 2]
        there = self._present(near)
        row = [file for file in near if file == self.file.id or file in there]
        at = row.index(self.file.id)
        found = [(file, abs(number - at)) for number, file in enumerate(row) if number != at]
        return sorted(found, key=lambda pair: pair[1])

    def _present(self, ids: Sequence[int]) -> set[int]:
        """Return which files stood there when this one was last put there: not lent, not yet to come."""
        last = self.past.last(*_PUT_AWAY)
        if last is None:
            return set(ids)
        asked = {"ids": list(ids), "at": last.at}
        rows = self.work.connection.execute(_AWAY_THEN, asked).all()
        away = {row.file_id for row in rows if row.out_at <= last.at}
        back = {row.file_id for row in rows if row.out_at > last.at}
        late = set(self.work.connection.execute(_CAME_LATER, asked).scalars())
        return set(ids) - away - (late - back - away)

    # Loans

    def _on_loan(self) -> None:
        returned, shown = self.past.last(What.RETURNED), self.past.last(What.SHOWN)
        for number, loan in enumerate(self.loans):
            if loan.open:
                self._desk("borrower", loan, 1.0, on=_day(loan.out_at))
            elif number == 0 and returned is not None and not returned.in_hand:
                self._desk("borrower_last", loan, 1.0, on=_day(loan.returned_at))
                self._passed_on(loan)
            else:
                self._desk("borrower_earlier", loan, 1.0 / (number + 1), on=_day(loan.returned_at))
        if shown is not None:
            self._add("asker", f"{search_plan.DESK}:{shown.actor}", 1.0, actor=shown.actor, on=shown.on)

    def _passed_on(self, loan: Any) -> None:
        sending = 1.0 if loan.purpose in _SENDING else 0.1
        self._add(
            "sent_on", f"{search_plan.AWAY}:loan:{loan.id}", sending, loan=loan.id, on=_day(loan.out_at)
        )
        if loan.borrower_unit:
            rows = self.work.connection.execute(_COLLEAGUES, {"unit": loan.borrower_unit}).scalars()
            others = [user for user in rows if user != loan.borrower_id]
            for user in others:
                actor = f"user:{user}"
                self._add("colleague", f"{search_plan.DESK}:{actor}", 1.0 / len(others), actor=actor)

    def _loans_of(self, ids: Iterable[int], since: Any, until: Any) -> Sequence[Any]:
        asked = {"ids": sorted(ids), "since": since, "until": until}
        return self.work.connection.execute(_OF_FILES, asked).all() if asked["ids"] else []

    def _taken_for_another(self) -> None:
        """Look for loans of files beside it, under whose name this one may have been taken out."""
        if not self.past.handlings:
            return
        near = dict(self._neighbours())
        for loan in self._loans_of(near, self.past.handlings[0].at, self.work.now):
            weight = (1.0 if near[loan.file_id] == 1 else 0.25) * (1.0 if loan.open else 0.3)
            self._desk("taken_for_another", loan, weight, on=_day(loan.out_at))

    # The same hands

    def _handled_together(self) -> None:
        for one in self.past.handlings[-3:]:
            if one.what is What.LENT:
                self._lent_together(one)
            if one.what in (What.PUT, What.UNPACKED, What.RETURNED, What.REGISTERED, What.PACKED):
                self._put_together(one)
            if one.what in _PUT_AWAY and (room := self.around.room_of(one.place or self.file.place_id)):
                self._add("table", f"{search_plan.TABLE}:{room}", _PUT_AWAY[one.what], on=one.on)
        last = self.past.handlings[-1] if self.past.handlings else None
        if last is not None and last.actor.startswith("user:"):
            self._add("hands", f"{search_plan.DESK}:{last.actor}", 1.0, actor=last.actor, on=last.on)

    def _lent_together(self, one: Handling) -> None:
        """Look at what the same borrower got on the same occasion."""
        mine = next((loan for loan in self.loans if loan.id == one.loan), None)
        if mine is None:
            return
        ids = [mate.file for mate in leads_past.mates(self.work, self.file.id, one)]
        nearby = self._loans_of(ids, mine.out_at - _SAME_OCCASION, mine.out_at + _SAME_OCCASION)
        same = [
            loan for loan in nearby if _borrower(loan) == _borrower(mine) or loan.borrower == mine.borrower
        ]
        for loan in same:
            self._inside("cover_loan_mate", loan.file_id, 1.0 / len(same), on=_day(loan.out_at))

    def _put_together(self, one: Handling) -> None:
        mates = leads_past.mates(self.work, self.file.id, one)
        packed = one.what is What.PACKED
        self.around.learn({mate.place for mate in mates if mate.place is not None})
        if packed:
            inside = [(1.0, mate.file) for mate in mates if mate.place == one.place]
        else:
            inside = [(_nearness(mate), mate.file) for mate in mates]
        for weight, file in _shared(inside):
            self._inside("cover_together", file, weight, on=one.on)
        here = (one.place, self.file.place_id, None)
        others = [(_nearness(mate), mate.place) for mate in mates if mate.place not in here]
        reason = "other_crate" if packed else "batch_place"
        for weight, place in _shared(others):
            self._loose(reason, place, weight, on=one.on)

    def _travelled(self) -> None:
        packed, unpacked = self.past.last(What.PACKED), self.past.last(What.UNPACKED)
        if packed is not None:
            sure = 0.1 if packed.in_hand else 1.0
            if packed.origin is not None:
                self._loose("left_behind", packed.origin, sure, on=packed.on)
                room = self.around.room_of(packed.origin)
                if room is not None:
                    self._add("table", f"{search_plan.TABLE}:{room}", 0.5, on=packed.on)
        if unpacked is not None and unpacked.origin is not None and not unpacked.in_hand:
            self._loose("crate", unpacked.origin, 1.0, on=unpacked.on)

    # Numbers, names, persons, earlier places

    def _alike(self) -> None:
        work, file = self.work, self.file
        site = self.around.site_of(file.place_id)
        if site is not None:
            belongs = leads_alike.belonging(work, file.id, self.about.numbers, self.around.stands[site].path)
            for place, share in belongs.misread.items():
                self._loose("number_place", place, self.handled * share)
            for place, share in belongs.own.items():
                self._loose("own_number", place, self.handled * share)
        alike = leads_alike.with_number_alike(work, file.id, self.about.numbers)
        alike += leads_alike.with_reference_alike(work, file.id, file.reference_key)
        self._near("number_cover", "number_file", alike)
        self._near(
            "same_person_cover", "same_person_place", leads_alike.same_person(work, file.id, self.about)
        )
        self._near("", "name_place", leads_alike.namesakes(work, file.id, self.about))

    def _near(self, cover: str, place: str, found: Sequence[Near]) -> None:
        for one in found:
            if cover:
                self._inside(cover, one.file, self.handled * one.weight, one.place)
            self._loose(place, one.place, self.handled * one.weight)

    def _earlier_places(self) -> None:
        for weight, place in _fading(self.past.places[:5]):
            self._loose("earlier_place", place, weight)

    def _checked_together(self) -> None:
        last = self.work.connection.execute(_LAST_CHECK, {"file_id": self.file.id}).first()
        if last is None:
            return
        span = timedelta(minutes=45)
        asked = {"by": last.done_by, "since": last.done_at - span, "until": last.done_at + span}
        rows = self.work.connection.execute(_CHECKED_THEN, {**asked, "file_id": self.file.id}).scalars().all()
        for file in dict.fromkeys(rows):
            self._inside("cover_checked", file, 1.0 / len(rows), on=_day(last.done_at))

    def _gone(self) -> None:
        self._add(GONE, GONE, 1.0)
        row = self.work.connection.execute(_DISPOSED, {"place_id": self.file.place_id}).first()
        if row is not None:
            self._add("with_disposed", GONE, 1.0, file=row.id, on=_day(row.placed_at))

    # What is left

    def _everywhere_else(self) -> None:
        """Spread what no clue speaks for over the rest of the rack, the other racks and the other rooms."""
        rack, racks, rooms = self.around.rack, self.around.other_racks(), self.around.other_rooms()
        own = [one for one in self.around.beside if rack is None or one.path.startswith(f"{rack.path}.")]
        sizes = self.around.boxes([*racks, *rooms])
        self._spread("rest_of_room", [*((one, 1) for one in own), *((one, sizes[one.id]) for one in racks)])
        self._spread("rest_of_site", [(one, sizes[one.id]) for one in rooms])
        for one in racks:
            self._add("corner", f"{search_plan.BEHIND}:{one.id}", 1 / len(racks))
        for one in (*((self.around.room,) if self.around.room else ()), *rooms):
            own_room = 1.0 if one is self.around.room else 1 / len(rooms)
            self._add("corner", f"{search_plan.TABLE}:{one.id}", own_room)
        self._other_borrowers()
        self.sweeps = {one.id: sizes[one.id] for one in (*racks, *rooms) if sizes[one.id]}

    def _other_borrowers(self) -> None:
        """Name those who have files on loan now: a file taken along unrecorded lies with one of them."""
        rows = self.work.connection.execute(_BORROWING).all()
        borrowers = {loan.borrower: loan for loan in rows}
        for loan in list(borrowers.values())[:_MOST_BORROWERS]:
            self._desk("other_borrower", loan, 1.0 / len(borrowers))

    def _spread(self, reason: str, stands: Sequence[tuple[Stand, int]]) -> None:
        total = sum(boxes for _stand, boxes in stands)
        for stand, boxes in stands:
            if boxes:
                self._loose(reason, stand.id, boxes / total)
                cell = f"{search_plan.PAPERS}:{stand.id}"
                self._add("any_cover", cell, self.handled * boxes / total, place=stand.id)


def _borrower(loan: Any) -> str:
    """Name a borrower's desk: by the user where known, else by the loan."""
    return f"user:{loan.borrower_id}" if loan.borrower_id else f"loan:{loan.id}"


def _day(moment: Any) -> str:
    return moment.date().isoformat() if moment else ""


def _fading(things: Sequence[Any]) -> list[tuple[float, Any]]:
    """Give each of some things its share, the first ones more: 1, 1/2, 1/3 … of the whole."""
    return _shared([(1 / (number + 1), thing) for number, thing in enumerate(things)])


def _nearness(mate: Mate) -> float:
    """Weigh what was in the same hands by the minutes between: two minutes halve it."""
    return 1 / (1 + mate.apart / 2)


def _shared(weighed: Sequence[tuple[float, Any]]) -> list[tuple[float, Any]]:
    """Let weights sum to 1."""
    total = sum(weight for weight, _thing in weighed)
    return [(weight / total, thing) for weight, thing in weighed]
