"""Open an XLSX workbook: its sheets, epoch, number formats and strings, and the rows of a sheet as text.

Own code where openpyxl is usual: with defusedxml it reads 4,000 rows a second, a fifth of what this does,
holds every shared string as an object, and gives up on style sheets and extensions that Excel accepts.
"""

import posixpath
from array import array
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO, NamedTuple
from xml.etree.ElementTree import Element

from archive.imports.lists.formats.cells import Style, number_style
from archive.imports.lists.formats.limits import Limits
from archive.imports.lists.formats.marks import HIDING, MarksReader, SheetMarks
from archive.imports.lists.formats.notes import RowNotes
from archive.imports.lists.formats.package import DAMAGED, Package
from archive.imports.lists.formats.sheet import (
    ON,
    PRINTED,
    CommentReader,
    Merge,
    MergeReader,
    PrintReader,
    SheetReader,
    StringReader,
)
from archive.kernel.errors import Invalid
from archive.kernel.letters import one_form

_COMMENTS = ("comments", "threadedComment")
"""Relations of a sheet that hold its comments, the plain ones and those people answer each other in."""
_ABOUT = ("title", "subject", "keywords", "category", "description")
"""What a workbook says of itself."""


class Sheet(NamedTuple):
    """Name a sheet and the part of the package that holds it."""

    name: str
    part: str
    hidden: bool


class Strings:
    """Keep shared strings in one block of bytes, since a list of objects takes three times as much."""

    def __init__(self) -> None:
        self._block = bytearray()
        self._ends = array("Q", [0])

    def append(self, text: str) -> None:
        """Add the next string."""
        self._block += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._block))

    def __getitem__(self, index: int) -> str:
        return self._block[self._ends[index] : self._ends[index + 1]].decode("utf-8", "surrogatepass")


