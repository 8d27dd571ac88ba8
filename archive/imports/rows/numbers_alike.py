"""Find the rows and files whose number nearly is that of a row about to become a file."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, select

from archive.files.likeness import STAND_IN, sound
from archive.files.references_alike import may_be_one
from archive.imports.rows.matching import OF_RUN, CaseKey, fetch
from archive.kernel.store import Work
from archive.models import CaseFile, FilePerson, ImportRow, PersonNumber
from archive.rules.identity import check_digit, look_alikes
from archive.vocabulary import Custody, NumberQuality, RowState

_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_ROLE = FilePerson.__table__  # type: ignore[attr-defined]
_NUMBER = PersonNumber.__table__  # type: ignore[attr-defined]
_ROW = ImportRow.__table__  # type: ignore[attr-defined]
_BEARERS = select(_NUMBER.c.number, _NUMBER.c.person_id).where(
    _NUMBER.c.number.in_(bindparam("values", expanding=True))
)
_UNSOUND = select(_NUMBER.c.number).where(_NUMBER.c.quality == NumberQuality.WRONG_CHECK_DIGIT)
_SUBJECTS = select(_ROW.c.subject_number).where(
    _ROW.c.run_id == bindparam("run_id"), _ROW.c.subject_number.is_not(None)
)
_THEIR_FILES = (
    select(
        _ROLE.c.person_id,
        *(_FILE.c[name] for name in ("id", "source_id", "reference_key", "part", "kind_id")),
    )
    .join(_FILE, _FILE.c.id == _ROLE.c.file_id)
    .where(
        _ROLE.c.person_id.in_(bindparam("values", expanding=True)),
        _FILE.c.status != Custody.VOID,
        _FILE.c.protected == bindparam("protected"),  # of whose number it nearly is few are told
        _FILE.c.import_id.is_distinct_from(bindparam("run_id")),
    )
)
_SUBJECTS_IN_LIST = select(_ROW.c.subject_number, _ROW.c.file_key, _ROW.c.row).where(
    OF_RUN,
    _ROW.c.subject_number.in_(bindparam("values", expanding=True)),
    _ROW.c.row < bindparam("before"),
    _ROW.c.state != RowState.DUPLICATE.value,
)


@dataclass(frozen=True, slots=True)
class SoughtRow:
    """Describe a row that is about to become a file, to look for files that are nearly the same."""

    row: int
    key: CaseKey
    part: int
    kind_id: int
    number: str

    def subject(self, number: str) -> str:
        """Return how a row of the list about a person, of this kind and part, is found."""
        return f"{number}|{self.kind_id}|{self.part}"


class Slips:
    """Know which wrongly written numbers may stand for a sound one.

    Two neighbouring digits that change places make a sound number unsound. So a sound number need not be
    looked up in every form a slip gives it: only the few unsound numbers are taken apart, once each.
    """

    def __init__(self, numbers: Iterable[str]) -> None:
        self._meant: dict[str, list[str]] = {}
        self._digit_off: dict[str, list[str]] = {}
        for number in numbers:
            self.add(number)

    @classmethod
    def load(cls, work: Work, run_id: int | None = None) -> "Slips":
        """Gather the unsound numbers of the register and, when reading goes on, of the list so far."""
        numbers = [row.number for row in work.connection.execute(_UNSOUND)]
        if run_id is not None:
            for (subject,) in work.connection.execute(_SUBJECTS, {"run_id": run_id}):
                numbers.append(subject.partition("|")[0])
        return cls(numbers)

    def add(self, number: str) -> None:
        """Take in a number; a sound one tells nothing."""
        if not sound(number):
            for meant in look_alikes(number):
                if sound(meant):
                    self._meant.setdefault(meant, []).append(number)
            for meant in _one_digit_off(number):
                self._digit_off.setdefault(meant, []).append(number)

    def forms(self, number: str) -> set[str]:
        """Return the number and every other one that may be meant by it, or it by them."""
        if not sound(number):
            return {number, *look_alikes(number)}
        short = number[-10:]
        day = int(short[4:6])
        nine = f"{short[:4]}{day + (60 if day < 60 else -60):02d}{short[6:9]}"
        centuries = ("", "18", "19", "20")
        sixty_days_off = number[:-10] + nine + check_digit(nine)
        return {number, sixty_days_off, *(one + short for one in centuries), *self._meant.get(number, ())}

    def wider(self, number: str) -> set[str]:
        """Return the number and those a digit off too, of which alone nothing follows."""
        if not sound(number):
            return {*self.forms(number), *_one_digit_off(number)}
        return {number, number[-10:], *self._meant.get(number, ()), *self._digit_off.get(number, ())}


def _one_digit_off(number: str) -> Iterator[str]:
    """Give the sound numbers that become this unsound one by a wrong digit: for each digit there is one."""
    century, short = number[:-10], number[-10:]
    if len(short) != len("YYMMDDNNNC") or not short.isdigit():
        return
    for at, was in enumerate(short):
        others = (short[:at] + digit + short[at + 1 :] for digit in "0123456789" if digit != was)
        yield from (century + other for other in others if sound(other))


def near(
    work: Work, run_id: int, before: int, batch: Sequence[SoughtRow], slips: Slips, *, protected: bool = False
) -> dict[int, list[dict[str, int]]]:
    """Return, by row, what may be the same: rows earlier in the list, open files there before the run.

    That has the same kind and part, and a personal number as a slip of the pen would make it; or the
    same number, and a reference that may be the same: written otherwise, a slip apart, or in another source.
    `protected`: the masked files, for those cleared.
    """
    forms: dict[int, set[str]] = {}
    for one in batch:
        if one.number:
            forms[one.row] = slips.forms(one.number)
            slips.add(one.number)
    found: dict[int, list[dict[str, int]]] = {}
    in_register = _files_of_numbers(work, run_id, set().union(*forms.values()), protected)
    in_list = {} if protected else _rows_of_subjects(work, run_id, before, batch, forms)
    for one in batch:
        for number in forms.get(one.row, ()):
            same = number[-10:] == one.number[-10:]  # with or without its century
            for file in in_register.get(number, ()):
                if (file.part, file.kind_id) == (one.part, one.kind_id):
                    _note(
                        found, one, CaseKey(file.source_id, file.reference_key), {"file": file.id}, same=same
                    )
            for row, key in in_list.get(one.subject(number), ()):
                if row < one.row:
                    _note(found, one, key, {"row": row}, same=same)
    return found


def _note(
    found: dict[int, list[dict[str, int]]],
    one: SoughtRow,
    other: CaseKey,
    name: dict[str, int],
    *,
    same: bool,
) -> None:
    if other == one.key or (same and not _slip(one.key, other)):
        return
    others = found.setdefault(one.row, [])
    if name not in others:
        others.append(name)


def _slip(one: CaseKey, other: CaseKey) -> bool:
    """Tell whether two references may be one: in another source, a slip apart or written otherwise."""
    if STAND_IN in (one.reference[: len(STAND_IN)], other.reference[: len(STAND_IN)]):
        return True  # a file without a reference may be any file about the person, of this kind and part
    if one.source_id != other.source_id:
        return one.reference == other.reference
    return may_be_one(one.reference, other.reference)


def _files_of_numbers(work: Work, run_id: int, numbers: Collection[str], protected: bool) -> dict[str, Any]:
    persons: dict[int, list[str]] = {}
    for row in fetch(work, _BEARERS, numbers):
        persons.setdefault(row.person_id, []).append(row.number)
    files: dict[str, list[Row[Any]]] = {}
    for row in fetch(work, _THEIR_FILES, persons.keys(), run_id=run_id, protected=protected):
        for number in persons[row.person_id]:
            files.setdefault(number, []).append(row)
    return files


def _rows_of_subjects(
    work: Work, run_id: int, before: int, batch: Sequence[SoughtRow], forms: Mapping[int, set[str]]
) -> dict[str, list[tuple[int, CaseKey]]]:
    wanted = {one.subject(number) for one in batch for number in forms.get(one.row, ())}
    found: dict[str, list[tuple[int, CaseKey]]] = {}
    for row in fetch(work, _SUBJECTS_IN_LIST, wanted, run_id=run_id, before=before):
        source_id, _colon, reference = row.file_key.partition(":")
        found.setdefault(row.subject_number, []).append((row.row, CaseKey(int(source_id), reference)))
    for one in batch:
        if one.number:
            found.setdefault(one.subject(one.number), []).append((one.row, one.key))
    return found
