"""What a person at a checking desk needs of the file in hand: what its cover must say, what is left to do."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive.cover_checks import checklists, confirmations, cover_text, findings
from archive.cover_checks.cover_text import CoverText
from archive.files import files
from archive.kernel.store import Work
from archive.models import CaseFile, CoverCheck, CoverConfirmation, Finding
from archive.vocabulary import Confirmation
from routines.checklist import Checklist, Depth, Point


@dataclass(frozen=True, slots=True)
class Desk:
    """One check as it lies on the desk; of a second check nothing tells what the first one found."""

    check: CoverCheck
    file: CaseFile
    text: CoverText
    checklist: Checklist
    depth: Depth
    needs: tuple[Confirmation, ...]
    said: Sequence[CoverConfirmation]
    found: Sequence[Finding]

    def points(self, what: Confirmation) -> tuple[Point, ...]:
        """Return what to look at before something is confirmed."""
        return self.checklist.points_of(what.value)

    @property
    def subjects(self) -> list[str]:
        """Return whom a look at the desk concerns, for the record of the look."""
        return [self.file.stream, *(f"person:{person.id}" for person in self.text.card.persons)]


def for_check(work: Work, check: CoverCheck) -> Desk:
    """Return what is shown of a check to the one who has it in hand; the page records the look."""
    file = files.get(work, check.file_id)
    said = confirmations.by_check(work, [check.id]).get(check.id, [])
    found = findings.of_checks(work, [check.id]).get(check.id, [])
    text = cover_text.for_file(work, file)
    return Desk(
        check,
        file,
        text,
        checklists.named(check.checklist),
        checklists.depth(work, check, file),
        confirmations.needs(work, file, said) if check.open else (),
        said,
        [one for one in found if not text.sealed or one.kind in findings.OUTSIDE],
    )
