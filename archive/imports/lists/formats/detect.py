"""Tell what a file is before it is read: kind, encoding, separator and header row."""

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import BinaryIO, Literal, NamedTuple

from archive.imports.lists.formats.package import DAMAGED, PASSWORD
from archive.kernel.errors import Invalid
from archive.vocabulary.wording import N_

Kind = Literal["csv", "xlsx", "xls", "xlsb", "ods"]

SEPARATORS = (";", "\t", ",", "|")
ENCODINGS = (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "cp1252",
    "latin-1",
    "mac_roman",
    "cp850",
)
HEADER_DEPTH = 30
"""Rows from the top among which the header is looked for."""

_CHUNK = 1 << 20

_OLD_EXCEL = N_(
    "This Excel file is older than what can be read (.xls from Excel 5 on). Open it in the spreadsheet "
    "program and save it as an Excel workbook (.xlsx)."
)
_PDF = N_("This is a PDF. Ask for the list itself, as an Excel workbook (.xlsx) or as CSV.")
_IMAGE = N_("This is an image. Ask for the list itself, as an Excel workbook (.xlsx) or as CSV.")
_PACKED = N_("This is a packed file. Unpack it first and choose the list inside.")
_DOCUMENT = N_(
    "This is a text document. Copy its table into a spreadsheet and save it as an Excel workbook (.xlsx)."
)
_WEB = N_(
    "This is a web page or an XML file. Open it in the spreadsheet program and save it as an Excel workbook."
)
_OTHER = N_("This file is not a list we can read. Save the list as an Excel workbook (.xlsx) or as CSV.")

_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    *((bytes((9, version)), "list_old_excel", _OLD_EXCEL) for version in (0, 2, 4, 8)),
    (b"%PDF", "list_pdf", _PDF),
    (b"\x89PNG", "list_image", _IMAGE),
    (b"\xff\xd8\xff", "list_image", _IMAGE),
    (b"GIF8", "list_image", _IMAGE),
    (b"II*\x00", "list_image", _IMAGE),
    (b"MM\x00*", "list_image", _IMAGE),
    (b"RIFF", "list_image", _IMAGE),
    (b"{\\rtf", "list_document", _DOCUMENT),
    (b"\x1f\x8b", "list_packed", _PACKED),
    (b"BZh", "list_packed", _PACKED),
    (b"7z\xbc\xaf\x27\x1c", "list_packed", _PACKED),
    (b"Rar!", "list_packed", _PACKED),
    (b"\xfd7zXZ\x00", "list_packed", _PACKED),
    (b"SQLite format 3", "list_other_kind", _OTHER),
)
_CONTROLS = bytes({*range(32)} - {*b"\t\n\r\x0c\x1a\x1b"})
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = re.compile(
    b"|".join(
        re.escape(name.encode("utf-16-le") + b"\0\0")
        for name in ("Workbook", "Book", "EncryptedPackage", "WordDocument", "PowerPoint Document")
    )
)
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_MARKUP = re.compile(
    rb"\s*(?:<(\?xml|!doctype|html|head|body|table|meta|workbook)\b|MIME-Version:)", re.IGNORECASE
)


def kind_of(source: BinaryIO) -> Kind:
    """Tell by content which workbook it is, or text; raises Invalid, saying what to do, for anything else."""
    source.seek(0)
    head = source.read(4096)
    if not head.strip(b"\0 \t\r\n"):
        raise Invalid("list_empty", N_("The file is empty. Choose the file that holds the list."))
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(source)
    if head.startswith(_OLE):
        return _kind_of_ole(source, head)
    for magic, code, sentence in _MAGIC:
        if head.startswith(magic):
            raise Invalid(code, sentence)
    if _MARKUP.match(head.removeprefix(codecs.BOM_UTF8)):
        raise Invalid("list_markup", _WEB)
    if _utf16(head) is None and len(head) - len(head.translate(None, _CONTROLS)) > len(head) // 20:
        raise Invalid("list_other_kind", _OTHER)
    return "csv"


def _kind_of_zip(source: BinaryIO) -> Kind:
    source.seek(0)
    try:
        with zipfile.ZipFile(source) as packed:
            names = [name.lower().replace("\\", "/") for name in packed.namelist()]
            kind = packed.open("mimetype").read(len(_ODS)) if "mimetype" in packed.namelist() else b""
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, RuntimeError) as error:
        raise Invalid("list_damaged", DAMAGED) from error
    if "[content_types].xml" not in names:
        if kind == _ODS and "content.xml" in names:
            return "ods"
        if kind and "content.xml" in names:
            raise Invalid("list_document", _DOCUMENT)
        raise Invalid("list_packed", _PACKED)
    if any(name.endswith("workbook.bin") for name in names):
        return "xlsb"
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise Invalid("list_document", _DOCUMENT)
    return "xlsx"


