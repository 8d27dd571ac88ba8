"""Open a workbook of another kind than XLSX (.xls, .xlsb, .ods), which calamine reads in a process apart.

Old formats are hostile ground and the library is not ours: what it does to memory and time ends with its
process, which knows nothing of ours and hands back texts. Own code for three formats would be too much.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from archive.imports.lists.formats.apart import Ended
from archive.imports.lists.formats.limits import Limits
from archive.imports.lists.formats.marks import SheetMarks
from archive.imports.lists.formats.notes import RowNotes
from archive.imports.lists.formats.package import DAMAGED, PASSWORD, Package
from archive.imports.lists.formats.sheet import Merge
from archive.imports.lists.formats.workbook import Sheet
from archive.kernel.errors import Invalid, TooLarge
from archive.kernel.letters import one_form
from archive.vocabulary.wording import N_

TOO_MUCH = N_(
    "To read this file takes more memory or time than a list does. Open it in the spreadsheet program, save "
    "it as an Excel workbook (.xlsx) and choose that."
)
_WAITS = 4
"""How much longer than it may work the process is waited for, where others are at work too."""


class OtherBook:
    """Hold the rows calamine read; raises Invalid or TooLarge where it is damaged or over the limits."""

    epoch = 1900

    def __init__(self, source: BinaryIO, kind: str, limits: Limits) -> None:
        self._limits = limits
        if kind != "xls":
            Package(source, limits).close()  # refuses what says itself that it is a bomb
        self.position = 0
        self.sheets: tuple[Sheet, ...] = ()
        self._spans: dict[Sheet, tuple[int, int]] = {}
        self._merged: dict[Sheet, list[Merge]] = {}
        self._told = tempfile.TemporaryFile()  # noqa: SIM115 - close() closes it
        try:
            self._read_apart(source, kind)
            self._find_sheets()
        except BaseException:
            self.close()
            raise

    def _read_apart(self, source: BinaryIO, kind: str) -> None:
        limits = self._limits
        ceilings = (limits.apart_bytes, limits.apart_seconds, limits.unpacked_bytes)
        paths = os.pathsep.join(map(os.path.abspath, sys.path))
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as given:
            path = Path(folder, f"book.{kind}")
            path.symlink_to("/proc/self/fd/0")
            command = [sys.executable, "-m", Ended.__module__, str(path), *map(str, ceilings)]
            source.seek(0)
            while chunk := source.read(1 << 20):
                given.write(chunk)
            given.seek(0)
            try:
                ended = subprocess.run(  # noqa: S603 - our own program
                    command,
                    stdin=given,
                    stdout=self._told,
                    stderr=subprocess.DEVNULL,
                    env={"PYTHONPATH": paths},  # and no key or password of ours
                    timeout=limits.apart_seconds * _WAITS,
                    check=False,
                ).returncode
            except subprocess.TimeoutExpired:
                ended = Ended.TOO_MUCH
        if ended == Ended.PASSWORD:
            raise Invalid("list_password", PASSWORD)
        if ended == Ended.TOO_MUCH or ended < 0:
            raise TooLarge("list_too_much", TOO_MUCH)
        if ended != Ended.READ:
            raise Invalid("list_damaged", DAMAGED)

    def _find_sheets(self) -> None:
        start = end = 0
        for line in self._lines(0):
            end += len(line)
            if line.startswith(b'{"'):
                said = json.loads(line)
                sheet = Sheet(one_form(said["sheet"]), str(len(self._spans)), said["hidden"])
                self._spans[sheet] = start, end - len(line)
                self._merged[sheet] = [Merge(*one) for one in said["merged"]]
                start = end
        self.sheets = tuple(self._spans)
        if not self.sheets:
            raise Invalid("list_damaged", DAMAGED)

    def _lines(self, start: int, end: int | None = None) -> Iterator[bytes]:
        """Iterate the lines of what was told, from a place of its own in the file."""
        left, number = b"", self._told.fileno()
        while chunk := os.pread(number, 1 << 18 if end is None else min(1 << 18, end - start), start):
            start += len(chunk)
            *lines, left = (left + chunk).split(b"\n")
            yield from (line + b"\n" for line in lines)

    def rows(self, sheet: Sheet, notes: RowNotes | None = None) -> Iterator[tuple[int, list[str]]]:  # noqa: ARG002
        """Iterate (row number of the original, cells as text); a row without text is left out."""
        self.position = 0
        for line in self._lines(*self._spans[sheet]):
            self.position += len(line)
            number, cells = json.loads(line)
            self._limits.check_row(number, cells)
            self._limits.check_cells(number, cells)
            yield number, cells

    def size(self, sheet: Sheet) -> int:
        """Return how many bytes were told of a sheet."""
        start, end = self._spans[sheet]
        return end - start

    def merges(self, sheet: Sheet) -> list[Merge]:
        """Return the merged ranges of a sheet, which only XLS tells."""
        return self._merged[sheet]

    def marks(self, sheet: Sheet, header_row: int, width: int) -> SheetMarks:  # noqa: ARG002
        """Count nothing: what a sheet hides is not told, which is said as a doubt."""
        return SheetMarks()

    def around(self, sheet: Sheet) -> Iterator[str]:  # noqa: ARG002
        """Iterate nothing: what stands around the rows is not told."""
        return iter(())

    def comments(self, sheet: Sheet) -> Iterator[tuple[int, int, str]]:  # noqa: ARG002
        """Iterate nothing: comments are not told."""
        return iter(())

    def close(self) -> None:
        """Let go of what was told."""
        self._told.close()
