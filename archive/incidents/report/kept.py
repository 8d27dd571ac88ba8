"""Tell where something was kept when it was missed: as its history has it, never where it stood later."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from archive.incidents.report.data import Where
from archive.incidents.report.lines import in_both, stands
from archive.kernel.clock import local_date
from archive.kernel.store import Work
from archive.models import Event, IncidentFile, Loan, Place
from archive.places import paths
from archive.vocabulary import EventKind, PlaceKind
from archive.vocabulary.wording import _

_AT_ONCE = 500
_PLACED = frozenset(
    {
        EventKind.FILE_REGISTERED.value,
        EventKind.FILE_MOVED.value,
        EventKind.FILE_TAKEN_BACK.value,
        EventKind.FILE_FOUND.value,
        EventKind.FILE_FIND_TAKEN_BACK.value,
        EventKind.FILE_ARRIVED.value,
    }
)
_LENT, _SENT = EventKind.FILE_LENT.value, EventKind.FILE_DISPATCHED.value


@dataclass(slots=True)
class PlaceAtMiss:
    """Where a file was by its history: the places it stood in, oldest first, its loan, its delivery."""

    places: list[int] = field(default_factory=list)
    loan: int | None = None
    delivery: int | None = None

    @property
    def stood(self) -> int | None:
        """Return the place it stood in, None where it was out, on its way, or its history tells nothing."""
        away = self.loan is not None or self.delivery is not None
        return self.places[-1] if self.places and not away else None


def at_miss(work: Work, items: Iterable[IncidentFile], missed_at: datetime) -> dict[int, PlaceAtMiss]:
    """Return where the files among some things were at the moment they were missed, by file."""
    ids = sorted({item.file_id for item in items if item.file_id is not None})
    found = {number: PlaceAtMiss() for number in ids}
    for start in range(0, len(ids), _AT_ONCE):
        for event in _events(work, ids[start : start + _AT_ONCE], missed_at):
            _follow(found[int(event.stream.removeprefix("file:"))], event)
    return found


def _events(work: Work, ids: Sequence[int], moment: datetime) -> Sequence[Event]:
    told = select(Event).where(
        col(Event.stream).in_([f"file:{one}" for one in ids]),
        col(Event.kind).in_([*sorted(_PLACED), _LENT, _SENT]),
        col(Event.happened_at) <= moment,
    )
    return work.session.scalars(told.order_by(col(Event.happened_at), col(Event.seq))).all()


def _follow(kept: PlaceAtMiss, event: Event) -> None:
    facts = json.loads(event.body)["facts"]
    if event.kind == _LENT:
        kept.loan = facts["loan"]
    elif event.kind == _SENT:
        kept.delivery = None if facts["undo"] else facts["delivery"]
    else:
        kept.places.append(facts["place"])
        kept.loan = None
        kept.delivery = facts["delivery"] if facts.get("undo") and "delivery" in facts else None


def told(work: Work, known: Mapping[int, PlaceAtMiss]) -> dict[int, Where]:
    """Say where files were kept, by file: in a place, lent to whom since when, on their way, or not known.

    The room of such a saying names nobody.
    """
    trails = paths.trails(work, {one for kept in known.values() for one in kept.places})
    lent = select(Loan).where(col(Loan.id).in_([kept.loan for kept in known.values() if kept.loan]))
    loans = {loan.id: loan for loan in work.session.scalars(lent)}
    return {number: _told(kept, trails, loans.get(kept.loan or 0)) for number, kept in known.items()}


def _told(kept: PlaceAtMiss, trails: Mapping[int, Sequence[Place]], loan: Loan | None) -> Where:
    if loan is not None:
        day = f"{local_date(loan.out_at)}"
        whom = ", ".join(filter(None, (loan.borrower, loan.borrower_unit)))
        return Where(
            in_both(lambda: _("lent since %(day)s", day=day)),
            in_both(lambda: _("lent since %(day)s to %(whom)s", day=day, whom=whom)),
        )
    if kept.delivery is not None:
        return _on_its_way(kept, trails)
    if not kept.places:
        return _not_known()
    return stands(trails[kept.places[-1]])


def _on_its_way(kept: PlaceAtMiss, trails: Mapping[int, Sequence[Place]]) -> Where:
    """Say the last place a file demonstrably was in, and in which crate of which delivery it was sent."""
    crate = next((trails[one][-1] for one in kept.places[-1:] if _is_crate(trails[one])), None)
    last = next((trails[one] for one in reversed(kept.places) if not _is_crate(trails[one])), None)
    number = kept.delivery

    def sent(where: str) -> str:
        if crate is None:
            return _("%(where)s; on its way in delivery %(number)s", where=where, number=number)
        name = crate.name or crate.code
        return _(
            "%(where)s; on its way in %(crate)s, delivery %(number)s",
            where=where,
            crate=name,
            number=number,
        )

    where = stands(last) if last else _not_known()
    return Where(
        in_both(lambda: sent(_("last in %(place)s", place=where.room))),
        in_both(lambda: sent(_("last in %(place)s", place=where.name))),
    )


def _not_known() -> Where:
    said = in_both(lambda: _("not known"))
    return Where(said, said)


def _is_crate(trail: Sequence[Place]) -> bool:
    return trail[-1].kind is PlaceKind.CRATE
