"""A4 reports: frame, type, tables, page x of y; every text is escaped and shortened before it is drawn."""

import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from xml.sax.saxutils import escape

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    LongTable,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)
from reportlab.platypus.tables import TableStyle

from archive.documents.rows import BAND as BAND
from archive.documents.rows import INK as INK
from archive.documents.rows import LINE as LINE
from archive.documents.rows import SIZE, Rows
from archive.documents.rows import Column as Column
from archive.wording import _, locale
from labels import typeface

MARGIN = 18 * mm
LONGEST_TEXT = 2000
LONGEST_CELL = 200
ROWS_AT_ONCE = 300  # a table of many thousands of rows is laid out in time that grows with its square
GREY = HexColor("#505a5f")
_BEGINS = 45 * mm  # of room below a heading, else it stands on the next page
_QUIET = 4  # modules of white round a QR symbol


@dataclass(frozen=True, slots=True)
class Head:
    """Say what a report is about, who made it and when; `address` becomes a QR symbol that leads there.

    `foot` stands at the foot of every page, as a draft's mark or a check value.
    """

    title: str
    archive: str
    authority: str
    made: str
    by: str
    address: str = ""
    foot: str = ""


class Report:
    """Collect what stands on a report, then make the PDF."""

    def __init__(self, head: Head) -> None:
        typeface.register()
        self._head = head
        self._story: list[Flowable] = [
            Paragraph(clean(head.title), _style(20, typeface.BOLD, after=2)),
            Paragraph(clean(f"{head.archive}, {head.authority}"), _style(10.5, color=GREY)),
            Paragraph(
                clean(_("Made %(made)s by %(by)s", made=head.made, by=head.by)),
                _style(10.5, color=GREY, after=10),
            ),
        ]

    def heading(self, text: str) -> None:
        """Add a heading; what follows begins on the same page, and a table need not all stand there."""
        words = Paragraph(clean(text), _style(13, typeface.BOLD, before=10, after=4))
        self._story += [CondPageBreak(_BEGINS), words]

    def subheading(self, text: str) -> None:
        """Add a heading of the second rank."""
        self._story.append(Paragraph(clean(text), _style(10.5, typeface.BOLD, before=6, after=2, keep=True)))

    def paragraph(self, text: str) -> None:
        """Add running text; its line breaks stay."""
        for part in text.splitlines() or [""]:
            self._story.append(Paragraph(clean(part), _style(10.5, after=6)))

    def mark(self, text: str) -> None:
        """Add what nobody may overlook, in a frame that shows in black and white."""
        words = Paragraph(clean(text), _style(11, typeface.BOLD))
        box = Table([[words]], colWidths=[A4[0] - 2 * MARGIN], hAlign="LEFT")
        box.setStyle(
            TableStyle([("BOX", (0, 0), (-1, -1), 1.2, INK), ("BOTTOMPADDING", (0, 0), (-1, -1), 7)])
        )
        self._story += [box, Spacer(1, 8)]

    def drawing(self, picture: Flowable) -> None:
        """Add a picture that knows its own size; never cut in two."""
        self._story += [picture, Spacer(1, 6)]

    def new_page(self) -> None:
        """Go on at the top of the next page."""
        self._story.append(PageBreak())

    def signatures(self, parts: Sequence[str]) -> None:
        """Add a line to sign on for each part, with room for name and date, all on one page."""
        cells = [
            [Paragraph(clean(part), _style(10.5)), _("Date"), _("Signature and name in capitals")]
            for part in parts
        ]
        table = Table(
            cells,
            colWidths=[55 * mm, 32 * mm, A4[0] - 2 * MARGIN - 87 * mm],
            rowHeights=15 * mm,
            hAlign="LEFT",
        )
        style: list[Any] = [
            ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
            ("FONT", (1, 0), (-1, -1), typeface.REGULAR, 7.5),
            ("TEXTCOLOR", (1, 0), (-1, -1), GREY),
            ("LEFTPADDING", (0, 0), (0, -1), 0),
            ("LINEBELOW", (1, 0), (1, -1), 0.7, INK),
            ("LINEBELOW", (2, 0), (2, -1), 0.7, INK),
        ]
        table.setStyle(TableStyle(style))
        self._story.append(KeepTogether([table, Spacer(1, 6)]))

    def facts(self, rows: Iterable[tuple[str, object]], names: float = 110) -> None:
        """Add a short table of names and values; the names take so many mm."""
        cells = [
            [
                Paragraph(clean(name), _style(10.5)),
                Paragraph(clean(str(value)), _style(10.5, typeface.BOLD)),
            ]
            for name, value in rows
        ]
        table = LongTable(cells, colWidths=[names * mm, A4[0] - 2 * MARGIN - names * mm], hAlign="LEFT")
        table.setStyle(TableStyle([*_PADDING, ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE)]))
        self._story += [table, Spacer(1, 6)]

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[str]], empty: str) -> None:
        """Add a table whose head is repeated on every page; `empty` stands there when it has no rows."""
        left = iter(rows)
        before = len(self._story)
        if any(column.flow for column in columns):
            while chunk := list(islice(left, ROWS_AT_ONCE)):
                self._story.append(_flowing(columns, chunk))
        elif all_ := list(left):
            self._story.append(_straight(columns, all_))
        if len(self._story) == before:
            self.paragraph(empty)
        self._story.append(Spacer(1, 6))

    def pdf(self) -> bytes:
        """Return the report as PDF."""
        head, out = self._head, io.BytesIO()
        document = BaseDocTemplate(
            out,
            pagesize=A4,
            title=plain(head.title),
            author=plain(f"{head.archive}, {head.authority}"),
            subject=plain(head.title),
            creator="Aktspår",
            lang=locale(),
        )
        frame = Frame(MARGIN, MARGIN, A4[0] - 2 * MARGIN, A4[1] - 2 * MARGIN, 0, 0, 0, 0)
        document.addPageTemplates([PageTemplate("page", [frame], onPage=self._mark)])
        document.build(self._story, canvasmaker=lambda *args, **kwargs: _Numbered(head, *args, **kwargs))
        return out.getvalue()

    def _mark(self, canvas: Canvas, _document: Any) -> None:
        if self._head.address and canvas.getPageNumber() == 1:
            edge = 24 * mm
            draw_qr(canvas, self._head.address, A4[0] - MARGIN - edge, A4[1] - MARGIN - edge + 3 * mm, edge)