def _kind_of_ole(source: BinaryIO, head: bytes) -> Kind:
    """Tell what an old file of Microsoft's is, by the first stream it names."""
    sector, shift = int.from_bytes(head[48:52], "little"), head[30] if len(head) > 30 else 0
    if not 7 <= shift <= 16 or source.seek(0, io.SEEK_END) <= (sector + 1) << shift:
        raise Invalid("list_damaged", DAMAGED)  # where its streams are named is beyond its end
    tail = b""
    for chunk in _chunks(source):
        if found := _STREAMS.search(tail + chunk):
            name = found[0].decode("utf-16-le").rstrip("\0")
            if name == "EncryptedPackage":
                raise Invalid("list_password", PASSWORD)
            if name in ("Workbook", "Book"):
                return "xls"
            raise Invalid("list_document", _DOCUMENT)
        tail = chunk[-64:]
    raise Invalid("list_other_kind", _OTHER)


_LETTERS = {
    "cp1252": b"\xe5\xe4\xf6\xc5\xc4\xd6\xe9\xfc",
    "mac_roman": b"\x8c\x8a\x9a\x81\x80\x85\x8e\x9f",
    "cp850": b"\x86\x84\x94\x8f\x8e\x99\x82\x81",
}
"""The bytes of å ä ö Å Ä Ö é ü in the encodings that Swedish lists without Unicode come in."""

_PUNCTUATION = b"\x80\x82\x84\x85\x91\x92\x93\x94\x95\x96\x97\x99"
"""Dashes, quotes, dots and the euro sign of Windows, which stand alone and are letters elsewhere."""

_IN_WORD = {
    name: re.compile(rb"(?<=[A-Za-z])[%b](?=[A-Za-z])" % letters) for name, letters in _LETTERS.items()
}
_AT_START = {
    name: re.compile(rb"(?<![A-Za-z])%b(?=[A-Za-z])" % sign)
    for name, sign in {"cp850": b"\x99", "mac_roman": b"\x80"}.items()
}
"""Ö and Ä at the beginning of a word, where Windows has signs that stand after a word or before a number."""

_ALONE = {
    name: re.compile(b"[%b]" % letters.translate(None, _PUNCTUATION)) for name, letters in _LETTERS.items()
}


_STRANGE: dict[tuple[str, str], tuple[bytes, bytes]] = {
    ("cp1252", "cp850"): (b"\x86\x84\x94\x8f\x99", b"\x8f\x99"),
    ("cp1252", "mac_roman"): (b"\x8c\x81\x80\x85", b"\x81"),
    ("cp850", "cp1252"): (b"\xf6\xc5\xc4", b"\xc5\xc4"),
    ("mac_roman", "cp1252"): (b"\xe4\xf6\xc5\xc4\xd6", b"\xc5\xc4\xd6"),
}
"""Bytes that are letters of the second encoding, and in the first nothing that stands in or begins a word."""

_OF_ANOTHER = {
    two: re.compile(rb"(?<=[A-Za-z])[%b](?=[A-Za-z])|(?<![A-Za-z\x80-\xff])[%b](?=[A-Za-z])" % sets)
    for two, sets in _STRANGE.items()
}

_PAIR = re.compile(rb"[\xc3-\xc5][\x80-\xbf]")
"""Latin letters in UTF-8: in no older encoding do two such bytes stand beside each other."""

_HIGH = re.compile(rb"[\x80-\xff]")


class Encoding(NamedTuple):
    """Name the encoding of a text, and that of the bytes in it which are of another."""

    name: str
    other: str = ""


def encoding_of(source: BinaryIO) -> Encoding:
    """Tell the encoding of a whole text: by its mark, else strict UTF-8, else by where å, ä and ö fall.

    UTF-8 among bytes that are none has been pasted into an older text, or the other way round: most rules.
    """
    source.seek(0)
    head = source.read(4096)
    marked = head.startswith(codecs.BOM_UTF8)
    if wide := None if marked else _utf16(head):
        return Encoding(wide)
    if decodes(source, "utf-8"):
        return Encoding("utf-8-sig" if marked else "utf-8")
    found: Counter[str] = Counter({"cp1252": 0})
    pairs = others = 0
    strange: Counter[tuple[str, str]] = Counter()
    for chunk in _chunks(source):
        strange.update({two: len(pattern.findall(chunk)) for two, pattern in _OF_ANOTHER.items()})
        chunk, count = _PAIR.subn(b"", chunk)
        pairs, others = pairs + count, others + len(_HIGH.findall(chunk))
        found.update({name: 10 * len(pattern.findall(chunk)) for name, pattern in _IN_WORD.items()})
        found.update({name: 5 * len(pattern.findall(chunk)) for name, pattern in _AT_START.items()})
        found.update({name: len(pattern.findall(chunk)) for name, pattern in _ALONE.items()})
    best = max(found, key=lambda name: (found[name], name == "cp1252"))
    if pairs or marked:
        return (
            Encoding("utf-8-sig" if marked else "utf-8", best) if pairs >= others else Encoding(best, "utf-8")
        )
    found_too = max((two for two in strange if two[0] == best), key=strange.__getitem__, default=None)
    if found_too and strange[found_too]:
        return Encoding(*found_too)
    return Encoding(best if decodes(source, best) else "latin-1")


