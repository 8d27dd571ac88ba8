"""Find what a row's reference is, written otherwise: another sign between numbers, “dnr” before, noughts."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, product

from sqlalchemy import bindparam, select

from archive.files.references_alike import with_noughts, without_letter_for_nought
from archive.imports.rows.matching import OF_RUN, CaseKey, fetch
from archive.imports.rows.numbers_alike import SoughtRow
from archive.kernel.store import Work
from archive.models import CaseFile, ImportRow
from archive.vocabulary import Custody, RowState

_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_ROW = ImportRow.__table__  # type: ignore[attr-defined]
_WORDS = (
    "DNR",
    "DNR.",
    "DNR:",
    "D.NR",
    "D.NR.",
    "DIARIENR",
    "DIARIENR.",
    "AKT",
    "AKTNR",
    "AKTNR.",
    "NR",
    "NR.",
)
_LABELLED = re.compile(r"(?:D[.:]?NR|DIARIEN(?:UMME)?R|AKT(?:N(?:UMME)?R)?|NR)[.:]*(?=\d)")
_PARTED = re.compile(r"(?<=\d)[/:.-](?=\d)")
_SIGNS = "/-:."
_LETTERED = re.compile(r"([^\W\d_]{1,6})[/:.-]?(\d{1,9})[.:]?")
_MOST_PARTED = 2  # signs taken one by one; of more than these, all are taken to be the same
_LETTERS_BEFORE = re.compile(r"[^\W\d_]{1,6}[/:.-]?(?=\d)")
_MOST_FILLED = 3  # numbers of which each may have other noughts
_WIDEST, _NARROW = 6, 4
_FILES = select(*(_FILE.c[name] for name in ("id", "source_id", "reference_key", "part"))).where(
    _FILE.c.reference_key.in_(bindparam("values", expanding=True)),
    _FILE.c.status != Custody.VOID,
    ~_FILE.c.protected,  # as with numbers that are nearly a protected person's
    _FILE.c.import_id.is_distinct_from(bindparam("run_id")),
)
_IN_LIST = select(_ROW.c.row, _ROW.c.file_key, _ROW.c.part).where(
    OF_RUN,
    _ROW.c.file_key.in_(bindparam("values", expanding=True)),
    _ROW.c.row < bindparam("before"),
    _ROW.c.state.in_([RowState.NEW.value, RowState.REGISTERED.value]),
)


def near(
    work: Work, run_id: int, before: int, batch: Sequence[SoughtRow]
) -> Iterator[tuple[int, dict[str, int]]]:
    """Give, with its row, each file or row of the list whose reference is only written otherwise."""
    forms = {one.row: [CaseKey(one.key.source_id, form) for form in _forms_of(one)] for one in batch}
    keys = {key for those in forms.values() for key in those}
    if not keys:
        return
    found: dict[tuple[CaseKey, int], list[dict[str, int]]] = {}
    for file in fetch(work, _FILES, {key.reference for key in keys}, run_id=run_id):
        found.setdefault((CaseKey(file.source_id, file.reference_key), file.part), []).append(
            {"file": file.id}
        )
    by_name = {str(key): key for key in keys}
    for row in fetch(work, _IN_LIST, by_name.keys(), run_id=run_id, before=before):
        found.setdefault((by_name[row.file_key], row.part), []).append({"row": row.row})
    for one in batch:
        for key in forms[one.row]:
            yield from ((one.row, name) for name in found.get((key, one.part), ()))
        found.setdefault((one.key, one.part), []).append({"row": one.row})


def _forms_of(one: SoughtRow) -> list[str]:
    # Noughts and letters, of somebody whose number is known: `numbers_alike.near` compares those.
    reference = one.key.reference
    if one.number:
        return _forms(reference)
    forms = (*_forms(reference), *_lettered(reference), *_otherwise_filled(reference))
    return [form for form in dict.fromkeys(forms) if form != reference]


def _lettered(reference: str) -> list[str]:
    """Return how else letters and a number may be written: with other signs between, other noughts."""
    found = _LETTERED.fullmatch(without_letter_for_nought(reference))
    if not found:
        return []
    forms = [found[1] + sign + number for sign in ("", *_SIGNS) for number in with_noughts(found[2], _WIDEST)]
    forms += [f"{reference}.", *(f"{found[1]}{sign}O{found[2][1:]}" for sign in _SIGNS if found[2][0] == "0")]
    return forms


def _otherwise_filled(reference: str) -> Iterator[str]:
    """Give a reference of numbers, also behind a word or letters, with other noughts and signs."""
    labelled = _LABELLED.match(reference)
    plain = reference[labelled.end() :] if labelled else reference
    head = found[0] if (found := _LETTERS_BEFORE.match(plain)) else ""
    rest = plain[len(head) :]
    pieces, signs = _PARTED.split(rest), _PARTED.findall(rest)
    if not all(map(str.isdigit, pieces)):
        return
    bare = [piece.lstrip("0") or "0" for piece in pieces]
    if not head:
        yield from (word + _joined(bare, signs) for word in ("", *_WORDS))
    if len(pieces) > _MOST_FILLED:
        return
    widest = _WIDEST if len(pieces) < _MOST_FILLED else _NARROW
    signed = [signs, *([sign] for sign in _SIGNS if len(signs) == 1)]
    for numbers in product(*(with_noughts(piece, widest) for piece in pieces)):
        yield from (head + _joined(numbers, some) for some in signed)


def _joined(numbers: Sequence[str], signs: Sequence[str]) -> str:
    return "".join(chain.from_iterable(zip(numbers, (*signs, ""), strict=True)))


def _forms(reference: str) -> list[str]:
    """Return how else a reference may be written; of words alone nothing is known."""
    labelled = _LABELLED.match(reference)
    plain = reference[labelled.end() :] if labelled else reference
    if not plain[:1].isdigit():
        return []
    forms = (plain, *(word + plain for word in _WORDS), *_otherwise_parted(plain))
    return [form for form in dict.fromkeys(forms) if form != reference]


def _otherwise_parted(plain: str) -> Iterator[str]:
    """Give a reference with each sign that may stand between two numbers."""
    pieces = _PARTED.split(plain)
    gaps = len(pieces) - 1
    choices = product(_SIGNS, repeat=gaps) if gaps <= _MOST_PARTED else ((one,) * gaps for one in _SIGNS)
    for signs in choices if gaps else ():
        yield "".join(piece + sign for piece, sign in zip(pieces, (*signs, ""), strict=True))
