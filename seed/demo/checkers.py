"""How the covers of the demo's deliveries were checked, and what was found wrong with them."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from sqlalchemy import select
from sqlmodel import col

from archive.cover_checks import checks, findings, misfiled, second_checks
from archive.cover_checks.findings import Correction, SeenWrong
from archive.cover_checks.misfiled import ForeignContent
from archive.files import files
from archive.kernel.clock import add_working_days, local_date
from archive.kernel.errors import Conflict
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Actor, Archive, Work, worker
from archive.models import CaseFile, CoverCheck, Place, SampleItem
from archive.places import places
from archive.stocktakes import samples
from archive.vocabulary import (
    CheckState,
    Confirmation,
    Custody,
    Evidence,
    FindingKind,
    PlaceKind,
    SampleDirection,
)
from seed.demo.cast import ASSISTANTS, AUDITOR, SEALED_KEEPERS, UNIT, DemoClock

SHARE_AGAIN = 12  # percent of the covers are checked a second time


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one cover: how it is put right, or to whom it is handed on."""

    kind: FindingKind
    point: str
    note: str
    whom: str = ""


K = FindingKind
WRONG = (
    Wrong(K.WRONG_ON_COVER, "dates", "Avslutsdatum saknades på omslaget. Ifyllt efter beslutet."),
    Wrong(K.REGISTER_WRONG, "dates", "Omslaget säger ett senare avslut än listan."),
    Wrong(K.DAMAGED, "whole", "Ryggen sprucken. Lagd i nytt omslag, det gamla ligger i det nya."),
    Wrong(K.WRONG_ON_COVER, "retention", "Märkning om bevarande saknas.", UNIT),
    Wrong(K.LOOSE_PAPERS, "nothing_inside", "Två lösa journalblad med ett annat nummer, sist i akten."),
    Wrong(K.WRONG_ON_COVER, "name", "Efternamnet felstavat. Rättat på omslaget."),
    Wrong(K.DAMAGED, "legible", "Texten har bleknat. Fylld i på nytt med arkivbläck."),
    Wrong(K.WRONG_ON_COVER, "number", "De fyra sista siffrorna saknas.", "Familjerätten"),
    Wrong(K.REGISTER_WRONG, "dates", "Årtalet i listan var felläst."),
    Wrong(K.WRONG_ON_COVER, "part", "Del 1 av 2 skriven som del 1 av 1. Rättat."),
)


