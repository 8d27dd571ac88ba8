"""Read a list of closed cases beside the register, and note how the two differ."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, Text, bindparam, cast, exists, func, select

from archive.imports.check import Staging
from archive.imports.lists.meaning.fields import RowProblem
from archive.imports.rows import matching, told
from archive.imports.rows.items import Item, PartVerdict, Verdict
from archive.imports.rows.judging import REPEATS
from archive.imports.rows.matching import KnownFile
from archive.kernel.store import Work
from archive.models import CaseFile, Gap, ImportRow, ImportRun
from archive.vocabulary import Custody, GapKind, RowState

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
