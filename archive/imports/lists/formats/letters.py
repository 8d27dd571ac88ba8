"""Put letters right that were taken for others on the way: decoded twice, or written in seven bits."""

import re
from collections.abc import Iterable, Iterator, Sequence

from archive.imports.lists.formats.notes import RowNote, RowNotes
from archive.kernel.letters import one_form

_TWICE = ("cp1252", "mac_roman", "cp850")
"""The encodings UTF-8 is taken for: in each, what its first byte for Latin letters looks like is rare."""

_LEAD = 0xC3
_ALIKE = range(0x80, 0xC0)


def _shown(byte: int, encoding: str) -> str:
    return bytes((byte,)).decode(encoding, "replace").replace("\ufffd", chr(byte))


_DECODED = {
    _shown(_LEAD, encoding) + _shown(byte, encoding): bytes((_LEAD, byte)).decode()
    for encoding in _TWICE
    for byte in _ALIKE
}
_LEADS = "".join(sorted({pair[0] for pair in _DECODED}))
_PAIR = re.compile(f"[{_LEADS}].", re.DOTALL)

_SWEDISH = str.maketrans("{|}[\\]", "äöåÄÖÅ")
"""The letters of SS 63 61 27, the Swedish ASCII of terminals and early databases."""

_SURE = re.compile(r"[A-Za-z][{}][a-z]|(?<![^\s;,(-])[{}][a-z]{2}")
"""A brace within or before a word; a stroke alone may part words, as in `ja|nej`."""

_CAPITALS = re.compile(r"(?<![^\W\d_a-z])[A-Z]+[\[\]\\][A-Z]")
_IN_WORD = re.compile(r"(?<=[A-Za-z{|}])[{|}]|[{|}](?=[A-Za-z{|}])")
_ANY = re.compile(r"(?<=[A-Za-z{|}\[\]\\])[{|}\[\]\\]|[{|}\[\]\\](?=[A-Za-z{|}\[\]\\])")
_BRACKETED = re.compile(r"\[[^\[\]]*\](?![A-Za-z])|\{[^{}]*\}(?![A-Za-z])")
_EVIDENCE = 2
"""Cells with such a sign within a word that make a list one of seven bits."""


def decoded_twice(text: str) -> bool:
    """Tell whether a text may hold letters that were decoded twice: `MalmÃ¶`."""
    return "Ã" in text or "√" in text or "├" in text


def decoded_once(text: str) -> str:
    """Return a text with the letters it was written with; what is no such pair stays."""
    return _PAIR.sub(lambda pair: _DECODED.get(pair[0], pair[0]), text)


def in_seven_bits(rows: Iterable[Sequence[str]]) -> bool:
    """Tell by the first rows whether a list has brackets and braces in place of Swedish letters."""
    cells = [cell for row in rows for cell in row]
    if any(letter in cell for cell in cells for letter in "åäöÅÄÖ"):
        return False
    cells = [cell for cell in cells if not _BRACKETED.search(cell)]
    found = sum(bool(_SURE.search(cell)) + bool(_CAPITALS.search(cell)) for cell in cells)
    return found >= _EVIDENCE


def in_eight_bits(cell: str, *, surely: bool) -> str:
    """Return a cell with Swedish letters for braces in words; `surely` for brackets and strokes too."""
    if _BRACKETED.search(cell) or not (surely or _SURE.search(cell)):
        return cell
    if surely:
        return _ANY.sub(lambda sign: sign[0].translate(_SWEDISH), cell)
    return _IN_WORD.sub(lambda sign: sign[0].translate(_SWEDISH), cell)


def mended_rows(
    rows: Iterator[tuple[int, list[str]]], notes: RowNotes, *, seven_bits: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Give the text of every cell its one form and its own letters, whatever machine wrote it."""
    for number, cells in rows:
        text = "".join(cells)
        if text.isascii():
            if seven_bits or "{" in text or "}" in text:
                cells = _noted(number, cells, [in_eight_bits(one, surely=seven_bits) for one in cells], notes)
            yield number, cells if "\0" not in text else list(map(one_form, cells))
            continue
        if decoded_twice(text):
            cells = _noted(number, cells, list(map(decoded_once, cells)), notes)
        yield number, list(map(one_form, cells))


def _noted(number: int, before: list[str], after: list[str], notes: RowNotes) -> list[str]:
    if before != after:
        notes.setdefault(number, set()).add(RowNote.LETTERS_REPAIRED)
    return after
