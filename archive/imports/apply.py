"""Register what a checked list says, batch by batch; after a stop it goes on by row number."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import repeat
from typing import Any

from sqlalchemy import bindparam, func, select, text
from sqlmodel import col

from archive.files import files
from archive.files.files import NewFile
from archive.history import history
from archive.imports import changes, questions
from archive.imports.batching import Turns
from archive.imports.check import behind, problem_dict, seal
from archive.imports.counts import Counts
from archive.imports.lists.meaning.fields import RowProblem
from archive.imports.lists.meaning.mapping import Mapping
from archive.imports.rows import asking, earlier, matching, names, near, protected
from archive.imports.rows.items import (
    PLACE_UNKNOWN,
    Background,
    Item,
    PartVerdict,
    Terms,
    Verdict,
    item_of,
    reading_of,
    reference_of,
)
from archive.imports.rows.judging import judge, told
from archive.imports.rows.masked_alike import MaskedFiles
from archive.imports.rows.matching import CaseKey
from archive.imports.rows.near import Seen
from archive.imports.rows.numbers_alike import Slips
from archive.imports.rows.persons import PersonBook
from archive.imports.rows.places import PLACE_MISSING, ListedPlace, PlaceFinder
from archive.imports.rows.protected import Marks
from archive.imports.understanding import cells
from archive.imports.waves import waves
from archive.kernel.errors import ChangedMeanwhile, Conflict, DomainError, Invalid
from archive.kernel.store import CHANGED_MEANWHILE, Work
from archive.models import CaseFile, ImportRow, ImportRun, Place
from archive.people import file_links, same_persons
from archive.places import shelf_order
from archive.vocabulary import Evidence, ImportAction, OrderRule, Permission, RowState, TaskKind

_ROW = ImportRow.__table__  # type: ignore[attr-defined]
_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_TO_APPLY = (RowState.NEW, RowState.CHANGED, RowState.UNCHANGED, RowState.ASKED)
_TO_DO = (
    select(*(_ROW.c[name] for name in ("id", "row", "cells", "reading", "flags", "near", "state", "problem")))
    .where(
        _ROW.c.run_id == bindparam("run_id"),
        _ROW.c.row > bindparam("after"),
        _ROW.c.state.in_([one.value for one in _TO_APPLY]),
    )
    .order_by(_ROW.c.row)
    .limit(bindparam("size"))
)
_PARTS_IN_LIST = (
    select(_ROW.c.file_key, func.max(_ROW.c.part + _ROW.c.covers - 1).label("last"))
    .where(
        matching.OF_RUN,
        _ROW.c.file_key.in_(bindparam("values", expanding=True)),
        _ROW.c.state.not_in([RowState.DUPLICATE.value, RowState.ASKED.value]),
    )
    .group_by(_ROW.c.file_key)
)
_LAST_POSITIONS = (
    select(_FILE.c.place_id, func.max(_FILE.c.position).label("last"))
    .where(_FILE.c.place_id.in_(bindparam("values", expanding=True)))
    .group_by(_FILE.c.place_id)
)
_NEWEST = select(func.coalesce(func.max(_FILE.c.id), 0))
_FOREIGN = (
    select(_FILE.c.id)
    .where(_FILE.c.id > bindparam("after"), _FILE.c.import_id.is_distinct_from(bindparam("run_id")))
    .limit(1)
)
KEEP_OPEN: Any = {"read": True, "key_share": True}  # places: others may use them, nobody may close them
# Two lists registered at once might each register the same person: on PostgreSQL they take turns.
ONE_LIST_AT_A_TIME = text("SELECT pg_advisory_xact_lock(4711, 2)")
_AT_END = frozenset({OrderRule.AS_PLACED, OrderRule.NAME, OrderRule.KIND})


class Applying:
    """Register a checked list, batch by batch; each batch is one short transaction."""

    def __init__(self, turns: Turns, run: ImportRun) -> None:
        self._turns, self._run_id = turns, run.id
        self._mapping = Mapping.from_dict(run.mapping or {})
        self._newest = int(run.options.get("newest", 0))
        self._look_again = False
        self._seen: Seen | None = None
        self._alone = 0
        self._begin()

    def _begin(self) -> None:
        self._finder, self._masked = PlaceFinder(), MaskedFiles()
        with self._turns.archive.read(self._turns.actor) as work:
            self._terms = Terms.load(work, self._mapping)
            self._marks = Marks.load(work, self._run_id, self._terms)

    def close(self) -> None:
        """Let go of nothing: the rows are in the database."""

    def step(self) -> bool:
        """Register the next rows; tell whether there is more.

        Where a verb refuses, the rows of the batch are taken one by one and the one it refuses is put aside.
        """
        turns = self._turns
        if self._marks and turns.after == 0:  # before any row of its list can be seen
            with turns.take() as (work, run):
                protected.hide(work, run, self._marks)
        with turns.archive.read(turns.actor) as work:
            self._look_round(work)
            size = 1 if self._alone else turns.size
            parameters = {"run_id": self._run_id, "after": turns.after, "size": size}
            rows = work.connection.execute(_TO_DO, parameters).all()
        items = [item_of(row.row, reading_of(row), self._terms) for row in rows]
        try:
            with turns.take(len(rows)) as (work, run):
                if not rows:
                    self._finish(work, run)
                    return False
                self._apply(work, run, rows, items)
        except (Invalid, Conflict) as refusal:
            if isinstance(refusal, ChangedMeanwhile):
                raise
            self._begin()  # what was remembered of places and units was undone with the rest
            if len(rows) > 1:
                self._alone = len(rows)
                return True
            self._put_aside(rows[0], items[0], refusal)
        self._alone = max(self._alone - 1, 0)
        turns.after = rows[-1].row
        return True

    def _apply(self, work: Work, run: ImportRun, rows: Sequence[Any], items: Sequence[Item]) -> None:
        if not work.sqlite:
            work.connection.execute(ONE_LIST_AT_A_TIME)
        for wave in waves(items):
            batch = RowBatch(work, run, self._finder, self._terms, self._marks, self._masked)
            chosen = [rows[index] for index in wave]
            verdicts = batch.judge([items[index] for index in wave], chosen)
            self._near(work, chosen, verdicts)
            batch.apply(chosen, verdicts)
            self._count(run, chosen, verdicts, batch.places)
        run.next_row = rows[-1].row

    def _put_aside(self, row: Any, item: Item, refusal: DomainError) -> None:
        facts = tuple(refusal.facts.items())
        verdict = Verdict(item, RowState.REJECTED, problem=RowProblem(refusal.code, refusal.sentence, facts))
        with self._turns.take() as (work, run):
            RowBatch(work, run, self._finder, self._terms, self._marks).apply([row], [verdict])
            self._count(run, [row], [verdict], 0)

    @staticmethod
    def _count(run: ImportRun, rows: Sequence[Any], verdicts: Sequence[Verdict], places: int) -> None:
        counts = Counts.from_data(run.counts)
        counts.add(verdicts)
        cells.registered(run, rows, verdicts)
        counts.places += places
        run.counts, run.next_row = counts.as_dict(), max(run.next_row, rows[-1].row)
        run.share = round(100 * counts.rows / max(run.rows, 1))

    def _near(self, work: Work, rows: Sequence[Any], verdicts: Sequence[Verdict]) -> None:
        """Take what the check found nearly the same; look again once anyone else has registered files."""
        seen, before = self._look_round(work), verdicts[0].item.row
        self._newest = work.connection.execute(_NEWEST).scalar_one()
        if self._look_again:
            near.look(work, self._run_id, before, verdicts, seen, self._terms)
        near.look_masked(work, self._run_id, before, verdicts, seen.slips)
        near.keep(rows, verdicts)

    def _look_round(self, work: Work) -> Seen:
        """Take in what anyone else has registered: most of it before the turn, when nobody waits for it."""
        parameters = {"after": self._newest, "run_id": self._run_id}
        self._look_again |= work.connection.execute(_FOREIGN, parameters).first() is not None
        self._seen = self._seen or Seen(Slips.load(work))
        if self._look_again:
            self._seen.register.load(work)
        return self._seen

    def _finish(self, work: Work, run: ImportRun) -> None:
        counts = Counts.from_data(run.counts)
        checked = Counts.from_data(run.options["checked"])
        # Rows the check put aside were not touched again: they count as they did.
        counts.rows, counts.duplicates = checked.rows, checked.duplicates
        counts.rejected += checked.rejected
        counts.problems += checked.problems
        run.counts, run.share, run.heartbeat, run.finished_at = counts.as_dict(), 100, None, work.now
        history.advance(work, run, ImportAction.FINISH, changes={"next_row": 0}, counts=run.counts)


class RowBatch:
    """Register or change what the rows of one batch say, in one transaction."""

    def __init__(
        self,
        work: Work,
        run: ImportRun,
        finder: PlaceFinder,
        terms: Terms,
        marks: Marks | None = None,
        masked: MaskedFiles | None = None,
    ) -> None:
        self._work, self._run, self._finder, self._terms = work, run, finder, terms
        self._marks = Marks() if marks is None else marks
        self._masked = MaskedFiles() if masked is None else masked
        self._places: dict[int, Place] = {}
        self._ends: dict[int, int] = {}
        self._raised: dict[str, Any] = {}
        self._background = Background({}, {}, {}, terms)
        self._words = earlier.Words.of_run(run, terms.mapping)
        self.places = 0

    def judge(self, items: Sequence[Item], rows: Sequence[Any] = (), *, apart: bool = False) -> list[Verdict]:
        """Decide again what rows mean, since the register may have changed; `apart`: files of their own."""
        self._marks.on(self._work, items)
        spots = self._finder.find(self._work, (item.steps for item in items))
        keys = {item.key for item in items}
        self._background = behind(self._work, items, keys, spots, self._terms)
        seal(self._background, items, rows)
        self._background.bearers = earlier.bearers(self._work, items)
        self._background.merged = {} if apart else self._background.merged
        for item, row in zip(items, rows, strict=False):
            waiting = any(file.waiting for file in self._background.known.get(item.key, {}).values())
            if waiting or item.key in self._background.twins:
                self._words.worded(item, row.cells)  # by all its words it is known which row or file it is
        verdicts = [self._judged(item, row) for item, row in zip(items, rows or repeat(None), strict=False)]
        self._create_places(verdicts)
        return verdicts

    def _judged(self, item: Item, row: Any) -> Verdict:
        """Decide what one row means, keeping what only the check can see; all its words tell a question."""
        verdict = judge(item, self._background)
        if row is not None:
            verdict = asking.as_staged(verdict, row.state, row.problem)
            if verdict.state is RowState.ASKED:
                self._words.worded(item, row.cells)
        asking.settle_known(self._work, [verdict], self._terms)
        names.note(verdict, self._background.newcomers)
        return verdict

    def _create_places(self, verdicts: Sequence[Verdict]) -> None:
        missing = [v.item.steps for v in verdicts if v.stands and self._spot(v.item).missing]
        if missing:
            if not self._work.actor.may(Permission.SHAPE_PLACES):
                raise Conflict("place_missing", PLACE_MISSING, field="answer")
            before = self._finder.created
            self._background.spots = {**self._background.spots, **self._finder.ensure(self._work, missing)}
            self.places = self._finder.created - before

    def told(self, item: Item, file: CaseFile, *, adding: bool) -> Verdict:
        """Decide what a row means of which somebody said that it is about a file."""
        key = CaseKey(file.source_id, file.reference_key)
        spots = self._finder.find(self._work, [item.steps])
        self._background = behind(self._work, [replace(item, key=key)], {key}, spots, self._terms)
        known = self._background.known[key][file.part]
        if not known.persons:
            matching.add_persons(self._work, [known])
        verdict = told(item, known, self._background, adding=adding)
        known.sealed = known.protected and file.import_id != self._run.id  # for what is asked of it now
        self._create_places([verdict])
        return verdict

    def _spot(self, item: Item) -> ListedPlace:
        """Return where a row says a file stands; raises Conflict where there is no such place."""
        spot = self._background.spots[item.steps]
        if spot is None:
            raise Conflict("place_unknown", PLACE_UNKNOWN)
        return spot

    def apply(self, rows: Sequence[Any], verdicts: Sequence[Verdict]) -> None:
        """Do what the verdicts say and note on each row what became of it."""
        work, run = self._work, self._run
        acting = [verdict for verdict in verdicts if verdict.state is not RowState.ASKED]
        self._book = self._persons(acting)
        fresh = [(verdict, part) for verdict in acting for part in verdict.parts if part.known is None]
        kept = self._lock(acting)
        undo: dict[int, dict[str, Any]] = {verdict.item.row: {} for verdict in verdicts}
        undo |= self._changes(acting)
        made = self._register(fresh)
        for verdict in verdicts:
            if verdict.state is RowState.ASKED:
                if hidden := asking.hiding(work, verdict):
                    undo[verdict.item.row] = {"persons": changes.change_persons(work, run, hidden)}
                changes.mask(work, run, verdict.parts)
        for verdict in acting:
            persons = [change for part in verdict.parts for change in part.persons]
            if persons:
                undo[verdict.item.row]["persons"] = changes.change_persons(work, run, persons)
        checks = [(made[v.item.row, p.part], v.item) for v, p in fresh if v.item.reading.check]
        checks += [(p.known.id, v.item) for v in acting for p in v.parts if p.known and p.check]
        changes.record_checks(work, run, checks)
        self._marks.keep(work, run, rows, verdicts)
        self._note(rows, verdicts, made, undo)
        same_persons.ask(work, self._book.asked(), run)
        self._ask(rows, verdicts, made)
        same_persons.ask_by_name(work, self._book.marked(), run)
        if self._book.tied:
            same_persons.tell_of_list(work, run)
        kept.clear()

    def _lock(self, verdicts: Sequence[Verdict]) -> list[Any]:
        """Lock and read at once what is to change; raises ChangedMeanwhile if it is not as judged."""
        parts = [part for verdict in verdicts for part in verdict.parts]
        known = {part.known.id: part.known for part in parts if part.known and part.state is RowState.CHANGED}
        kept: list[Any] = []
        for model, ids in (
            (CaseFile, known.keys()),
            (Place, {self._spot(verdict.item).id for verdict in verdicts if verdict.stands}),
        ):
            wanted = select(model).where(col(model.id).in_(sorted(ids))).order_by(col(model.id))
            locked = wanted.with_for_update() if model is CaseFile else wanted.with_for_update(**KEEP_OPEN)
            kept += self._work.session.execute(locked).scalars() if ids else ()
        for file in kept:
            if isinstance(file, CaseFile) and file.version != known[file.id].version:
                raise ChangedMeanwhile("changed_meanwhile", CHANGED_MEANWHILE)
        return kept

    def _persons(self, verdicts: Sequence[Verdict]) -> PersonBook:
        items = [verdict.item for verdict in verdicts]
        siblings = [file for parts in self._background.known.values() for file in parts.values()]
        matching.add_persons(self._work, [file for file in siblings if not file.persons])
        book = PersonBook.load(self._work, self._run.id, self._run.name, items, siblings)
        for verdict in verdicts:
            for part in verdict.parts:
                said = verdict.item.reading.persons if part.known is None else tuple(part.added)
                differs = book.note(verdict.item, part, said)
                if differs:
                    part.ask(**differs)
        book.register(self._work)
        return book

    def _changes(self, verdicts: Sequence[Verdict]) -> dict[int, dict[str, Any]]:
        undo: dict[int, dict[str, Any]] = {}
        for verdict in verdicts:
            undo[verdict.item.row] = {}
            for part in verdict.parts:
                if part.known is None or part.state is RowState.UNCHANGED:
                    continue
                if unit := part.values.pop("unit", ""):
                    part.values["unit_id"] = changes.unit_id(self._work, self._terms.units, unit)
                place_id = self._spot(verdict.item).id if part.move else 0
                undone = changes.change_file(self._work, self._run, verdict.item, part, self._book, place_id)
                undo[verdict.item.row].setdefault("files", []).append(undone)
        return undo

    def _register(self, fresh: Sequence[tuple[Verdict, PartVerdict]]) -> dict[tuple[int, int], int]:
        totals = self._totals(fresh)
        self._load_places(fresh)
        new = [self._new_file(verdict.item, part, totals[verdict.item.key]) for verdict, part in fresh]
        if not new:
            return {}
        made = files.insert_many(self._work, new)
        raised = {
            file.id: totals[key]
            for key in totals
            for file in self._background.known.get(key, {}).values()
            if file.parts < totals[key]
        }
        self._raised = changes.raise_parts(self._work, self._run, raised) if raised else {}
        return {
            (verdict.item.row, part.part): file_id
            for (verdict, part), file_id in zip(fresh, made, strict=True)
        }

    def _totals(self, fresh: Sequence[tuple[Verdict, PartVerdict]]) -> dict[CaseKey, int]:
        """Return how many parts each case has, by all that says so: the row, the list, the register."""
        totals: dict[CaseKey, int] = {}
        for verdict, part in fresh:
            stated = verdict.item.reading.parts or 1
            known = self._background.known.get(verdict.item.key, {}).values()
            most = max(stated, part.part, *(file.parts for file in known), *(file.part for file in known))
            totals[verdict.item.key] = max(totals.get(verdict.item.key, 1), most)
        by_name = {str(key): key for key in totals}
        for row in matching.fetch(self._work, _PARTS_IN_LIST, by_name.keys(), run_id=self._run.id):
            key = by_name[row.file_key]
            totals[key] = min(max(totals[key], row.last), files.MOST_PARTS)
        return totals

    def _load_places(self, fresh: Sequence[tuple[Verdict, PartVerdict]]) -> None:
        wanted = {self._spot(verdict.item).id for verdict, _part in fresh}
        rows = self._work.session.execute(select(Place).where(col(Place.id).in_(sorted(wanted)))).scalars()
        self._places = {place.id: place for place in rows}
        ends = {place.id for place in self._places.values() if place.order_rule in _AT_END}
        for row in matching.fetch(self._work, _LAST_POSITIONS, ends):
            self._ends[row.place_id] = row.last

    def _new_file(self, item: Item, part: PartVerdict, parts: int) -> NewFile:
        reading, book = item.reading, self._book
        place = self._places[self._spot(item).id]
        odd = reading.opened and reading.closed and reading.opened.earliest() > reading.closed.latest()
        return NewFile(
            reference=reference_of(item),
            source_id=item.key.source_id,
            kind_id=item.kind_id,
            place=place,
            persons=book.persons(item, part.part),
            part=part.part,
            parts=parts,
            unit_id=changes.unit_id(self._work, self._terms.units, reading.unit),
            opened_on=None if odd else reading.opened,
            closed_on=reading.closed,
            last_note_on=reading.last_note,
            placed_child=bool(reading.placed_child),
            adoption=bool(reading.adoption),
            parenthood=bool(reading.parenthood),
            child_investigation=bool(reading.child_investigation),
            custody_agreement=bool(reading.custody_agreement),
            position=self._position(item, place),
            how=Evidence.LIST,
            import_id=self._run.id,
            protected=book.protected(item, part.part),
        )

    def _position(self, item: Item, place: Place) -> int:
        """Return where a file stands: as the list says, where the place has no order of its own."""
        reading = item.reading
        if place.order_rule is OrderRule.BIRTH_DATE:
            return shelf_order.birth_key(item.number)
        if place.order_rule not in _AT_END:
            return shelf_order.position(self._work, place, 0, reading.closed, reference_of(item))
        if reading.position is not None:
            return reading.position
        self._ends[place.id] = self._ends.get(place.id, 0) + 1
        return self._ends[place.id]

    def _note(
        self,
        rows: Sequence[Any],
        verdicts: Sequence[Verdict],
        made: dict[tuple[int, int], int],
        undo: dict[int, dict[str, Any]],
    ) -> None:
        if self._raised:
            undo[verdicts[0].item.row]["parts"] = self._raised
        done: list[dict[str, Any]] = []
        gone: list[dict[str, Any]] = []
        for row, verdict in zip(rows, verdicts, strict=True):
            waits = verdict.state in (RowState.REJECTED, RowState.ASKED)
            verdict.state = RowState.REGISTERED if verdict.state is RowState.NEW else verdict.state
            first = verdict.parts[0] if verdict.parts else None
            sealed = verdict.state is RowState.ASKED and verdict.shown is not RowState.ASKED
            known = first.known.id if first and first.known and (sealed or not waits) else None
            # The register holds it now; what nobody will have to look at again is not kept twice.
            look = waits or row.flags or verdict.near or any(part.conflicts for part in verdict.parts)
            (done if look else gone).append(
                {
                    "id": row.id,
                    "state": verdict.state,
                    "file_id": known or (made.get((row.row, first.part)) if first and not waits else None),
                    "undo": undo[row.row] or None,
                    "problem": problem_dict(verdict),
                    "reading": row.reading if waits else None,
                    **({} if look else {"cells": []}),
                }
            )
        for some in (done, gone):
            if some:
                self._work.update(_ROW, some)

    def _ask(
        self, rows: Sequence[Any], verdicts: Sequence[Verdict], made: dict[tuple[int, int], int]
    ) -> None:
        """Open an item on the worklist for everything somebody has to decide."""
        asked = questions.QuestionBook(self._work, self._run)
        masked = files.protected(self._work, made.values())
        alike = self._masked.look(self._work, verdicts, made, masked)
        same_persons.ask_pairs(self._work, alike.persons, self._run)
        for file_id in sorted(alike.nameless):
            file_links.mask(self._work, files.get(self._work, file_id), self._run.id)
        for row, verdict in zip(rows, verdicts, strict=True):
            asked.of_row(row)
            if verdict.state is RowState.ASKED:
                known = next(part.known for part in verdict.parts if part.doubt and part.known)
                facts = asking.facts(verdict, self._terms)
                asked.ask(TaskKind.IDENTITY, row.id, known.id, facts, sealed=known.sealed)
                continue
            for part in verdict.parts:
                file_id = part.known.id if part.known else made[verdict.item.row, part.part]
                sealed = part.sealed or file_id in masked
                for kind, facts in part.conflicts.items():
                    for some in questions.apart(facts, part.kept_back):
                        asked.ask(kind, row.id, file_id, some, sealed=sealed)
                if part is verdict.parts[0]:
                    asked.ask_near(row.id, file_id, [*verdict.near, *verdict.near_masked])
                for other in alike.files.get(file_id, ()):
                    asked.ask(TaskKind.NEAR_DUPLICATE, row.id, file_id, {}, other)
        asked.open()
