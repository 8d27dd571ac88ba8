"""Account for the cells of a list as its rows are decided: each is counted under what became of it."""

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Dict
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from typing import Any, Self

from archive.imports.lists.formats.text import filled_cells
from archive.imports.lists.meaning.fields import FlagCode, ListField
from archive.imports.lists.meaning.mapping import Mapping
from archive.imports.lists.meaning.tables import ListShape
from archive.imports.rows.items import Verdict
from archive.imports.rows.names import LONGER
from archive.imports.understanding.outside import CellsOutside
from archive.models import ImportRun
from archive.vocabulary import CellFate, RowReason, RowState, TaskKind

_KEY, _CHECKED = "cells", "cells_checked"
KEPT = (_KEY, _CHECKED)
"""The options of a run that hold what became of its cells."""

_OF_STATE = {RowState.DUPLICATE: CellFate.DUPLICATE, RowState.ASKED: CellFate.QUESTION}
_OF_REASON = {
    **dict.fromkeys((RowReason.NOT_A_FILE.value, RowReason.HEADER_AGAIN.value), CellFate.HEADING),
    **dict.fromkeys((RowReason.SUM.value, RowReason.PAGE_HEAD.value), CellFate.SUM),
    **dict.fromkeys((RowReason.PLACE_LINE.value, RowReason.PERSON_LINE.value), CellFate.LINE),
}
_UNREAD = frozenset(
    (
        *(FlagCode.DATE_UNREADABLE, FlagCode.DATE_CENTURY_MISSING, FlagCode.POSITION_UNREADABLE),
        *(FlagCode.PART_UNREADABLE, FlagCode.KIND_UNKNOWN, FlagCode.CELL_ERROR),
    )
)
_NAMES = (ListField.NAME, ListField.FAMILY_NAME, ListField.GIVEN_NAME)
_PLACES = (
    *(ListField.PLACE, ListField.SITE, ListField.ROOM, ListField.RACK, ListField.SHELF, ListField.BOX),
    ListField.POSITION,
)
_ASKED = {
    "kind_id": (ListField.KIND,),
    "opened_on": (ListField.OPENED, ListField.PERIOD),
    "closed_on": (ListField.CLOSED, ListField.PERIOD),
    "last_note_on": (ListField.LAST_NOTE,),
    "number": (ListField.NUMBER,),
    "person": (ListField.NUMBER, *_NAMES),
    "name": _NAMES,
    LONGER: _NAMES,
}
_FIELDS = {one.value: one for one in ListField}


@dataclass(slots=True)
class CellTally:
    """Count the cells with text of the rows of a list.

    `columns` are those of rows that stand in the register, by column; `aside` those of them that are not
    registered all the same, by fate and column; `whole` rows and cells of the other rows, by fate.
    """

    columns: list[int] = field(default_factory=list)
    aside: dict[str, dict[str, int]] = field(default_factory=dict)
    whole: dict[str, list[int]] = field(default_factory=dict)
    outside: dict[str, int] = field(default_factory=dict)

    @classmethod
    def kept(cls, run: ImportRun) -> Self | None:
        """Return what is kept of a run; None of one that was checked by an earlier version."""
        data = run.options.get(_KEY)
        return cls(**deepcopy(data)) if data else None

    def keep(self, run: ImportRun) -> None:
        """Keep it beside a run."""
        run.options = {**run.options, _KEY: asdict(self)}

    def add(self, rows: Iterable[tuple[Sequence[str], Verdict]], at: Dict[ListField, Sequence[int]]) -> None:
        """Count the cells of rows that were decided."""
        standing = []
        for cells, verdict in rows:
            if fate := _of_whole(verdict):
                self._whole(fate, 1, filled_cells(cells))
                continue
            standing.append(cells)
            if verdict.item.reading.flags or any(part.conflicts for part in verdict.parts):
                self._aside(cells, verdict, at)
        counts = [filled_cells(column) for column in zip_longest(*standing, fillvalue="")]
        self.columns = [one + more for one, more in zip_longest(self.columns, counts, fillvalue=0)]

    def answer(
        self,
        cells: Sequence[str],
        verdict: Verdict | None,
        at: Dict[ListField, Sequence[int]],
        *,
        stands: bool,
    ) -> None:
        """Count a row that waited as what it has become; one said to be wrong stands nowhere."""
        filled = filled_cells(cells)
        self._whole(CellFate.QUESTION, -1, -filled)
        if verdict:
            self.add([(cells, verdict)], at)
        elif stands:
            counts = [int(bool(cell.strip())) for cell in cells]
            self.columns = [one + more for one, more in zip_longest(self.columns, counts, fillvalue=0)]
        else:
            self._whole(CellFate.WRONG, 1, filled)

    def _whole(self, fate: CellFate, rows: int, cells: int) -> None:
        before = self.whole.get(fate.value, (0, 0))
        self.whole[fate.value] = [before[0] + rows, before[1] + cells]

    def _aside(self, cells: Sequence[str], verdict: Verdict, at: Dict[ListField, Sequence[int]]) -> None:
        unread = {flag.field for flag in verdict.item.reading.flags if flag.code in _UNREAD and flag.field}
        asked = set(_asked_of(verdict)) - unread
        for fate, those in ((CellFate.UNREAD, unread), (CellFate.DIFFERS, asked)):
            places = {one for which in those for one in at.get(which, ())}
            counted = self.aside.setdefault(fate.value, {}) if places else {}
            for place in (one for one in places if one < len(cells) and cells[one].strip()):
                counted[str(place)] = counted.get(str(place), 0) + 1


