"""A workbook of one sheet (XLSX): every text is typed as text, so that none is taken for a formula."""

import io
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from xml.sax.saxutils import escape, quoteattr

Cell = str | int | date | None

_LONGEST = 32_767  # characters a cell can hold
_FIRST_DAY = date(1899, 12, 30)  # of the calendar that dates are counted by
_BOLD, _DAY, _WRAPPED = 1, 2, 3  # formats of the styles below
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}">'
        '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
        '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
        '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>"
    ),
}


def xlsx(name: str, head: Sequence[tuple[str, int]], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a workbook; `head` gives each column's title and its width in characters."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for path, text in _PARTS.items():
            package.writestr(path, _HEAD + text)
        package.writestr("xl/workbook.xml", _HEAD + _book(name))
        with package.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for piece in _sheet(head, rows):
                sheet.write(piece.encode())
    return out.getvalue()


def _book(name: str) -> str:
    shown = "".join(" " if sign in "[]:*?/\\" else sign for sign in _plain(name))[:31].strip("' ") or "1"
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f'<sheets><sheet name={quoteattr(shown)} sheetId="1" r:id="rId1"/></sheets></workbook>'
    )


def _sheet(head: Sequence[tuple[str, int]], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield the sheet row by row, its head kept in sight and ready to be filtered."""
    yield f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    yield '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    yield "</sheetView></sheetViews>"
    widths = (
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, (_title, width) in enumerate(head, start=1)
    )
    yield f"<cols>{''.join(widths)}</cols><sheetData>"
    yield f"<row>{''.join(_text(title, _BOLD) for title, _width in head)}</row>"
    count = 1
    for row in rows:
        count += 1
        yield f"<row>{''.join(map(_cell, row))}</row>"
    yield f'</sheetData><autoFilter ref="A1:{_letters(len(head))}{count}"/></worksheet>'


def _cell(value: Cell) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, date):
        return f'<c s="{_DAY}"><v>{(value - _FIRST_DAY).days}</v></c>'
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    return _text(value, _WRAPPED)


def _text(value: str, style: int) -> str:
    shown = escape(_plain(value)[:_LONGEST])
    return f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{shown}</t></is></c>'


def _plain(text: str) -> str:
    """Drop what XML cannot hold and what turns the direction of a text about."""
    return "".join(
        sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Cn"}
    )


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
