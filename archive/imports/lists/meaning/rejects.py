"""Write refused rows as a file of the same form as their list, with row and reason beside their cells.

Of workbooks of every kind that form is XLSX.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import BinaryIO, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from archive.imports.lists.formats.cells import column_letters, escape_controls
from archive.imports.lists.formats.own_columns import PROTECTED_REASON, REASON, ROW
from archive.imports.lists.formats.text import clean
from archive.imports.lists.meaning.fields import ListField
from archive.imports.lists.meaning.mapping import Mapping
from archive.imports.lists.meaning.tables import ListShape
from archive.output.csv import guard
from archive.vocabulary.wording import _

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f"""<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>
<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>
</Types>""",
    "_rels/.rels": f"""<Relationships xmlns="{_RELATIONS}">
<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>
</Relationships>""",
    "xl/_rels/workbook.xml.rels": f"""<Relationships xmlns="{_RELATIONS}">
<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="r2" Type="{_OFFICE}/styles" Target="styles.xml"/>
</Relationships>""",
    # style 1 is text (format 49, @), so that a cell typed over stays text
    "xl/styles.xml": f"""<styleSheet xmlns="{_MAIN}">
<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill>
<fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>""",
}
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def with_names(shape: ListShape, mapping: Mapping) -> ListShape:
    """Name the columns without a heading after what they were read as, so that they are read so again."""
    fields = {at: field for field, those in mapping.place(shape.columns).items() for at in those}
    named = (
        fields[at].label if at in fields and not clean(name) else name for at, name in enumerate(shape.header)
    )
    return replace(shape, header=tuple(named))


def as_named(mapping: Mapping, shape: ListShape) -> Mapping:
    """Correct what is guessed of the columns of such a file: those without a name were not read."""
    for column, name in zip(shape.columns, shape.header, strict=True):
        word = clean(name)
        field = next((one for one in ListField if word in (one.sv, one.en)), None)
        if field or not word:
            mapping = mapping.with_field(column, field)
    return mapping


def suffix(shape: ListShape) -> str:
    """Return the ending of the file's name."""
    return ".csv" if shape.kind == "csv" else ".xlsx"


class RefusedRow(NamedTuple):
    """Hold a row as it stood, which of the list it was, and why it was refused."""

    cells: Sequence[str]
    row: str
    reason: str


def write_rejects(
    out: BinaryIO, shape: ListShape, refused: Iterable[RefusedRow], *, protected: bool = False
) -> int:
    """Write rows below the titles and header of their list; returns how many.

    No text is a formula where the file is opened, and every cell reads again as the same text. Row and reason
    stand behind the columns of the list, before what a row has beyond them. Read again, they are known, and
    the rows of a `protected` file stay so.
    """
    width = len(shape.header)
    count = 0

    def rows() -> Iterator[list[str]]:
        nonlocal count
        for cells, row, reason in refused:
            count += 1
            kept = [*cells[:width], *[""] * (width - len(cells))]
            yield [*kept, row, reason, *cells[width:]]

    head = [list(title) for title in shape.titles]
    head.append([*shape.header, _(ROW), _(PROTECTED_REASON if protected else REASON)])
    write = _write_text if shape.kind == "csv" else _write_workbook
    write(out, shape, chain(head, rows()))
    return count


def _write_text(out: BinaryIO, shape: ListShape, rows: Iterable[Sequence[str]]) -> None:
    text = io.TextIOWrapper(out, encoding=shape.encoding, errors="replace", newline="", write_through=True)
    special = re.compile(rf'["\r\n{re.escape(shape.separator)}]')
    if shape.separator_line:
        text.write(f"sep={shape.separator}{shape.newline}")
    for row in rows:
        cells = (
            f'"{cell.replace(_QUOTE, _QUOTE * 2)}"' if special.search(cell) else cell
            for cell in map(guard, row)
        )
        text.write(shape.separator.join(cells) + shape.newline)
    text.flush()
    text.detach()


_QUOTE = '"'


def _write_workbook(out: BinaryIO, shape: ListShape, rows: Iterable[Sequence[str]]) -> None:
    """Write the few parts a workbook needs, streaming; nothing goes to a temporary file."""
    epoch = ' date1904="1"' if shape.epoch == 1904 else ""
    book = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr{epoch}/>'
        f'<sheets><sheet name={quoteattr(shape.sheet)} sheetId="1" r:id="r1"/></sheets></workbook>'
    )
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in (_PARTS | {"xl/workbook.xml": book}).items():
            packed.writestr(name, _XML + content)
        with packed.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            for number, row in enumerate(rows, start=1):
                sheet.write(_row_xml(number, row).encode())
            sheet.write(b"</sheetData></worksheet>")


def _row_xml(number: int, row: Sequence[str]) -> str:
    cells = (
        f'<c r="{column_letters(index)}{number}" s="1" t="inlineStr"><is><t xml:space="preserve">'
        f"{escape(escape_controls(guard(text, formulas=False)))}</t></is></c>"
        for index, text in enumerate(row)
        if text
    )
    return f'<row r="{number}">{"".join(cells)}</row>'
