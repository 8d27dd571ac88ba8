"""What the records say of something missed: the system answers what it can before anybody walks a step."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import select
from sqlmodel import col

from archive.files import overview
from archive.incidents.report import stated
from archive.kernel.clock import local_date
from archive.kernel.store import APART, Work
from archive.models import (
    CaseFile,
    DeliveryLine,
    EarlierCheck,
    IncidentFile,
    Label,
    Loan,
    Task,
)
from archive.people import people
from archive.places import paths
from archive.search import alike as leads_alike
from archive.search import past
from archive.vocabulary import Custody, LabelState, Outcome, Permission, TaskKind
from archive.vocabulary.wording import N_, _
from labels import codes

MOST = 10  # traces of one kind


@dataclass(frozen=True, slots=True)
class Trace:
    """One thing worth following, in words, and the file it leads to if it leads to one."""

    text: str
    file_id: int | None = None


@dataclass(frozen=True, slots=True)
class RecordCheck:
    """One kind of record that was looked through, by the routine's name for it, with what it said.

    `complete` unless there is more of it on paper, which somebody has to look through.
    """

    kind: str
    title: str
    traces: tuple[Trace, ...]
    complete: bool = True


_TITLES = {
    "aliases": N_("Other names and numbers"),
    "relatives": N_("Files of the same persons"),
    "loans": N_("Loans"),
    "deliveries": N_("Deliveries and moves"),
    "disposals": N_("Disposal lists"),
    "incidents": N_("Earlier incidents"),
    "old_lists": N_("Old lists"),
}


def run(work: Work, file: CaseFile) -> list[RecordCheck]:
    """Look through all records there are about a file; the lists of disposal are on paper as well."""
    return [
        RecordCheck(kind, _(_TITLES[kind]), tuple(islice(look(work, file), MOST)), kind not in _ON_PAPER)
        for kind, look in _LOOKS.items()
    ]


def _aliases(work: Work, file: CaseFile) -> Iterator[Trace]:
    old = select(Label).where(col(Label.file_id) == file.id, col(Label.state) == LabelState.VOID)
    for label in work.session.scalars(old.order_by(col(Label.code))):
        yield Trace(_("It once had the label %(code)s.", code=codes.grouped(label.code)))
    merged = select(CaseFile).where(
        col(CaseFile.replaced_by_id) == file.id, col(CaseFile.status) == Custody.VOID
    )
    for other in work.session.scalars(merged):
        yield Trace(_("It was also registered as %(file)s, now void.", file=_name(other)), other.id)
    about = leads_alike.subject(work, file.id)
    alike = leads_alike.with_reference_alike(work, file.id, file.reference_key)
    alike += leads_alike.with_number_alike(work, file.id, about.numbers)
    yield from _files(work, (one.file for one in alike), N_("%(file)s has a number like it, at %(place)s."))


def _relatives(work: Work, file: CaseFile) -> Iterator[Trace]:
    same = leads_alike.same_person(work, file.id, leads_alike.subject(work, file.id))
    yield from _files(
        work, (one.file for one in same), N_("%(file)s is about the same person, at %(place)s.")
    )


def _loans(work: Work, file: CaseFile) -> Iterator[Trace]:
    statement = select(Loan).where(col(Loan.file_id) == file.id).order_by(col(Loan.id).desc())
    for loan in work.session.scalars(statement.limit(MOST)):
        out = local_date(loan.out_at).isoformat()
        if loan.open:
            yield Trace(_("On loan to %(who)s since %(out)s.", who=loan.borrower, out=out))
        elif loan.returned_at is not None:
            back = local_date(loan.returned_at).isoformat()
            yield Trace(_("Lent to %(who)s %(out)s, back %(back)s.", who=loan.borrower, out=out, back=back))


def _moves(work: Work, file: CaseFile) -> Iterator[Trace]:
    lines = select(DeliveryLine).where(col(DeliveryLine.file_id) == file.id)
    for line in work.session.scalars(lines.order_by(col(DeliveryLine.id).desc()).limit(MOST)):
        number = line.delivery_id
        if line.received_at is not None:
            day = local_date(line.received_at).isoformat()
            yield Trace(_("Received in delivery %(number)s, %(day)s.", number=number, day=day))
        elif line.packed_at is not None:
            day = local_date(line.packed_at).isoformat()
            yield Trace(_("Packed for delivery %(number)s, %(day)s, not received.", number=number, day=day))
        elif line.listed:
            yield Trace(_("On the list of delivery %(number)s, not packed.", number=number))
    handlings = past.for_file(work, file.id).handlings
    if handlings:
        mates = past.mates(work, file.id, handlings[-1])
        told = N_("%(file)s was handled by the same hands right then, at %(place)s.")
        yield from _files(work, (mate.file for mate in mates), told)


def _disposals(work: Work, file: CaseFile) -> Iterator[Trace]:
    """Tell what has left for good near the file, and whether its own time has come."""
    about = leads_alike.same_person(work, file.id, leads_alike.subject(work, file.id))
    ids = {one.file for one in about}
    same = col(CaseFile.id).in_(ids) | (
        (col(CaseFile.reference_key) == file.reference_key) & (col(CaseFile.source_id) == file.source_id)
    )
    near = col(CaseFile.place_id) == file.place_id
    gone = col(CaseFile.status).in_((Custody.DISPOSED, Custody.HANDED_OVER)) & ~col(CaseFile.protected)
    left = select(CaseFile).where(gone, same | near, col(CaseFile.id) != file.id)
    for other in work.session.scalars(left.order_by(col(CaseFile.placed_at).desc()).limit(MOST)):
        told = N_("%(file)s of the same person or number: %(state)s.")
        if other.id not in ids and other.reference_key != file.reference_key:
            told = N_("%(file)s stood at the same place: %(state)s.")
        yield Trace(_(told, file=_name(other), state=other.status.label), other.id)
    yield from _own_time(work, file)


def _own_time(work: Work, file: CaseFile) -> Iterator[Trace]:
    shown = overview.by_code(work, file.code, history=1) if work.actor.may(Permission.READ_FILES) else None
    kept = shown.retention if shown is not None and shown.reasons_shown else None
    if kept is None:
        return
    today = local_date(work.now)
    if kept.outcome is Outcome.PRESERVE:
        yield Trace(_("By the register it is to be preserved: on no list may it stand."))
    elif kept.duty_from is None:
        yield Trace(_("The register cannot tell from when it was to be disposed of: look on every list."))
    elif kept.duty_from > today:
        yield Trace(_("By its dates it may not be disposed of before %(day)s.", day=str(kept.duty_from)))
    else:
        yield Trace(
            _(
                "By its dates its time came %(day)s: look on the lists made since then.",
                day=str(kept.duty_from),
            )
        )


def _incidents(work: Work, file: CaseFile) -> Iterator[Trace]:
    statement = select(IncidentFile).where(col(IncidentFile.file_id) == file.id, ~col(IncidentFile.open))
    for item in work.session.scalars(statement.order_by(col(IncidentFile.id).desc()).limit(MOST)):
        outcome = stated.outcome(item.outcome, part=item.part_found) or "–"
        where = item.found_where.label if item.found_where else "–"
        yield Trace(
            _(
                "Missed before, incident %(incident)s: %(outcome)s (%(where)s).",
                incident=item.incident_id,
                outcome=outcome,
                where=where,
            )
        )


def _old_lists(work: Work, file: CaseFile) -> Iterator[Trace]:
    checked = select(EarlierCheck).where(col(EarlierCheck.file_id) == file.id)
    for check in work.session.scalars(checked.order_by(col(EarlierCheck.id).desc()).limit(MOST)):
        yield Trace(_("Checked before the system, %(day)s.", day=str(check.checked_on or "–")))
    asked = select(Task).where(
        col(Task.file_id) == file.id, col(Task.open), col(Task.kind) != TaskKind.SAME_PERSON
    )
    if not people.cleared(work.actor):
        asked = asked.where(col(Task.id) < APART)
    for task in work.session.scalars(asked.order_by(col(Task.id)).limit(MOST)):
        yield Trace(_("Still to settle on the worklist: %(task)s.", task=task.kind.label))


_LOOKS: dict[str, Callable[[Work, CaseFile], Iterator[Trace]]] = {
    "aliases": _aliases,
    "relatives": _relatives,
    "loans": _loans,
    "deliveries": _moves,
    "disposals": _disposals,
    "incidents": _incidents,
    "old_lists": _old_lists,
}


_ON_PAPER = frozenset({"disposals"})


def _files(work: Work, file_ids: Iterable[int], sentence: str) -> Iterator[Trace]:
    """Tell of other files, each once; of those of protected persons nothing is told."""
    ids = list(dict.fromkeys(file_ids))[:MOST]
    found = work.session.scalars(select(CaseFile).where(col(CaseFile.id).in_(ids), ~col(CaseFile.protected)))
    by_id = {file.id: file for file in found}
    known = paths.trails(work, {file.place_id for file in by_id.values()})
    for number in ids:
        if file := by_id.get(number):
            place = paths.name_of(known.get(file.place_id, ()))
            yield Trace(_(sentence, file=_name(file), place=place), number)


def _name(file: CaseFile) -> str:
    return f"{file.reference} ({codes.grouped(file.code)})"
