"""Read a workbook of another kind than XLSX by calamine: run as a process of its own, see otherbook.

A line of JSON for each row with something in it, and after each sheet one that says which it was.
"""

import json
import os
import re
import resource
import sys
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from typing import Any, BinaryIO

from archive.imports.lists.formats.cells import PLAIN, number_text


class Ended(IntEnum):
    """How reading a workbook apart has ended."""

    READ = 0
    PASSWORD = 10
    DAMAGED = 11
    TOO_MUCH = 12


_SPAN = re.compile(r"PT(\d+)H(\d+)M\d+(?:[.,]\d+)?S")


def main(path: str, memory: int, seconds: int, most: int) -> Ended:
    """Read the workbook at standard input, within so many bytes of memory, seconds and bytes of output.

    The path leads there; by its ending calamine knows the kind, without which it tells no password.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # what it holds is personal
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    # below the limits, since it is another's code
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    from archive.imports.lists.formats.xlsb import in_full

    try:
        if path.endswith(".xlsb"):
            written = os.memfd_create("xlsb")
            with os.fdopen(0, "rb", closefd=False) as source, os.fdopen(written, "wb", closefd=False) as full:
                in_full(source, full)
            os.dup2(written, 0)
        book = CalamineWorkbook.from_path(path)
        with os.fdopen(1, "wb", 1 << 20) as out:
            _tell(book, out)
    except PasswordError:
        return Ended.PASSWORD
    except CalamineError as error:
        return Ended.TOO_MUCH if "limit exceeded" in str(error) else Ended.DAMAGED
    except (MemoryError, OSError):
        return Ended.TOO_MUCH
    except (zipfile.BadZipFile, zlib.error, ValueError, LookupError, EOFError, RuntimeError):
        return Ended.DAMAGED
    return Ended.READ


def _tell(book: Any, out: BinaryIO) -> None:
    for sheet in book.sheets_metadata:
        if not str(sheet.typ).endswith("WorkSheet"):
            continue
        opened = book.get_sheet_by_name(sheet.name)
        before = [""] * (opened.start or (0, 0))[1]
        for number, row in enumerate(opened.iter_rows(), 1):
            cells = [*before, *map(text_of, row)]
            while cells and not cells[-1]:
                cells.pop()
            if cells:  # more than blank ones
                _put(out, [number, cells])
        hidden = not str(sheet.visible).endswith("Visible")
        merged = [
            (top + 1, left, bottom + 1, right)
            for (top, left), (bottom, right) in opened.merged_cell_ranges or ()
        ]
        _put(out, {"sheet": sheet.name, "hidden": hidden, "merged": merged})


def _put(out: BinaryIO, said: object) -> None:
    out.write(json.dumps(said).encode() + b"\n")


def text_of(value: object) -> str:
    """Return the text of a cell as the sheet of an XLSX file would have it."""
    if isinstance(value, str):
        span = _SPAN.fullmatch(value)
        return f"{int(span[1])}:{span[2]}" if span else value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return number_text(repr(value), PLAIN, 1900)
    if isinstance(value, datetime):
        at_midnight = not (value.hour or value.minute)
        return value.date().isoformat() if at_midnight else value.isoformat(" ", "minutes")
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, timedelta):
        hours, left = divmod(value, timedelta(hours=1))
        return f"{hours}:{left // timedelta(minutes=1):02}"
    return value.isoformat() if isinstance(value, date) else ""


if __name__ == "__main__":
    os._exit(main(sys.argv[1], *map(int, sys.argv[2:])))
