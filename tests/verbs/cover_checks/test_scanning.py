"""The checking desk by scanner alone: a file opens its check, printed commands say what was found."""

from itertools import count
from uuid import UUID

import pytest

from archive.codes import codes as label_codes
from archive.cover_checks import checks, findings, second_checks
from archive.files import files, sightings
from archive.incidents import reporting
from archive.incidents.reporting import MissReport
from archive.kernel.store import Actor, Archive
from archive.models import CoverCheck, Finding
from archive.scanning import answers, scans
from archive.scanning.scans import Scanned, StoredScan
from archive.vocabulary import (
    CheckState,
    FindingKind,
    FindingState,
    LabelReason,
    Protection,
    ScanOutcome,
)
from labels import codes, commands
from labels.symbol import payload
from tests.builders import SetClock, a_file, a_person, a_shelf
from tests.verbs.cover_checks.checking import KEEPER, a_check, lent, somebody

O = ScanOutcome  # noqa: E741 - as in tellings
COVER, CONTENTS, SEAL = (commands.COMMANDS[name] for name in ("cover_right", "contents_right", "seal_right"))
WRONG, DAMAGED, UNDO = (commands.COMMANDS[name] for name in ("wrong", "damaged", "undo"))


class Desk:
    """A checking desk with a scanner; each scan comes a second after the last one."""

    def __init__(self, archive: Archive, actor: Actor, clock: SetClock) -> None:
        self.archive, self.actor, self.clock = archive, actor, clock
        self.context: str | None = None
        self._ids = count(1)
        with archive.write(actor) as work:
            shelf = a_shelf(work)
            self.files = [a_file(work, shelf) for _ in range(3)]
            self.checks = [a_check(work, file).id for file in self.files[:2]]

    def scan(
        self, text: str, *, task: str = "check", by: Actor | None = None, scan_id: str = ""
    ) -> StoredScan:
        """Scan something as the page does, which sends the file in hand along."""
        self.clock.forward(seconds=1)
        sent = Scanned(
            scan_id or str(UUID(int=next(self._ids))), payload("ARKIV.SE", text), self.context, task=task
        )
        with self.archive.write(by or self.actor) as work:
            taken = scans.take(work, sent)
            if taken.outcome is O.CHECK_OPENED:
                self.context = files.get(work, taken.file_id or 0).code
            assert answers.tell(work, [taken])[0].heading
            return taken

    def say(self, *texts: str) -> list[ScanOutcome]:
        """Scan one thing after the other and return what each led to."""
        return [self.scan(text).outcome for text in texts]

    def check(self, number: int = 0) -> CoverCheck:
        """Return one of the two checks as it is now."""
        with self.archive.read(self.actor) as work:
            return checks.get(work, self.checks[number])

    def found(self) -> list[Finding]:
        """Return what was found so far and stands."""
        with self.archive.read(self.actor) as work:
            made = findings.of_checks(work, self.checks)
            return [one for of in made.values() for one in of if one.status is not FindingState.WITHDRAWN]


@pytest.fixture
def desk(archive: Archive, archivist: Actor, clock: SetClock) -> Desk:
    """Give a desk with three files, of which two wait to be checked."""
    return Desk(archive, archivist, clock)


def test_three_scans_check_a_normal_file(desk: Desk) -> None:
    said = desk.say(desk.files[0].code, COVER, CONTENTS)
    assert said == [O.CHECK_OPENED, O.CHECK_CONFIRMED, O.CHECK_DONE]
    assert (desk.check().status, desk.check().seconds) == (CheckState.CHECKED, 2)


def test_the_same_command_twice_changes_nothing(desk: Desk) -> None:
    desk.say(desk.files[0].code, COVER, COVER, CONTENTS)
    assert desk.check().status is CheckState.CHECKED
    assert desk.scan(CONTENTS).outcome is O.CHECK_DONE


