"""Write the sheets of an XLSB file out in full: cells in short form and errors, which calamine drops."""

import struct
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

_ROW, _LAST_CELL = 0, 18
_TEXT_CELL = 6
_SHORTER = 11
"""What the kind of a record in short form, one without its column, is above that of the full one."""
_SHORT = range(12, _LAST_CELL + 1)
_ERRORS = (3, 11)
_SAID = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


def in_full(source: BinaryIO, out: BinaryIO) -> None:
    """Write the file with every cell of its sheets told with its column, and errors as the text they show."""
    with zipfile.ZipFile(source) as packed, zipfile.ZipFile(out, "w") as written:
        for info in packed.infolist():
            content = packed.read(info)
            if "worksheets/" in info.filename.lower() and info.filename.lower().endswith(".bin"):
                content = _sheet_in_full(content)
            written.writestr(info.filename, content)


def _sheet_in_full(content: bytes) -> bytes:
    out, done, column = bytearray(), 0, -1
    for kind, start, body, end in _records(content):
        if kind > _LAST_CELL:
            continue
        if kind == _ROW:
            column = -1
            continue
        short = kind in _SHORT
        column = column + 1 if short else int.from_bytes(content[body : body + 4], "little")
        full = kind - _SHORTER if short else kind
        if not short and full not in _ERRORS:
            continue
        rest = content[body if short else body + 4 : end]
        if full in _ERRORS:
            said = _SAID.get(rest[4], "#N/A")
            full, rest = _TEXT_CELL, rest[:4] + struct.pack("<I", len(said)) + said.encode("utf-16-le")
        out += content[done:start] + bytes((full,)) + _size(len(rest) + 4) + struct.pack("<I", column) + rest
        done = end
    return bytes(out + content[done:]) if done else content


def _records(content: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Iterate the records of a part: kind, where it starts, where its body does, where it ends."""
    at, last = 0, len(content)
    while at < last:
        start, kind = at, content[at]
        at += 1
        if kind & 0x80:
            kind = kind & 0x7F | (content[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        while True:
            byte = content[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift > 21:
                break
        yield kind, start, at, at + size
        at += size


def _size(length: int) -> bytes:
    out = bytearray()
    while length > 0x7F:
        out.append(length & 0x7F | 0x80)
        length >>= 7
    out.append(length)
    return bytes(out)
