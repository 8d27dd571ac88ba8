"""A4 reports: frame, type, tables, page x of y; every text is escaped and printed whole."""

import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
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
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)
from reportlab.platypus.tables import TableStyle

from archive.output.rows import BAND as BAND
from archive.output.rows import INK as INK
from archive.output.rows import LINE as LINE
from archive.output.rows import Column as Column
from archive.output.rows import Rows
from archive.vocabulary.wording import _, locale
from labels import typeface
from labels.scripts import JOINERS

MARGIN = 18 * mm
GREY = HexColor("#505a5f")
_TEXT = 10.5  # points of running text and facts
_BEGINS = 45 * mm  # of room below a heading, else it stands on the next page
_BEGINS_BELOW = 25 * mm  # the same for one of the second rank
_WIDE = A4[0] - 2 * MARGIN
_SYMBOL = 24 * mm  # edge of the symbol at the head
_FOOT, _FOOT_UP, _FOOT_STEP = 8.5, 10 * mm, 3.7 * mm  # the foot's type size, its last line, line to line
_FOOT_WIDE, _FOOT_MOST = 130 * mm, 2  # lines
_QUIET = 4  # modules of white round a QR symbol


@dataclass(frozen=True, slots=True)
class ReportHead:
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

    def __init__(self, head: ReportHead) -> None:
        typeface.register()
        self._head = head
        beside = _SYMBOL + 3 * mm if head.address else 0
        self._story: list[Flowable] = [
            Paragraph(clean(head.title), _style(20, typeface.BOLD, after=2, right=beside)),
            Paragraph(clean(f"{head.archive}, {head.authority}"), _style(_TEXT, color=GREY, right=beside)),
            Paragraph(
                clean(_("Made %(made)s by %(by)s", made=head.made, by=head.by)),
                _style(_TEXT, color=GREY, after=10, right=beside),
            ),
        ]

    def heading(self, text: str) -> None:
        """Add a heading; what follows begins on the same page, and a table need not all stand there."""
        words = Paragraph(clean(text), _style(13, typeface.BOLD, before=10, after=4))
        self._story += [CondPageBreak(_BEGINS), words]

    def subheading(self, text: str) -> None:
        """Add a heading of the second rank."""
        words = Paragraph(clean(text), _style(_TEXT, typeface.BOLD, before=6, after=2))
        self._story += [CondPageBreak(_BEGINS_BELOW), words]

    def paragraph(self, text: str) -> None:
        """Add running text; its line breaks stay."""
        for part in text.splitlines() or [""]:
            self._story.append(Paragraph(clean(part), _style(_TEXT, after=6)))

    def mark(self, text: str) -> None:
        """Add what nobody may overlook, in a frame that shows in black and white."""
        words = Paragraph(clean(text), _style(11, typeface.BOLD))
        box = Table([[words]], colWidths=[_WIDE], hAlign="LEFT", splitInRow=1)
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
        cells: list[tuple[Paragraph, str, str]] = [
            (Paragraph(clean(part), _style(_TEXT)), _("Date"), _("Signature and name in capitals"))
            for part in parts
        ]
        heights = [max(15 * mm, part.wrap(55 * mm - 6, A4[1])[1] + 10) for part, *_ruled in cells]
        table = Table(cells, colWidths=[55 * mm, 32 * mm, _WIDE - 87 * mm], rowHeights=heights, hAlign="LEFT")
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
        columns = [
            Column("", names, size=_TEXT),
            Column("", _WIDE / mm - names, bold=True, size=_TEXT),
        ]
        if cells := [(name, str(value)) for name, value in rows]:
            self._story += [_rows(columns, cells), Spacer(1, 6)]

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[str]], empty: str) -> None:
        """Add a table whose head is repeated on every page; `empty` stands there when it has no rows."""
        if cells := list(rows):
            self._story.append(_rows(columns, cells))
        else:
            self.paragraph(empty)
        self._story.append(Spacer(1, 6))

    def pdf(self) -> bytes:
        """Return the report as PDF."""
        head, out = self._head, io.BytesIO()
        document = BaseDocTemplate(
            out,
            pagesize=A4,
            title=visible(head.title),
            author=visible(f"{head.archive}, {head.authority}"),
            subject=visible(head.title),
            creator="Aktspår",
            lang=locale(),
        )
        foot = _foot(head)
        below = max(MARGIN, _FOOT_UP + len(foot) * _FOOT_STEP)
        frame = Frame(MARGIN, below, _WIDE, A4[1] - MARGIN - below, 0, 0, 0, 0)
        document.addPageTemplates([PageTemplate("page", [frame], onPage=self._mark)])
        document.build(self._story, canvasmaker=lambda *args, **kwargs: _Numbered(foot, *args, **kwargs))
        return out.getvalue()

    def _mark(self, canvas: Canvas, _document: Any) -> None:
        if self._head.address and canvas.getPageNumber() == 1:
            left, bottom = A4[0] - MARGIN - _SYMBOL, A4[1] - MARGIN - _SYMBOL + 3 * mm
            draw_qr(canvas, self._head.address, left, bottom, _SYMBOL)


class _Numbered(Canvas):
    """Draw the foot of each page once it is known how many there are."""

    def __init__(self, foot: Sequence[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lines = foot
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
        self.setFont(typeface.REGULAR, _FOOT)
        self.setFillColor(GREY)
        for up, line in enumerate(reversed(self._lines)):
            self.drawString(MARGIN, _FOOT_UP + up * _FOOT_STEP, line)
        words = _("Page %(page)s of %(pages)s", page=number, pages=len(self._pages))
        self.drawRightString(A4[0] - MARGIN, _FOOT_UP, words)


def _foot(head: ReportHead) -> list[str]:
    """Return the foot of every page: what has no room is left to the head, but never a state."""
    for parts in ((head.archive, head.title, head.foot), (head.title, head.foot), (head.foot,)):
        words = plain(" · ".join(filter(None, parts)))
        lines = typeface.broken(words, typeface.REGULAR, _FOOT, _FOOT_WIDE)
        if len(lines) <= _FOOT_MOST:
            break
    return lines


def _rows(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Rows:
    cells = [[_lines(text, column) for text, column in zip(row, columns, strict=True)] for row in rows]
    return Rows([replace(column, title=plain(column.title)) for column in columns], cells)


def _lines(text: str, column: Column) -> list[str]:
    """Break a cell's text into lines of the column; its own line breaks stay."""
    face, size = column.face
    parts = text.splitlines() or [""]
    return [line for part in parts for line in typeface.broken(plain(part), face, size, column.room)]


def clean(text: str) -> str:
    """Return a text as markup that shows it as it is."""
    return escape(plain(text))


def plain(text: str) -> str:
    """Return a text without controls and direction marks, as the typeface draws it."""
    return typeface.drawable(visible(text))


def visible(text: str) -> str:
    """Return a text without controls and direction marks, on one line."""
    if text.isprintable():
        return text  # most are, and 5,000 rows have many
    return "".join(
        " " if mark.isspace() else mark
        for mark in text
        if mark.isspace() or mark in JOINERS or unicodedata.category(mark) not in {"Cc", "Cf"}
    )


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
    right: float = 0,
) -> ParagraphStyle:
    return ParagraphStyle(
        "text",
        fontName=face,
        fontSize=size,
        leading=size * 1.3,
        textColor=color,
        spaceBefore=before,
        spaceAfter=after,
        rightIndent=right,
        splitLongWords=True,
    )
