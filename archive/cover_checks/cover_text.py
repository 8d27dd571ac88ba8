"""What the cover of a file must say, in full for the one who holds it."""

from dataclasses import dataclass, replace
from datetime import date

from archive.files import masking, retention
from archive.files.masking import Card
from archive.kernel.clock import local_date
from archive.kernel.store import Work
from archive.models import CaseFile, FileKind
from archive.rules.retention import Retention, born_on_sample_day
from archive.vocabulary import Custody, Outcome, Permission


@dataclass(frozen=True, slots=True)
class CoverText:
    """What must stand on one cover; of a protected person's only the code for who may not open the envelope.

    `research_day` and `secrecy` are marks without their reason.
    """

    card: Card
    sealed: bool
    retention: Retention | None
    research_day: bool
    secrecy: bool

    @property
    def outcome(self) -> Outcome | None:
        """Return whether the cover must say preserve or dispose."""
        return self.retention.outcome if self.retention else None

    @property
    def disposed_of_from(self) -> date | None:
        """Return from when the file may be disposed of: the cover says the year."""
        return self.retention.duty_from if self.retention else None


def for_file(work: Work, file: CaseFile) -> CoverText:
    """Return what a file's cover must say to the one who holds it; looking at it is recorded by the page."""
    work.require(Permission.CHECK_COVERS)
    card = masking.one(work, file)
    sealed = file.protected and not work.actor.may(Permission.CHECK_SEALED)
    if sealed or file.status is Custody.VOID:
        return CoverText(card, sealed, None, research_day=False, secrecy=file.protected)
    rows = masking.persons_of(work, [file.id])
    shown = masking.shown_persons(rows, work.actor, in_hand=True).get(file.id, ())
    people = {row.person_id: row for row in reversed(rows)}.values()
    today = local_date(work.now)
    births = [retention.birth(row.role, row.birth_date, row.number or "", today) for row in people]
    others = retention.related(
        work,
        {row.person_id for row in rows},
        key=file.reference_key,
        source_id=file.source_id,
        file_id=file.id,
    )
    kind = work.session.get_one(FileKind, file.kind_id)
    return CoverText(
        replace(card, persons=shown),
        sealed,
        retention.compute(work, file, kind.retention_rule, births, others),
        research_day=born_on_sample_day(births),
        secrecy=file.protected,
    )