class _Numbered(Canvas):
    """Draw the foot of each page once it is known how many there are."""

    def __init__(self, head: Head, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head = head
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - reportlab calls it so
        self._pages.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]

    def save(self) -> None:
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self._foot(number)
            super().showPage()
        super().save()

    def _foot(self, number: int) -> None:
        self.setFont(typeface.REGULAR, 8.5)
        self.setFillColor(GREY)
        left = plain(" · ".join(filter(None, (self._head.archive, self._head.title, self._head.foot))))
        self.drawString(MARGIN, 10 * mm, typeface.shorten(left, typeface.REGULAR, 8.5, 130 * mm))
        words = _("Page %(page)s of %(pages)s", page=number, pages=len(self._pages))
        self.drawRightString(A4[0] - MARGIN, 10 * mm, words)


_PADDING = [
    ("LEFTPADDING", (0, 0), (-1, -1), 3),
    ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ("TOPPADDING", (0, 0), (-1, -1), 2.5),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
]


def _straight(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Rows:
    cells = [[_lines(text, column) for text, column in zip(row, columns, strict=True)] for row in rows]
    return Rows([replace(column, title=plain(column.title)) for column in columns], cells)


def _flowing(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> LongTable:
    cells: list[list[Any]] = [[plain(column.title) for column in columns]]
    cells += [[_cell(text, column) for text, column in zip(row, columns, strict=True)] for row in rows]
    table = LongTable(
        cells,
        colWidths=[column.width * mm for column in columns],
        repeatRows=1,
        hAlign="LEFT",
        splitInRow=1,  # a row may be taller than a page
    )
    style: list[Any] = [
        *_PADDING,
        ("FONT", (0, 0), (-1, 0), typeface.BOLD, SIZE - 0.5),
        ("FONT", (0, 1), (-1, -1), typeface.REGULAR, SIZE),
        ("TEXTCOLOR", (0, 0), (-1, -1), INK),
        ("BACKGROUND", (0, 0), (-1, 0), BAND),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
    ]
    for index, column in enumerate(columns):
        if column.numeric:
            style.append(("ALIGN", (index, 0), (index, -1), "RIGHT"))
        if column.code:
            style.append(("FONT", (index, 1), (index, -1), *column.face))
        if column.box:
            style.append(("GRID", (index, 1), (index, -1), 0.7, INK))
            style.append(("BOTTOMPADDING", (index, 1), (index, -1), 9))
    table.setStyle(TableStyle(style))
    return table


def _cell(text: str, column: Column) -> str | list[Paragraph]:
    if column.flow:
        return [Paragraph(clean(part), _style(SIZE)) for part in text.splitlines() or [""]]
    return "\n".join(_lines(text, column))


def _lines(text: str, column: Column) -> list[str]:
    """Break a cell's text into at most three lines of the column, the last one cut with an ellipsis."""
    if not text:
        return [""]
    face, size = column.face
    room, lines, words = column.width * mm - 7, [""], plain(text, LONGEST_CELL).split()
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and typeface.width(longer, face, size) > room and len(lines) < 3:
            lines.append(word)
        else:
            lines[-1] = longer
    return [typeface.shorten(line, face, size, room) for line in lines]


def clean(text: str) -> str:
    """Return a text as markup that shows it as it is."""
    return escape(plain(text))


def plain(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return a text without controls and direction marks, only with letters the typeface has, shortened."""
    if text.isascii() and text.isprintable() and len(text) <= longest:
        return text  # most are, and 5,000 rows have many
    seen = "".join(
        " " if mark.isspace() else mark
        for mark in text[: longest + 1]
        if mark.isspace() or unicodedata.category(mark)[0] != "C"
    )
    shown = typeface.drawable(unicodedata.normalize("NFC", seen))
    return shown if len(shown) <= longest else shown[: longest - 1] + typeface.ELLIPSIS


def draw_qr(canvas: Canvas, text: str, x: float, y: float, edge: float) -> None:
    """Draw a text as a QR symbol of vector squares; x, y is its lower left; all in points."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    module = edge / (len(rows) + 2 * _QUIET)
    canvas.saveState()
    canvas.setFillColor(INK)
    path = canvas.beginPath()
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                left = x + (across + _QUIET) * module
                path.rect(left, y + edge - (down + _QUIET + 1) * module, module, module)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()


def _style(
    size: float,
    face: str = typeface.REGULAR,
    *,
    color: Color = INK,
    before: float = 0,
    after: float = 0,
    keep: bool = False,
) -> ParagraphStyle:
    return ParagraphStyle(
        "text",
        fontName=face,
        fontSize=size,
        leading=size * 1.3,
        textColor=color,
        spaceBefore=before,
        spaceAfter=after,
        keepWithNext=keep,
        rightIndent=0,
        splitLongWords=True,
    )