def _of_whole(verdict: Verdict) -> CellFate | None:
    """Return what became of a row as a whole, as everybody may know it; None of one that stands."""
    state = verdict.shown
    if state is RowState.REJECTED:
        return _OF_REASON.get(verdict.problem.code if verdict.problem else "", CellFate.REFUSED)
    return _OF_STATE.get(state)


def _asked_of(verdict: Verdict) -> Iterable[ListField]:
    """Go through the fields a row is asked about though it stands, but for what those cleared are asked."""
    for part in verdict.parts:
        if part.sealed:
            continue
        if TaskKind.PLACE_CONFLICT in part.conflicts:
            yield from _PLACES
        for name in part.conflicts.get(TaskKind.FIELD_CONFLICT, {}).get("fields", {}):
            yield from _ASKED.get(name, (_FIELDS[name],) if name in _FIELDS else ())


def read(run: ImportRun, cells: Sequence[Sequence[str]], verdicts: Sequence[Verdict]) -> None:
    """Count the cells of rows that were checked."""
    tally = CellTally.kept(run) or CellTally()
    tally.add(zip(cells, verdicts, strict=True), _columns(run))
    tally.keep(run)


def registered(run: ImportRun, rows: Sequence[Any], verdicts: Sequence[Verdict]) -> None:
    """Count the cells of rows that were registered; not those of a list checked by an earlier version."""
    if tally := CellTally.kept(run):
        tally.add(zip((row.cells for row in rows), verdicts, strict=True), _columns(run))
        tally.keep(run)


def answered(
    run: ImportRun, cells: Sequence[str], verdict: Verdict | None = None, *, stands: bool = False
) -> None:
    """Count a row that waited as what it has become by an answer; one said to be wrong stands nowhere."""
    if tally := CellTally.kept(run):
        tally.answer(cells, verdict, _columns(run), stands=stands)
        tally.keep(run)


def _columns(run: ImportRun) -> dict[ListField, list[int]]:
    shape = ListShape.from_dict(run.shape or {})
    return Mapping.from_dict(run.mapping or {}).place(shape.columns)


def checked(run: ImportRun, found: CellsOutside) -> None:
    """Note at the end of a check what stands outside the rows, and what registering does not count again."""
    tally = CellTally.kept(run) or CellTally()
    tally.outside = found._asdict()
    tally.keep(run)
    aside = {name: many for name, many in tally.whole.items() if name != CellFate.QUESTION.value}
    run.options = {**run.options, _CHECKED: asdict(CellTally(whole=aside, outside=tally.outside))}


def begin_again(run: ImportRun) -> None:
    """Count anew, as the rows are registered, what stands or is asked; the rest of the check holds."""
    if _CHECKED in run.options:
        run.options = {**run.options, _KEY: run.options[_CHECKED]}
