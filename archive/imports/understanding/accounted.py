"""Tell what became of every cell of a list: registered as what, left out and why, or in question."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from archive.imports import runs
from archive.imports.lists.meaning.fields import ListField
from archive.imports.lists.meaning.mapping import Mapping
from archive.imports.lists.meaning.tables import ListShape
from archive.imports.understanding.cells import CellTally
from archive.models import ImportRun
from archive.vocabulary import CellFate, ImportPurpose
from archive.vocabulary.wording import _, ngettext

_LEFT = frozenset((CellFate.UNREAD, CellFate.NOTE, CellFate.IGNORED, CellFate.BESIDE, CellFate.SHEET))
"""What is not registered though nobody said that its row is none, so that nobody overlooks it."""

_WHOLE = (
    *(CellFate.HEADING, CellFate.SUM, CellFate.LINE, CellFate.REFUSED, CellFate.DUPLICATE),
    *(CellFate.QUESTION, CellFate.WRONG),
)
_NOT_REGISTERED = {
    None: CellFate.IGNORED,
    ListField.IGNORED: CellFate.IGNORED,
    ListField.FREE_TEXT: CellFate.NOTE,
}


class CellsAccounted(NamedTuple):
    """Count the cells of one fate: of a column, a sheet, or rows as a whole, whose number is then known."""

    fate: CellFate
    cells: int
    name: str = ""
    field: ListField | None = None
    rows: int | None = None

    def say(self) -> str:
        """Return in words what became of the cells."""
        said = self.fate.label
        if self.fate is CellFate.FIELD and self.field:
            said = f"{said} {self.field.label}"
        if self.name:
            return _("“%(name)s”: %(what)s", name=self.name, what=said)
        return said[:1].upper() + said[1:]

    @property
    def left(self) -> bool:
        """Tell whether nothing of the cells is registered, and somebody may have meant them to be."""
        return self.fate in _LEFT

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data for JSON."""
        named = {"name": self.name, "field": self.field.value if self.field else None, "rows": self.rows}
        return {
            "fate": self.fate.value,
            "cells": self.cells,
            **{k: v for k, v in named.items() if v is not None and v != ""},
        }


class ListAccounted(NamedTuple):
    """Hold what became of the cells of a list: how many the file has, and how many merging adds."""

    cells: int
    repeated: int
    parts: Sequence[CellsAccounted]

    def say(self) -> str:
        """Say how many cells the file has, each of them accounted for."""
        said = _("%(num)s cells with text in the file, each counted once.", num=self.cells)
        if self.repeated:
            said += " " + _(
                "Merged cells are counted %(num)s times more, once for each row they hold for.",
                num=self.repeated,
            )
        return said

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data for JSON."""
        return {
            "cells": self.cells,
            "repeated": self.repeated,
            "parts": [one.as_dict() for one in self.parts],
        }


def accounted(run: ImportRun) -> ListAccounted | None:
    """Return what became of the cells of a list that was checked; None of one an earlier version checked."""
    tally = CellTally.kept(run)
    if tally is None or not tally.outside or run.purpose is not ImportPurpose.REGISTER:
        return None
    parts = [one for one in (*_of_columns(run, tally), *_of_rows(run, tally)) if one.cells]
    repeated = tally.outside["repeated"]
    return ListAccounted(sum(one.cells for one in parts) - repeated, repeated, parts)


def _of_columns(run: ImportRun, tally: CellTally) -> Iterator[CellsAccounted]:
    names = ListShape.from_dict(run.shape or {}).columns
    placed = Mapping.from_dict(run.mapping or {}).place(names)
    fields = {position: field for field, those in placed.items() for position in those}
    beside = sum(tally.columns[len(names) :]) + tally.outside["beside"]
    aside = (CellFate.UNREAD, CellFate.DIFFERS)
    for at, (name, count) in enumerate(zip(names, tally.columns, strict=False)):
        field = fields.get(at)
        apart = [(fate, tally.aside.get(fate.value, {}).get(str(at), 0)) for fate in aside]
        fate = _NOT_REGISTERED.get(field, CellFate.FIELD)
        yield CellsAccounted(fate, count - sum(many for _fate, many in apart), name, field)
        for other, many in apart:
            yield CellsAccounted(other, many, name, field)
    yield CellsAccounted(CellFate.BESIDE, beside)


def _of_rows(run: ImportRun, tally: CellTally) -> Iterator[CellsAccounted]:
    yield CellsAccounted(CellFate.TITLE, tally.outside["titles"])
    yield CellsAccounted(CellFate.OWN, tally.outside.get("own", 0))
    for fate in _WHOLE:
        rows, cells = tally.whole.get(fate.value, (0, 0))
        header = fate is CellFate.HEADING and tally.outside["headings"]
        yield CellsAccounted(fate, cells + (header or 0), rows=rows + bool(header))
    for sheet in runs.left_sheets(run, ListShape.from_dict(run.shape or {})):
        yield CellsAccounted(CellFate.SHEET, sheet.cells, sheet.name, rows=sheet.rows)


def lines(run: ImportRun) -> Iterator[str]:
    """Iterate what became of every cell, in words, the sum last."""
    found = accounted(run)
    for one in found.parts if found else ():
        rows = f" ({ngettext('%(num)s row', '%(num)s rows', one.rows)})" if one.rows else ""
        left = f", {_('not registered').upper()}" if one.left else ""
        yield f"{one.cells:>9}  {one.say()}{rows}{left}"
    if found:
        yield found.say()