def test_a_scan_sent_again_is_answered_as_before(desk: Desk) -> None:
    desk.scan(desk.files[0].code)
    sent = Scanned(str(UUID(int=99)), COVER, desk.context, task="check")
    for _ in range(2):
        with desk.archive.write(desk.actor) as work:
            assert scans.take(work, sent).outcome is O.CHECK_CONFIRMED
    assert desk.check().status is CheckState.WAITING


def test_a_file_that_does_not_wait_is_refused_with_what_to_do(desk: Desk) -> None:
    taken = desk.scan(desk.files[2].code)
    assert (taken.outcome, taken.reason) == (O.REFUSED, "not_in_queue")


def test_a_command_without_a_file_is_refused(desk: Desk) -> None:
    assert desk.scan(COVER).reason == "file_first"


def test_a_command_elsewhere_than_at_a_desk_is_none_of_our_codes(desk: Desk) -> None:
    assert desk.scan(COVER, task="").outcome is O.NOT_A_CODE


def test_a_file_on_loan_is_opened_but_not_confirmed(desk: Desk) -> None:
    with desk.archive.write(desk.actor) as work:
        lent(work, files.get(work, desk.files[0].id))
    desk.scan(desk.files[0].code)
    assert desk.scan(COVER).reason == "not_at_hand"


def test_damaged_is_noted_and_listed(desk: Desk) -> None:
    assert desk.say(desk.files[0].code, DAMAGED, COVER, CONTENTS)[1:] == [
        O.CHECK_FINDING,
        O.CHECK_CONFIRMED,
        O.CHECK_DONE,
    ]
    (finding,) = desk.found()
    assert (finding.kind, finding.open) == (FindingKind.DAMAGED, True)
    assert desk.check().status is CheckState.WITH_FINDINGS


def test_wrong_asks_what_is_wrong_and_notes_nothing_yet(desk: Desk) -> None:
    assert desk.say(desk.files[0].code, WRONG)[1] is O.CHECK_ASKED
    assert desk.found() == []


def test_undo_takes_back_the_last_thing_said_one_after_the_other(desk: Desk) -> None:
    desk.say(desk.files[0].code, COVER, DAMAGED, CONTENTS)
    assert desk.check().status is CheckState.WITH_FINDINGS
    assert desk.scan(UNDO).outcome is O.CHECK_UNDONE
    assert desk.check().status is CheckState.WAITING
    desk.scan(UNDO)
    assert desk.found() == []
    desk.scan(UNDO)
    assert desk.scan(UNDO).reason == "nothing_to_take_back"
    assert desk.say(COVER, CONTENTS) == [O.CHECK_CONFIRMED, O.CHECK_DONE]
    assert desk.check().status is CheckState.CHECKED


def test_undo_takes_back_nothing_of_somebody_else(desk: Desk) -> None:
    desk.say(desk.files[0].code, COVER)
    assert desk.scan(UNDO, by=somebody(desk.archive, "Kim")).reason == "nothing_to_take_back"


@pytest.mark.parametrize("command", [COVER, DAMAGED])
def test_one_scan_is_taken_back_by_its_own_button(desk: Desk, command: str) -> None:
    desk.scan(desk.files[0].code)
    taken = desk.scan(command)
    with desk.archive.write(desk.actor) as work:
        assert answers.tell(work, [taken])[0].undoable
        undone = scans.undo(work, taken.id)
        assert undone.undone
        assert answers.tell(work, [undone])[0].text == "Det du sade senast är ångrat."
        assert scans.undo(work, taken.id).undone
    assert desk.found() == []
    assert desk.say(COVER, CONTENTS)[1] is O.CHECK_DONE
    assert desk.check().status is CheckState.CHECKED


def test_a_label_found_in_the_cover_sets_both_aside(desk: Desk) -> None:
    desk.scan(desk.files[0].code)
    taken = desk.scan(desk.files[1].code, task="foreign")
    assert (taken.outcome, taken.file_id) == (O.CHECK_SET_ASIDE, desk.files[1].id)
    (finding,) = desk.found()
    assert (finding.kind, finding.file_id, finding.foreign_id) == (
        FindingKind.FOREIGN_FILE,
        desk.files[0].id,
        desk.files[1].id,
    )
    with desk.archive.write(desk.actor) as work:
        assert sightings.last(work, desk.files[1].id) is not None
        scans.undo(work, taken.id)
        assert sightings.last(work, desk.files[1].id) is None
    assert desk.check().status is CheckState.WAITING


