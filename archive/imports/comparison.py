"""Which closed cases have no paper here: what comparing a list with the register showed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select, tuple_
from sqlmodel import col

from archive.files import masking
from archive.files.masking import Card
from archive.imports.lists.meaning.reading import PersonReading, Reading
from archive.kernel.errors import Invalid
from archive.kernel.letters import is_number
from archive.kernel.store import Actor, Work
from archive.models import CaseFile, Gap, ImportRow, ImportRun, Person, SourceSystem
from archive.people import people
from archive.rules.identity import shown
from archive.vocabulary import GapKind, Permission
from archive.vocabulary.wording import N_, _

USUAL_WEEKS, MOST_WEEKS = 8, 520


@dataclass(frozen=True, slots=True)
class ComparisonSummary:
    """Count what a comparison found; `weeks` and `before` say which cases should have been delivered."""

    cases: int
    with_paper: int
    without_paper: int
    unknown_there: int
    not_delivered: int
    weeks: int
    before: date


@dataclass(frozen=True, slots=True)
class ComparisonLine:
    """One difference as one viewer may see it; `card` is the file, where there is one."""

    id: int
    reference: str
    source: str
    name: str
    number: str
    closed_on: str
    place: str
    card: Card | None
    subjects: tuple[str, ...]


def weeks_of(text: str) -> int:
    """Read a number of weeks; raises Invalid."""
    if not is_number(text.strip()) or not 1 <= int(text) <= MOST_WEEKS:
        raise Invalid(
            "weeks_wrong", N_("Give a number of weeks from 1 to %(most)s."), field="weeks", most=MOST_WEEKS
        )
    return int(text)


def summary(work: Work, run: ImportRun, weeks: int, today: date) -> ComparisonSummary:
    """Count what a comparison found."""
    work.require(Permission.COMPARE)
    before = today - timedelta(weeks=weeks)
    counts = run.counts
    return ComparisonSummary(
        cases=counts["registered"] + counts["unchanged"],
        with_paper=counts["unchanged"],
        without_paper=_count(work, run, GapKind.NO_PAPER),
        unknown_there=_count(work, run, GapKind.UNKNOWN_THERE),
        not_delivered=_count(work, run, GapKind.NOT_DELIVERED, before),
        weeks=weeks,
        before=before,
    )


def _count(work: Work, run: ImportRun, kind: GapKind, before: date | None = None) -> int:
    where = [col(Gap.run_id) == run.id, col(Gap.kind) == kind]
    if before:
        where += [col(Gap.closed_on) != "", col(Gap.closed_on) < str(before)]
    return int(work.session.execute(select(func.count()).select_from(Gap).where(*where)).scalar_one())


def gaps(
    work: Work,
    run: ImportRun,
    kind: GapKind,
    before: date,
    *,
    after: tuple[str, int] = ("", 0),
    limit: int = 50,
) -> list[ComparisonLine]:
    """Return differences of one kind, the longest closed first, after a (closing date, id).

    Those closed and not delivered are only those closed before a day; a year alone counts from its first day.
    """
    work.require(Permission.COMPARE)
    where = [col(Gap.run_id) == run.id, col(Gap.kind) == kind]
    where.append(tuple_(col(Gap.closed_on), col(Gap.id)) > after)
    if kind is GapKind.NOT_DELIVERED:
        where += [col(Gap.closed_on) != "", col(Gap.closed_on) < str(before)]
    found = (
        work.session.execute(select(Gap).where(*where).order_by(col(Gap.closed_on), col(Gap.id)).limit(limit))
        .scalars()
        .all()
    )
    return _lines(work, found)


def all_gaps(work: Work, run: ImportRun, kind: GapKind, before: date) -> Iterator[ComparisonLine]:
    """Iterate every difference of one kind, for a file or a paper."""
    after = ("", 0)
    while chunk := gaps(work, run, kind, before, after=after, limit=500):
        yield from chunk
        after = (chunk[-1].closed_on, chunk[-1].id)


def _lines(work: Work, found: Sequence[Gap]) -> list[ComparisonLine]:
    file_ids = {gap.file_id for gap in found if gap.file_id}
    files = work.session.execute(select(CaseFile).where(col(CaseFile.id).in_(file_ids))).scalars().all()
    shown_files = {card.file.id: card for card in masking.cards(work, files)}
    row_ids = {gap.row_id for gap in found if gap.row_id}
    rows = work.session.execute(select(ImportRow).where(col(ImportRow.id).in_(row_ids))).scalars()
    readings = {row.id: Reading.from_dict(row.reading or {}) for row in rows}
    sources = {one.id: one for one in work.session.execute(select(SourceSystem)).scalars()}
    codes = {one.code.casefold(): one.name for one in sources.values()}
    return [
        _of_file(gap, shown_files[gap.file_id])
        if gap.file_id
        else _of_row(gap, readings[gap.row_id or 0], codes, work.actor)
        for gap in found
    ]


def _of_file(gap: Gap, card: Card) -> ComparisonLine:
    first = card.persons[0] if card.persons else None
    return ComparisonLine(
        gap.id,
        card.file.reference,
        card.source,
        card.name,
        first.number if first else "–",
        gap.closed_on,
        card.place,
        card,
        tuple(masking.subjects([card])),
    )


def _of_row(gap: Gap, reading: Reading, sources: dict[str, str], viewer: Actor) -> ComparisonLine:
    said = reading.persons[0] if reading.persons else PersonReading("", "")
    person = _person_of(said, reading)
    number = people.shown_number(person, None, viewer)
    if number == "–" and said.number:
        number = shown(said.number.number, said.number.raw) if said.number.number else said.number.raw
    return ComparisonLine(
        gap.id,
        reading.reference or "–",
        sources.get(reading.source.casefold(), reading.source),
        people.shown_name(person, viewer),
        number,
        gap.closed_on,
        _("No file is registered"),
        None,
        (),
    )


def _person_of(said: PersonReading, reading: Reading) -> Person:
    """Make a person who is in no register, so that the one masking function decides what is shown."""
    return Person(
        family_name=said.family,
        given_name=said.given,
        protection=reading.protection,
    )
