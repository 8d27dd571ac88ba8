"""Read and check a list, row by row, into the database: this is the dry run, and changes nothing else."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import chain, islice
from typing import Any, TypeVar

from sqlalchemy import delete, select
from sqlmodel import col

from archive.access_log import access_log
from archive.history import history
from archive.imports import masking, uploads
from archive.imports.batching import Turns
from archive.imports.counts import Counts
from archive.imports.lists.meaning.mapping import Mapping as ListMapping
from archive.imports.lists.meaning.reader import ListReader
from archive.imports.lists.meaning.reading import Reading
from archive.imports.lists.meaning.tables import OpenList, Row
from archive.imports.rows import asking, matching, names, near, told
from archive.imports.rows import earlier as import_earlier
from archive.imports.rows.agreeing import meets
from archive.imports.rows.items import Background, Item, Terms, Verdict, item_of
from archive.imports.rows.judging import judge
from archive.imports.rows.matching import CaseKey, KnownFile
from archive.imports.rows.near import Seen
from archive.imports.rows.places import PlaceFinder
from archive.imports.understanding import cells as understood_cells
from archive.imports.understanding.outside import outside
from archive.kernel.clock import local_date
from archive.kernel.errors import DomainError, Invalid
from archive.kernel.store import Work
from archive.models import Gap, ImportRow, ImportRun
from archive.vocabulary import ImportAction, RowState
from archive.vocabulary.wording import N_

_ROW = ImportRow.__table__  # type: ignore[attr-defined]
T = TypeVar("T")
NO_ROWS = N_("The list holds no rows below its header. Choose the file that holds the list.")


class Staging:
    """Read and check one list, batch by batch; each batch is one short transaction."""

    def __init__(self, turns: Turns, run: ImportRun) -> None:
        self.turns, self.run_id, self._upload_id = turns, run.id, run.upload_id
        self._name = run.name
        self._mapping = ListMapping.from_dict(run.mapping or {})
        self._resources = ExitStack()
        self.finder = PlaceFinder()
        self._rows: Iterator[Row] | None = None
        self._newcomers: dict[str, tuple[str, str]] = {}

    def close(self) -> None:
        """Let go of the list."""
        self._resources.close()

    def step(self) -> bool:
        """Check the next rows; tell whether there is more. A list that cannot be read stops the run."""
        turns = self.turns
        if turns.after == 0 and self._clear():
            return True
        try:
            read = self._read(turns.size)
        except DomainError as refusal:
            with turns.take() as (work, run):
                _stop(work, run, refusal)
            return False
        if not read and self.rest():
            return True
        with turns.take(len(read)) as (work, run):
            if not read:
                self._finish(work, run)
                return False
            self._check(work, run, read)
        turns.after = read[-1][0]
        return True

    def rest(self) -> bool:
        """Do what follows the last row, a little at a time; tell whether there is more."""
        return False

    def written(self, work: Work, run: ImportRun, verdicts: Sequence[Verdict], ids: dict[int, int]) -> None:
        """Do what goes with the rows of a batch; `ids` are theirs by row number."""

    def judge(self, work: Work, run: ImportRun, items: Sequence[Item]) -> list[Verdict]:
        """Decide what the rows of a batch mean."""
        return check(work, run.id, items, self.finder, self.terms, self._seen, self._made, self._newcomers)

    def _clear(self) -> bool:
        """Delete what an earlier reading of the same list left; tell whether there was any."""
        with self.turns.take() as (work, run):
            run.counts, run.share = {}, 0
            run.options = {
                name: run.options[name]
                for name in ("newest", "protection", "checker", "sheets", "opened")
                if name in run.options
            }
            return clear_rows(work, self.run_id, self.turns.size)

    def _open(self) -> Iterator[Row]:
        archive, actor = self.turns.archive, self.turns.actor
        source = self._resources.enter_context(uploads.opened(archive, actor, self._upload_id))
        self._list = self._resources.enter_context(
            OpenList(source, sheet=self._mapping.sheet or None, name=self._name)
        )
        with archive.read(actor) as work:
            self.terms = Terms.load(work, self._mapping)
            shape, today = self._list.shape, local_date(work.now)
            self._words = import_earlier.Words(self._mapping, shape.columns)
            self._reader = ListReader.over(self._list, self._mapping, today)
            self._seen = Seen.load(work, self.run_id if self.turns.after else None)
            self._replan(work)
        return self._going_on(self.turns.after)

    def _going_on(self, after: int) -> Iterator[Row]:
        """Iterate the rows below `after`; those above it may be about the rows below them."""
        for number, cells in self._list.rows():
            if number > after:
                yield number, cells
            else:
                self._reader.read(cells, number)

    def _replan(self, work: Work) -> None:
        """Remember, when the reading goes on after a stop, which places would be created so far."""
        rows = work.session.execute(
            select(col(ImportRow.row), col(ImportRow.reading))
            .where(
                col(ImportRow.run_id) == self.run_id,
                col(ImportRow.state).in_([RowState.NEW, RowState.CHANGED]),
            )
            .execution_options(yield_per=500)
        )
        for chunk in rows.partitions():
            items = [item_of(row.row, Reading.from_dict(row.reading), self.terms) for row in chunk]
            spots = self.finder.find(work, (item.steps for item in items))
            background = behind(work, items, {item.key for item in items}, spots, self.terms)
            mask(background)
            for item in items:
                verdict = judge(item, background)
                names.note(verdict, self._newcomers)
                if verdict.state is RowState.NEW:
                    self._seen.add(item.row, near.described(item))
                if verdict.stands:
                    self.finder.plan(work, item.steps)

    def _read(self, size: int) -> list[tuple[int, list[str], Item]]:
        if self._rows is None:
            self._rows = self._open()
        read = [
            (number, cells, self._made(number, cells, self._reader.read(cells, number)))
            for number, cells in islice(self._rows, size)
        ]
        for number, _cells, _item in read if self._list.notes else ():
            self._list.notes.pop(number, None)  # kept with the row from here on
        return read

    def _made(self, number: int, cells: Sequence[str], reading: Reading) -> Item:
        return self._words.worded(item_of(number, reading, self.terms), cells)

    def _check(self, work: Work, run: ImportRun, read: Sequence[tuple[int, list[str], Item]]) -> None:
        verdicts = self.judge(work, run, [item for _number, _cells, item in read])
        rows = [
            _row(run.id, cells, verdict)
            for (_number, cells, _item), verdict in zip(read, verdicts, strict=True)
        ]
        for row, row_id in zip(rows, work.reserve_ids(_ROW, len(rows)), strict=True):
            row["id"] = row_id
        work.insert(_ROW, rows)
        self._note_look(work, run, [item.reading for _number, _cells, item in read])
        self.written(work, run, verdicts, {row["row"]: row["id"] for row in rows})
        run.shape = run.shape or self._list.shape.as_dict()
        counts = Counts.from_data(run.counts)
        counts.add(verdicts)
        counts.places = len(self.finder.planned)
        understood_cells.read(run, [cells for _number, cells, _item in read], verdicts)
        run.counts, run.rows, run.next_row = counts.as_dict(), counts.rows, read[-1][0]
        run.share = round(100 * self._list.share())

    @staticmethod
    def _note_look(work: Work, run: ImportRun, readings: Sequence[Reading]) -> None:
        """Record whom the rows name that the register knows: it shows a list that was only made to ask."""
        known = masking.known(work, masking.numbers(readings))
        checker = run.options.get("checker", run.started_by)
        access_log.note(work, checker, access_log.at_list("checked_list", [run.stream, *known]))

    def _finish(self, work: Work, run: ImportRun) -> None:
        if not run.rows:
            _stop(work, run, Invalid("list_empty", NO_ROWS))
            return
        run.options = {**run.options, "central": self._is_central(work), "checked": run.counts}
        understood_cells.checked(run, outside(self._list))
        run.share, run.heartbeat = 100, None
        history.advance(work, run, ImportAction.FINISH_STAGING, changes={"next_row": 0}, counts=run.counts)

    def _is_central(self, work: Work) -> bool:
        """Tell whether the list is that of the central archive, by where its first row stands."""
        first = select(col(ImportRow.reading)).where(
            col(ImportRow.run_id) == self.run_id,
            col(ImportRow.state).in_([RowState.NEW, RowState.CHANGED, RowState.UNCHANGED]),
        )
        reading = work.session.execute(first.order_by(col(ImportRow.row)).limit(1)).scalar()
        if reading is None:
            return False
        steps = item_of(0, Reading.from_dict(reading), self.terms).steps
        spot = self.finder.find(work, [steps])[steps]
        return bool(spot and spot.central)


def _stop(work: Work, run: ImportRun, refusal: DomainError) -> None:
    facts = {name: str(value) for name, value in refusal.facts.items()}
    run.problem = {"code": refusal.code, "sentence": refusal.sentence, "facts": facts}
    run.heartbeat, run.share = None, 0
    history.advance(work, run, ImportAction.STOP, changes={"next_row": 0}, problem=refusal.code)


def clear_rows(work: Work, run_id: int, size: int) -> bool:
    """Delete at most so many rows of a run, for good; tell whether there were any."""
    return _clear(work, Gap, run_id, size) or _clear(work, ImportRow, run_id, size)


def _clear(work: Work, model: type[Gap | ImportRow], run_id: int, size: int) -> bool:
    doomed = select(col(model.id)).where(col(model.run_id) == run_id).limit(size)
    ids = list(work.session.execute(doomed).scalars())
    if ids:
        work.session.execute(
            delete(model).where(col(model.id).in_(ids)), execution_options={"synchronize_session": False}
        )
    return bool(ids)


def check(
    work: Work,
    run_id: int,
    items: Sequence[Item],
    finder: PlaceFinder,
    terms: Terms,
    seen: Seen,
    made: Callable[[int, Sequence[str], Reading], Item],
    newcomers: dict[str, tuple[str, str]],
) -> list[Verdict]:
    """Decide what the rows of a batch mean, each knowing the rows before it."""
    before = items[0].row
    keys = Counter(item.key for item in items if not item.problem)
    earlier = import_earlier.recall(work, run_id, before, keys, made)
    spots = finder.find(work, (item.steps for item in (*items, *(one for one, _asked in earlier))))
    background = behind(work, items, set(keys), spots, terms)
    mask(background)
    again = {key for key, many in keys.items() if many > 1} | {one.key for one, _asked in earlier}
    background.bearers = import_earlier.bearers(work, (*items, *(one for one, _asked in earlier)))
    background.newcomers = newcomers
    for item, asked in earlier:
        import_earlier.take(item, background, asked=asked)
    verdicts = []
    for item in items:
        verdict = judge(item, background)
        asking.settle_known(work, [verdict], terms)
        names.note(verdict, newcomers)
        verdicts.append(verdict)
        if item.key in again and verdict.state not in (RowState.REJECTED, RowState.DUPLICATE):
            import_earlier.take(item, background, asked=verdict.state is RowState.ASKED)
        spot = background.spots[item.steps]
        if spot and spot.missing and verdict.stands:
            finder.plan(work, item.steps)
    near.look(work, run_id, before, verdicts, seen, terms)
    return verdicts


def behind(work: Work, items: Sequence[Item], keys: set[CaseKey], spots: Any, terms: Terms) -> Background:
    """Gather what the register knows of a batch, in a number of statements that does not grow with it."""
    known, twins = matching.known_files(work, keys), matching.twins(work, keys)
    living = [*_each(known), *(file for those in _each(twins) for file in those)]
    merged = told.merged(work, keys, {file.id: file for file in living})
    same = {
        file.id: (item, file)
        for item in items
        for part in item.parts
        for file in (
            known.get(item.key, {}).get(part),
            *twins.get(item.key, {}).get(part, ()),
            *(file for pair in merged.get(item.key, {}).get(part, ()) for file in pair),
        )
        if file is not None
    }
    files = [file for _item, file in same.values()]
    matching.add_persons(work, files)
    matching.note_removals(work, [file for item, file in same.values() if not meets(item.reading, file)])
    told.note_asked(work, files)
    claims = matching.claims(work, same.keys())
    elsewhere = [
        file for item, file in same.values() if (at := spots[item.steps]) and not at.holds(file.place_path)
    ]
    told.note_places(work, elsewhere, claims)
    told_apart = told.told_apart(work, [file for those in _each(twins) for file in those])
    return Background(known, spots, claims, terms, twins, told_apart=told_apart, merged=merged)


def _each(by_part: Mapping[CaseKey, Mapping[int, T]]) -> Iterator[T]:
    """Go through what is known of cases by part."""
    return (one for parts in by_part.values() for one in parts.values())


def mask(background: Background) -> None:
    """Let a list that is only checked tell nothing of protected files but that they are."""
    for file in _all(background):
        file.masked = file.sealed = file.protected


def seal(background: Background, items: Sequence[Item], rows: Sequence[Any]) -> None:
    """Let nothing show of how rows compare with files that were protected when their list was checked."""
    pairs = zip(items, rows, strict=False)
    keys = {item.key for item, row in pairs if (row.problem or {}).get("code") == "sealed"}
    for file in _all(background, keys):
        file.sealed = file.protected


def _all(background: Background, keys: Collection[CaseKey] | None = None) -> Iterator[KnownFile]:
    """Go through the files of some cases, else of all, with those they were registered as before."""
    for key in background.known.keys() | background.twins.keys() | background.merged.keys():
        if keys is None or key in keys:
            yield from background.known.get(key, {}).values()
            yield from chain.from_iterable(background.twins.get(key, {}).values())
            pairs = chain.from_iterable(background.merged.get(key, {}).values())
            yield from chain.from_iterable(pairs)


def _row(run_id: int, cells: list[str], verdict: Verdict) -> dict[str, Any]:
    item, state = verdict.item, verdict.state
    reading = item.reading
    number = f"{item.number}|{item.kind_id}|{reading.part}" if item.number and state is RowState.NEW else None
    return {
        "run_id": run_id,
        "row": item.row,
        # Whole until the row is registered, since that may be refused too; then they go.
        "cells": cells,
        "reading": reading.as_dict(),
        "flags": [[flag.code.value, flag.field.value if flag.field else ""] for flag in reading.flags],
        "state": state,
        "problem": problem_dict(verdict),
        "file_key": None if state is RowState.REJECTED else str(item.key),
        "part": reading.part,
        "covers": reading.covers,
        "subject_number": number,
        "near": verdict.near or None,
        "file_id": None,
        "undo": None,
        "answer": None,
    }


def problem_dict(verdict: Verdict) -> dict[str, Any] | None:
    """Return why a row is not registered, as plain data."""
    problem = verdict.problem
    if problem is None:
        return None
    return {"code": problem.code, "sentence": problem.sentence, "facts": dict(problem.facts)}
