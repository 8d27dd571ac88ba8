"""Tell how a list was understood, the same on the page, the command line and as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

from archive.imports import runs
from archive.imports.lists.meaning.fields import ListField
from archive.imports.lists.meaning.mapping import numbered
from archive.imports.understanding.doubts import doubts
from archive.imports.understanding.opened import Opened
from archive.models import ImportRun
from archive.vocabulary.wording import N_, _

_SIGNS = {"\t": N_("tab"), ";": ";", ",": ",", "|": "|"}
_MARKS = {
    "hidden_rows": N_("Hidden rows"),
    "hidden_columns": N_("Hidden columns"),
    "struck_rows": N_("Rows with text struck through"),
    "coloured_rows": N_("Coloured rows"),
    "comments": N_("Comments"),
    "merged": N_("Merged ranges"),
    "filtered": N_("Filters that hide rows"),
}
DROPPED = (None, ListField.IGNORED, ListField.FREE_TEXT)


Samples = Sequence[Sequence[str]]
"""Some cells of each column, as they may be shown."""


def understood(run: ImportRun, samples: Samples = ()) -> dict[str, Any]:
    """Return how a list was understood as plain data for JSON, with samples of its columns if there are."""
    shape = runs.shape_of(run)
    columns = _columns(run)
    return {
        "kind": shape.kind,
        "encoding": shape.encoding,
        "separator": "" if shape.fixed else shape.separator,
        "fixed_columns": list(shape.fixed),
        "sheet": shape.sheet,
        "sections": [
            {"sheet": one.sheet, "heading_row": one.header_row, "added_to_rows": one.added}
            for one in shape.sections
        ],
        "heading_row": shape.header_row,
        "columns": [
            {
                "heading": name,
                "field": field.value if field else None,
                **({"samples": list(some)} if some else {}),
            }
            for (name, field), some in _with(columns, samples)
        ],
        "not_registered": [name for name, field in columns if field in DROPPED],
        "marks": Opened.kept(run).marks,
        "doubts": [{"code": one.code, "text": one.say()} for one in doubts(run)],
    }


def lines(run: ImportRun, samples: Samples = ()) -> Iterator[str]:
    """Iterate how a list was understood, in words; with samples each column that is left has its own line."""
    yield from form(run)
    columns = list(_with(_columns(run), samples))
    for (name, field), some in columns:
        if field is not None and field not in DROPPED:
            said = _("“%(heading)s” is registered as: %(field)s", heading=name, field=field.label)
            yield said + _shown(some)
    left = [(f"“{name}”", some) for (name, field), some in columns if field in DROPPED]
    for said, some in left if samples else ():
        yield _("NOT registered: %(columns)s", columns=said) + _shown(some)
    if left and not samples:
        yield _("NOT registered: %(columns)s", columns=", ".join(name for name, _some in left))


def _shown(samples: Sequence[str]) -> str:
    return f" ({' · '.join(samples)})" if samples else ""


def _with(
    columns: Sequence[tuple[str, ListField | None]], samples: Samples
) -> Iterator[tuple[tuple[str, ListField | None], Sequence[str]]]:
    """Go through the columns, each with its samples."""
    return ((column, samples[at] if at < len(samples) else ()) for at, column in enumerate(columns))


def form(run: ImportRun) -> Iterator[str]:
    """Iterate how the file of a list was understood, in words: letters, cells, sheets, what it marks."""
    shape = runs.shape_of(run)
    if shape.fixed:
        yield _("Text in %(encoding)s with columns of fixed width", encoding=shape.encoding)
    elif shape.kind == "csv":
        sign = _(_SIGNS.get(shape.separator, shape.separator))
        yield _("Text in %(encoding)s, cells parted by “%(sign)s”", encoding=shape.encoding, sign=sign)
    elif not shape.sections:
        yield _("Sheet “%(sheet)s” of a workbook", sheet=shape.sheet)
    for one in shape.sections if shape.sheet else ():
        yield _("Sheet “%(sheet)s”: its row 1 is called row %(first)s", sheet=one.sheet, first=one.added + 1)
    if shape.header_row:
        yield _("Headings in row %(row)s", row=shape.header_row)
    for name, count in Opened.kept(run).marks.items():
        yield f"{_(_MARKS[name])}: {count}"


def _columns(run: ImportRun) -> list[tuple[str, ListField | None]]:
    names = runs.shape_of(run).columns
    fields = {
        position: field
        for field, positions in runs.mapping_of(run).place(names).items()
        for position in positions
    }
    return [(names[position], fields.get(position)) for position in numbered(names).values()]