def _utf16(head: bytes) -> str | None:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) > len(head) // 5 and min(even, odd) <= len(head) // 50:
        return "utf-16-le" if odd > even else "utf-16-be"
    return None


def mended(line: str, encoding: Encoding) -> tuple[str, bool]:
    """Return a line of a text of two encodings as it was written, and whether it was of the rarer one.

    One of mostly UTF-8 comes with its other bytes escaped, one of an older encoding as Latin-1.
    """
    if encoding.name.startswith("utf-8"):
        text = _ESCAPED.sub(lambda run: _old(run[0].encode("ascii", "surrogateescape"), encoding.other), line)
        return text, text != line
    raw = line.encode("latin-1")
    if encoding.other in _LETTERS:
        return _of_either(raw, encoding)
    ends = [0, *(end for pair in _PASTED.finditer(raw) for end in pair.span()), len(raw)]
    pieces = [raw[start:end] for start, end in pairwise(ends)]
    text = "".join(
        piece.decode() if number % 2 else _old(piece, encoding.name) for number, piece in enumerate(pieces)
    )
    return text, len(pieces) > 1


_ESCAPED = re.compile("[\udc80-\udcff]+")
_PASTED = re.compile(rb"(?:[\xc3-\xc5][\x80-\xbf]|\xe2\x80[\x90-\xaf])+")


def _of_either(raw: bytes, encoding: Encoding) -> tuple[str, bool]:
    """Read a line of a text of two older encodings: all of it in that whose letters stand in its words."""
    strange = _OF_ANOTHER[encoding.name, encoding.other].search(raw) or (
        encoding.name == "cp850" and _ALONE[encoding.other].search(raw)  # Õ, õ and Í, which few names have
    )
    is_other = bool(strange) and not _IN_WORD[encoding.name].search(raw)
    return _old(raw, encoding.other if is_other else encoding.name), is_other


def _old(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeError:
        return raw.decode("latin-1")


def decodes(source: BinaryIO, encoding: str) -> bool:
    """Tell whether every byte can be read in the encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(source):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    source.seek(0)
    return iter(lambda: source.read(_CHUNK), b"")


def separator_of(sample: str) -> str:
    """Tell which separator gives the most even rows; a text with none of them is a list of one column."""
    best, best_score = SEPARATORS[0], 0.0
    for separator in SEPARATORS:
        score = _evenness(sample, separator)
        if score > best_score:
            best, best_score = separator, score
    return best


def _evenness(sample: str, separator: str) -> float:
    try:
        rows = list(csv.reader(io.StringIO(sample, newline=""), delimiter=separator))
    except csv.Error:
        return 0.0
    widths = [len(row) for row in rows if any(row)]
    if not widths:
        return 0.0
    wide = sum(width > 1 for width in widths) / len(widths)
    even = Counter(widths).most_common(1)[0][1] / len(widths)
    return wide**2 * (median(widths) - 1) * (1 + even)


def header_of(rows: Sequence[Sequence[str]], known: Callable[[str], bool]) -> int | None:
    """Return the index of the header row below any title rows, or None where the list begins with data."""
    rows = rows[:HEADER_DEPTH]
    words = [{cell.strip() for cell in row} - {""} for row in rows]
    recognised = [sum(map(known, distinct)) for distinct in words]
    best = max(range(len(rows)), key=lambda index: (recognised[index], -index), default=None)
    if best is None:
        return None
    if recognised[best] and recognised[best] >= min(2, len(words[best])):
        return best
    return _header_by_shape(words)


def _header_by_shape(words: Sequence[set[str]]) -> int | None:
    width = median(len(distinct) for distinct in words if distinct) if any(words) else 0
    for index, distinct in enumerate(words[:-1]):
        if distinct and len(distinct) >= 0.6 * width:
            with_digits = sum(any(map(str.isdigit, word)) for word in distinct)
            return index if with_digits * 4 <= len(distinct) else None
    return None
