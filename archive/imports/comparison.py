"""Which closed cases have no paper here: compare a list of the case system with the register."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, Text, bindparam, cast, exists, func, select, tuple_
from sqlmodel import col

from archive.files import masking
from archive.files.masking import Card
from archive.imports.check import Staging
from archive.imports.lists.meaning.fields import RowProblem
from archive.imports.lists.meaning.reading import PersonReading, Reading
from archive.imports.rows import matching, told
from archive.imports.rows.items import Item, PartVerdict, Verdict
from archive.imports.rows.judging import REPEATS
from archive.imports.rows.matching import KnownFile
from archive.kernel.errors import Invalid
from archive.kernel.letters import is_number
from archive.kernel.store import Actor, Work
from archive.models import CaseFile, Gap, ImportRow, ImportRun, Person, SourceSystem
from archive.people import people
from archive.rules.identity import shown
from archive.vocabulary import Custody, GapKind, Permission, RowState
from archive.vocabulary.wording import N_, _

USUAL_WEEKS, MOST_WEEKS = 8, 520
SCANNED_AT_ONCE = 5000
_GAP = Gap.__table__  # type: ignore[attr-defined]
_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_ROW = ImportRow.__table__  # type: ignore[attr-defined]
_KEY = cast(_FILE.c.source_id, Text).concat(":").concat(_FILE.c.reference_key)
_OTHER = _FILE.alias("other")
_UNKNOWN_THERE = (
    select(_FILE.c.id, _FILE.c.closed_on)
    .where(
        _FILE.c.id > bindparam("after"),
        _FILE.c.id <= bindparam("until"),
        # Plus nothing: else SQLite reads the whole source each time instead of the next stretch of ids.
        (_FILE.c.source_id + 0).in_(bindparam("sources", expanding=True)),
        _FILE.c.status != Custody.VOID,
        _FILE.c.closed_on.is_(None) | _FILE.c.closed_on.between(bindparam("first"), bindparam("last")),
        ~exists().where(_ROW.c.run_id == bindparam("run_id"), _ROW.c.file_key == _KEY),
        ~exists().where(  # one line a case, not one a part
            _OTHER.c.reference_key == _FILE.c.reference_key,
            _OTHER.c.source_id == _FILE.c.source_id,
            _OTHER.c.status != Custody.VOID,
            _OTHER.c.id < _FILE.c.id,
        ),
    )
    .order_by(_FILE.c.id)
)
# Paper that has left the archive by the rules was delivered once.
_GONE = frozenset({Custody.DISPOSED, Custody.HANDED_OVER, Custody.WITHDRAWN})


class Comparing(Staging):
    """Read a list of closed cases and note how it and the register differ."""

    def judge(self, work: Work, run: ImportRun, items: Sequence[Item]) -> list[Verdict]:
        """Tell which cases have paper here, and note those that have none or whose paper has not come."""
        keys = {item.key for item in items if not item.problem}
        known = matching.known_files(work, keys)
        merged = told.merged(work, keys - known.keys(), {})
        known |= {
            key: {part: pairs[0].right for part, pairs in parts.items()} for key, parts in merged.items()
        }
        by_void = {file.id for key in merged for file in known[key].values()}
        if by_void:  # the list knows these, by a reference that is theirs no longer
            run.options = {**run.options, "by_void": sorted({*run.options.get("by_void", ()), *by_void})}
        repeated = matching.earlier_in_list(work, run.id, items[0].row, keys)
        verdicts = []
        for item in items:
            verdicts.append(_compare(item, known.get(item.key, {}), repeated))
            if not item.problem:
                repeated.setdefault((str(item.key), 1), item.row)
        _note_span(run, [one.item for one in verdicts if one.state is not RowState.REJECTED])
        return verdicts

    def written(self, work: Work, run: ImportRun, verdicts: Sequence[Verdict], ids: dict[int, int]) -> None:
        """Note the differences that a batch shows."""
        gaps = [
            {
                "run_id": run.id,
                "kind": kind,
                "row_id": ids[verdict.item.row],
                "file_id": file_id,
                "closed_on": str(verdict.item.reading.closed or ""),
            }
            for verdict in verdicts
            for kind, file_id in _gaps(verdict)
        ]
        work.insert(_GAP, gaps)

    def rest(self) -> bool:
        """Look, a stretch of the register at a time, for files the list does not know."""
        archive, actor = self.turns.archive, self.turns.actor
        with archive.read(actor) as work:
            run = work.session.get_one(ImportRun, self.run_id)
            span = run.options.get("span")
            after = run.options.get("scanned", 0)
            newest = work.session.execute(select(func.coalesce(func.max(_FILE.c.id), 0))).scalar_one()
            if not span or after >= newest:
                return False
            until = after + SCANNED_AT_ONCE
            parameters = {"after": after, "until": until, "run_id": self.run_id}
            parameters |= {"sources": span["sources"], "first": span["first"], "last": span["last"]}
            found = work.connection.execute(_UNKNOWN_THERE, parameters).all()
            found = [row for row in found if row.id not in run.options.get("by_void", ())]
        with self.turns.take() as (work, run):
            work.insert(_GAP, [_unknown_there(run.id, row) for row in found])
            run.options = {**run.options, "scanned": until}
        return True


def _compare(item: Item, files: dict[int, KnownFile], repeated: dict[tuple[str, int], int]) -> Verdict:
    if item.problem:
        return Verdict(item, RowState.REJECTED, problem=item.problem)
    first = repeated.get((str(item.key), 1))
    if first:
        return Verdict(item, RowState.DUPLICATE, problem=RowProblem("repeats", REPEATS, (("row", first),)))
    parts = [PartVerdict(part, file) for part, file in files.items()]
    return Verdict(item, RowState.UNCHANGED if parts else RowState.NEW, parts)


def _gaps(verdict: Verdict) -> Iterator[tuple[GapKind, int | None]]:
    if verdict.state is RowState.NEW:
        yield GapKind.NO_PAPER, None
        yield GapKind.NOT_DELIVERED, None
    for part in verdict.parts:
        file = part.known
        if file and not file.central and file.status not in _GONE:
            yield GapKind.NOT_DELIVERED, file.id
            return  # one line a case, not one a part


def _note_span(run: ImportRun, items: Sequence[Item]) -> None:
    """Remember which systems the list covers and from when to when: of other files it says nothing."""
    span = dict(run.options.get("span") or {"sources": [], "first": "9999", "last": ""})
    span["sources"] = sorted({*span["sources"], *(item.key.source_id for item in items)})
    days = [str(item.reading.closed) for item in items if item.reading.closed]
    span["first"], span["last"] = min([span["first"], *days]), max([span["last"], *days])
    run.options = {**run.options, "span": span}


def _unknown_there(run_id: int, row: Row[Any]) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "kind": GapKind.UNKNOWN_THERE,
        "row_id": None,
        "file_id": row.id,
        "closed_on": str(row.closed_on or ""),
    }


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