def test_a_void_label_found_in_the_cover_leads_to_the_right_file(desk: Desk) -> None:
    old = desk.files[1].code
    with desk.archive.write(desk.actor) as work:
        file = files.get(work, desk.files[1].id)
        label_codes.print_labels(work, [file], "test")
        label_codes.print_labels(work, [file], "test", LabelReason.DAMAGED)
    desk.scan(desk.files[0].code)
    assert desk.scan(old, task="foreign").file_id == desk.files[1].id


def test_the_cover_itself_is_not_foreign_in_it(desk: Desk) -> None:
    desk.scan(desk.files[0].code)
    assert desk.scan(desk.files[0].code, task="foreign").reason == "own_papers"


@pytest.mark.parametrize("task", ["check", "foreign"])
def test_an_unknown_label_says_so_at_a_desk_too(desk: Desk, task: str) -> None:
    desk.scan(desk.files[0].code)
    assert desk.scan(codes.make(), task=task).outcome is O.UNKNOWN_CODE


def test_a_void_label_opens_nothing(desk: Desk) -> None:
    old = desk.files[0].code
    with desk.archive.write(desk.actor) as work:
        file = files.get(work, desk.files[0].id)
        label_codes.print_labels(work, [file], "test")
        label_codes.print_labels(work, [file], "test", LabelReason.DAMAGED)
    assert desk.scan(old).outcome is O.VOID_LABEL


def test_a_wanted_file_at_the_desk_stops_whoever_scans_it(desk: Desk) -> None:
    with desk.archive.write(desk.actor) as work:
        incident = reporting.report(work, MissReport((desk.files[0].id,)))
    assert desk.scan(desk.files[0].code).incident_id == incident.id


def test_after_the_second_check_is_drawn_the_first_person_is_told_so(desk: Desk, root: Actor) -> None:
    desk.say(desk.files[0].code, COVER, CONTENTS)
    with desk.archive.write(root) as work:
        assert len(second_checks.draw(work, 100).seconds) == 1
    assert desk.scan(CONTENTS).outcome is O.CHECK_DONE
    assert desk.scan(desk.files[0].code).reason == "second_by_another"
    other = somebody(desk.archive, "Kim")
    assert [desk.scan(text, by=other).outcome for text in (desk.files[0].code, COVER, CONTENTS)] == [
        O.CHECK_OPENED,
        O.CHECK_CONFIRMED,
        O.CHECK_DONE,
    ]


def test_an_envelope_is_checked_at_the_desk_by_those_who_may(desk: Desk) -> None:
    with desk.archive.write(desk.actor) as work:
        file = a_file(work, a_shelf(work, "Två"), a_person(work, protection=Protection.MARKED))
        check = a_check(work, file)
    one, two = (somebody(desk.archive, name, *KEEPER) for name in ("Kim", "Robin"))
    assert desk.say(file.code, SEAL, COVER)[1:] == [O.CHECK_CONFIRMED, O.REFUSED]
    assert [desk.scan(text, by=one).outcome for text in (file.code, COVER, CONTENTS)][1:] == [
        O.CHECK_CONFIRMED,
        O.CHECK_CONFIRMED,
    ]
    assert [desk.scan(text, by=two).outcome for text in (file.code, COVER)][1] is O.CHECK_DONE
    with desk.archive.read(desk.actor) as work:
        assert checks.get(work, check.id).status is CheckState.CHECKED


def test_what_a_scan_is_stored_with_names_nobody(desk: Desk) -> None:
    desk.scan(desk.files[0].code)
    taken = desk.scan(COVER)
    assert taken.facts == {"check": desk.checks[0], "what": "cover"}
