"""Files that may be the one about to be registered: the same, or nearly so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlmodel import col

from archive.files import files, likeness, near_files
from archive.files.likeness import Described, Somebody
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Work
from archive.models import CaseFile, FilePerson, PersonNumber
from archive.rules.identity import look_alikes
from archive.vocabulary import Custody, Likeness
from archive.vocabulary.wording import N_, _


@dataclass(frozen=True, slots=True)
class Alike:
    """A registered file that may be the one about to be registered, and why."""

    file: CaseFile
    exact: bool
    reason: str
    by: tuple[Likeness, ...] = ()

    @property
    def said(self) -> str:
        """Say why."""
        return likeness.tell(self.by) if self.by else _(self.reason)


SAME_REFERENCE = N_("same reference, part and source")
SAME_PERSON_PART = N_("same person, kind and part")
SAME_REFERENCE_OTHER_SOURCE = N_("same reference in another source")
LOOK_ALIKE_NUMBER = N_("a number that differs by swapped digits, and the same part")


def alike(
    work: Work,
    *,
    reference: str,
    source_id: int,
    part: int,
    kind_id: int | None,
    numbers: Sequence[str],
    opened: PartialDate | None = None,
    closed: PartialDate | None = None,
    persons: Sequence[Somebody] = (),
) -> list[Alike]:
    """Return registered files that are, or nearly are, the one described: exact ones first, ten at most."""
    found: dict[int, Alike] = {}

    def note(rows: Sequence[Row[Any]], reason: str, *, exact: bool = False) -> None:
        for (file,) in rows:
            found.setdefault(file.id, Alike(file, exact, reason))

    living = select(CaseFile).where(col(CaseFile.status) != Custody.VOID).limit(10)
    key = files.reference_key(reference)
    if key:
        # The source is compared here: SQLite would else go through all files of a source.
        same = work.session.execute(
            living.where(col(CaseFile.reference_key) == key, col(CaseFile.part) == part)
        ).all()
        note([row for row in same if row[0].source_id == source_id], SAME_REFERENCE, exact=True)
        note(same, SAME_REFERENCE_OTHER_SOURCE)
    for wanted, reason in _number_sets(numbers):
        theirs = (
            living.join(FilePerson, col(FilePerson.file_id) == CaseFile.id)
            .join(PersonNumber, col(PersonNumber.person_id) == FilePerson.person_id)
            .where(
                col(PersonNumber.number).in_(wanted),
                col(CaseFile.part) == part,
                ~col(CaseFile.protected),  # else a number would tell that a protected person has a file
            )
        )
        if kind_id is not None:
            theirs = theirs.where(col(CaseFile.kind_id) == kind_id)
        note(work.session.execute(theirs).all(), reason)
    one = Described(source_id, key, part, kind_id or 0, opened, closed, persons)
    for file_id, by in _by_names_and_dates(work, one).items():
        if file_id not in found:
            found[file_id] = Alike(files.get(work, file_id), False, "", by)
    return sorted(found.values(), key=lambda one: not one.exact)[:10]


def _by_names_and_dates(work: Work, one: Described) -> dict[int, tuple[Likeness, ...]]:
    numbers = {person.number: [0] for person in one.persons if person.number}
    found = near_files.with_numbers(work, numbers).get(0, set())
    found |= near_files.of_persons(work, {0: one.persons}).get(0, set())
    near = {file: likeness.near(one, other) for file, other in near_files.described(work, found).items()}
    return {file: near[file] for file in sorted(near) if near[file]}


def _number_sets(numbers: Sequence[str]) -> list[tuple[list[str], str]]:
    whole = [number for number in numbers if number]
    near = sorted(set().union(*(look_alikes(number) for number in whole)) - set(whole)) if whole else []
    return [(w, r) for w, r in ((whole, SAME_PERSON_PART), (near, LOOK_ALIKE_NUMBER)) if w]