class Workbook:
    """Open an XLSX file; raises Invalid or TooLarge where it is damaged, a bomb or over the limits."""

    def __init__(self, source: BinaryIO, limits: Limits) -> None:
        self._limits = limits
        self._package = Package(source, limits)
        self.epoch = 1900
        self.position = 0
        self.sheets: tuple[Sheet, ...] = ()
        self._styles: list[Style] = []
        self._strings = Strings()
        self._held: dict[Sheet, set[str]] = {}
        self._open()

    def _open(self) -> None:
        main = self._target("_rels/.rels", "officeDocument", "xl/workbook.xml").lstrip("/")
        folder = posixpath.dirname(main)
        rels = posixpath.join(folder, "_rels", f"{posixpath.basename(main)}.rels")
        book = self._package.tree(main)
        for element in _all(book, "workbookPr"):
            self.epoch = 1904 if element.get("date1904", "0") in ("1", "true") else 1900
        parts = {
            relation.get("Id"): relation.get("Target", "")
            for relation in _all(self._package.tree(rels), "Relationship")
        }
        self.sheets = tuple(
            Sheet(one_form(sheet.get("name", "")), part, sheet.get("state", "visible") != "visible")
            for sheet in _all(book, "sheet")
            if "worksheets" in (part := _within(folder, parts.get(_relation_id(sheet), "")))
            and self._package.has(part)
        )
        if not self.sheets:
            raise Invalid("list_damaged", DAMAGED)
        self._read_styles(_within(folder, self._target(rels, "styles", "styles.xml")))
        self._read_strings(_within(folder, self._target(rels, "sharedStrings", "sharedStrings.xml")))

    def _target(self, rels: str, kind: str, usual: str) -> str:
        if self._package.has(rels):
            for relation in _all(self._package.tree(rels), "Relationship"):
                if relation.get("Type", "").endswith(f"/{kind}"):
                    return relation.get("Target", usual)
        return usual

    def _read_styles(self, part: str) -> None:
        if not self._package.has(part):
            return
        root = self._package.tree(part)
        codes: dict[str, int | str] = {
            element.get("numFmtId", ""): element.get("formatCode", "") for element in _all(root, "numFmt")
        }
        struck = {str(index) for index, font in enumerate(_under(root, "fonts")) if _is_struck(font)}
        filled = {str(index) for index, fill in enumerate(_under(root, "fills")) if _is_filled(fill)}
        for element in _under(root, "cellXfs"):
            number = element.get("numFmtId", "0")
            style = number_style(codes.get(number, int(number) if number.isdecimal() else 0))
            if element.get("fontId") in struck or element.get("fillId") in filled:
                style = replace(
                    style, struck=element.get("fontId") in struck, filled=element.get("fillId") in filled
                )
            self._styles.append(style)

    def _read_strings(self, part: str) -> None:
        if self._package.has(part):
            for text in StringReader(self._limits).run(self._package.chunks(part)):
                self._strings.append(text)

    def rows(self, sheet: Sheet, notes: RowNotes | None = None) -> Iterator[tuple[int, list[str]]]:
        """Iterate (row number of the original, cells as text); a row without text is empty or left out.

        What is odd about rows is put in `notes` as they come.
        """
        self.position = 0
        reader = SheetReader(
            self._strings, self._styles, self.epoch, self._limits, {} if notes is None else notes
        )
        return reader.run(map(self._count, self._package.chunks(sheet.part)))

    def size(self, sheet: Sheet) -> int:
        """Return the unpacked size of a sheet in bytes."""
        return self._package.size(sheet.part)

    def merges(self, sheet: Sheet) -> list[Merge]:
        """Find the merged ranges of a sheet: they stand after its rows, so it takes a pass of its own."""
        if not self._holds(sheet, "mergeCell"):
            return []
        return list(MergeReader().run(self._package.chunks(sheet.part)))

    def marks(self, sheet: Sheet, header_row: int, width: int) -> SheetMarks:
        """Count what a sheet hides or says by other means than text; a plain sheet is not parsed for it."""
        if not (self._holds(sheet, *HIDING) or any(one.struck or one.filled for one in self._styles)):
            return SheetMarks()
        reader = MarksReader(self._styles, header_row, width)
        for _nothing in reader.run(self._package.chunks(sheet.part)):
            pass
        return reader.found()

    def _holds(self, sheet: Sheet, *names: str) -> bool:
        """Tell whether one of the names stands in a sheet; it is gone through once for all of them."""
        if sheet not in self._held:
            wanted, found, tail = {"mergeCell", *PRINTED, *HIDING}, set[str](), b""
            for chunk in self._package.chunks(sheet.part):
                tail += chunk
                found |= {name for name in wanted - found if name.encode() in tail}
                tail = tail[-10:]
            self._held[sheet] = found
        return not self._held[sheet].isdisjoint(names)

    def around(self, sheet: Sheet) -> Iterator[str]:
        """Iterate what stands around the rows: headers and footers of the print, text boxes, the title."""
        if self._holds(sheet, *PRINTED):
            yield from PrintReader().run(self._package.chunks(sheet.part))
        for part in self._related(sheet, "drawing"):
            for paragraph in _all(self._package.tree(part), "p"):
                yield "".join(run.text or "" for run in _all(paragraph, "t"))
        core = self._target("_rels/.rels", "core-properties", "docProps/core.xml")
        if self._package.has(core):
            root = self._package.tree(core)
            yield from (one.text or "" for name in _ABOUT for one in _all(root, name))

    def comments(self, sheet: Sheet) -> Iterator[tuple[int, int, str]]:
        """Iterate (row, column from 0, text) of the comments of a sheet, those in threads too."""
        for part in self._related(sheet, *_COMMENTS):
            yield from CommentReader(self._limits).run(self._package.chunks(part))

    def _related(self, sheet: Sheet, *kinds: str) -> Iterator[str]:
        folder, name = posixpath.split(sheet.part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if not self._package.has(rels):
            return
        for relation in _all(self._package.tree(rels), "Relationship"):
            part = _within(folder, relation.get("Target", ""))
            if relation.get("Type", "").rpartition("/")[2] in kinds and self._package.has(part):
                yield part

    def close(self) -> None:
        """Let go of the file."""
        self._package.close()

    def _count(self, chunk: bytes) -> bytes:
        self.position += len(chunk)
        return chunk


def _all(root: Element, name: str) -> Iterator[Element]:
    return (element for element in root.iter() if element.tag.rpartition("}")[2] == name)


def _under(root: Element, name: str) -> list[Element]:
    return [element for group in _all(root, name) for element in group]


def _is_struck(font: Element) -> bool:
    return any(line.get("val", "1") in ON for line in _all(font, "strike"))


def _is_filled(fill: Element) -> bool:
    """Tell whether a fill has a colour; grey of an eighth is what every workbook keeps in reserve."""
    return any(
        pattern.get("patternType", "none") not in ("none", "gray125") for pattern in _all(fill, "patternFill")
    ) or any(True for _one in _all(fill, "gradientFill"))


def _relation_id(sheet: Element) -> str:
    return next((value for key, value in sheet.items() if key.endswith("}id")), "")


def _within(folder: str, target: str) -> str:
    return (
        target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
    )