@dataclass
class Checkers:
    """The desk where covers are checked; every so many covers something is wrong."""

    archive: Archive
    clock: DemoClock
    people: dict[str, Actor]
    random: Random
    every: int
    done: int = 0
    handed: list[int] = field(default_factory=list)  # findings somebody else is to put right
    wrong: list[Wrong] = field(default_factory=lambda: list(WRONG))

    def check(self, delivery_id: int, part: float = 1.0) -> None:
        """Check the covers of a delivery that wait, or a part of them; those in envelopes too."""
        waiting = self.waiting(delivery_id)
        for check_id, sealed in waiting[: round(len(waiting) * part)]:
            if sealed:
                self._sealed(check_id)
            else:
                self.one(check_id)

    def waiting(self, delivery_id: int) -> list[tuple[int, bool]]:
        """Return the checks of a delivery that wait, and whether each is of a sealed envelope."""
        with self.archive.read(self.people[ASSISTANTS[0]]) as work:
            statement = (
                select(col(CoverCheck.id), col(CaseFile.protected))
                .join(CaseFile, col(CaseFile.id) == CoverCheck.file_id)
                .where(
                    col(CoverCheck.delivery_id) == delivery_id,
                    col(CoverCheck.status) == CheckState.WAITING,
                    col(CoverCheck.second_of).is_(None),
                    col(CaseFile.status) == Custody.ON_PLACE,
                )
                .order_by(col(CoverCheck.id))
            )
            return [(row[0], row[1]) for row in work.session.execute(statement)]

    def one(self, check_id: int, checker: Actor | None = None) -> None:
        """Check one cover: read it, leaf through it, say what is wrong."""
        checker = checker or self.people[ASSISTANTS[self.random.randrange(len(ASSISTANTS))]]
        self._open(check_id, checker)
        self.done += 1
        if self.done % self.every == 0:
            self._find(check_id, checker, self.wrong[self.done // self.every % len(self.wrong)])
        self.say(check_id, checker, Confirmation.COVER, Confirmation.CONTENTS)

    def _open(self, check_id: int, checker: Actor) -> None:
        with self.archive.write(checker) as work:
            check = checks.get(work, check_id)
            checks.begin(work, files.get(work, check.file_id))
        self.clock.forward(seconds=self.random.randint(25, 80))

    def say(self, check_id: int, checker: Actor, *what: Confirmation) -> None:
        """Confirm what was seen to be right."""
        with self.archive.write(checker) as work:
            for one in what:
                checks.confirm(work, checks.get(work, check_id), one)

    def _sealed(self, check_id: int) -> None:
        """Check an envelope: code and seal by anyone, the cover in it by two who may."""
        one, other = (self.people[login] for login in SEALED_KEEPERS)
        steps = (
            (self.people[ASSISTANTS[0]], (Confirmation.SEAL,)),
            (one, (Confirmation.COVER, Confirmation.CONTENTS)),
            (other, (Confirmation.COVER,)),
        )
        for checker, what in steps:
            self._open(check_id, checker)
            self.say(check_id, checker, *what)

    def _find(self, check_id: int, checker: Actor, wrong: Wrong) -> None:
        """Record what is wrong, and put it right or hand it on."""
        with self.archive.write(checker) as work:
            check = checks.get(work, check_id)
            file = files.get(work, check.file_id)
            seen = SeenWrong(wrong.kind, wrong.point, wrong.note)
            if wrong.kind is FindingKind.REGISTER_WRONG:
                later = PartialDate.from_date(_after(file))
                findings.register_wrong(work, check, seen, Correction(file.version, {"closed_on": later}))
                return
            if wrong.kind.foreign:
                found = misfiled.find(
                    work, check, wrong.point, ForeignContent(None, whole=False, note=wrong.note)
                )
            else:
                found = findings.find(work, check, seen)
            if wrong.whom:
                due = add_working_days(local_date(work.now), 10)
                findings.hand_on(work, found, wrong.whom, due, note="Omslaget läggs åt sidan.")
                self.handed.append(found.id)
            else:
                findings.correct(work, found, note="Rättat vid kontrollen.")

    def foreign(self, check_id: int, file_id: int) -> Actor:
        """Find another whole file in a cover, known by its own label; both are set aside."""
        checker = self.people[ASSISTANTS[1]]
        self._open(check_id, checker)
        with self.archive.write(checker) as work:
            note = "Hela akten låg sist i omslaget, med egen etikett."
            found = ForeignContent(files.get(work, file_id), whole=True, how=Evidence.SCAN, note=note)
            misfiled.find(work, checks.get(work, check_id), "nothing_inside", found)
        return checker

    def set_right(self, check_id: int) -> None:
        """Take a foreign file out of a cover and go on with the check."""
        checker = self.people[ASSISTANTS[1]]
        with self.archive.write(checker) as work:
            for found in findings.of_checks(work, [check_id]).get(check_id, []):
                if found.open:
                    findings.correct(work, found, note="Akten lagd i eget omslag.")
        self.say(check_id, checker, Confirmation.COVER, Confirmation.CONTENTS)

    def put_right(self) -> None:
        """Let those it was handed to put right what was found longest ago, but for the last finding."""
        for finding_id in self.handed[:-1]:
            with self.archive.write(self.people[ASSISTANTS[0]]) as work:
                findings.correct(work, findings.get(work, finding_id), note="Enheten har rättat omslaget.")
            self.handed.remove(finding_id)

    def check_again(self) -> None:
        """Draw covers to be checked a second time, and let another person check those that wait."""
        with self.archive.write(worker(second_checks.ROUTINE)) as work:
            drawn = second_checks.draw(work, SHARE_AGAIN).seconds
            sealed = {one for one in drawn if files.get(work, checks.get(work, one).file_id).protected}
        for check_id in sorted(set(drawn) - sealed):  # an envelope waits for others who may open it
            for login in ASSISTANTS:
                try:
                    self.one(check_id, self.people[login])
                except Conflict:  # checked by the same person the first time
                    continue
                break

    def sample(self, place_name: str, size: int) -> None:
        """Walk by a two-way sample the auditor drew, all but the last rows of it."""
        with self.archive.write(self.people[AUDITOR]) as work:
            site = work.session.scalars(
                select(Place).where(col(Place.kind) == PlaceKind.SITE, col(Place.name) == place_name)
            ).one()
            drawn = samples.draw(
                work,
                site,
                to_shelf=size,
                to_register=size,
                seed=f"Stadsrevisionen {local_date(work.now).year}",
            )
            rows = [item.id for item, _place, _file in samples.items(work, drawn)]
        for row in rows[: -max(1, size // 4)]:
            self.clock.forward(seconds=self.random.randint(30, 90))
            with self.archive.write(self.people[ASSISTANTS[2]]) as work:
                self._answer(work, samples.item(work, row), astray=row == rows[0])

    def _answer(self, work: Work, row: SampleItem, *, astray: bool) -> None:
        """Answer one row: right but for one file, which stands in the box beside its own."""
        place = places.get(work, row.place_id)
        if row.direction is SampleDirection.TO_SHELF:
            beside = places.children(work, places.get(work, place.parent_id or 0))
            samples.seen(work, row, beside[place.id == beside[0].id] if astray else place, how=Evidence.SCAN)
            return
        inside = select(CaseFile).where(
            col(CaseFile.place_id) == place.id,
            col(CaseFile.status) == Custody.ON_PLACE,
            ~col(CaseFile.protected),
        )
        found = work.session.scalars(inside.order_by(col(CaseFile.position), col(CaseFile.id))).all()
        samples.read(work, row, found[min(row.ordinal or 1, len(found)) - 1].code if found else "")


def _after(file: CaseFile) -> date:
    """Return a day somewhat later than the register says a file was closed."""
    known = file.closed_on or file.last_note_on or file.opened_on
    return (known.latest() if known else date(2004, 3, 12)) + timedelta(days=18)
